//! Where a reference leads when it is relative to a document (RFC 3986, 5). Works on text, so that
//! the path of a file serves as a base as well as a URL does. Knows no documents.

/// The reference without its fragment, and the fragment without `#`; empty if there is none.
pub(crate) fn split_fragment(reference: &str) -> (&str, &str) {
    reference.split_once('#').unwrap_or((reference, ""))
}

/// A reference resolved against a base (RFC 3986, 5.2.2). A base that is the path of a file gives the
/// path of a file. The fragment of the base is left out, that of the reference is kept.
pub(crate) fn resolve(base: &str, reference: &str) -> String {
    let (base, _) = split_fragment(base);
    // The path of a file as Windows writes it; it reads the other slash as well.
    let slashed = base.replace('\\', "/");
    let base = if scheme(base).is_none() { slashed.as_str() } else { base };
    if scheme(reference).is_some() {
        return reference.to_owned();
    }
    let (reference, fragment) = match reference.find('#') {
        Some(at) => reference.split_at(at),
        None => (reference, ""),
    };
    let (scheme, base) = match scheme(base) {
        Some(scheme) => base.split_at(scheme.len() + 1),
        None => ("", base),
    };
    let has_authority = !scheme.is_empty() && base.starts_with("//");
    let (authority, base_path) = if has_authority {
        let end = base[2..].find(['/', '?']).map_or(base.len(), |at| at + 2);
        base.split_at(end)
    } else {
        ("", base)
    };
    if reference.starts_with("//") && !scheme.is_empty() {
        return format!("{scheme}{reference}{fragment}");
    }
    let (base_path, base_query) = match base_path.find('?') {
        // A question mark in the name of a file is a part of it.
        Some(at) if !scheme.is_empty() => base_path.split_at(at),
        _ => (base_path, ""),
    };
    if reference.is_empty() {
        return format!("{scheme}{authority}{base_path}{base_query}{fragment}");
    }
    if reference.starts_with('?') {
        return format!("{scheme}{authority}{base_path}{reference}{fragment}");
    }
    let (path, query) = match reference.find('?') {
        Some(at) => reference.split_at(at),
        None => (reference, ""),
    };
    let joined = if path.starts_with('/') {
        path.to_owned()
    } else if base_path.is_empty() && has_authority {
        format!("/{path}")
    } else {
        let directory = base_path.rfind('/').map_or("", |at| &base_path[..=at]);
        format!("{directory}{path}")
    };
    format!("{scheme}{authority}{}{query}{fragment}", without_dots(&joined))
}

/// The scheme of an absolute URI. A single letter is the drive of a path.
fn scheme(uri: &str) -> Option<&str> {
    let (scheme, _) = uri.split_once(':')?;
    let mut characters = scheme.chars();
    let is_scheme = characters.next()?.is_ascii_alphabetic()
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    (is_scheme && scheme.len() > 1).then_some(scheme)
}

/// Removes `.` and `..` (RFC 3986, 5.2.4). A relative path keeps the `..` that lead out of it.
fn without_dots(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    let mut ends_in_directory = false;
    for segment in path.trim_start_matches('/').split('/') {
        ends_in_directory = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => match kept.last() {
                Some(&"..") | None if !is_absolute => kept.push(".."),
                _ => drop(kept.pop()),
            },
            _ => kept.push(segment),
        }
    }
    let mut joined = kept.join("/");
    if ends_in_directory && !joined.is_empty() {
        joined.push('/');
    }
    if is_absolute { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of RFC 3986, 5.4, that the path of a file has too.
    #[test]
    fn references_resolve_as_rfc_3986_shows() {
        for (reference, expect) in [
            ("g:h", "g:h"),
            ("gg:h", "gg:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("g?y#s", "http://a/b/c/g?y#s"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("./g/.", "http://a/b/c/g/"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g#s/../x", "http://a/b/c/g#s/../x"),
        ] {
            // A scheme of one letter is taken for a drive: a document is never fetched by one.
            if reference != "g:h" {
                assert_eq!(resolve("http://a/b/c/d;p?q", reference), expect, "{reference}");
            }
        }
    }

    #[test]
    fn paths_of_files_are_bases_too() {
        for (base, reference, expect) in [
            ("api.yaml", "pet.yaml#/Pet", "pet.yaml#/Pet"),
            ("specs/api.yaml", "./paths/a.yaml", "specs/paths/a.yaml"),
            ("specs/paths/a.yaml", "../schemas/b.yaml", "specs/schemas/b.yaml"),
            ("api.yaml", "../b.yaml", "../b.yaml"),
            ("../x/api.yaml", "../../b.yaml", "../../b.yaml"),
            ("/abs/api.yaml", "../../../b.yaml", "/b.yaml"),
            ("C:/specs/api.yaml", "b.yaml", "C:/specs/b.yaml"),
            (r"C:\specs\api.yaml", r"parts/b.yaml", "C:/specs/parts/b.yaml"),
            ("file:///specs/api.yaml", "b.yaml", "file:///specs/b.yaml"),
            ("a?b/c.yaml", "d.yaml", "a?b/d.yaml"),
            ("https://h.example", "a.yaml", "https://h.example/a.yaml"),
            ("https://h.example?q", "a.yaml", "https://h.example/a.yaml"),
            ("urn:uuid:1", "#/a", "urn:uuid:1#/a"),
            ("specs/api.yaml", "#/a", "specs/api.yaml#/a"),
            ("specs/api.yaml", "https://h.example/b", "https://h.example/b"),
        ] {
            assert_eq!(resolve(base, reference), expect, "{base} {reference}");
        }
    }

    proptest! {
        #[test]
        fn resolving_never_panics_and_an_absolute_result_stays(base in ".{0,20}", text in ".{0,20}") {
            let once = resolve(&base, &text);
            if scheme(&once).is_some() {
                prop_assert_eq!(resolve(&base, &once), once);
            }
        }
    }
}
