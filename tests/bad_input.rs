//! Bad input gets one clear message that names the thing and the way out, and the right exit code.

mod support;

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use support::{command, demo, failures, harness, json, reply, run_folder, service};

/// A port on loopback where nothing listens: bound once, then given back.
fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Runs the binary and holds exit code and message; the message must be one complaint, not a page.
fn check(arguments: &[&str], code: i32, parts: &[&str]) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("not-a-contract.txt"), "hello there").expect("written");
    fs::write(folder.path().join("empty.json"), "").expect("written");
    fs::write(folder.path().join("half.json"), "{\"openapi\": \"3.0.0\", ").expect("written");
    fs::write(folder.path().join("other.json"), "{\"asyncapi\": \"2.0.0\"}").expect("written");
    fs::write(
        folder.path().join("no-paths.json"),
        "{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"t\", \"version\": \"1\"}, \"paths\": {}}",
    )
    .expect("written");
    let finished = harness(folder.path(), arguments);
    assert_eq!(finished.code, code, "{arguments:?}\n{}\n{}", finished.stdout, finished.stderr);
    for part in parts {
        assert!(finished.stderr.contains(part), "{part:?} is not in:\n{}", finished.stderr);
    }
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
}

#[test]
fn an_unreachable_target_is_exit_4_and_is_named() {
    let target = format!("http://127.0.0.1:{}", closed_port());
    check(&["run", "--target", &target], 4, &[&target, "is the service running"]);
}

#[test]
fn an_unreachable_target_with_a_contract_is_exit_4() {
    let target = format!("http://127.0.0.1:{}", closed_port());
    let contract = support::root().join("specs/demo-shop.yaml");
    let contract = contract.to_str().expect("a readable path");
    check(&["run", "--target", &target, "--contract", contract], 4, &[&target]);
}

#[test]
fn a_target_without_a_contract_says_how_to_pass_one() {
    let target = service(|stream, _| reply(stream, "404 Not Found", "{}"));
    check(&["run", "--target", &target], 3, &["--contract"]);
}

#[test]
fn contracts_that_are_none_are_exit_3() {
    for (file, parts) in [
        ("missing.json", &["missing.json"][..]),
        ("not-a-contract.txt", &["not-a-contract.txt"]),
        ("empty.json", &["empty"]),
        ("half.json", &["half.json:1:21"]),
        ("other.json", &["other.json"]),
        ("no-paths.json", &["no-paths.json", "no operations"]),
    ] {
        check(&["run", "--target", "http://127.0.0.1:9", "--contract", file], 3, parts);
    }
}

#[test]
fn bad_flag_values_are_exit_2_and_are_named() {
    for (arguments, parts) in [
        (&["run"][..], &["--target"][..]),
        (&["run", "--target", "localhost:80"], &["did you mean http://localhost:80"]),
        (&["run", "--target", "http://127.0.0.1:9", "--workers", "0"], &["--workers", "1 to"]),
        (&["run", "--target", "http://127.0.0.1:9", "--rate", "fast"], &["--rate"]),
        (&["run", "--target", "http://127.0.0.1:9", "--max-time", "soon"], &["--max-time", "90s"]),
        (&["run", "--target", "http://127.0.0.1:9", "--seed", "x"], &["--seed"]),
        (&["run", "--target", "http://127.0.0.1:9", "--header", "nope"], &["Name: value"]),
        (&["run", "--target", "http://127.0.0.1:9", "--include", "tag:"], &["--include"]),
        (&["demo", "--faults", "no-such-fault"], &["no-such-fault"]),
        (&["explain", "no-such-name"], &["no-such-name"]),
        (&["fly"], &["fly"]),
    ] {
        check(arguments, 2, parts);
    }
}

#[test]
fn a_filter_that_matches_nothing_is_exit_2_with_a_suggestion() {
    let contract = support::root().join("specs/demo-shop.yaml");
    let contract = contract.to_str().expect("a readable path");
    let target = "http://127.0.0.1:9";
    let arguments =
        ["run", "--target", target, "--contract", contract, "--include", "GET /product"];
    check(&arguments, 2, &["GET /product", "did you mean"]);
}

#[test]
fn a_tls_failure_says_what_failed() {
    // A plain service behind an https URL.
    let target = service(|stream, _| reply(stream, "200 OK", "{}")).replace("http:", "https:");
    let contract = support::root().join("specs/demo-shop.yaml");
    let contract = contract.to_str().expect("a readable path");
    let arguments = ["run", "--target", &target, "--contract", contract, "--request-timeout", "1s"];
    check(&arguments, 4, &["TLS"]);
}

