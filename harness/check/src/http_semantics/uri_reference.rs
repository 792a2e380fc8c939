//! Whether octets are a URI reference (RFC 3986, 4.1). Knows the grammar, no HTTP.

/// Whether the octets follow the grammar of a URI reference: only its characters, `%` only before two
/// hexadecimal digits, brackets only around the host, one `#`, and no colon in the first segment unless
/// what stands before it is a scheme (4.2).
pub(super) fn is_uri_reference(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else { return false };
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let rest = match rest.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        Some((before, _)) if !before.contains('/') => return false,
        Some(_) | None => rest,
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    is_authority(authority)
        && is_of(path, |b| b == b'/')
        && is_of(query, |b| matches!(b, b'/' | b'?'))
        && is_of(fragment, |b| matches!(b, b'/' | b'?'))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

fn is_authority(text: &str) -> bool {
    let host = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let Some(literal) = host.strip_prefix('[') else { return is_of(text, |_| false) };
    let Some((literal, port)) = literal.split_once(']') else { return false };
    let is_port = port.is_empty() || port.starts_with(':');
    is_port && is_of(literal, |_| false) && is_of(port, |_| false)
}

/// Characters of a path (RFC 3986, 3.3) and what else is allowed there.
fn is_of(text: &str, is_more: impl Fn(u8) -> bool) -> bool {
    let octets = text.as_bytes();
    octets.iter().enumerate().all(|(at, octet)| match *octet {
        b'%' => octets.get(at + 1..at + 3).is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit)),
        b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+'
        | b',' | b';' | b'=' | b':' | b'@' => true,
        octet => octet.is_ascii_alphanumeric() || is_more(octet),
    })
}

#[cfg(test)]
mod tests {
    use super::is_uri_reference;

    #[test]
    fn references_of_every_kind_are_known() {
        for text in [
            "/orders/1",
            "orders/1",
            "",
            "?a=b/c?d",
            "#f",
            "http://h:80/a/b?c#d",
            "//h/a",
            "http://[::1]:80/a",
            "http://u:p@h/",
            "urn:isbn:1",
            "/a%20b/c:d;e=f",
            "./a:b",
        ] {
            assert!(is_uri_reference(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_has_characters_of_its_own_is_none() {
        for text in [
            "/orders/{id}",
            "/orders/<1>",
            "/a b",
            "/a%2",
            "/a%zz",
            "/\u{e4}",
            "/a[0]",
            "http://[::1/a",
            "/a#b#c",
            "1a:b",
            "C:\\orders",
            "/a\\b",
            "/a|b",
            "\"/a\"",
        ] {
            assert!(!is_uri_reference(text.as_bytes()), "{text}");
        }
        assert!(!is_uri_reference(b"/\xff"));
    }
}
