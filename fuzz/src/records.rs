//! Octets that claim to be a file of ours. Knows which forms are written to disk; knows no writer.

use std::fmt::Debug;

use harness_model::{Case, Counterexample, Event, Exchange, Finding, Intent, Step, Summary};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{OCTETS_MAX, Reached, Target};

pub(crate) const TARGET: Target = Target {
    name: "records",
    explain: "No octets make the readers of events, counterexamples and summaries, or of a part of them, \
              panic; whatever they read is written and read again to the same value and the same text.",
    run,
};

/// Reads the octets as each form of record.
///
/// # Panics
/// If a law is broken.
pub fn run(data: &[u8]) -> Reached {
    if data.len() > OCTETS_MAX {
        return Reached::Door;
    }
    let forms = [
        comes_back::<Event>(data),
        comes_back::<Counterexample>(data),
        comes_back::<Summary>(data),
        comes_back::<Case>(data),
        comes_back::<Step>(data),
        comes_back::<Exchange>(data),
        comes_back::<Finding>(data),
        comes_back::<Intent>(data),
    ];
    if forms.contains(&Reached::Laws) { Reached::Laws } else { Reached::Door }
}

fn comes_back<T: Debug + PartialEq + Serialize + DeserializeOwned>(data: &[u8]) -> Reached {
    let Ok(record) = serde_json::from_slice::<T>(data) else { return Reached::Door };
    let text = serde_json::to_string(&record).expect("a record that was read can be written");
    let again: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(again, record, "as {text}");
    let text_again = serde_json::to_string(&again).expect("it was written before");
    assert_eq!(text_again, text, "the second writing");
    Reached::Laws
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::Reached;

    #[test]
    fn a_record_reaches_the_laws_and_other_json_does_not() {
        let event = r#"{"sequence": 0, "at_us": 1, "fact": {"kind": "note", "text": "x"}}"#;
        assert_eq!(run(event.as_bytes()), Reached::Laws);
        assert_eq!(run(br#"{"kind": "valid"}"#), Reached::Laws);
        assert_eq!([&b"{}"[..], b"[]", b"\xFF"].map(run), [Reached::Door; 3]);
    }
}
