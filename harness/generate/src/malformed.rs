//! Content whose syntax is broken, one thing at a time, from content that is fine. What is broken in
//! each syntax stands in a file of its own; here they are put in order and made into steps.
//!
//! Not everything that breaks readers breaks a rule: a byte order mark, a name that is there twice or a
//! number of four hundred digits may be taken or refused. The layer of such cases ends with
//! [`LENIENT_SUFFIX`]: to accept one is no finding, to crash on it is.

use harness_contract::{Location, Style};
use harness_model::{Body, BodyContent, BoundValue, Intent, Octets, ParameterValue, Step};
use serde_json::Value;

use crate::bodies::BodyPart;
use crate::content::content;
use crate::media::Family;
use crate::{malformed_coding, malformed_form, malformed_json, malformed_multipart, malformed_xml};

/// Ends the layer of malformed content that a reader may take all the same, by the letter of its
/// standard or by wide custom.
pub const LENIENT_SUFFIX: &str = "-lenient";

/// Cases of one operation; the most telling come first.
pub(crate) const USUAL_MAX: usize = 60;
/// Very large or deep cases of one operation, which come last: they cost most to send, and plans are
/// kept in memory.
pub(crate) const BULKY_MAX: usize = 4;
/// Rank of such a case.
pub(crate) const BULKY_RANK: u8 = 3;

/// Content that is broken in one way.
#[derive(Clone, Debug)]
pub(crate) struct Malformation {
    /// `json`, `form`, …
    pub(crate) layer: &'static str,
    pub(crate) what: String,
    pub(crate) octets: Vec<u8>,
    /// In place of the content's own.
    pub(crate) media_type: Option<String>,
    /// `Content-Encoding`, if one is sent.
    pub(crate) encoding: Option<&'static str>,
    /// Whether a reader may take it all the same.
    pub(crate) is_lenient: bool,
    /// Most telling first.
    pub(crate) rank: u8,
}

impl Malformation {
    /// Octets that no reader may take.
    pub(crate) fn new(
        layer: &'static str,
        what: impl Into<String>,
        octets: impl Into<Vec<u8>>,
    ) -> Self {
        Self {
            layer,
            what: what.into(),
            octets: octets.into(),
            media_type: None,
            encoding: None,
            is_lenient: false,
            rank: 1,
        }
    }

    /// A reader may take it.
    pub(crate) fn lenient(self) -> Self {
        Self { is_lenient: true, ..self }
    }

    pub(crate) fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }
}

/// Steps with malformed content of one media type, from a step with plausible content; each with its
/// rank. `canary`: a URL for XML's external entities to lead to; `None`: they are left out.
pub(crate) fn steps(
    baseline: &Step,
    part: &BodyPart,
    canary: Option<&str>,
) -> impl Iterator<Item = (u8, Step)> {
    let made = part.plausible().map(|value| {
        let body = part.with(value);
        (malformations(part.family, &body, canary), body)
    });
    let (found, body) = made.map_or_else(|| (Vec::new(), None), |(f, body)| (f, Some(body)));
    found.into_iter().filter_map(move |malformation| {
        let rank = malformation.rank;
        Some((rank, step(baseline, body.as_ref()?, malformation)))
    })
}

fn malformations(family: Family, body: &Body, canary: Option<&str>) -> Vec<Malformation> {
    let (_, Octets(octets)) = content(body).expect("planned content has no bound values");
    let empty = Value::Null;
    let value = body.content.value().unwrap_or(&empty);
    let mut found = match family {
        Family::Json => malformed_json::of(value, &octets),
        Family::JsonLines => malformed_json::of_lines(&octets),
        Family::Form => malformed_form::of(&octets),
        Family::Multipart => malformed_multipart::of(body),
        Family::Xml => malformed_xml::of(&octets, canary),
        Family::Text | Family::Binary => Vec::new(),
    };
    found.extend(malformed_coding::of(&octets));
    found
}

fn step(baseline: &Step, body: &Body, malformation: Malformation) -> Step {
    let Malformation { layer, what, octets, media_type, encoding, is_lenient, .. } = malformation;
    let mut step = baseline.clone();
    step.body = Some(Body {
        media_type: media_type.or_else(|| body.media_type.clone()),
        content: BodyContent::Octets(Octets(octets)),
        bindings: Vec::new(),
    });
    if let Some(encoding) = encoding {
        step.parameters.push(header("Content-Encoding", encoding));
    }
    let suffix = if is_lenient { LENIENT_SUFFIX } else { "" };
    step.intent = Intent::Malformed { layer: format!("{layer}{suffix}"), what };
    step
}

/// A field that the contract need not know of.
pub(crate) fn header(name: &str, value: &str) -> ParameterValue {
    ParameterValue {
        location: Location::Header,
        name: name.to_owned(),
        style: Style::Simple,
        explode: false,
        media_type: None,
        required: false,
        value: BoundValue::Known(Value::from(value)),
    }
}

/// Places within octets, spread evenly; none of them an end.
pub(crate) fn spread(places: &[usize], count: usize) -> Vec<usize> {
    let stride = places.len().div_ceil(count.max(1)).max(1);
    places.iter().copied().skip(stride / 2).step_by(stride).take(count).collect()
}
