//! From a step to the octets of its request: a pure function.
//!
//! Parameters by OpenAPI 3.1, 4.8.12 (`style` and `explode`), percent-encoding by RFC 3986, 2.

use harness_contract::{Location, Style};
use harness_model::{BoundValue, Framing, HeaderField, Octets, ParameterValue, Request, Step};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::content::content;

/// Everything but RFC 3986's unreserved characters.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A step that cannot become a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A value that is taken from an earlier answer has not been filled in.
    #[error("the value of {0} is taken from an earlier answer and is not known yet")]
    Unbound(String),
}

/// The request of a step whose values are all known. `base_path` is empty or like `/api`.
///
/// # Errors
/// If a value is still bound to an earlier answer.
pub fn render(step: &Step, base_path: &str) -> Result<Request, RenderError> {
    let mut target = String::with_capacity(64);
    target.push_str(base_path);
    path(step, &mut target)?;
    // Some probes write a query of their own into the path.
    let mut separator = if target.contains('?') { '&' } else { '?' };
    let mut headers = Vec::with_capacity(4);
    let mut cookies = String::new();
    for parameter in &step.parameters {
        match parameter.location {
            Location::Path => {}
            Location::Query => {
                for (name, value) in pairs(parameter)? {
                    target.push(separator);
                    separator = '&';
                    target.extend(utf8_percent_encode(&name, COMPONENT));
                    target.push('=');
                    target.push_str(&value);
                }
            }
            Location::Header => {
                let text = joined(known(parameter)?, parameter, ",", str::to_owned);
                headers.push(HeaderField::new(parameter.name.clone(), text));
            }
            Location::Cookie => {
                for (name, value) in pairs(parameter)? {
                    if !cookies.is_empty() {
                        cookies.push_str("; ");
                    }
                    cookies.push_str(&name);
                    cookies.push('=');
                    cookies.push_str(&value);
                }
            }
        }
    }
    if !cookies.is_empty() {
        headers.push(HeaderField::new("Cookie", cookies));
    }
    // Said in so many words, so that the recorded request is the one on the wire.
    if !headers.iter().any(|field: &HeaderField| field.name.eq_ignore_ascii_case("accept")) {
        headers.insert(0, HeaderField::new("Accept", "*/*"));
    }
    let (content, framing) = match &step.body {
        None => (Octets::default(), Framing::None),
        Some(body) => {
            let (media_type, octets) = content(body)?;
            if let Some(media_type) = media_type {
                headers.push(HeaderField::new("Content-Type", media_type));
            }
            (octets, Framing::ContentLength)
        }
    };
    Ok(Request { method: step.method.clone(), target: target.into(), headers, content, framing })
}

fn known(parameter: &ParameterValue) -> Result<&Value, RenderError> {
    match &parameter.value {
        BoundValue::Known(value) => Ok(value),
        BoundValue::Bound(_) => Err(RenderError::Unbound(parameter.name.clone())),
    }
}

/// The path with every `{name}` that the step has a value for replaced.
fn path(step: &Step, target: &mut String) -> Result<(), RenderError> {
    let mut rest = step.path.as_str();
    while let Some(open) = rest.find('{') {
        target.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { break };
        let name = &rest[open + 1..open + close];
        let is_it = |p: &&ParameterValue| p.location == Location::Path && p.name == name;
        if let Some(parameter) = step.parameters.iter().find(is_it) {
            target.push_str(&in_path(known(parameter)?, parameter));
        }
        rest = &rest[open + close + 1..];
    }
    target.push_str(rest);
    Ok(())
}

