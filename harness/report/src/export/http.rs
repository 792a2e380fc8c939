//! A `.http` file, as editors' REST clients read it: text only, so other content is refused.

use std::fmt::Write as _;

use harness_model::{BindingSource, Framing};

use crate::export::{Bound, Script, client_can, comment, is_plain_target};

fn templated(octets: &[u8], bound: &[Bound], is_content: bool) -> Result<String, String> {
    let text = std::str::from_utf8(octets).map_err(|_| {
        "a .http file is text, and these octets are not; export curl or pytest".to_owned()
    })?;
    let is_odd = |c: char| c.is_control() && !(is_content && c == '\n');
    if text.chars().any(is_odd) || text.contains("{{") {
        return Err("a .http file cannot say control characters or {{; export curl".to_owned());
    }
    // Lines that the readers of such files take for their own.
    let is_own = |line: &str| line.is_empty() || line.starts_with("###") || line.starts_with("< ");
    if is_content && text.split('\n').any(is_own) && !text.is_empty() {
        return Err(
            "a line of this content means something else in a .http file; export curl".into()
        );
    }
    let mut text = text.to_owned();
    for Bound { mark, step, from } in bound {
        let value = match from {
            BindingSource::Body(pointer) => {
                let path = pointer.replace('/', ".");
                format!("{{{{step{step}.response.body.${path}}}}}")
            }
            BindingSource::Header(name) => format!("{{{{step{step}.response.headers.{name}}}}}"),
            BindingSource::LocationSegment => {
                return Err("a .http file cannot take a Location apart; export curl".to_owned());
            }
        };
        text = text.replace(mark, &value);
    }
    Ok(text)
}

pub(super) fn write(script: &Script) -> Result<String, String> {
    let mut text = String::new();
    for (number, step) in script.steps.iter().enumerate() {
        let request = &step.request;
        client_can(request, "a REST client")?;
        if !is_plain_target(&request.target.0) {
            let target = request.target.lossy();
            return Err(format!(
                "the target {target:?} is none that a .http file can say; export curl"
            ));
        }
        let title = if number == 0 { comment(&script.title) } else { format!("step {number}") };
        let target = templated(&request.target.0, &step.bound, false)?;
        let _ = write!(
            text,
            "### {title}\n# @name step{number}\n{} {}{target} HTTP/1.1\n",
            request.method, script.base
        );
        for field in &request.headers {
            let value = templated(&field.value.0, &step.bound, false)?;
            let _ = writeln!(text, "{}: {value}", field.name);
        }
        if request.framing != Framing::None && !request.content.is_empty() {
            let content = templated(&request.content.0, &step.bound, true)?;
            let _ = write!(text, "\n{content}\n");
        }
        text.push('\n');
    }
    let _ = write!(
        text,
        "# expected: {}\n# observed: {}\n",
        comment(&script.expected),
        comment(&script.observed)
    );
    Ok(text)
}
