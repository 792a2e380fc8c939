//! How a server reads parameters and forms that are sent alone, by the specification's tables (OpenAPI
//! 3.1, 4.8.12.2.3) and not by our renderer. Knows octets and what they should mean.

use harness_contract::Style;
use harness_model::ParameterValue;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// What a parameter carries: texts, since that is all that styles can write.
pub(super) enum Meant {
    /// A scalar, or a whole document where a media type is declared.
    Text(String),
    /// An array.
    Items(Vec<String>),
    /// An object, in its order.
    Members(Vec<(String, String)>),
    /// An object in `deepObject`: full names, e.g. `a[b][c]`.
    Deep(Vec<(String, String)>),
}

impl Meant {
    pub(super) fn of(value: &Value, parameter: &ParameterValue) -> Self {
        match value {
            _ if parameter.media_type.is_some() => Self::Text(value.to_string()),
            Value::Array(items) => Self::Items(items.iter().map(text).collect()),
            Value::Object(members) if parameter.style == Style::DeepObject => {
                let within = |(name, member)| deep(&format!("{}[{name}]", parameter.name), member);
                Self::Deep(members.iter().flat_map(within).collect())
            }
            Value::Object(members) => {
                Self::Members(members.iter().map(|(k, v)| (k.clone(), text(v))).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Self::Text(text(value))
            }
        }
    }
}

/// A scalar as text; what no style can write is JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn deep(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, member)| deep(&format!("{name}[{key}]"), member))
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| deep(name, item)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            vec![(name.to_owned(), text(value))]
        }
    }
}

fn decoded(text: &str) -> String {
    let octets = percent_decode_str(text).decode_utf8();
    octets.unwrap_or_else(|error| panic!("{text}: {error}")).into_owned()
}

/// `name=value` pieces; the value still encoded.
fn pairs<'t>(text: &'t str, separator: &str) -> Vec<(String, &'t str)> {
    let pieces = text.split(separator).filter(|piece| !piece.is_empty());
    let pair = |piece: &'t str| {
        let (name, value) = piece.split_once('=').unwrap_or_else(|| panic!("no = in {piece}"));
        (decoded(name), value)
    };
    pieces.map(pair).collect()
}

fn decoded_pairs(pairs: &[(String, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| (name.clone(), decoded(value))).collect()
}

/// Texts between separators. Some separators also stand in values and cannot be told from them there
/// (the dot is an unreserved character, RFC 3986, 2.3; `%20` and `%7C` are how a space and a bar are
/// written anyway): then the whole must still be the same text.
fn apart(sent: &str, separator: &str, texts: &[String]) {
    let plain = decoded(separator);
    if separator != "," && texts.iter().any(|text| text.contains(&plain)) {
        assert_eq!(decoded(sent), texts.join(&plain), "{sent}");
    } else if texts.is_empty() {
        assert_eq!(sent, "", "nothing was meant");
    } else {
        let found: Vec<String> = sent.split(separator).map(decoded).collect();
        assert_eq!(found, texts, "{sent}");
    }
}

/// Members between separators: `k=v,k=v` exploded, `k,v,k,v` otherwise.
fn members(sent: &str, separator: &str, explode: bool, meant: &[(String, String)]) {
    let is_dotted = separator == "."
        && meant.iter().any(|(name, member)| name.contains('.') || member.contains('.'));
    if explode && is_dotted {
        let texts: Vec<String> =
            meant.iter().map(|(name, member)| format!("{name}={member}")).collect();
        assert_eq!(decoded(sent), texts.join("."), "{sent}");
    } else if explode {
        // An empty name and value leave `=`, never nothing.
        assert_eq!(decoded_pairs(&pairs(sent, separator)), meant, "{sent}");
    } else {
        let texts: Vec<String> =
            meant.iter().flat_map(|(name, member)| [name.clone(), member.clone()]).collect();
        apart(sent, separator, &texts);
    }
}

/// The only value that is sent under the parameter's name.
fn single<'t>(found: &[(String, &'t str)], name: &str) -> &'t str {
    match found {
        [(found, value)] if found == name => value,
        _ => panic!("{found:?} is not one {name}"),
    }
}

/// A query, without its question mark.
pub(super) fn query(sent: &str, parameter: &ParameterValue, meant: &Meant) {
    in_pairs(&pairs(sent, "&"), parameter, meant);
}

