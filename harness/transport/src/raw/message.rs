//! A request in pieces that are joined on the wire: what a well-formed request is written with, and
//! what a wire fault bends.

use harness_model::{Framing, Request};

/// Content where a fault needs some and the request has none.
const FILLER: &[u8] = b"harness";

/// A request as it will be written (RFC 9112, 2.1): every piece may hold any octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) method: Vec<u8>,
    pub(crate) target: Vec<u8>,
    /// With its leading space: HTTP/0.9 has none.
    pub(crate) version: Vec<u8>,
    /// Field lines without their ends.
    pub(crate) lines: Vec<Vec<u8>>,
    pub(crate) content: Vec<u8>,
    /// What ends a line.
    pub(crate) newline: &'static [u8],
    /// Authority of the target, for `Host`.
    pub(crate) host: String,
    /// Scheme of the target, for the absolute form.
    pub(crate) scheme: String,
}

impl Message {
    /// The pieces of a request. `Host` comes first (RFC 9110, 7.2) where the request has none, and
    /// `Content-Length` last where its framing asks for one that it has not; with
    /// [`Framing::AsWritten`] neither is added.
    pub(crate) fn of(request: &Request, host: &str) -> Self {
        let mut lines = Vec::with_capacity(request.headers.len() + 2);
        let is_as_written = request.framing == Framing::AsWritten;
        if !is_as_written && request.header("host").is_none() {
            lines.push(format!("Host: {host}").into_bytes());
        }
        let written =
            request.headers.iter().map(|f| [f.name.as_bytes(), b": ", &*f.value.0].concat());
        lines.extend(written);
        let needs_length = request.framing == Framing::ContentLength;
        if needs_length && request.header("content-length").is_none() {
            lines.push(format!("Content-Length: {}", request.content.len()).into_bytes());
        }
        Self {
            method: request.method.clone().into_bytes(),
            target: request.target.0.clone(),
            version: b" HTTP/1.1".to_vec(),
            lines,
            content: request.content.0.clone(),
            newline: b"\r\n",
            host: host.to_owned(),
            scheme: "http".to_owned(),
        }
    }

    /// Without the fields of this name.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.lines.retain(|line| {
            let end = line.iter().position(|octet| *octet == b':').unwrap_or(line.len());
            !line[..end].trim_ascii().eq_ignore_ascii_case(name.as_bytes())
        });
        self
    }

    /// With one more field line at the end, whatever it holds.
    #[must_use]
    pub(crate) fn with(mut self, line: impl Into<Vec<u8>>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// With another version after the target, its space included.
    #[must_use]
    pub(crate) fn with_version(mut self, version: &str) -> Self {
        self.version = version.as_bytes().to_vec();
        self
    }

    /// With another target.
    #[must_use]
    pub(crate) fn with_target(mut self, target: impl Into<Vec<u8>>) -> Self {
        self.target = target.into();
        self
    }

    /// Without any framing field, and with content: what a fault of framing begins with.
    #[must_use]
    pub(crate) fn unframed(self) -> Self {
        let mut bare = self.without("content-length").without("transfer-encoding");
        if bare.content.is_empty() {
            bare.content = FILLER.to_vec();
        }
        bare
    }

    /// With content, and a correct Content-Length.
    #[must_use]
    pub(crate) fn filled(self) -> Self {
        let bare = self.unframed();
        let line = format!("Content-Length: {}", bare.content.len());
        bare.with(line)
    }

    /// Request line, field lines and the blank line.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = [&*self.method, b" ", &*self.target, &*self.version, self.newline].concat();
        for line in &self.lines {
            head.extend_from_slice(line);
            head.extend_from_slice(self.newline);
        }
        head.extend_from_slice(self.newline);
        head
    }

    /// All of it.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let mut octets = self.head();
        octets.extend_from_slice(&self.content);
        octets
    }
}

#[cfg(test)]
mod tests {
    use harness_model::{Framing, HeaderField, Octets, Request};

    use super::Message;

    fn request(framing: Framing, headers: &[(&str, &str)]) -> Request {
        Request {
            method: "POST".to_owned(),
            target: "/a?b= c".into(),
            headers: headers.iter().map(|(n, v)| HeaderField::new(*n, *v)).collect(),
            content: Octets(b"\x00z".to_vec()),
            framing,
        }
    }

    #[track_caller]
    fn check(framing: Framing, headers: &[(&str, &str)], expected: &str) {
        let octets = Message::of(&request(framing, headers), "here:80").octets();
        assert_eq!(octets.escape_ascii().to_string(), expected);
    }

    #[test]
    fn a_request_is_written_octet_for_octet() {
        let odd = [("x-B", "1"), ("X-b", "\u{e9}\t"), ("x-B", "")];
        check(
            Framing::ContentLength,
            &odd,
            r"POST /a?b= c HTTP/1.1\r\nHost: here:80\r\nx-B: 1\r\nX-b: \xc3\xa9\t\r\nx-B: \r\nContent-Length: 2\r\n\r\n\x00z",
        );
    }

    #[test]
    fn what_a_request_sets_itself_is_not_added() {
        let own = [("hOST", "there"), ("content-length", "9")];
        check(
            Framing::ContentLength,
            &own,
            r"POST /a?b= c HTTP/1.1\r\nhOST: there\r\ncontent-length: 9\r\n\r\n\x00z",
        );
        check(Framing::AsWritten, &[], r"POST /a?b= c HTTP/1.1\r\n\r\n\x00z");
        check(Framing::None, &[], r"POST /a?b= c HTTP/1.1\r\nHost: here:80\r\n\r\n\x00z");
    }

    #[test]
    fn fields_are_removed_by_name() {
        let own = [("Content-length", "9"), ("content-LENGTH", "8"), ("content-lengths", "7")];
        let message = Message::of(&request(Framing::ContentLength, &own), "h").unframed();
        assert_eq!(message.lines, [b"Host: h".to_vec(), b"content-lengths: 7".to_vec()]);
    }
}
