//! Octets to values: path, query, header and cookie parameters, and forms. A text becomes what its
//! schema asks for if it spells one, and stays a text otherwise, for the schema to refuse.

use std::collections::BTreeMap;

use axum::extract::MatchedPath;
use axum::http::header;
use axum::http::request::Parts;
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

/// The media type of HTML forms (WHATWG URL, 5).
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Where a parameter stands (OpenAPI 3.1, 4.8.12.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Path,
    Query,
    Header,
    Cookie,
}

impl Source {
    pub(crate) fn of(location: &str) -> Self {
        match location {
            "path" => Self::Path,
            "query" => Self::Query,
            "header" => Self::Header,
            "cookie" => Self::Cookie,
            other => unreachable!("the contract has no parameter in {other}"),
        }
    }
}

/// What a text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Boolean,
    /// Texts, one each time the name occurs.
    List,
}

impl Kind {
    pub(crate) fn of(schema: &Value) -> Self {
        match schema["type"].as_str() {
            Some("integer" | "number") => Self::Number,
            Some("boolean") => Self::Boolean,
            Some("array") => Self::List,
            _ => Self::Text,
        }
    }
}

/// The parameters of one request, as sent.
pub(crate) struct Sent<'a> {
    head: &'a Parts,
    query: Vec<(String, &'a str)>,
}

impl<'a> Sent<'a> {
    pub(crate) fn new(head: &'a Parts) -> Self {
        let pairs = head.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // A name that is not UTF-8 is no parameter's.
            (form_decoded(name).unwrap_or_default(), value)
        });
        Self { head, query: query.collect() }
    }

    /// Every text that was sent under this name; empty: none.
    ///
    /// # Errors
    /// If one is not UTF-8.
    pub(crate) fn texts(&self, source: Source, name: &str) -> Result<Vec<String>, &'static str> {
        match source {
            Source::Path => Ok(self.path_text(name)?.into_iter().collect()),
            Source::Query => self
                .query
                .iter()
                .filter(|(sent, _)| sent == name)
                .map(|(_, value)| form_decoded(value))
                .collect(),
            Source::Header => {
                let texts = self.head.headers.get_all(name).iter().map(|value| value.to_str());
                let texts: Result<Vec<_>, _> = texts.collect();
                let texts = texts.map_err(|_| "is not visible ASCII")?;
                // Fields of one name are one list (RFC 9110, 5.3).
                let texts: Vec<&str> = texts.into_iter().map(str::trim_ascii).collect();
                Ok(if texts.is_empty() { Vec::new() } else { vec![texts.join(", ")] })
            }
            Source::Cookie => {
                let mut texts = Vec::new();
                for field in self.head.headers.get_all(header::COOKIE) {
                    let field = field.to_str().map_err(|_| "is not visible ASCII")?;
                    let pairs = field.split(';').filter_map(|pair| pair.trim().split_once('='));
                    let values = pairs.filter(|(sent, _)| *sent == name);
                    texts.extend(values.map(|(_, value)| value.to_owned()));
                }
                Ok(texts)
            }
        }
    }

    /// The segment of the path that stands for `{name}` in the template that matched.
    fn path_text(&self, name: &str) -> Result<Option<String>, &'static str> {
        let template = self.head.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let segments = template.split('/').zip(self.head.uri.path().split('/'));
        let is_it = |wanted: &str| {
            wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) == Some(name)
        };
        match segments.into_iter().find(|(wanted, _)| is_it(wanted)) {
            Some((_, segment)) => decoded(segment.as_bytes()).map(Some),
            None => Ok(None),
        }
    }
}

/// What texts under one name mean. A scalar that is sent twice is a list, which its schema refuses.
pub(crate) fn value_of(mut texts: Vec<String>, kind: Kind) -> Value {
    if kind != Kind::List && texts.len() == 1 {
        return scalar(texts.pop().unwrap_or_default(), kind);
    }
    texts.into_iter().map(Value::String).collect()
}

