//! Strings of the common formats (JSON Schema 2020-12 Validation, 7.3; OpenAPI format registry).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Source;

/// A string of this format; `None` if the format is not known, so that any text will do.
pub(crate) fn draw(format: &str, source: &mut Source) -> Option<String> {
    let text = match format {
        "date" => date(source),
        "time" => time(source),
        "date-time" | "datetime" => format!("{}T{}", date(source), time(source)),
        "duration" => format!("P{}DT{}H", source.draw(30), source.draw(23)),
        "email" | "idn-email" => format!("{}@{}.example", word(source, 1), word(source, 1)),
        "hostname" | "idn-hostname" | "domain" => format!("{}.example", word(source, 1)),
        "ipv4" | "ip" => {
            format!("10.{}.{}.{}", source.draw(255), source.draw(255), 1 + source.draw(253))
        }
        "ipv6" => format!("2001:db8::{:x}", source.draw(0xffff)),
        "uri" | "url" | "iri" => format!("https://{}.example/{}", word(source, 1), word(source, 1)),
        "uri-reference" | "iri-reference" | "json-pointer" => format!("/{}", word(source, 1)),
        "uri-template" => format!("/{}/{{id}}", word(source, 1)),
        "uuid" | "guid" => uuid(source),
        "relative-json-pointer" => format!("{}/{}", source.draw(3), word(source, 1)),
        "regex" => format!("^{}$", word(source, 1)),
        "byte" | "base64" => STANDARD.encode(word(source, 3)),
        "binary" => word(source, 1),
        _ => return None,
    };
    Some(text)
}

/// Whether the format is one that texts are drawn of.
pub(crate) fn is_known(format: &str) -> bool {
    draw(format, &mut Source::replay(Vec::new())).is_some()
}

/// A text of this format with exactly this many characters; `None` if there is none, or the format is
/// not known. Labels have at most 63 characters (RFC 1035, 2.3.4), names before an `@` 64 (RFC 5321,
/// 4.5.3.1.1).
pub(crate) fn of_length(format: &str, length: usize) -> Option<String> {
    let padded = |before: &str, after: &str| {
        let room = length.checked_sub(before.len() + after.len()).filter(|room| *room > 0)?;
        Some(format!("{before}{}{after}", "a".repeat(room)))
    };
    match format {
        "email" | "idn-email" => {
            let name = length.checked_sub("@a.example".len())?.clamp(1, 64);
            let host = host(length.checked_sub(name + 1)?)?;
            Some(format!("{}@{host}", "a".repeat(name)))
        }
        "hostname" | "idn-hostname" | "domain" => host(length),
        "uri" | "url" | "iri" => padded("https://a.example/", ""),
        "uri-reference" | "iri-reference" | "json-pointer" => padded("/", ""),
        "uri-template" => padded("/", "/{id}"),
        "relative-json-pointer" => padded("0/", ""),
        "regex" => padded("^", "$"),
        "byte" | "base64" => length.is_multiple_of(4).then(|| "YWFh".repeat(length / 4)),
        "binary" => Some("a".repeat(length)),
        _ => None,
    }
}

/// A host of this many characters.
fn host(length: usize) -> Option<String> {
    let mut room = length.checked_sub(".example".len()).filter(|room| *room > 0)?;
    let mut labels = Vec::new();
    while room > 63 {
        // A label and its dot, with at least one character left for the next.
        let label = if room == 64 { 62 } else { 63 };
        labels.push("a".repeat(label));
        room -= label + 1;
    }
    labels.push("a".repeat(room));
    Some(format!("{}.example", labels.join(".")))
}

fn date(source: &mut Source) -> String {
    // Years near the middle of what services expect; every month has 28 days.
    let year = 2024 - source.draw(60) + source.draw(20);
    format!("{year:04}-{:02}-{:02}", 1 + source.draw(11), 1 + source.draw(27))
}

fn time(source: &mut Source) -> String {
    let (hour, minute, second) = (source.draw(23), source.draw(59), source.draw(59));
    format!("{hour:02}:{minute:02}:{second:02}Z")
}

/// Version 4, variant 1 (RFC 9562, 5.4).
fn uuid(source: &mut Source) -> String {
    let (high, low) = (source.draw(u64::MAX - 1), source.draw(u64::MAX - 1));
    let node = low & 0xffff_ffff_ffff;
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{node:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff)
    )
}

/// Lower-case letters, at least as many as asked for.
pub(crate) fn word(source: &mut Source, least: usize) -> String {
    let length = source.count(least, least + 9);
    let letter = |source: &mut Source| {
        char::from(b'a' + u8::try_from(source.draw(25)).expect("it is below 26"))
    };
    (0..length).map(|_| letter(source)).collect()
}

#[cfg(test)]
mod tests {
    use super::of_length;

    #[test]
    fn texts_have_the_length_that_is_asked_for() {
        for format in
            ["email", "hostname", "uri", "uri-reference", "uri-template", "regex", "binary"]
        {
            for length in 20..300 {
                let text = of_length(format, length).expect("it is long enough");
                assert_eq!(text.chars().count(), length, "{format}: {text}");
                assert!(!text.contains("..") && !text.starts_with('.'), "{text}");
            }
        }
        assert_eq!(of_length("email", 5), None);
        assert_eq!(of_length("uuid", 40), None);
    }
}
