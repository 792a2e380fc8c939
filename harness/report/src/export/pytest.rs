//! Python with nothing but its standard library: a test for pytest, and a script without it.

use std::fmt::Write as _;

use harness_model::{BindingSource, Framing};

use crate::export::{Bound, Script, authority, comment, octets, pieces};

const HELPERS: &str = r#"
import json
import os
import socket
import ssl
from urllib.parse import urlsplit

BASE = os.environ.get("BASE", DEFAULT_BASE)


def exchange(octets):
    """Sends these octets, answers (status, headers, content)."""
    place = urlsplit(BASE)
    port = place.port or (443 if place.scheme == "https" else 80)
    connection = socket.create_connection((place.hostname, port), timeout=30)
    if place.scheme == "https":
        context = ssl.create_default_context()
        if os.environ.get("INSECURE"):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        connection = context.wrap_socket(connection, server_hostname=place.hostname)
    with connection:
        connection.sendall(octets)
        answer = b""
        while True:
            try:
                part = connection.recv(65536)
            except ConnectionError:
                break
            if not part:
                break
            answer += part
    head, _, content = answer.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    if not lines[0].startswith(b"HTTP/"):
        return (0, [], b"")
    headers = []
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        headers.append((name.decode("latin-1").lower(), value.strip().decode("latin-1")))
    if any(n == "transfer-encoding" and "chunked" in v.lower() for n, v in headers):
        content = dechunked(content)
    return (int(lines[0].split()[1]), headers, content)


def dechunked(octets):
    content = b""
    while octets:
        size, _, octets = octets.partition(b"\r\n")
        length = int(size.split(b";")[0] or b"0", 16)
        if length == 0:
            break
        content += octets[:length]
        octets = octets[length + 2:]
    return content


def header(answer, name):
    return next(value for other, value in answer[1] if other == name.lower())


def member(answer, pointer):
    value = json.loads(answer[2])
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value if isinstance(value, str) else json.dumps(value)
"#;

/// A sequence of octets as Python writes it.
fn literal(octets: &[u8]) -> String {
    let mut text = String::from("b\"");
    for octet in octets {
        match octet {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\r' => text.push_str("\\r"),
            b'\n' => text.push_str("\\n"),
            0x20..=0x7e => text.push(char::from(*octet)),
            other => {
                let _ = write!(text, "\\x{other:02x}");
            }
        }
    }
    text.push('"');
    text
}

/// Octets with bound values in between, as an expression.
fn expression(octets: &[u8], bound: &[Bound]) -> String {
    let mut terms = Vec::new();
    for (piece, value) in pieces(octets, bound) {
        if !piece.is_empty() || value.is_none() {
            terms.push(literal(piece));
        }
        if let Some(idx) = value {
            let Bound { step, from, .. } = &bound[idx];
            let text = match from {
                BindingSource::Body(pointer) => format!("member(answers[{step}], {pointer:?})"),
                BindingSource::Header(name) => format!("header(answers[{step}], {name:?})"),
                BindingSource::LocationSegment => format!(
                    "[s for s in urlsplit(header(answers[{step}], \"location\")).path.split(\"/\") if s][-1]"
                ),
            };
            terms.push(format!("{text}.encode()"));
        }
    }
    terms.join(" + ")
}

#[expect(clippy::unnecessary_wraps, reason = "the form of the registry: Python can say everything")]
pub(super) fn write(script: &Script) -> Result<String, String> {
    let mut text = format!(
        "# {}\n# expected: {}\n# observed: {}\n# Run with pytest, or with python3. BASE=URL sends it elsewhere.\n",
        comment(&script.title),
        comment(&script.expected),
        comment(&script.observed)
    );
    let base = format!("{:?}", script.base);
    text.push_str(&HELPERS.replace("DEFAULT_BASE", &base));
    text.push_str("\n\ndef reproduce():\n    answers = []\n");
    for step in &script.steps {
        let head = octets(&script.base, &step.request);
        let host = authority(&script.base);
        let head = expression(&head, &step.bound);
        let content = expression(&step.request.content.0, &step.bound);
        let _ = writeln!(text, "    head = {head}");
        let own = step.request.header("host").is_some();
        if !own {
            // The same octets, but for a service elsewhere its own name.
            let _ = writeln!(
                text,
                "    head = head.replace({}, b\"Host: \" + urlsplit(BASE).netloc.encode() + b\"\\r\\n\", 1)",
                literal(format!("Host: {host}\r\n").as_bytes())
            );
        }
        let _ = writeln!(text, "    content = {content}");
        if step.request.framing == Framing::ContentLength {
            text.push_str("    head += b\"Content-Length: %d\\r\\n\" % len(content)\n");
        }
        text.push_str("    answers.append(exchange(head + b\"\\r\\n\" + content))\n");
    }
    text.push_str("    return answers\n");
    let _ = write!(
        text,
        "\n\ndef test_reproduction():\n    status, headers, content = reproduce()[-1]\n    \
         assert 0 < status < 500, \"status %d (0: no answer)\" % status\n\n\n\
         if __name__ == \"__main__\":\n    for status, headers, content in reproduce():\n        \
         print(status)\n        for name, value in headers:\n            print(\"%s: %s\" % (name, value))\n        \
         print()\n        print(content.decode(\"utf-8\", \"backslashreplace\"))\n"
    );
    Ok(text)
}
