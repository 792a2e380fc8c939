//! Whether reqwest would put a request on the wire as it is.
//!
//! A URL type resolves dot segments (`..`, `%2e%2e`), drops tabs and line breaks, turns `\` into `/`,
//! escapes what is not ASCII and cuts fragments off (WHATWG URL, 4.4); an HTTP library corrects framing
//! fields. A harness that lets its client repair a request tests something else than it says, so such a
//! request is not sent at all. What may differ: the case of field names (RFC 9110, 5.1, gives it no
//! meaning), lines of one name stand together, and `Host`, `Accept: */*` and `User-Agent` are added
//! where they are absent.

use harness_model::{Framing, Request};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

/// Fields that say where a message ends: the library writes them itself and corrects what it finds.
const FRAMING_FIELDS: [&str; 2] = ["content-length", "transfer-encoding"];

/// Fields that the client adds on the way: room for them saves growing the map.
const ADDED_FIELDS: usize = 4;

/// A request in reqwest's terms, equal to the original on the wire.
#[derive(Debug)]
pub(crate) struct Faithful {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// Whether content is sent, if only an empty one.
    pub(crate) has_content: bool,
}

/// Translates a request, or says what reqwest would change. `base` is scheme and authority.
pub(crate) fn translate(base: &str, request: &Request) -> Result<Faithful, String> {
    let has_content = match request.framing {
        Framing::AsWritten => {
            return Err("framing that is written by hand would be corrected".to_owned());
        }
        Framing::None if !request.content.is_empty() => {
            return Err("content without framing would not be sent".to_owned());
        }
        Framing::None => false,
        Framing::ContentLength => true,
    };
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| format!("{:?} is not a method token (RFC 9110, 9.1)", request.method))?;
    if method == Method::CONNECT {
        return Err("the target of CONNECT would be sent in authority form".to_owned());
    }
    let url = url(base, request)?;
    let mut headers = HeaderMap::try_with_capacity(request.headers.len() + ADDED_FIELDS)
        .map_err(|_| too_many())?;
    for field in &request.headers {
        let name = HeaderName::from_bytes(field.name.as_bytes())
            .map_err(|_| format!("{:?} is not a field name (RFC 9110, 5.1)", field.name))?;
        if FRAMING_FIELDS.contains(&name.as_str()) {
            return Err(format!("{name} that is written by hand would be corrected"));
        }
        let value = HeaderValue::from_bytes(&field.value.0)
            .map_err(|_| format!("the value of {name} holds a control character"))?;
        headers.try_append(name, value).map_err(|_| too_many())?;
    }
    Ok(Faithful { method, url, headers, has_content })
}

fn too_many() -> String {
    "there are more fields than the library holds".to_owned()
}

fn url(base: &str, request: &Request) -> Result<Url, String> {
    let target = std::str::from_utf8(&request.target.0)
        .map_err(|_| "the request target is not UTF-8 and would be escaped".to_owned())?;
    let url = Url::parse(&format!("{base}{target}"))
        .map_err(|error| format!("the request target is not part of a URL: {error}"))?;
    let kept = &url[url::Position::BeforePath..];
    // A fragment survives in the URL but not on the wire.
    if kept != target || url.fragment().is_some() {
        let sent = &url[url::Position::BeforePath..url::Position::AfterQuery];
        return Err(format!("the request target would be sent as {sent}"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests;