#[test]
fn an_unwritable_reports_folder_is_exit_5_before_anything_is_sent() {
    let (_service, target) = demo("none");
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("reports"), "a file, not a folder").expect("written");
    let finished = harness(folder.path(), &["run", "--target", &target]);
    assert_eq!(finished.code, 5, "{}", finished.stderr);
    assert!(finished.stderr.contains("reports"), "{}", finished.stderr);
}

#[test]
fn one_broken_operation_does_not_stop_the_others() {
    let target = service(|stream, head| {
        if head.starts_with("GET /good") {
            reply(stream, "500 Internal Server Error", "{\"message\": \"boom\"}");
        } else if head.starts_with("GET ") {
            reply(stream, "200 OK", "{}");
        } else {
            reply(stream, "405 Method Not Allowed\r\nallow: GET", "{}");
        }
    });
    let folder = tempfile::tempdir().expect("a scratch folder");
    let contract = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /bad:\n    get: 7\n  \
                    /good:\n    get:\n      responses: {'200': {description: ok}}\n";
    fs::write(folder.path().join("contract.yaml"), contract).expect("written");
    let finished =
        harness(folder.path(), &["run", "--target", &target, "--contract", "contract.yaml"]);
    assert_eq!(finished.code, 1, "{}\n{}", finished.stdout, finished.stderr);
    let found = failures(&run_folder(&folder.path().join("reports")));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].1["finding"]["signature"]["check"], "server_error");
}

#[test]
fn a_target_that_dies_mid_run_keeps_what_was_found() {
    // The service ends itself, as a process does, on the first request with a quantity of 0.
    let folder = tempfile::tempdir().expect("a scratch folder");
    let script = "\
import http.server, os, json
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass
    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def do_GET(self):
        if self.path.startswith('/a'): return self.answer(500, {'message': 'broken'})
        if 'n=100' in self.path: os._exit(1)
        self.answer(200, {})
s = http.server.ThreadingHTTPServer(('127.0.0.1', 0), H)
print(s.server_address[1], flush=True)
s.serve_forever()
";
    let mut child = std::process::Command::new("python3")
        .args(["-c", script])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python3 runs");
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().expect("piped")),
        &mut line,
    )
    .expect("it says its port");
    let _running = support::Running(child);
    let contract = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n      \
                    responses: {'200': {description: ok}}\n  /b:\n    get:\n      parameters:\n      \
                    - {name: n, in: query, schema: {type: integer, minimum: 0, maximum: 100}}\n      \
                    responses: {'200': {description: ok}, '400': {description: no}}\n";
    fs::write(folder.path().join("contract.yaml"), contract).expect("written");
    let target = format!("http://127.0.0.1:{}", line.trim());
    let finished = harness(
        folder.path(),
        &["run", "--target", &target, "--contract", "contract.yaml", "--workers", "1"],
    );
    assert_eq!(finished.code, 1, "{}\n{}", finished.stdout, finished.stderr);
    let run = run_folder(&folder.path().join("reports"));
    let checks: Vec<String> = failures(&run)
        .iter()
        .map(|(_, f)| f["finding"]["signature"]["check"].as_str().expect("a name").to_owned())
        .collect();
    assert!(checks.contains(&"server_error".to_owned()), "{checks:?}");
    assert!(checks.contains(&"crash".to_owned()), "{checks:?}");
    assert_eq!(json(&run.join("summary.json"))["stopped"]["kind"], "target_down");
}

#[test]
fn ctrl_c_writes_what_was_found() {
    let (_service, target) = demo("all");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let arguments = ["run", "--target", &target, "--max-time", "10m", "--request-timeout", "1s"];
    let mut child = command(folder.path(), &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    // The first finding on standard output says that there is something to lose.
    let mut reader = std::io::BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("server_error") {
        line.clear();
        let read = std::io::BufRead::read_line(&mut reader, &mut line).expect("readable");
        assert!(read > 0, "it ended before it found anything");
    }
    let pid = child.id().to_string();
    let killed = std::process::Command::new("kill").args(["-INT", &pid]).status();
    assert!(killed.expect("kill runs").success());
    std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(1));
    let run = run_folder(&folder.path().join("reports"));
    assert_eq!(json(&run.join("summary.json"))["stopped"]["kind"], "interrupted");
    assert!(!failures(&run).is_empty());
    let _ = std::io::stdout().flush();
}