/// The `Cookie` field. Names in it are not encoded, so that only plain ones can be read back.
pub(super) fn cookies(sent: &str, parameter: &ParameterValue, meant: &Meant) {
    let is_plain = |(name, _): &(String, String)| {
        name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '[' | ']'))
    };
    match meant {
        Meant::Members(members) | Meant::Deep(members) if !members.iter().all(is_plain) => {}
        Meant::Text(_) | Meant::Items(_) | Meant::Members(_) | Meant::Deep(_) => {
            in_pairs(&pairs(sent, "; "), parameter, meant);
        }
    }
}

fn in_pairs(found: &[(String, &str)], parameter: &ParameterValue, meant: &Meant) {
    let separator = match parameter.style {
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "%7C",
        Style::Simple | Style::Label | Style::Matrix | Style::Form | Style::DeepObject => ",",
    };
    let name = &parameter.name;
    match meant {
        Meant::Text(text) => assert_eq!(&decoded(single(found, name)), text),
        Meant::Items(items) if parameter.explode => {
            let meant: Vec<_> = items.iter().map(|item| (name.clone(), item.clone())).collect();
            assert_eq!(decoded_pairs(found), meant);
        }
        Meant::Items(items) => apart(single(found, name), separator, items),
        Meant::Deep(meant) => assert_eq!(&decoded_pairs(found), meant),
        Meant::Members(meant) if parameter.explode => assert_eq!(&decoded_pairs(found), meant),
        Meant::Members(meant) => members(single(found, name), separator, false, meant),
    }
}

/// A segment of a path.
pub(super) fn path(segment: &str, parameter: &ParameterValue, meant: &Meant) {
    let (name, explode) = (&parameter.name, parameter.explode);
    match parameter.style {
        Style::Label => {
            // The table writes an empty text as `.`, a dot segment or not.
            let rest = segment.strip_prefix('.').unwrap_or_else(|| panic!("no dot: {segment}"));
            in_segment(rest, if explode { "." } else { "," }, explode, meant);
        }
        Style::Matrix => match meant {
            Meant::Items(items) if explode => {
                let meant: Vec<_> = items.iter().map(|item| (name.clone(), item.clone())).collect();
                assert_eq!(decoded_pairs(&pairs(segment, ";")), meant);
            }
            Meant::Members(meant) if explode => {
                assert_eq!(&decoded_pairs(&pairs(segment, ";")), meant);
            }
            Meant::Text(_) | Meant::Items(_) | Meant::Members(_) | Meant::Deep(_) => {
                let rest = segment.strip_prefix(&format!(";{name}="));
                let rest = rest.unwrap_or_else(|| panic!("no ;{name}= in {segment}"));
                in_segment(rest, ",", explode, meant);
            }
        },
        Style::Simple
        | Style::Form
        | Style::SpaceDelimited
        | Style::PipeDelimited
        | Style::DeepObject => {
            assert!(segment != "." && segment != "..", "a dot segment (RFC 3986, 5.2.4)");
            in_segment(segment, ",", explode, meant);
        }
    }
}

fn in_segment(sent: &str, separator: &str, explode: bool, meant: &Meant) {
    match meant {
        Meant::Text(text) => assert_eq!(&decoded(sent), text),
        Meant::Items(items) => apart(sent, separator, items),
        Meant::Members(meant) => members(sent, separator, explode, meant),
        // No path is written in `deepObject`: what becomes of it is nobody's promise.
        Meant::Deep(_) => {}
    }
}

/// A field value: style `simple`, not encoded, so that it is compared and not taken apart.
pub(super) fn header(sent: Option<&str>, parameter: &ParameterValue, meant: &Meant) {
    let expected = match meant {
        Meant::Text(text) => text.clone(),
        Meant::Items(items) => items.join(","),
        Meant::Members(members) => {
            let between = if parameter.explode { "=" } else { "," };
            let pair = |(name, member): &(String, String)| format!("{name}{between}{member}");
            members.iter().map(pair).collect::<Vec<_>>().join(",")
        }
        // No field is written in `deepObject`.
        Meant::Deep(_) => return,
    };
    assert_eq!(sent, Some(expected.as_str()));
}

/// A form (WHATWG URL, 5.1): pairs, items repeated; what is no object stands alone.
pub(super) fn form(sent: &str, meant: &Value) {
    let spaced = sent.replace('+', "%20");
    let Value::Object(members) = meant else {
        assert_eq!(decoded(&spaced), text(meant));
        return;
    };
    let mut expected = Vec::new();
    for (name, member) in members {
        match member {
            Value::Array(items) => {
                expected.extend(items.iter().map(|item| (name.clone(), text(item))));
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => expected.push((name.clone(), text(member))),
        }
    }
    assert_eq!(decoded_pairs(&pairs(&spaced, "&")), expected, "{sent}");
}
