//! Forms of several parts that are not as they should be (RFC 7578; RFC 2046, 5.1).

use std::collections::BTreeMap;

use harness_model::{Body, BodyContent, Coding};
use serde_json::Value;

use crate::Generator;
use crate::malformed::Malformation;
use crate::multipart::{Written, written};

/// What `harness explain` says.
pub(crate) const GENERATOR: Generator = Generator {
    name: "malformed_multipart",
    explain: "Sends forms of several parts without a boundary, with another one than is named, without \
              the last, with one within the content; parts without a name, a head or a blank line; odd \
              file names; and very many parts. A parser that throws, or waits for the boundary that never \
              comes, is found.",
};

const LAYER: &str = "multipart";
/// Parts of a form of very many.
const MANY: usize = 1_000;
/// Octets of a long head.
const LONG_HEAD: usize = 16_384;

/// What can be wrong with a form of parts.
pub(crate) fn of(body: &Body) -> Vec<Malformation> {
    let none = BTreeMap::new();
    let (value, layouts) = match &body.content {
        BodyContent::Coded { value, coding: Coding::Multipart { parts } } => (value, parts),
        BodyContent::Coded { value, .. } | BodyContent::Json(value) | BodyContent::Form(value) => {
            (value, &none)
        }
        BodyContent::Octets(_) => return Vec::new(),
    };
    let parts = written(value, layouts);
    let media_type = body.media_type.clone().unwrap_or_else(|| "multipart/form-data".to_owned());
    let form = Form { boundary: parts.boundary(), parts, media_type };
    let mut found = form.boundaries();
    found.extend(form.heads(value));
    found
}

struct Form {
    parts: Written,
    boundary: String,
    media_type: String,
}

impl Form {
    fn form(&self, what: &str, octets: impl Into<Vec<u8>>) -> Malformation {
        let media_type = Some(format!("{}; boundary={}", self.media_type, self.boundary));
        Malformation { media_type, ..Malformation::new(LAYER, what, octets) }
    }

    fn whole(&self) -> Vec<u8> {
        self.parts.delimited(&self.boundary, true)
    }

    /// What can be wrong with the boundaries.
    fn boundaries(&self) -> Vec<Malformation> {
        let whole = self.whole();
        let called = |parameter: &str, what: &str| Malformation {
            media_type: Some(format!("{}{parameter}", self.media_type)),
            ..self.form(what, whole.clone())
        };
        let long = "b".repeat(71);
        let mut within = self.parts.clone();
        if let Some((_, content)) = within.0.first_mut() {
            content.extend(format!("\r\n--{}\r\nnothing", self.boundary).as_bytes());
        }
        let mut bare = Vec::new();
        for octet in whole.iter().filter(|octet| **octet != b'\r') {
            bare.push(*octet);
        }
        let mut around = b"a preamble\r\n".to_vec();
        around.extend(&whole);
        around.extend(b"an epilogue");
        vec![
            called("", "no boundary in the media type").rank(0),
            called("; boundary=another", "a boundary that does not occur").rank(0),
            self.form("no boundary at the end", self.parts.delimited(&self.boundary, false))
                .rank(0),
            self.form("cut in the middle", whole[..whole.len() / 2].to_vec()).rank(0),
            self.form("no content", Vec::new()).rank(0),
            called("; boundary=", "an empty boundary"),
            self.form("a boundary within a part", within.delimited(&self.boundary, true)),
            self.form("only the boundary that closes", format!("--{}--\r\n", self.boundary))
                .lenient(),
            self.form("line feeds without carriage returns", bare).lenient(),
            self.form("text before and behind the parts", around).lenient().rank(2),
            Malformation {
                media_type: Some(format!("{}; boundary={long}", self.media_type)),
                ..self.form("a boundary of 71 characters", self.parts.delimited(&long, true))
            }
            .lenient()
            .rank(2),
            self.form("JSON that is called a form", "{\"a\":1}").rank(0),
        ]
    }

    /// What can be wrong with the heads of parts.
    fn heads(&self, value: &Value) -> Vec<Malformation> {
        let with = |what: &str, edit: &dyn Fn(&mut String)| {
            let mut parts = self.parts.clone();
            if let Some((head, _)) = parts.0.first_mut() {
                edit(head);
            }
            self.form(what, parts.delimited(&self.boundary, true))
        };
        let disposed = |what: &str, disposition: &str| {
            with(what, &|head| *head = format!("Content-Disposition: {disposition}"))
        };
        let name = value.as_object().and_then(|members| members.keys().next());
        let name = name.map_or("a", String::as_str).replace(['"', '\r', '\n'], "");
        let file = |what: &str, file_name: &str| {
            disposed(what, &format!("form-data; name=\"{name}\"; filename={file_name}")).lenient()
        };
        let mut headless = format!("--{}\r\n", self.boundary).into_bytes();
        headless.extend(format!("no head, no blank line\r\n--{}--\r\n", self.boundary).as_bytes());
        let mut many = self.parts.clone();
        let extra = "Content-Disposition: form-data; name=\"extra\"".to_owned();
        many.0.extend(vec![(extra, b"x".to_vec()); MANY]);
        vec![
            disposed("a part without a name", "form-data").rank(0),
            self.form("a part without a head", headless).rank(0),
            with("a field without a colon", &|head| head.push_str("\r\nno colon")),
            with("no disposition", &|head| "X-A: b".clone_into(head)),
            disposed("a name whose quotation mark does not close", "form-data; name=\"a"),
            file("a file with an empty name", "\"\"").rank(0),
            file("a file name that leads upwards", "\"../../a.txt\"").rank(0),
            file("a file name with a NUL", "\"a\0.txt\""),
            file("a file name in an encoding that is none", "\"a\"; filename*=no-such''%ff"),
            disposed("another disposition than form-data", &format!("file; name=\"{name}\""))
                .lenient()
                .rank(2),
            with("a part of parts", &|head| head.push_str("\r\nContent-Type: multipart/mixed"))
                .lenient()
                .rank(2),
            with("an encoding of the part that is none", &|head| {
                head.push_str("\r\nContent-Transfer-Encoding: no-such");
            })
            .lenient()
            .rank(2),
            with("a head of 16 KiB", &|head| {
                head.push_str("\r\nX-Long: ");
                head.push_str(&"a".repeat(LONG_HEAD));
            })
            .lenient()
            .rank(3),
            self.form("1,000 parts more", many.delimited(&self.boundary, true)).lenient().rank(3),
        ]
    }
}
