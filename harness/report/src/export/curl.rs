//! A POSIX shell script of curl lines. Values of earlier answers are taken out by python3, which is
//! asked for only where there are any.

use std::fmt::Write as _;

use harness_model::{BindingSource, Framing};

use crate::curl::{octal, quoted};
use crate::export::{Bound, Script, ScriptStep, client_can, comment, is_plain_target, pieces};

/// Takes a value out of an answer's content: `pointer POINTER < file`.
const POINTER: &str = r#"pointer() {
  python3 -c '
import json, sys
value = json.load(sys.stdin)
for token in sys.argv[1].split("/")[1:]:
    token = token.replace("~1", "/").replace("~0", "~")
    value = value[int(token)] if isinstance(value, list) else value[token]
sys.stdout.write(value if isinstance(value, str) else json.dumps(value))
' "$1"
}
"#;

/// A shell word whose marks are variables.
fn word(octets: &[u8], step: usize, bound: &[Bound]) -> String {
    let mut word = String::new();
    for (piece, value) in pieces(octets, bound) {
        if !piece.is_empty() || (value.is_none() && word.is_empty()) {
            word.push_str(&quoted(piece));
        }
        if let Some(idx) = value {
            let _ = write!(word, "\"$v{step}_{idx}\"");
        }
    }
    word
}

fn taken(step: usize, idx: usize, bound: &Bound) -> String {
    let from = bound.step;
    let header = |name: &str| {
        format!(
            "grep -i '^{name}:' \"$dir/{from}.head\" | head -n 1 | cut -d: -f2- | tr -d '\\r' | sed 's/^ *//'"
        )
    };
    let source = match &bound.from {
        BindingSource::Body(pointer) => {
            format!("pointer {} < \"$dir/{from}.body\"", quoted(pointer.as_bytes()))
        }
        BindingSource::Header(name) => header(name),
        BindingSource::LocationSegment => {
            format!("{} | sed 's/[?#].*//; s:/*$::; s:.*/::'", header("location"))
        }
    };
    format!("v{step}_{idx}=$({source})\n")
}

fn line(number: usize, step: &ScriptStep) -> String {
    let request = &step.request;
    let shell = |octets: &[u8]| word(octets, number, &step.bound);
    let mut words: Vec<String> =
        vec!["curl -sS -g --path-as-is --http1.1 --max-time 30".to_owned()];
    words.push(format!("-D \"$dir/{number}.head\" -o \"$dir/{number}.body\""));
    if request.method == "HEAD" {
        words.push("--head".to_owned());
    } else {
        words.push(format!("-X {}", shell(request.method.as_bytes())));
    }
    for field in &request.headers {
        let mut text = field.name.as_bytes().to_vec();
        // `Name;` is curl's way to send a field with an empty value.
        text.extend_from_slice(if field.value.is_empty() { b";" } else { b": " });
        text.extend_from_slice(&field.value.0);
        words.push(format!("-H {}", shell(&text)));
    }
    // What curl would add on its own.
    for name in ["Accept", "User-Agent", "Content-Type", "Expect"] {
        if request.header(name).is_none() {
            words.push(format!("-H '{name}:'"));
        }
    }
    let mut pipe = String::new();
    if request.framing != Framing::None {
        // Through a pipe: an argument holds no octet 0, and a leading @ would name a file.
        words.push("--data-binary @-".to_owned());
        let mut parts = Vec::new();
        for (piece, value) in pieces(&request.content.0, &step.bound) {
            parts.push(format!("printf '{}'", octal(piece)));
            if let Some(idx) = value {
                parts.push(format!("printf '%s' \"$v{number}_{idx}\""));
            }
        }
        pipe = format!("{{ {}; }} | ", parts.join("; "));
    }
    if is_plain_target(&request.target.0) {
        words.push(format!("\"$BASE\"{}", shell(&request.target.0)));
    } else {
        words.push(format!("--request-target {} \"$BASE\"/", shell(&request.target.0)));
    }
    format!("{pipe}{}\n", words.join(" \\\n  "))
}

pub(super) fn write(script: &Script) -> Result<String, String> {
    let mut text = format!(
        "#!/bin/sh\n# {}\n# expected: {}\n# observed: {}\n# BASE=URL sends it elsewhere.\n\
         BASE=${{BASE:-{}}}\ndir=$(mktemp -d)\ntrap 'rm -r \"$dir\"' EXIT\n",
        comment(&script.title),
        comment(&script.expected),
        comment(&script.observed),
        quoted(script.base.as_bytes())
    );
    if script.steps.iter().any(|step| !step.bound.is_empty()) {
        text.push_str(POINTER);
    }
    for (number, step) in script.steps.iter().enumerate() {
        client_can(&step.request, "curl")?;
        if step.request.method == "HEAD" && !step.request.content.is_empty() {
            return Err("curl sends no content with HEAD; export pytest".to_owned());
        }
        for (idx, bound) in step.bound.iter().enumerate() {
            text.push_str(&taken(number, idx, bound));
        }
        text.push_str(&line(number, step));
        let _ = writeln!(text, "cat \"$dir/{number}.head\" \"$dir/{number}.body\"");
        text.push_str("echo\n");
    }
    Ok(text)
}
