//! Every export that can be run here is run, and what arrives is compared octet for octet.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;

use harness_model::{BindingSource, Framing, HeaderField, Octets, Request};

use super::{Bound, EXPORTS, Script, ScriptStep, authority};

fn request(method: &str, target: &str, headers: &[(&str, &[u8])], content: &[u8]) -> Request {
    Request {
        method: method.to_owned(),
        target: Octets::from(target),
        headers: headers.iter().map(|(n, v)| HeaderField::new(*n, v.to_vec())).collect(),
        content: Octets(content.to_vec()),
        framing: if content.is_empty() { Framing::None } else { Framing::ContentLength },
    }
}

fn script(base: &str, steps: Vec<ScriptStep>) -> Script {
    Script {
        base: base.to_owned(),
        title: "answered 500 to a valid\nrequest".to_owned(),
        expected: "a declared status".to_owned(),
        observed: "status 500".to_owned(),
        steps,
    }
}

/// A service that sends back every request it got; answers its URL and the requests.
fn service(requests: usize) -> (String, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let base = format!("http://{}", listener.local_addr().expect("it is bound"));
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(requests) {
            let mut stream = stream.expect("a connection");
            let mut got = Vec::new();
            let mut octet = [0];
            while !got.ends_with(b"\r\n\r\n") && stream.read(&mut octet).expect("it reads") == 1 {
                got.push(octet[0]);
            }
            let head = String::from_utf8_lossy(&got).to_ascii_lowercase();
            let length = head
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok());
            let mut content = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut content).expect("all of it comes");
            got.extend(content);
            let answer = r#"{"item":{"id":"a/7 é"}}"#;
            let length = answer.len();
            let _ = write!(
                stream,
                "HTTP/1.1 201 Created\r\nLocation: /items/42?x=1\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{answer}"
            );
            if sender.send(got).is_err() {
                return;
            }
        }
    });
    (base, receiver)
}

/// What a request should look like, without what each client says of its own connection.
fn normal(octets: &[u8]) -> (String, Vec<String>, Vec<u8>) {
    let at = octets.windows(4).position(|w| w == b"\r\n\r\n").expect("a head ends");
    let head: String = octets[..at].iter().map(|b| char::from(*b)).collect();
    let mut lines = head.split("\r\n").map(str::to_owned);
    let first = lines.next().expect("a request line");
    let own = ["host:", "connection:", "content-length:"];
    let fields = lines.filter(|line| {
        let line = line.to_ascii_lowercase();
        !own.iter().any(|name| line.starts_with(name))
    });
    (first, fields.collect(), octets[at + 4..].to_vec())
}

/// Writes a script into a folder and runs it; `None` if the tool is not on this machine.
fn ran(format: &str, text: &str) -> Option<Output> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let has = |tool: &str| {
        let found = Command::new(tool)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        found.is_ok_and(|status| status.success())
    };
    let write = |name: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("writable");
        file
    };
    match format {
        "curl" if has("curl") => Command::new("sh").arg(write("x.sh")).output().ok(),
        "pytest" if has("python3") => Command::new("python3").arg(write("x.py")).output().ok(),
        "rust" if has("rustc") => {
            let main = folder.path().join("main");
            let built =
                Command::new("rustc").arg(write("main.rs")).arg("-o").arg(&main).output().ok()?;
            assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
            Command::new(main).output().ok()
        }
        "hurl" if has("hurl") => Command::new("hurl").arg(write("x.hurl")).output().ok(),
        _ => None,
    }
}

/// Runs an export of the steps; the requests that arrive must be `expected`.
fn check(format: &str, steps: Vec<ScriptStep>, expected: &[Request]) {
    let (base, received) = service(expected.len());
    let script = script(&base, steps);
    let export = EXPORTS.iter().find(|export| export.name == format).expect("it is registered");
    let text = (export.write)(&script).unwrap_or_else(|why| panic!("{format}: {why}"));
    let Some(output) = ran(format, &text) else { return };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{format}: {said}\n{text}");
    for request in expected {
        let got = received.recv_timeout(std::time::Duration::from_secs(30));
        let got = normal(&got.unwrap_or_else(|_| panic!("{format}: nothing came\n{said}\n{text}")));
        let latin = |octets: &[u8]| octets.iter().map(|b| char::from(*b)).collect::<String>();
        let line = format!("{} {} HTTP/1.1", request.method, latin(&request.target.0));
        let fields: Vec<String> =
            request.headers.iter().map(|f| format!("{}: {}", f.name, latin(&f.value.0))).collect();
        assert_eq!(got, (line, fields, request.content.0.clone()), "{format}\n{text}");
    }
    assert!(String::from_utf8_lossy(&output.stdout).contains("201"), "{format}: no answer shown");
}