fn in_path(value: &Value, parameter: &ParameterValue) -> String {
    let encode = |text: &str| {
        let encoded = utf8_percent_encode(text, COMPONENT).to_string();
        // A segment of dots alone would be resolved away (RFC 3986, 5.2.4).
        if !encoded.is_empty() && encoded.bytes().all(|b| b == b'.') {
            encoded.replace('.', "%2E")
        } else {
            encoded
        }
    };
    let name = &parameter.name;
    match parameter.style {
        Style::Label => {
            let separator = if parameter.explode { "." } else { "," };
            format!(".{}", joined(value, parameter, separator, encode))
        }
        Style::Matrix => match value {
            Value::Array(items) if parameter.explode => {
                let pairs = items.iter().map(|item| format!(";{name}={}", encode(&text(item))));
                pairs.collect::<Vec<_>>().concat()
            }
            Value::Object(members) if parameter.explode => {
                let pairs = members.iter();
                let pairs =
                    pairs.map(|(k, member)| format!(";{}={}", encode(k), encode(&text(member))));
                pairs.collect::<Vec<_>>().concat()
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => format!(";{name}={}", joined(value, parameter, ",", encode)),
        },
        Style::Simple
        | Style::Form
        | Style::SpaceDelimited
        | Style::PipeDelimited
        | Style::DeepObject => joined(value, parameter, ",", encode),
    }
}

/// A value as one text: items and members joined by a separator, each encoded.
fn joined(
    value: &Value,
    parameter: &ParameterValue,
    separator: &str,
    encode: impl Fn(&str) -> String,
) -> String {
    if parameter.media_type.is_some() {
        return encode(&value.to_string());
    }
    match value {
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(|item| encode(&text(item))).collect();
            texts.join(separator)
        }
        Value::Object(members) => {
            let between = if parameter.explode { "=" } else { separator };
            let pair = |(key, member): (&String, &Value)| {
                format!("{}{between}{}", encode(key), encode(&text(member)))
            };
            members.iter().map(pair).collect::<Vec<_>>().join(separator)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => encode(&text(value)),
    }
}

/// Names (not encoded) and values (encoded) of a value that is written as a query parameter is.
pub(crate) fn pairs_of(
    name: &str,
    value: &Value,
    style: Style,
    explode: bool,
) -> Vec<(String, String)> {
    let parameter = ParameterValue {
        location: Location::Query,
        name: name.to_owned(),
        style,
        explode,
        media_type: None,
        required: true,
        value: BoundValue::Known(value.clone()),
    };
    pairs(&parameter).unwrap_or_default()
}

/// Names (not encoded) and values (encoded) of a query parameter or cookie.
fn pairs(parameter: &ParameterValue) -> Result<Vec<(String, String)>, RenderError> {
    let value = known(parameter)?;
    let name = parameter.name.clone();
    let encode = |text: &str| utf8_percent_encode(text, COMPONENT).to_string();
    if parameter.media_type.is_some() {
        return Ok(vec![(name, encode(&value.to_string()))]);
    }
    let separator = match parameter.style {
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "%7C",
        Style::Simple | Style::Label | Style::Matrix | Style::Form | Style::DeepObject => ",",
    };
    Ok(match value {
        Value::Array(items) if parameter.explode => {
            items.iter().map(|item| (name.clone(), encode(&text(item)))).collect()
        }
        Value::Object(members) if parameter.style == Style::DeepObject => members
            .iter()
            .flat_map(|(key, member)| deep(&format!("{name}[{key}]"), member))
            .collect(),
        Value::Object(members) if parameter.explode => {
            members.iter().map(|(key, member)| (key.clone(), encode(&text(member)))).collect()
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => vec![(name, joined(value, parameter, separator, encode))],
    })
}

/// `name[key][key]=value`, items repeated: what readers of `deepObject` agree on.
fn deep(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, member)| deep(&format!("{name}[{key}]"), member))
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| deep(name, item)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            vec![(name.to_owned(), utf8_percent_encode(&text(value), COMPONENT).to_string())]
        }
    }
}

