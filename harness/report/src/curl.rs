//! A request as a line for a POSIX shell.

use std::fmt::Write as _;

use harness_model::{Framing, Request};

use crate::format::slug_of;
use crate::text::printable;
use crate::{Context, Form, Recorded, Registered};

pub(crate) const REGISTERED: Registered = Registered {
    name: "curl",
    explain: "Each failure prints a curl line that sends the same method, target, header fields and content \
              to the same place; requests.sh holds those of all failures, as a shell script. Values that \
              are not text go through printf. Credentials of --header are not part of it: add them with -H.",
    form: Some(Form { file: "requests.sh", write }),
};

/// From 1 MiB of content curl asks `Expect: 100-continue` first; with room to spare for old versions,
/// which asked from 1 KiB.
const EXPECT_BYTES_MIN: usize = 1_000;

/// All failures as a script: each step of each case in order, races one after another.
fn write(run: &Recorded, context: &Context) -> Vec<u8> {
    let mut text = String::from("#!/bin/sh\n");
    for found in &run.found {
        let finding = &found.finding;
        let _ = writeln!(
            text,
            "\n# {}: {}",
            printable(&finding.signature.to_string()),
            printable(&finding.title)
        );
        let _ = writeln!(text, "# {}", context.replay(&slug_of(found)));
        for exchange in &found.exchanges {
            let _ = writeln!(text, "{}", curl(&run.target, &exchange.request));
        }
    }
    text.into_bytes()
}

/// A line that sends this request to this base URL (scheme and authority; a path is ignored, since
/// request targets are absolute).
pub fn curl(base: &str, request: &Request) -> String {
    let mut words = vec!["curl".to_owned(), "-sS".to_owned(), "-i".to_owned()];
    // curl resolves dot segments and expands brackets unless told not to.
    words.push("--path-as-is".to_owned());
    words.push("-g".to_owned());
    if request.method == "HEAD" {
        words.push("--head".to_owned());
    } else {
        words.push(format!("-X {}", word(&request.method)));
    }
    let mut has_content_type = false;
    for field in &request.headers {
        has_content_type |= field.name.eq_ignore_ascii_case("content-type");
        // curl sends this one by itself.
        if field.name == "Accept" && field.value.0 == b"*/*" {
            continue;
        }
        let mut line = field.name.as_bytes().to_vec();
        // `Name;` is curl's way to send a field with an empty value.
        if field.value.is_empty() {
            line.push(b';');
        } else {
            line.extend_from_slice(b": ");
            line.extend_from_slice(&field.value.0);
        }
        words.push(format!("-H {}", quoted(&line)));
    }
    // What curl would add on its own.
    if request.header("accept").is_none() {
        words.push("-H 'Accept:'".to_owned());
    }
    let sends_content = request.framing != Framing::None;
    let mut pipe = String::new();
    if sends_content {
        if !has_content_type {
            words.push("-H 'Content-Type:'".to_owned());
        }
        if request.content.len() > EXPECT_BYTES_MIN {
            words.push("-H 'Expect:'".to_owned());
        }
        // A leading `@` would name a file.
        if is_plain(&request.content.0) && request.content.0.first() != Some(&b'@') {
            words.push(format!("--data-binary {}", quoted(&request.content.0)));
        } else {
            pipe = format!("printf '{}' | ", octal(&request.content.0));
            words.push("--data-binary @-".to_owned());
        }
    }
    let mut url = origin(base).into_bytes();
    url.extend_from_slice(&request.target.0);
    words.push(quoted(&url));
    format!("{pipe}{}", words.join(" "))
}

fn origin(base: &str) -> String {
    let Some((scheme, rest)) = base.split_once("://") else { return base.to_owned() };
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}")
}

/// Whether a shell word and a terminal can hold it: UTF-8 without control characters.
fn is_plain(octets: &[u8]) -> bool {
    std::str::from_utf8(octets).is_ok_and(|text| text.chars().all(|c| c == '\n' || !c.is_control()))
}

/// A token as it is where a shell leaves it alone.
fn word(token: &str) -> String {
    let is_plain = !token.is_empty() && token.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_plain { token.to_owned() } else { quoted(token.as_bytes()) }
}

/// A shell word in single quotes; octets that are not text go through printf.
pub(crate) fn quoted(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) if is_plain(octets) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => format!("\"$(printf '{}')\"", octal(octets)),
    }
}

/// For printf: harmless characters as they are, the rest as three octal digits.
pub(crate) fn octal(octets: &[u8]) -> String {
    let mut text = String::new();
    for (idx, octet) in octets.iter().enumerate() {
        match octet {
            // At the beginning it would be an option of printf.
            b'-' if idx == 0 => text.push_str("\\055"),
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b' '
            | b'-'
            | b'_'
            | b'.'
            | b','
            | b':'
            | b'/'
            | b'='
            | b'?'
            | b'&'
            | b'{'
            | b'}'
            | b'['
            | b']'
            | b'"' => {
                text.push(char::from(*octet));
            }
            other => {
                let _ = write!(text, "\\{other:03o}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;
