//! The line is run by a real shell and a real curl, and what arrives is compared octet by octet.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;

use harness_model::{Framing, HeaderField, Octets, Request};
use proptest::prelude::*;

use super::curl;

fn request(method: &str, target: &str, headers: &[(&str, &[u8])], content: &[u8]) -> Request {
    Request {
        method: method.to_owned(),
        target: target.into(),
        headers: headers.iter().map(|(n, v)| HeaderField::new(*n, v.to_vec())).collect(),
        content: Octets(content.to_vec()),
        framing: if content.is_empty() { Framing::None } else { Framing::ContentLength },
    }
}

/// Request line, fields, content.
type Received = (String, Vec<(String, Vec<u8>)>, Vec<u8>);

/// What a service on loopback receives when the line is run: request line, fields, content.
fn received(request: &Request) -> Received {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let base = format!("http://{}/ignored", listener.local_addr().expect("bound"));
    let line = curl(&base, request);
    let service = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("curl connects");
        let (mut octets, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let read = stream.read(&mut buffer).expect("readable");
            octets.extend_from_slice(&buffer[..read]);
            let Some(end) = octets.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&octets[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |n| n.parse().expect("a number"));
            if octets.len() >= end + 4 + length || read == 0 {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                return (octets[..end].to_vec(), octets[end + 4..].to_vec());
            }
        }
    });
    let status = Command::new("sh").args(["-c", &line]).output().expect("sh runs").status;
    assert!(status.success(), "{line}");
    let (head, content) = service.join().expect("the service ends");
    let mut lines = head.split(|octet| *octet == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l));
    let first = String::from_utf8_lossy(lines.next().expect("a request line")).into_owned();
    let fields = lines.map(|line| {
        let colon = line.iter().position(|octet| *octet == b':').expect("a field");
        let name = String::from_utf8_lossy(&line[..colon]).into_owned();
        (name, line[colon + 1..].trim_ascii().to_vec())
    });
    (first, fields.collect(), content)
}

fn has_curl() -> bool {
    let found = Command::new("curl").arg("--version").output().is_ok();
    if !found {
        let _ = writeln!(std::io::stderr(), "curl is not installed: nothing was compared");
    }
    found
}

fn check(request: &Request) {
    let (first, fields, content) = received(request);
    assert_eq!(first, format!("{} {} HTTP/1.1", request.method, request.target.lossy()));
    assert_eq!(content, request.content.0);
    for wanted in &request.headers {
        assert!(
            fields.iter().any(|(name, value)| {
                *name == wanted.name && *value == wanted.value.0.trim_ascii()
            }),
            "{wanted:?} in {fields:?}"
        );
    }
    for (name, _) in fields {
        let is_ours = request.headers.iter().any(|field| field.name == name);
        let is_curls = ["Host", "User-Agent", "Content-Length"].contains(&name.as_str());
        assert!(is_ours || is_curls, "curl added {name}");
    }
}

#[test]
fn what_curl_sends_is_what_was_sent() {
    if !has_curl() {
        return;
    }
    let json: &[u8] = br#"{"a": "it's \"quoted\" $HOME `x` \\ !", "b": [1, 2]}"#;
    check(&request("POST", "/orders?x=%27&y=$z", &[("Content-Type", b"application/json")], json));
    check(&request("GET", "/a/../b/%2e%2e/[x]{y}", &[("Accept", b"*/*")], b""));
    check(&request("DELETE", "/a", &[("X-Empty", b""), ("X-Odd", b"\xff\xfe 'x' @y")], b""));
    check(&request("POST", "/a", &[], b"@/etc/passwd"));
    check(&request("PUT", "/a", &[("Content-Type", b"text/plain")], b"\x00\x01%s\\n\n\xff'\"\n\n"));
    check(&request("foo", "/", &[], b"x=1&y=2"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_content_arrives_as_it_is(content in prop::collection::vec(any::<u8>(), 1..200)) {
        if has_curl() {
            check(&request("POST", "/x", &[("Content-Type", b"application/octet-stream")], &content));
        }
    }
}
