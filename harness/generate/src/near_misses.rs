//! Texts on and just beyond the edges of the common formats. The validator takes `format` for an
//! annotation (JSON Schema 2020-12 Validation, 7.2.1), so what is beyond is not called invalid.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

use crate::Generator;
use crate::dictionary::{self, Entry};

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "near_misses",
    explain: "Sends the legal edges of formats (leap days, ids of zeros, literal addresses) and texts that \
              miss a format narrowly (30 February, month 13, braces around a UUID). The legal ones should \
              be taken; of the others only a crash is a finding, since a format is an annotation.",
};

/// A text, its name, and whether the format allows it.
pub(crate) type NearMiss = (String, &'static str, bool);

/// Names of formats, and the dictionary for them.
const FORMATS: &[(&[&str], &str)] = &[
    (&["date"], include_str!("../../../corpora/values/date.txt")),
    (&["date-time", "datetime"], include_str!("../../../corpora/values/date-time.txt")),
    (&["time"], include_str!("../../../corpora/values/time.txt")),
    (&["uuid", "guid"], include_str!("../../../corpora/values/uuid.txt")),
    (&["email", "idn-email"], include_str!("../../../corpora/values/email.txt")),
    (&["uri", "url", "iri"], include_str!("../../../corpora/values/uri.txt")),
    (&["hostname", "idn-hostname", "domain"], include_str!("../../../corpora/values/hostname.txt")),
    (&["ipv4", "ip"], include_str!("../../../corpora/values/ipv4.txt")),
    (&["ipv6"], include_str!("../../../corpora/values/ipv6.txt")),
    (&["byte", "base64"], include_str!("../../../corpora/values/base64.txt")),
    (&["binary"], include_str!("../../../corpora/values/binary.txt")),
];

/// Texts around the edges of a format; empty if it is not known.
pub(crate) fn of_format(format: &str) -> &'static [NearMiss] {
    static READ: OnceLock<BTreeMap<&str, Vec<NearMiss>>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        let near_misses = |text: &'static str| -> Vec<NearMiss> {
            let entries = dictionary::read(text).into_iter();
            let texts = entries.filter_map(|Entry { value, mark, note }| match value {
                Value::String(text) => Some((text, note, mark == "legal")),
                _ => None,
            });
            texts.collect()
        };
        let named = FORMATS
            .iter()
            .flat_map(|(names, text)| names.iter().map(move |name| (*name, near_misses(text))));
        named.collect()
    });
    read.get(format).map_or(&[], Vec::as_slice)
}