fn single(request: &Request) -> Vec<ScriptStep> {
    vec![ScriptStep { request: request.clone(), bound: Vec::new() }]
}

#[test]
fn scripts_send_the_same_octets() {
    let twice: &[(&str, &[u8])] =
        &[("X-A", b"1"), ("x-a", b"it's \"2\" $HOME `x`"), ("X-Latin", b"\xe9")];
    let odd = request("POST", "/a?q=%00&r='x'&s=[1]", twice, b"\x00\xff@'\\%s\r\nend\n");
    let plain = request("DELETE", "/a/../b//c", &[("Accept", b"*/*")], b"");
    let json: &[(&str, &[u8])] = &[("Content-Type", b"application/json")];
    let json = request("PATCH", "/a", json, br#"{"a":"b\"c"}"#);
    for format in ["curl", "rust", "pytest"] {
        for request in [&odd, &plain, &json] {
            check(format, single(request), std::slice::from_ref(request));
        }
    }
    for request in [&plain, &json] {
        check("hurl", single(request), std::slice::from_ref(request));
    }
}

#[test]
fn odd_targets_arrive_as_they_are() {
    for target in ["/a#b", "*", "/a b\\c", "http://other/x"] {
        let request = request("GET", target, &[], b"");
        for format in ["curl", "rust", "pytest"] {
            check(format, single(&request), std::slice::from_ref(&request));
        }
    }
}

#[test]
fn values_of_earlier_answers_are_fetched_when_the_script_runs() {
    let first = request("POST", "/items", &[], b"{}");
    let marked = request("PUT", "/items/MARK1?x", &[("X-Loc", b"<MARK2>")], br#"{"id":"MARK0"}"#);
    let bound = |mark: &str, from| Bound { mark: mark.to_owned(), step: 0, from };
    let step = ScriptStep {
        request: marked,
        bound: vec![
            bound("MARK0", BindingSource::Body("/item/id".to_owned())),
            bound("MARK1", BindingSource::LocationSegment),
            bound("MARK2", BindingSource::Header("Location".to_owned())),
        ],
    };
    let location: &[(&str, &[u8])] = &[("X-Loc", b"</items/42?x=1>")];
    let second = request("PUT", "/items/42?x", location, r#"{"id":"a/7 é"}"#.as_bytes());
    let mut steps = single(&first);
    steps.push(step);
    for format in ["curl", "pytest", "hurl"] {
        check(format, steps.clone(), &[first.clone(), second.clone()]);
    }
}

#[test]
fn what_a_format_cannot_say_is_refused_and_not_sent_otherwise() {
    let base = "https://localhost:1";
    assert_eq!(authority(base), "localhost:1");
    let odd = request("GET", "/a b", &[], b"");
    let binary = request("POST", "/a", &[], b"\xff");
    for (format, request) in [("hurl", &odd), ("http", &odd), ("http", &binary), ("rust", &odd)] {
        let export = EXPORTS.iter().find(|export| export.name == format).expect("registered");
        assert!((export.write)(&script(base, single(request))).is_err(), "{format}");
    }
}

#[test]
fn http_and_hurl_files_say_the_request_in_their_grammar() {
    let headers: &[(&str, &[u8])] = &[("X-A", b"1"), ("X-A", b"2")];
    let request = request("POST", "/a?b=1", headers, b"{\"a\":1}");
    let text = |format: &str| {
        let export = EXPORTS.iter().find(|export| export.name == format).expect("registered");
        (export.write)(&script("http://h:1", single(&request))).expect("it can be said")
    };
    let http = text("http");
    let block = http.split("# @name step0\n").nth(1).expect("a named request");
    let (head, rest) = block.split_once("\n\n").expect("a head and a content");
    assert_eq!(head, "POST http://h:1/a?b=1 HTTP/1.1\nX-A: 1\nX-A: 2");
    assert!(rest.starts_with("{\"a\":1}\n"), "{rest}");
    let hurl = text("hurl");
    let lines: Vec<&str> = hurl.lines().filter(|l| !l.starts_with('#') && !l.is_empty()).collect();
    let expected = ["POST http://h:1/a?b=1", "X-A: 1", "X-A: 2", "base64,eyJhIjoxfQ==;", "HTTP *"];
    assert_eq!(lines, expected);
}