/// A scalar as the text that a parameter carries; containers as JSON, since no style goes deeper.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use harness_contract::{Location, OperationKey, Style};
    use harness_model::{Body, BodyContent, BoundValue, Intent, ParameterValue, Step};
    use serde_json::{Value, json};

    use super::render;

    fn step(path: &str, parameters: Vec<ParameterValue>) -> Step {
        Step {
            operation: OperationKey::new("GET", path),
            method: "GET".to_owned(),
            path: path.to_owned(),
            parameters,
            body: None,
            identity: None,
            intent: Intent::Valid,
        }
    }

    fn parameter(location: Location, style: Style, explode: bool, value: Value) -> ParameterValue {
        ParameterValue {
            location,
            name: "c".to_owned(),
            style,
            explode,
            media_type: None,
            required: true,
            value: BoundValue::Known(value),
        }
    }

    /// The table of OpenAPI 3.1, 4.8.12.2.3 ("Style Examples"), with percent-encoding.
    #[test]
    fn styles_are_rendered_as_the_table_of_the_specification_says() {
        let array = json!(["blue", "black"]);
        let object = json!({"R": 100, "G": 200});
        for (location, style, explode, value, expected) in [
            (Location::Path, Style::Matrix, false, &json!("blue"), "/;c=blue"),
            (Location::Path, Style::Matrix, false, &array, "/;c=blue,black"),
            (Location::Path, Style::Matrix, true, &array, "/;c=blue;c=black"),
            (Location::Path, Style::Matrix, false, &object, "/;c=R,100,G,200"),
            (Location::Path, Style::Matrix, true, &object, "/;R=100;G=200"),
            (Location::Path, Style::Label, false, &array, "/.blue,black"),
            (Location::Path, Style::Label, true, &array, "/.blue.black"),
            (Location::Path, Style::Simple, false, &array, "/blue,black"),
            (Location::Path, Style::Simple, false, &object, "/R,100,G,200"),
            (Location::Path, Style::Simple, true, &object, "/R=100,G=200"),
            (Location::Query, Style::Form, true, &json!(""), "/?c="),
            (Location::Query, Style::Form, false, &array, "/?c=blue,black"),
            (Location::Query, Style::Form, true, &array, "/?c=blue&c=black"),
            (Location::Query, Style::Form, false, &object, "/?c=R,100,G,200"),
            (Location::Query, Style::Form, true, &object, "/?R=100&G=200"),
            (Location::Query, Style::SpaceDelimited, false, &array, "/?c=blue%20black"),
            (Location::Query, Style::PipeDelimited, false, &array, "/?c=blue%7Cblack"),
            (Location::Query, Style::DeepObject, true, &object, "/?c%5BR%5D=100&c%5BG%5D=200"),
        ] {
            let path = if location == Location::Path { "/{c}" } else { "/" };
            let step = step(path, vec![parameter(location, style, explode, value.clone())]);
            let request = render(&step, "").expect("nothing is bound");
            assert_eq!(request.target.lossy(), expected, "{style:?} {explode} {value}");
        }
    }

    #[test]
    fn values_are_percent_encoded_and_dots_are_no_segments() {
        let of = |value: Value| {
            let step =
                step("/a/{c}/b", vec![parameter(Location::Path, Style::Simple, false, value)]);
            render(&step, "/api").expect("nothing is bound").target.lossy().into_owned()
        };
        assert_eq!(of(json!("x/y?ü")), "/api/a/x%2Fy%3F%C3%BC/b");
        assert_eq!(of(json!("..")), "/api/a/%2E%2E/b");
    }

    #[test]
    fn json_and_form_content_carry_their_media_type() {
        let of = |media_type: &str, content: BodyContent| {
            let mut step = step("/", Vec::new());
            let media_type = Some(media_type.to_owned());
            step.body = Some(Body { media_type, content, bindings: Vec::new() });
            let request = render(&step, "").expect("nothing is bound");
            (request.header("content-type").cloned(), request.content.lossy().into_owned())
        };
        let value = json!({"a": 1, "b": ["x y", "&"]});
        let (media_type, content) = of("application/json", BodyContent::Json(value.clone()));
        assert_eq!(
            (media_type, &*content),
            (Some("application/json".into()), r#"{"a":1,"b":["x y","&"]}"#)
        );
        let (_, content) = of("application/x-www-form-urlencoded", BodyContent::Form(value));
        assert_eq!(content, "a=1&b=x+y&b=%26");
    }
}
