//! The report that people open: one self-contained page that needs no network.
//!
//! The facts of the run stand in it as JSON; the page's own script draws what is looked at, so that
//! thousands of findings cost nothing until they are opened. Values reach the page as text nodes only,
//! and the content security policy names the hash of the one script that may run: an answer full of
//! markup is a text like any other.
mod data;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::format::Form;
use crate::text::count;
use crate::{Context, Recorded, Registered};

pub(crate) const REGISTERED: Registered = Registered {
    name: "html",
    explain: "report.html: one page for people, without network: verdict, findings with minimal request, \
              expected and observed, curl and replay commands, operations with statuses, latencies and \
              gaps, races as lanes over time, the run over time, and earlier runs with --history.",
    form: Some(Form { file: "report.html", write }),
};

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/page.js");
const BODY: &str = include_str!("html/body.html");

fn write(run: &Recorded, context: &Context) -> Vec<u8> {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()));
    let data = serde_json::to_string(&data::page(run, context)).expect("the page's data is JSON");
    let title = format!("{} · {}", count(run.found.len() as u64, "finding"), run.contract_title);
    let mut page = String::with_capacity(data.len() + SCRIPT.len() + STYLE.len() + BODY.len());
    page.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ = writeln!(
        page,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'; script-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action \
         'none'\">"
    );
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.push_str("<link rel=\"icon\" href=\"data:,\">\n");
    let _ = writeln!(page, "<title>{}</title>", escaped(&title));
    let _ = writeln!(page, "<style>\n{STYLE}</style>\n</head>");
    page.push_str(BODY);
    let _ =
        writeln!(page, "<script type=\"application/json\" id=\"data\">{}</script>", inert(&data));
    let _ = write!(page, "<script>{SCRIPT}</script>\n</body>\n</html>\n");
    page.into_bytes()
}

/// Text for an element of HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// JSON that no HTML parser sees markup in (HTML, 4.12.1.3): in JSON a `<` stands in strings only.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests;
