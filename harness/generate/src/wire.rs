//! What a request says besides its values: method, media type, and texts that were written into the
//! target as they stand. Judges them by the operation; knows no schema of its own.

use harness_contract::{Location, OperationKey};
use harness_model::{Place, Step, Violated};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::media::essence;
use crate::parts::Parts;
use crate::readings::of_text;

/// Method and path template of an operation.
pub(crate) fn route(operation: &OperationKey) -> (&str, &str) {
    operation.as_str().split_once(' ').unwrap_or((operation.as_str(), ""))
}

/// A method that is not the operation's. Methods are compared with case (RFC 9110, 9.1); that readers
/// do otherwise, or answer HEAD and OPTIONS everywhere (9.3.2, 9.3.7), is no great fault.
pub(crate) fn of_method(step: &Step) -> Option<Violated> {
    let (own, _) = route(&step.operation);
    if step.method == own {
        return None;
    }
    let is_alike = step.method.eq_ignore_ascii_case(own);
    Some(Violated {
        at: Place::Request,
        keyword: "method".to_owned(),
        what: format!("the method {}, which is not declared here", step.method),
        lenient: is_alike || matches!(step.method.as_str(), "HEAD" | "OPTIONS"),
    })
}

/// A media type that the operation does not declare, or none (RFC 9110, 8.3: a reader may then look
/// at the content). Content that is written as a declared one may be known for what it is.
pub(crate) fn of_media_type(parts: &Parts, step: &Step) -> Option<Violated> {
    let body = step.body.as_ref()?;
    if parts.media_types.is_empty() {
        return None;
    }
    let (what, lenient) = match &body.media_type {
        None => ("content without a media type".to_owned(), true),
        Some(media_type) if parts.media_types.iter().any(|range| covers(range, media_type)) => {
            return None;
        }
        Some(media_type) => (
            format!("content of type {media_type}, which is not declared"),
            body.content.value().is_some(),
        ),
    };
    let at = Place::Body { pointer: String::new() };
    Some(Violated { at, keyword: "media type".to_owned(), what, lenient })
}

/// Whether a media type, as sent, is of a range, as declared (RFC 9110, 12.5.1).
fn covers(range: &str, media_type: &str) -> bool {
    let (range, media_type) = (essence(range), essence(media_type));
    match range.split_once('/') {
        Some(("*", "*")) => true,
        Some((kind, "*")) => media_type
            .split_once('/')
            .is_some_and(|(other, subtype)| other == kind && !subtype.is_empty()),
        _ => range == media_type,
    }
}

/// The text that a step writes in place of a parameter as it stands, if it does: a segment of its
/// path, or a pair of a query in its path.
pub(crate) fn raw<'a>(step: &'a Step, location: Location, name: &str) -> Option<&'a str> {
    let (_, template) = route(&step.operation);
    let (path, query) = step.path.split_once('?').unwrap_or((&step.path, ""));
    match location {
        Location::Path => {
            let slot = format!("{{{name}}}");
            let (mut ours, mut theirs) = (path.split('/'), template.split('/'));
            let found = theirs.by_ref().zip(ours.by_ref()).find(|(theirs, _)| **theirs == slot);
            found.map(|(_, ours)| ours).filter(|ours| *ours != slot)
        }
        Location::Query => {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(other, _)| *other == name).map(|(_, value)| value)
        }
        Location::Header | Location::Cookie => None,
    }
}

/// What readers make of a text in a target: as it stands, decoded with what is wrong replaced, left
/// out, or taken for Latin-1.
pub(crate) fn raw_readings(raw: &str) -> Vec<Value> {
    let octets: Vec<u8> = percent_decode_str(raw).collect();
    let replaced = String::from_utf8_lossy(&octets).into_owned();
    let left_out = replaced.replace('\u{fffd}', "");
    let latin: String = octets.iter().map(|octet| char::from(*octet)).collect();
    let texts = [raw.to_owned(), raw.replace('%', ""), replaced, left_out, latin];
    let mut found: Vec<Value> = texts.iter().flat_map(|text| of_text(text)).collect();
    let singles: Vec<Value> = found.iter().map(|one| Value::from(vec![one.clone()])).collect();
    found.extend(singles);
    found
}

#[cfg(test)]
mod tests {
    use harness_contract::{Location, OperationKey};
    use harness_model::{Intent, Step};

    use super::{covers, raw};

    #[test]
    fn a_range_covers_its_types() {
        for (range, media_type, expected) in [
            ("application/json", "Application/JSON; charset=utf-8", true),
            ("image/*", "image/png", true),
            ("image/*", "text/plain", false),
            ("*/*", "nothing at all", true),
            ("application/json", "application/xml", false),
        ] {
            assert_eq!(covers(range, media_type), expected, "{range} {media_type}");
        }
    }

    #[test]
    fn texts_in_a_path_are_found() {
        let of = |path: &str, location: Location, name: &str| {
            let step = Step {
                operation: OperationKey::new("GET", "/a/{id}/b"),
                method: "GET".to_owned(),
                path: path.to_owned(),
                parameters: Vec::new(),
                body: None,
                identity: None,
                intent: Intent::Valid,
            };
            raw(&step, location, name).map(str::to_owned)
        };
        assert_eq!(of("/a/%zz/b", Location::Path, "id").as_deref(), Some("%zz"));
        assert_eq!(of("/a/{id}/b", Location::Path, "id"), None);
        assert_eq!(of("/a/{id}/b?q=%ff", Location::Query, "q").as_deref(), Some("%ff"));
        assert_eq!(of("/a/{id}/b?q=%ff", Location::Query, "r"), None);
    }
}
