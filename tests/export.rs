//! Stored failures as scripts, and outcomes of replays, through the real binary.
#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::process::{Command, Stdio};

use support::{demo, failures, harness, run_folder};

fn has(tool: &str) -> bool {
    let mut command = Command::new(tool);
    let found = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

#[test]
fn exported_scripts_show_the_failure_without_the_harness_and_replays_count() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (_service, target) = demo("unlisted_sort_fails");
    let finished = harness(
        folder.path(),
        &["run", "--target", &target, "--cases", "1", "--seed", "3", "--include", "GET /products"],
    );
    assert_eq!(finished.code, 1, "{}\n{}", finished.stdout, finished.stderr);
    let found = failures(&run_folder(&folder.path().join("reports")));
    let is_error = |slug: &str| slug.starts_with("server_error");
    let file = found
        .iter()
        .map(|(file, _)| file)
        .find(|file| file.file_stem().and_then(|stem| stem.to_str()).is_some_and(is_error))
        .expect("the fault is found");
    let file = file.to_str().expect("a readable path");

    for (format, tool, name) in [("curl", "curl", "x.sh"), ("pytest", "python3", "x.py")] {
        let exported = harness(folder.path(), &["replay", file, "--export", format]);
        assert_eq!(exported.code, 0, "{}", exported.stderr);
        if !has(tool) {
            continue;
        }
        let script = folder.path().join(name);
        fs::write(&script, &exported.stdout).expect("writable");
        let runner = if format == "curl" { "sh" } else { tool };
        let output = Command::new(runner).arg(&script).output().expect("it runs");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains("500"), "{format}: {shown}\n{}", exported.stdout);
    }
    for format in ["rust", "hurl", "http"] {
        let exported = harness(folder.path(), &["replay", file, "--export", format]);
        assert_eq!(exported.code, 0, "{}", exported.stderr);
        assert!(exported.stdout.contains("/products"), "{}", exported.stdout);
    }
    let unknown = harness(folder.path(), &["replay", file, "--export", "perl"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("there are curl, rust"), "{}", unknown.stderr);

    let often = harness(folder.path(), &["replay", file, "--times", "4"]);
    assert_eq!(often.code, 1, "{}", often.stdout);
    assert!(often.stdout.contains("FAILS") && often.stdout.contains("4 of 4"), "{}", often.stdout);
    let (_mended, elsewhere) = demo("none");
    let fixed = harness(folder.path(), &["replay", file, "--target", &elsewhere]);
    assert_eq!(fixed.code, 0, "{}", fixed.stdout);
    assert!(fixed.stdout.starts_with("FIXED"), "{}", fixed.stdout);
}
