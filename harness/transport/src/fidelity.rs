//! Whether reqwest would put a request on the wire as it is.
//!
//! A URL type resolves dot segments (`..`, `%2e%2e`), drops tabs and line breaks, turns `\` into `/`,
//! escapes what is not ASCII and cuts fragments off (WHATWG URL, 4.4). A harness that lets its client
//! repair a request tests something else than it says, so such a request is not sent at all.

use harness_model::{Framing, Request};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

/// A request in reqwest's terms, equal to the original on the wire.
pub(crate) struct Faithful {
    pub(crate) method: reqwest::Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
}

/// Translates a request, or says what reqwest would change.
pub(crate) fn translate(base: &str, request: &Request) -> Result<Faithful, String> {
    if request.framing == Framing::AsWritten {
        return Err("framing that is written by hand needs the raw transport".to_owned());
    }
    let method = reqwest::Method::from_bytes(request.method.as_bytes())
        .map_err(|_| format!("{:?} is not a method token", request.method))?;
    let target = std::str::from_utf8(&request.target.0)
        .map_err(|_| "the request target is not ASCII".to_owned())?;
    let url = Url::parse(&format!("{base}{target}"))
        .map_err(|error| format!("the request target is not part of a URL: {error}"))?;
    let kept = &url[url::Position::BeforePath..];
    if kept != target || url.fragment().is_some() {
        return Err(format!("the request target would be sent as {kept}"));
    }
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 2);
    for field in &request.headers {
        let name = HeaderName::from_bytes(field.name.as_bytes())
            .map_err(|_| format!("{:?} is not a field name", field.name))?;
        let value = HeaderValue::from_bytes(&field.value.0)
            .map_err(|_| format!("the value of {} holds a control character", field.name))?;
        headers.append(name, value);
    }
    Ok(Faithful { method, url, headers })
}

#[cfg(test)]
mod tests {
    use harness_model::{Framing, HeaderField, Octets, Request};

    use super::translate;

    fn check(target: &str, is_sendable: bool) {
        let request = Request {
            method: "GET".to_owned(),
            target: target.into(),
            headers: Vec::new(),
            content: Octets::default(),
            framing: Framing::None,
        };
        let translated = translate("http://127.0.0.1:80", &request);
        assert_eq!(translated.is_ok(), is_sendable, "{target}");
    }

    #[test]
    fn targets_that_a_url_type_keeps_are_sendable() {
        for target in ["/", "/a/b?c=d&e", "/%00/%2F", "//a", "/a;b=c", "/a?x=[1]", "/%zz", "/a?"] {
            check(target, true);
        }
    }

    #[test]
    fn targets_that_a_url_type_repairs_are_not_sent() {
        for target in
            ["/a/../b", "/a/%2e%2e/b", "/%2e/x", "/a\tb", "/a\\b", "/é", "/a b", "/a#b", "/a\"b"]
        {
            check(target, false);
        }
    }

    #[test]
    fn header_values_with_control_characters_are_not_sent() {
        let request = Request {
            method: "GET".to_owned(),
            target: "/".into(),
            headers: vec![HeaderField::new("x", "a\nb")],
            content: Octets::default(),
            framing: Framing::None,
        };
        assert!(translate("http://127.0.0.1", &request).is_err());
    }
}
