//! Random steps, rendered. Knows what must hold of any request; how a server reads one back is
//! `reading`'s to know.

mod reading;

use arbitrary::Unstructured;
use harness_contract::{Location, OperationKey};
use harness_generate::{RenderError, render};
use harness_model::{BodyContent, BoundValue, Framing, Intent, ParameterValue, Request, Step};

use self::reading::Meant;
use crate::draw::{coin, step};
use crate::{OCTETS_MAX, Reached, Target};

pub(crate) const TARGET: Target = Target {
    name: "render",
    explain: "Any step becomes a request or says which value is unknown; its target is visible ASCII; each \
              parameter, in every place and style, and each kind of content is read back as it was meant.",
    run,
};

/// Draws a step and renders it, whole and parameter by parameter.
///
/// # Panics
/// If a law is broken.
pub fn run(data: &[u8]) -> Reached {
    if data.len() > OCTETS_MAX {
        return Reached::Door;
    }
    let mut octets = Unstructured::new(data);
    let base_path = if coin(&mut octets) { "/api" } else { "" };
    let with_bindings = coin(&mut octets);
    let step = step(&mut octets, with_bindings);
    let rendered = render(&step, base_path);
    assert_eq!(rendered, render(&step, base_path), "the same step twice");
    let is_bound = |p: &ParameterValue| matches!(p.value, BoundValue::Bound(_));
    let has_bindings = step.parameters.iter().any(is_bound)
        || step.body.as_ref().is_some_and(|body| !body.bindings.is_empty());
    match rendered {
        Ok(request) => {
            whole(&step, base_path, &request);
            content(&step, &request);
        }
        Err(RenderError::Unbound(name)) => assert!(has_bindings, "{name} is known"),
    }
    for parameter in &step.parameters {
        if let BoundValue::Known(_) = &parameter.value {
            alone(parameter);
        }
    }
    Reached::Laws
}

/// What holds of a request as a whole.
fn whole(step: &Step, base_path: &str, request: &Request) {
    assert_eq!(request.method, step.method);
    let target = request.target.lossy();
    assert!(target.starts_with(base_path), "{target}");
    // The template is the contract's word and stays as it is.
    if step.path.is_ascii() {
        assert!(target.bytes().all(|octet| octet.is_ascii_graphic()), "{target}");
    }
    assert!(request.header("accept").is_some(), "what is accepted is said in so many words");
    let media_type = step.body.as_ref().and_then(|body| body.media_type.as_deref());
    if !step.parameters.iter().any(|p| p.name.eq_ignore_ascii_case("content-type")) {
        let sent = request.header("content-type").map(|value| value.lossy().into_owned());
        assert_eq!(sent.as_deref(), media_type);
    }
    let is_framed = request.framing == Framing::ContentLength;
    assert_eq!(is_framed, step.body.is_some(), "{:?}", request.framing);
}

/// Content is read back as it was meant.
fn content(step: &Step, request: &Request) {
    let octets = &request.content.0;
    let content = step.body.as_ref().map(|body| &body.content);
    if let Some(BodyContent::Octets(meant)) = content {
        assert_eq!(octets, &meant.0);
    } else if let Some(BodyContent::Json(meant)) = content {
        let read: serde_json::Value =
            serde_json::from_slice(octets).expect("what was written as JSON is JSON");
        assert_eq!(&read, meant);
    } else if let Some(BodyContent::Form(meant)) = content {
        reading::form(&request.content.lossy(), meant);
    } else {
        assert!(octets.is_empty(), "nothing was meant");
    }
}

/// A parameter that is sent alone is read back as it was meant.
fn alone(parameter: &ParameterValue) {
    let BoundValue::Known(value) = &parameter.value else { return };
    let path = match parameter.location {
        Location::Path => format!("/a/{{{}}}/b", parameter.name),
        Location::Query | Location::Header | Location::Cookie => "/a".to_owned(),
    };
    let step = Step {
        operation: OperationKey::new("GET", &path),
        method: "GET".to_owned(),
        path,
        parameters: vec![parameter.clone()],
        body: None,
        identity: None,
        intent: Intent::Valid,
    };
    let request = render(&step, "").expect("the value is known");
    let target = request.target.lossy();
    let meant = Meant::of(value, parameter);
    match parameter.location {
        Location::Path => {
            let segment = target.strip_prefix("/a/").and_then(|rest| rest.strip_suffix("/b"));
            let segment = segment.unwrap_or_else(|| panic!("{target} has another path"));
            assert!(!segment.contains(['/', '?', '#']), "{target}");
            reading::path(segment, parameter, &meant);
        }
        Location::Query => {
            let query = target.strip_prefix("/a").expect("the path has no parameter");
            reading::query(query.strip_prefix('?').unwrap_or(query), parameter, &meant);
        }
        Location::Header => {
            let sent = request.header(&parameter.name).map(|value| value.lossy().into_owned());
            reading::header(sent.as_deref(), parameter, &meant);
        }
        Location::Cookie => {
            let sent = request.header("cookie").map(|value| value.lossy().into_owned());
            reading::cookies(sent.as_deref().unwrap_or_default(), parameter, &meant);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use crate::Reached;

    #[test]
    fn no_octets_are_the_simplest_step_and_reach_the_laws() {
        assert_eq!(run(&[]), Reached::Laws);
    }
}
