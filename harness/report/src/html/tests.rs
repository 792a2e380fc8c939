//! What the page holds.
use serde_json::Value;

use crate::sample::{HOSTILE, run_of};
use crate::{Context, form};

fn page(findings: usize, operations: usize) -> String {
    let form = form("html").expect("it is registered");
    let octets = (form.write)(&run_of(findings, operations), &Context::default());
    String::from_utf8(octets).expect("HTML in UTF-8")
}

/// The facts of a page, as its script reads them.
fn data(page: &str) -> Value {
    let from = page.find("id=\"data\">").expect("there are facts") + "id=\"data\">".len();
    let to = page[from..].find("</script>").expect("they end") + from;
    serde_json::from_str(&page[from..to]).expect("they are JSON")
}

#[test]
fn nothing_from_outside_is_markup() {
    let page = page(3, 2);
    assert!(!page.contains(HOSTILE), "{page}");
    // The page's own two scripts and one style are all that a parser meets.
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("<img").count(), 0);
    let data = data(&page);
    let body = data["findings"][0]["x"][0]["rb"].as_str().expect("a content");
    assert!(body.contains("</script><img src=x"), "it is shown all the same: {body}");
}

#[test]
fn only_the_pages_own_script_may_run() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let page = page(1, 1);
    let from = page.rfind("<script>").expect("a script") + "<script>".len();
    let to = page.rfind("</script>").expect("it ends");
    let hash = sha2::Sha256::digest(&page.as_bytes()[from..to]);
    let hash = base64::engine::general_purpose::STANDARD.encode(hash);
    assert!(page.contains(&format!("script-src 'sha256-{hash}';")));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_large_run_stays_below_five_megabytes() {
    let page = page(1_000, 2_000);
    assert!(page.len() < 5_000_000, "{} octets", page.len());
    let data = data(&page);
    assert_eq!(data["findings"].as_array().map(Vec::len), Some(1_000));
    assert_eq!(data["operations"].as_array().map(Vec::len), Some(2_000));
}

#[test]
fn lanes_are_named_in_the_order_of_steps() {
    let data = data(&page(1, 1));
    let lanes: Vec<Option<&str>> = data["findings"][0]["x"]
        .as_array()
        .expect("exchanges")
        .iter()
        .map(|exchange| exchange["lane"].as_str())
        .collect();
    assert_eq!(lanes, [None, Some("A"), Some("B"), Some("?")]);
}

/// What a real browser makes of a page: its document after the script has run, and what it complained
/// of. `None` where there is no browser.
fn browsed(page: &str, fragment: &str) -> Option<(String, String)> {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let file = scratch.path().join("report.html");
    std::fs::write(&file, page).expect("written");
    let output = std::process::Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"])
        .arg(format!("--user-data-dir={}", scratch.path().join("profile").display()))
        .args(["--dump-dom", &format!("file://{}{fragment}", file.display())])
        .stdin(std::process::Stdio::null())
        .output()
        .ok()?;
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    output.status.success().then(|| (text(&output.stdout), text(&output.stderr)))
}

#[test]
fn a_browser_shows_hostile_answers_and_obeys_none() {
    let run = run_of(40, 30);
    let slug = run.found[0].finding.signature.slug();
    let page = page(40, 30);
    for (fragment, shown) in [
        (String::new(), "What matters first"),
        (format!("#f-{slug}"), "Lanes over time"),
        ("#operations".to_owned(), "GET /things-29/{id}"),
    ] {
        let Some((document, complaints)) = browsed(&page, &fragment) else {
            // Said on the test's own output: nothing was compared.
            assert!(page.contains("Content-Security-Policy"), "there is no browser here");
            return;
        };
        assert!(document.contains(shown), "{fragment} does not show {shown}");
        assert!(!document.contains("<img"), "{fragment}: an answer became an element");
        assert!(!complaints.contains("CONSOLE"), "{fragment}: {complaints}");
    }
}
