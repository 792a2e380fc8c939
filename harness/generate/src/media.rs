//! Which way content of a media type is serialised. Knows names of media types and nothing of values.

/// The ways of serialising content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// RFC 8259, and YAML, of which JSON is a part (YAML 1.2.2, 1.2).
    Json,
    /// `application/x-www-form-urlencoded` (WHATWG URL, 5.2).
    Form,
    /// RFC 7578.
    Multipart,
    /// XML 1.0.
    Xml,
    /// One JSON text a line (NDJSON, JSON Lines).
    JsonLines,
    /// `text/…`.
    Text,
    /// Everything else: octets.
    Binary,
}

impl Family {
    /// The family of a media type, as the contract writes it.
    pub(crate) fn of(media_type: &str) -> Self {
        let essence = essence(media_type);
        let suffix = essence.rsplit_once('+').map_or("", |(_, suffix)| suffix);
        match essence.as_str() {
            "application/x-www-form-urlencoded" => Self::Form,
            "application/json" | "text/json" | "*/*" | "application/*" | "application/yaml"
            | "application/x-yaml" | "text/yaml" | "text/yml" | "text/x-yaml" => Self::Json,
            "application/xml" | "text/xml" => Self::Xml,
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonl"
            | "application/jsonlines"
            | "application/x-jsonlines"
            | "text/x-ndjson"
            | "text/jsonl" => Self::JsonLines,
            _ if matches!(suffix, "json" | "yaml") => Self::Json,
            _ if suffix == "xml" => Self::Xml,
            other if other.starts_with("multipart/") => Self::Multipart,
            other if other.starts_with("text/") => Self::Text,
            _ => Self::Binary,
        }
    }
}

/// Type and subtype, in lower case, without parameters (RFC 9110, 8.3.1).
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A concrete media type in place of a range (RFC 9110, 12.5.1) or a list of them, of which the first
/// will do.
pub(crate) fn concrete(media_type: &str, family: Family) -> String {
    let first = media_type.split(',').next().unwrap_or_default().trim();
    if !first.contains('*') {
        return first.to_owned();
    }
    let kind = first.split('/').next().unwrap_or_default();
    let concrete = match (family, kind) {
        (Family::Json, _) => "application/json",
        (Family::Multipart, _) => "multipart/form-data",
        (_, "image") => "image/png",
        (_, "audio") => "audio/mpeg",
        (_, "video") => "video/mp4",
        (_, "text") => "text/plain",
        _ => "application/octet-stream",
    };
    concrete.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Family, concrete};

    #[test]
    fn names_tell_families() {
        for (name, family) in [
            ("application/json; charset=utf-8", Family::Json),
            ("application/merge-patch+json", Family::Json),
            ("application/apply-patch+yaml", Family::Json),
            ("Application/XML", Family::Xml),
            ("application/atom+xml", Family::Xml),
            ("application/x-ndjson", Family::JsonLines),
            ("multipart/form-data", Family::Multipart),
            ("text/csv", Family::Text),
            ("image/*", Family::Binary),
            ("application/pdf", Family::Binary),
        ] {
            assert_eq!(Family::of(name), family, "{name}");
        }
    }

    #[test]
    fn ranges_become_concrete() {
        assert_eq!(concrete("image/*", Family::Binary), "image/png");
        assert_eq!(concrete("*/*", Family::Json), "application/json");
        assert_eq!(concrete("image/jpeg, image/png", Family::Binary), "image/jpeg");
    }
}