fn scalar(text: String, kind: Kind) -> Value {
    // Numbers and booleans are spelled as in JSON (RFC 8259, 3 and 6), without blanks around them.
    let is_trim =
        !text.starts_with([' ', '\t', '\n', '\r']) && !text.ends_with([' ', '\t', '\n', '\r']);
    let spelled = match kind {
        Kind::Number | Kind::Boolean if is_trim => serde_json::from_str::<Value>(&text).ok(),
        Kind::Number | Kind::Boolean | Kind::Text | Kind::List => None,
    };
    let is_asked_for = |value: &Value| match kind {
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Text | Kind::List => false,
    };
    spelled.filter(is_asked_for).unwrap_or(Value::String(text))
}

/// A form as an object.
///
/// # Errors
/// If a name or a value is not UTF-8.
pub(crate) fn form_of(
    octets: &[u8],
    kinds: &BTreeMap<String, Kind>,
) -> Result<Value, &'static str> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in octets.split(|octet| *octet == b'&').filter(|pair| !pair.is_empty()) {
        let split = pair.iter().position(|octet| *octet == b'=').unwrap_or(pair.len());
        let (name, value) = (&pair[..split], pair.get(split + 1..).unwrap_or_default());
        texts.entry(form_decoded(name)?).or_default().push(form_decoded(value)?);
    }
    let mut members = Map::new();
    for (name, texts) in texts {
        let kind = kinds.get(&name).copied().unwrap_or(Kind::Text);
        members.insert(name, value_of(texts, kind));
    }
    Ok(Value::Object(members))
}

/// Percent-decoded, with `+` for a blank (WHATWG URL, 5.1).
fn form_decoded(octets: impl AsRef<[u8]>) -> Result<String, &'static str> {
    let blanked: Vec<u8> =
        octets.as_ref().iter().map(|octet| if *octet == b'+' { b' ' } else { *octet }).collect();
    decoded(&blanked)
}

fn decoded(octets: &[u8]) -> Result<String, &'static str> {
    let text = percent_decode(octets).decode_utf8();
    text.map(std::borrow::Cow::into_owned).map_err(|_| "is not UTF-8")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::{Kind, form_of, value_of};

    #[track_caller]
    fn check(texts: &[&str], kind: Kind, expected: &Value) {
        let texts = texts.iter().map(|&text| text.to_owned()).collect();
        assert_eq!(value_of(texts, kind), *expected);
    }

    #[test]
    fn numbers_are_spelled_as_in_json() {
        check(&["7"], Kind::Number, &json!(7));
        check(&["1e2"], Kind::Number, &serde_json::from_str("1e2").expect("a number"));
        check(&["1e999"], Kind::Number, &serde_json::from_str("1e999").expect("a number"));
        check(&["-0.5"], Kind::Number, &json!(-0.5));
        for text in ["", "07", "+7", " 7", "7 ", "0x7", "NaN", "true", "\"7\"", "7,8"] {
            check(&[text], Kind::Number, &json!(text));
        }
    }

    #[test]
    fn booleans_are_spelled_as_in_json() {
        check(&["true"], Kind::Boolean, &json!(true));
        for text in ["", "True", "1", "yes", "null"] {
            check(&[text], Kind::Boolean, &json!(text));
        }
    }

    #[test]
    fn texts_stay_texts() {
        for text in ["", "7", "true", "null", "a,b", "[1]"] {
            check(&[text], Kind::Text, &json!(text));
        }
    }

    #[test]
    fn what_is_sent_twice_is_a_list() {
        check(&["7", "8"], Kind::Number, &json!(["7", "8"]));
        check(&["a"], Kind::List, &json!(["a"]));
    }

    #[test]
    fn forms_are_decoded() {
        let kinds = BTreeMap::from([("n".to_owned(), Kind::Number), ("l".to_owned(), Kind::List)]);
        let form = form_of(b"a+b=c%26d&n=4&l=x&&l=y&bare&%zz=1", &kinds).unwrap();
        let expected = json!({"a b": "c&d", "n": 4, "l": ["x", "y"], "bare": "", "%zz": "1"});
        assert_eq!(form, expected);
        assert!(form_of(b"a=%ff", &kinds).is_err());
    }
}
