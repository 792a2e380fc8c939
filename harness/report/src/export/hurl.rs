//! A Hurl file. Content goes as base64, so that every octet arrives; targets that a URL cannot say are
//! refused.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness_model::{BindingSource, Framing};

use crate::export::{Bound, Script, client_can, comment, is_plain_target, pieces};

/// Text with its marks as variables.
fn templated(octets: &[u8], step: usize, bound: &[Bound]) -> Result<String, String> {
    let mut text = String::new();
    for (piece, value) in pieces(octets, bound) {
        let piece = std::str::from_utf8(piece)
            .map_err(|_| "Hurl says only UTF-8 outside of contents".to_owned())?;
        if piece.chars().any(char::is_control) || piece.contains("{{") {
            return Err("Hurl cannot say control characters or {{ outside of contents".to_owned());
        }
        // Its escapes (`\` and the comment sign).
        text.push_str(&piece.replace('\\', "\\\\").replace('#', "\\#"));
        if let Some(idx) = value {
            let _ = write!(text, "{{{{v{step}_{idx}}}}}");
        }
    }
    Ok(text)
}

/// A JSON pointer as a path of JSON.
fn json_path(pointer: &str) -> String {
    let mut path = String::from("$");
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if token.bytes().all(|b| b.is_ascii_digit()) && !token.is_empty() {
            let _ = write!(path, "[{token}]");
        } else {
            let _ = write!(path, "['{}']", token.replace('\'', "\\'"));
        }
    }
    path.replace('"', "\\\"")
}

pub(super) fn write(script: &Script) -> Result<String, String> {
    let mut text = format!(
        "# {}\n# expected: {}\n# observed: {}\n",
        comment(&script.title),
        comment(&script.expected),
        comment(&script.observed)
    );
    for (number, step) in script.steps.iter().enumerate() {
        let request = &step.request;
        client_can(request, "Hurl")?;
        if !is_plain_target(&request.target.0) {
            let target = request.target.lossy();
            return Err(format!("the target {target:?} is none that Hurl can say; export curl"));
        }
        if !request.method.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(format!("the method {:?} is none that Hurl can say", request.method));
        }
        let target = templated(&request.target.0, number, &step.bound)?;
        let _ = writeln!(text, "\n{} {}{target}", request.method, script.base);
        for field in &request.headers {
            let value = templated(&field.value.0, number, &step.bound)?;
            let _ = writeln!(text, "{}: {value}", field.name);
        }
        if request.framing != Framing::None {
            let holds_marks = pieces(&request.content.0, &step.bound).len() > 1;
            if holds_marks {
                let content = std::str::from_utf8(&request.content.0).map_err(|_| {
                    "Hurl cannot put a value into content that is not UTF-8".to_owned()
                })?;
                if content.contains('`') || content.contains('\n') {
                    return Err("Hurl cannot put a value into this content; export curl".to_owned());
                }
                let _ = writeln!(text, "`{}`", marked(content, number, &step.bound));
            } else {
                let _ = writeln!(text, "base64,{};", STANDARD.encode(&request.content.0));
            }
        }
        text.push_str("HTTP *\n");
        let mut captures = String::new();
        for (later, other) in script.steps.iter().enumerate() {
            for (idx, bound) in other.bound.iter().enumerate().filter(|(_, b)| b.step == number) {
                let query = match &bound.from {
                    BindingSource::Body(pointer) => format!("jsonpath \"{}\"", json_path(pointer)),
                    BindingSource::Header(name) => format!("header \"{name}\""),
                    BindingSource::LocationSegment => {
                        "header \"Location\" regex /([^\\/?#]+)\\/*(?:[?#].*)?$/".to_owned()
                    }
                };
                let _ = writeln!(captures, "v{later}_{idx}: {query}");
            }
        }
        if !captures.is_empty() {
            let _ = write!(text, "[Captures]\n{captures}");
        }
    }
    Ok(text)
}

fn marked(content: &str, step: usize, bound: &[Bound]) -> String {
    let mut content = content.to_owned();
    for (idx, bound) in bound.iter().enumerate() {
        content = content.replace(&bound.mark, &format!("{{{{v{step}_{idx}}}}}"));
    }
    content
}
