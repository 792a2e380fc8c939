//! Whether octets are in a format. Knows the formats, no contract and no rule.

use harness_model::Response;
use roxmltree::{Document, Error, ParsingOptions};
use serde_json::Value;

use crate::answers::is_our_limit;

/// Lines of JSON that are parsed: a stream that is right this long was written by something that
/// knows how.
const LINES_MAX: usize = 10_000;

/// What there is to say about content in a format.
pub(crate) enum Judged {
    Fine,
    /// Why, in lower case.
    Broken(String),
    /// Why it cannot be told.
    Undecided(String),
}

impl Judged {
    fn broken(why: &str) -> Self {
        Self::Broken(why.to_owned())
    }
}

/// The charset that the Content-Type names, in lower case (RFC 9110, 8.3.2).
pub(crate) fn charset(response: &Response) -> Option<String> {
    let value = response.header("content-type")?.lossy().into_owned();
    let named = value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    named.map(str::to_ascii_lowercase)
}

pub(crate) fn utf8(octets: &[u8]) -> Judged {
    match std::str::from_utf8(octets) {
        Ok(_) => Judged::Fine,
        Err(error) => Judged::Broken(format!("octet {} is not UTF-8", error.valid_up_to())),
    }
}

pub(crate) fn ascii(octets: &[u8]) -> Judged {
    match octets.iter().position(|octet| !octet.is_ascii()) {
        None => Judged::Fine,
        Some(at) => Judged::Broken(format!("octet {at} is not ASCII")),
    }
}

/// Well-formedness (XML 1.0, 2.1). The charset of the Content-Type goes before the declaration within
/// (RFC 7303, 3); without either it is UTF-8 (XML 1.0, 4.3.3).
pub(crate) fn xml(octets: &[u8], named: Option<&str>) -> Judged {
    let head = String::from_utf8_lossy(&octets[..octets.len().min(200)]).to_ascii_lowercase();
    let declaration = head.trim_start_matches('\u{feff}');
    let declaration = declaration.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next());
    let within = declaration.and_then(|text| text.split_once("encoding")).map(|(_, rest)| rest);
    let within = within.and_then(|rest| rest.split(['"', '\'']).nth(1));
    let encoding = named.or(within).unwrap_or("utf-8");
    let is_wide = octets.starts_with(&[0xfe, 0xff]) || octets.starts_with(&[0xff, 0xfe]);
    if is_wide || !matches!(encoding, "utf-8" | "utf8" | "us-ascii" | "ascii") {
        return Judged::Undecided("the content is XML in another encoding than UTF-8".to_owned());
    }
    let Ok(text) = std::str::from_utf8(octets) else { return utf8(octets) };
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let Err(error) = Document::parse_with_options(text, options) else { return Judged::Fine };
    let has_doctype = text.contains("<!DOCTYPE");
    let is_newer = declaration.is_some_and(|text| text.contains("1.1"));
    match error {
        // Namespaces are another recommendation: the document is well-formed.
        Error::UnknownNamespace(..) | Error::InvalidElementNamePrefix(..) => Judged::Fine,
        Error::NodesLimitReached
        | Error::AttributesLimitReached
        | Error::NamespacesLimitReached
        | Error::EntityReferenceLoop(..)
        | Error::DtdDetected => Judged::Undecided(format!("not read: {error}")),
        // It may be defined in a document that is not at hand.
        Error::UnknownEntityReference(..) if has_doctype => {
            Judged::Undecided(format!("not read: {error}"))
        }
        // XML 1.1 allows more characters.
        Error::NonXmlChar(..) if is_newer => Judged::Undecided(format!("not read: {error}")),
        error => Judged::Broken(error.to_string()),
    }
}

/// Octets that no serialiser of a form writes (WHATWG URL, 5.2): white space and controls, what is not
/// ASCII, a `%` without two digits, and the beginnings of other formats. Punctuation that should be
/// encoded but often is not is fine.
pub(crate) fn form(octets: &[u8]) -> Judged {
    if matches!(octets.first(), Some(b'{' | b'[' | b'<' | b'"')) {
        return Judged::broken("it begins like another format");
    }
    let text = octets.strip_suffix(b"\n").unwrap_or(octets);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if text.iter().any(|octet| *octet <= b' ' || !octet.is_ascii() || *octet == 0x7f) {
        return Judged::broken("it holds octets that must be encoded");
    }
    let is_escape = |rest: &[u8]| rest.len() > 2 && rest[1..3].iter().all(u8::is_ascii_hexdigit);
    let percents = text.iter().enumerate().filter(|(_, octet)| **octet == b'%');
    if percents.into_iter().any(|(at, _)| !is_escape(&text[at..])) {
        return Judged::broken("a percent sign is not followed by two digits");
    }
    Judged::Fine
}

/// JSON texts, one a line; in a sequence each begins with a record separator (RFC 7464, 2.2) and may
/// have several lines.
pub(crate) fn lines_of_json(octets: &[u8]) -> Judged {
    const RECORD_SEPARATOR: u8 = 0x1e;
    let is_sequence = octets.contains(&RECORD_SEPARATOR);
    let end = if is_sequence { RECORD_SEPARATOR } else { b'\n' };
    for (number, line) in octets.split(|octet| *octet == end).enumerate().take(LINES_MAX) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        if let Err(error) = serde_json::from_slice::<Value>(line) {
            if is_our_limit(&error) {
                return Judged::Undecided(format!("not read: {error}"));
            }
            return Judged::Broken(format!("line {}: {error}", number + 1));
        }
    }
    Judged::Fine
}
