//! The settings file, identities and the baseline, through the real binary.
#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::net::TcpStream;
use std::path::Path;

use support::{command, demo, failures, harness, json, reply, run_folder, service};

const CONTRACT: &str = r#"{
    "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
    "paths": {"/me": {"get": {
        "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}}],
        "responses": {"200": {"description": "ok"}, "400": {"description": "no"}, "401": {"description": "who"}}
    }}}
}"#;

/// A folder with the contract and these settings, `TARGET` replaced.
fn folder(settings: &str, target: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("c.json"), CONTRACT).expect("writable");
    let settings = settings.replace("TARGET", target);
    fs::write(folder.path().join("harness.toml"), settings).expect("writable");
    folder
}

/// All that a run wrote, as one text.
fn written(folder: &Path) -> String {
    let run = run_folder(&folder.join("reports"));
    let mut files = vec![run.join("events.jsonl"), run.join("summary.json")];
    files.extend(failures(&run).into_iter().map(|(file, _)| file));
    files.iter().map(|file| fs::read_to_string(file).expect("readable")).collect()
}

/// Answers `/me` to whoever shows `secret` anywhere in the head, repeats it, and hands out tokens at
/// `/login` and `/token`.
fn guarded(stream: &mut TcpStream, head: &str) {
    let first = head.lines().next().unwrap_or_default();
    if first.starts_with("POST /login") {
        let content = r#"{"data":{"token":"tok-fr0m-login"}}"#;
        return reply(stream, "200 OK", content);
    }
    if first.starts_with("POST /token") && head.contains("Basic Y2xpZW50OnMzY3JldC1vZi1jbGllbnQ=") {
        return reply(stream, "200 OK", r#"{"access_token":"tok-fr0m-oauth2"}"#);
    }
    let shown = ["tok-fr0m-login", "tok-fr0m-oauth2", "k3y-in-query", "Basic dXNlcjpwNHNzdzByZA=="];
    let Some(secret) = shown.iter().find(|secret| head.contains(**secret)) else {
        return reply(stream, "401 Unauthorized", "{}");
    };
    if first.contains("limit=0") || first.contains("limit=-") || !first.starts_with("GET /me") {
        return reply(stream, "400 Bad Request", "{}");
    }
    let limit = first.split("limit=").nth(1).unwrap_or("1");
    if limit.split(['&', ' ']).next().is_some_and(|n| n.parse::<f64>().is_err()) {
        return reply(stream, "400 Bad Request", "{}");
    }
    // A fault, so that there is a failure file with an echo of the secret in it.
    reply(stream, "418 Teapot", &format!("{{\"you\":\"{secret}\"}}"));
}

fn check_identity(identity: &str, secret: &str) {
    let target = service(guarded);
    let settings = format!(
        "target = 'TARGET'\ncontract = 'c.json'\n[budget]\ncases = 2\n[[identities]]\nname = 'a'\n{identity}"
    );
    let folder = folder(&settings, &target);
    let finished = harness(folder.path(), &["run", "--seed", "1"]);
    assert_eq!(finished.code, 1, "{identity}\n{}\n{}", finished.stdout, finished.stderr);
    let text = written(folder.path());
    assert!(text.contains("418"), "{identity}");
    assert!(text.contains("[masked]"), "{identity}");
    assert!(!text.contains(secret), "{identity}: the secret is in a report");
}

#[test]
fn identities_prove_themselves_and_their_secrets_reach_no_file() {
    check_identity("basic = { user = 'user', password = 'p4ssw0rd' }", "dXNlcjpwNHNzdzByZA==");
    check_identity(
        "api_key = { in = 'query', name = 'key', value = 'k3y-in-query' }",
        "k3y-in-query",
    );
    check_identity(
        "[identities.login]\nurl = '/login'\njson = { password = 'x' }\ntoken = { pointer = '/data/token' }",
        "tok-fr0m-login",
    );
    check_identity(
        "[identities.oauth2]\ngrant = 'client_credentials'\ntoken_url = '/token'\nclient_id = 'client'\n\
         client_secret = 's3cret-of-client'",
        "tok-fr0m-oauth2",
    );
}

#[test]
fn identities_on_the_command_line_and_from_an_auth_file_work_the_same() {
    let target = service(guarded);
    let auth = "auth:\n- name: a\n  loginEndpointAuth:\n    endpoint: /login\n    verb: POST\n    \
                payloadRaw: x\n    token: {extractFromField: /data/token, httpHeaderName: Authorization, \
                headerPrefix: 'Bearer '}\n";
    for arguments in [
        ["--basic", "user:p4ssw0rd"],
        ["--bearer", "tok-fr0m-login"],
        ["--api-key", "cookie:key=k3y-in-query"],
        ["--auth-file", "auth.yaml"],
    ] {
        let folder = folder("target = 'TARGET'\ncontract = 'c.json'\n", &target);
        fs::write(folder.path().join("auth.yaml"), auth).expect("writable");
        let mut all = vec!["run", "--seed", "1", "--cases", "1"];
        all.extend(arguments);
        let finished = harness(folder.path(), &all);
        assert_eq!(finished.code, 1, "{arguments:?}\n{}\n{}", finished.stdout, finished.stderr);
    }
}

#[test]
fn a_login_that_fails_is_said_before_anything_is_sent() {
    let target = service(|stream, _| reply(stream, "403 Forbidden", "{}"));
    let settings = "target = 'TARGET'\ncontract = 'c.json'\n[[identities]]\nname = 'alice'\n\
                    [identities.login]\nurl = '/login'\ntoken = { pointer = '/t' }\n";
    let folder = folder(settings, &target);
    let finished = harness(folder.path(), &["run"]);
    assert_eq!(finished.code, 2, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("alice cannot log in: it was answered 403"),
        "{}",
        finished.stderr
    );
}

#[test]
fn settings_are_defaults_that_the_command_line_overrides() {
    let target = service(|stream, _| reply(stream, "418 Teapot", "{}"));
    let settings = "target = 'http://127.0.0.1:9'\ncontract = 'c.json'\nseed = 5\n\
                    [operations.'GET /me']\nexpected_statuses = [418]\n[budget]\ncases = ${CASES}\n";
    let folder = folder(settings, &target);
    let wrong = harness(folder.path(), &["run"]);
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("harness.toml:"), "{}", wrong.stderr);

    let settings = settings.replace("cases = ${CASES}", "cases = 1\nrate = '${RATE}'");
    fs::write(folder.path().join("own.toml"), &settings).expect("writable");
    fs::remove_file(folder.path().join("harness.toml")).expect("it is there");
    let arguments = ["run", "--config", "own.toml", "--target", &target, "--seed", "6"];
    let missing = harness(folder.path(), &arguments);
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    assert!(missing.stderr.contains("no variable RATE"), "{}", missing.stderr);

    let output = command(folder.path(), &arguments).env("RATE", "500").output().expect("it runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    // 418 is expected, so nothing is found; nothing is served either, which is no pass.
    assert_eq!(output.status.code(), Some(2), "{stdout}");
    let summary = json(&run_folder(&folder.path().join("reports")).join("summary.json"));
    assert_eq!(summary["seed"], serde_json::json!(6), "{summary}");
    assert!(summary["shortfalls"][0].as_str().expect("a text").contains("2xx"), "{summary}");
    assert_eq!(summary["failures"], serde_json::json!([]));
}

#[test]
fn disabled_checks_are_not_asked() {
    let target = service(|stream, _| reply(stream, "418 Teapot", "{}"));
    let settings = "target = 'TARGET'\ncontract = 'c.json'\nseed = 5\n[budget]\ncases = 1\n";
    let with = folder(settings, &target);
    assert_eq!(harness(with.path(), &["run"]).code, 1);
    let without = folder(&format!("disabled_checks = ['undeclared_status']\n{settings}"), &target);
    let arguments = ["run", "--disable-check", "valid_rejected"];
    let finished = harness(without.path(), &arguments);
    let summary = json(&run_folder(&without.path().join("reports")).join("summary.json"));
    for slug in summary["failures"].as_array().expect("a list") {
        let slug = slug.as_str().expect("a text");
        let is_off = slug.starts_with("undeclared_status") || slug.starts_with("valid_rejected");
        assert!(!is_off, "{slug}\n{}", finished.stdout);
    }
    let unknown = harness(with.path(), &["run", "--disable-check", "colour"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("no check \"colour\""), "{}", unknown.stderr);
}

#[test]
fn a_baseline_tells_new_findings_from_known_fixed_and_expired_ones() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let run = |name: &str, target: &str, more: &[&str]| {
        let mut arguments = vec![
            "run",
            "--target",
            target,
            "--cases",
            "2",
            "--seed",
            "7",
            "--request-timeout",
            "1s",
            "--include",
            "path:/products*",
            "--run-name",
            name,
        ];
        arguments.extend(more);
        harness(folder.path(), &arguments)
    };
    let (_service, target) = demo("unlisted_sort_fails");
    let first = run("first", &target, &[]);
    assert_eq!(first.code, 1, "{}\n{}", first.stdout, first.stderr);

    let accept = ["baseline", "accept", "reports/first", "--reason", "being mended"];
    let accepted = harness(folder.path(), &accept);
    assert_eq!(accepted.code, 0, "{}", accepted.stderr);
    let known = run("known", &target, &[]);
    assert_eq!(known.code, 0, "{}\n{}", known.stdout, known.stderr);
    assert!(known.stdout.contains("known"), "{}", known.stdout);
    let summary = json(&folder.path().join("reports/known/summary.json"));
    assert_eq!(summary["standings"][0]["standing"], "known", "{summary}");

    let mut expired = accept.to_vec();
    expired.extend(["--expires", "2020-01-31"]);
    assert_eq!(harness(folder.path(), &expired).code, 0);
    let late = run("late", &target, &[]);
    assert_eq!(late.code, 1, "{}", late.stdout);
    let summary = json(&folder.path().join("reports/late/summary.json"));
    assert_eq!(summary["standings"][0]["standing"], "expired", "{summary}");
    assert_eq!(run("above", &target, &["--fail-on", "critical"]).code, 0);

    let (_mended, target) = demo("none");
    let elsewhere = run("elsewhere", &target, &["--exclude", "method:GET"]);
    assert_eq!(elsewhere.code, 0, "{}\n{}", elsewhere.stdout, elsewhere.stderr);
    let summary = json(&folder.path().join("reports/elsewhere/summary.json"));
    assert_eq!(summary["standings"][0]["standing"], "not_exercised", "{summary}");
    assert_eq!(run("fixed", &target, &[]).code, 0);
    let summary = json(&folder.path().join("reports/fixed/summary.json"));
    assert_eq!(summary["standings"][0]["standing"], "fixed", "{summary}");
    assert_eq!(harness(folder.path(), &["baseline", "prune", "reports/fixed"]).code, 0);
    let shown = harness(folder.path(), &["baseline", "show"]);
    assert!(shown.stdout.contains("0 known"), "{}", shown.stdout);
}
