//! Laws over content that is not JSON: what is written can be read back, what is drawn is allowed, and
//! what is called a violation is one for every reader.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use harness_contract::read;
use harness_generate::{OperationPlan, Source, render};
use harness_model::{BodyContent, Intent, Step};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A plan of one operation that takes this content.
fn plan(media_type: &str, content: &Value) -> OperationPlan {
    let document = json!({
        "openapi": "3.2.0",
        "info": {"title": "media", "version": "1"},
        "paths": {"/a": {"post": {
            "requestBody": {"required": true, "content": {media_type: content}},
            "responses": {"200": {"description": "fine"}},
        }}},
    });
    let contract = read(document.to_string().as_bytes(), "media").unwrap();
    let plan = OperationPlan::compile_all(&contract).remove(0);
    assert_eq!(plan.gaps(), [] as [&str; 0]);
    plan
}

fn pet() -> Value {
    json!({
        "type": "object",
        "required": ["id", "name", "tags", "photo"],
        "additionalProperties": false,
        "xml": {"name": "pet", "namespace": "http://a.example/pet", "prefix": "p"},
        "properties": {
            "id": {"type": "integer", "minimum": 1, "maximum": 9, "xml": {"attribute": true}},
            "name": {"type": "string", "minLength": 1, "maxLength": 5},
            "tags": {"type": "array", "minItems": 1, "maxItems": 3, "items":
                {"type": "string", "enum": ["a", "b", "c"], "xml": {"name": "tag"}},
                "xml": {"wrapped": true, "name": "tagList"}},
            "photo": {"type": "string", "format": "binary"},
            "owner": {"type": "object", "required": ["age"],
                      "properties": {"age": {"type": "integer", "minimum": 0}}},
        },
    })
}

fn octets(step: &Step) -> (String, Vec<u8>) {
    let request = render(step, "").unwrap();
    let media_type = request.header("content-type").unwrap().lossy().into_owned();
    (media_type, request.content.0)
}

fn value(step: &Step) -> &Value {
    step.body.as_ref().and_then(|body| body.content.value()).unwrap()
}

/// Every kind of content that has a schema, each with its media type.
fn kinds() -> Vec<(&'static str, Value)> {
    let encoding = json!({"photo": {"contentType": "image/png, image/*",
        "headers": {"X-Width": {"required": true, "schema": {"type": "integer", "minimum": 3}}}}});
    let lines = json!({"type": "object", "required": ["n"],
                       "properties": {"n": {"type": "integer", "maximum": 5}}});
    vec![
        ("multipart/form-data", json!({"schema": pet(), "encoding": encoding})),
        ("application/xml", json!({"schema": pet()})),
        ("application/x-www-form-urlencoded", json!({"schema": pet()})),
        ("application/vnd.a+json", json!({"schema": pet()})),
        ("application/merge-patch+json", json!({"schema": pet()})),
        ("application/yaml", json!({"schema": pet()})),
        ("application/x-ndjson", json!({"itemSchema": lines})),
        ("application/jsonl", json!({"schema": {"type": "array", "minItems": 1, "items": lines}})),
        ("text/plain", json!({"schema": {"type": "string", "minLength": 2, "maxLength": 9}})),
        ("text/plain", json!({"schema": {"type": "integer", "minimum": 2, "maximum": 9}})),
        ("application/octet-stream", json!({"schema": {"type": "string", "maxLength": 9}})),
        ("image/*", json!({"schema": {"type": "string", "format": "binary"}})),
        ("*/*", json!({"schema": {"type": "string", "format": "binary"}})),
    ]
}

#[test]
fn every_kind_has_a_baseline_edges_and_what_they_say() {
    for (media_type, content) in kinds() {
        let plan = plan(media_type, &content);
        let baseline = plan.baseline().unwrap();
        assert!(plan.violated(&baseline).is_empty(), "{media_type}: {}", value(&baseline));
        let boundaries = plan.boundaries();
        assert!(boundaries.len() > 2, "{media_type} has {} edges", boundaries.len());
        for step in boundaries.iter().chain(&plan.examples()) {
            assert!(plan.violated(step).is_empty(), "{media_type}: {}", step.intent);
        }
        for step in plan.violations() {
            let Intent::Invalid(meant) = &step.intent else { panic!("{}", step.intent) };
            let broken = plan.violated(&step);
            assert!(
                broken.iter().any(|b| b.at == meant.at && b.keyword == meant.keyword),
                "{media_type}: {} but {broken:?}",
                step.intent
            );
        }
    }
}

#[test]
fn limits_are_broken_in_every_kind_that_declares_them() {
    let broken = |media_type: &str, content: &Value| -> Vec<String> {
        let steps = plan(media_type, content).violations();
        let keywords = steps.iter().map(|step| match &step.intent {
            Intent::Invalid(violated) => format!("{} {}", violated.at, violated.keyword),
            other => panic!("{other}"),
        });
        keywords.collect()
    };
    for (media_type, content) in kinds().iter().take(5) {
        let broken = broken(media_type, content);
        for expected in [
            "body /id maximum",
            "body /name maxLength",
            "body /name required",
            "body /tags maxItems",
            "body /tags/0 enum",
        ] {
            assert!(broken.iter().any(|b| b == expected), "{media_type}: {expected}: {broken:?}");
        }
    }
    let lines = kinds().remove(6);
    assert!(broken(lines.0, &lines.1).contains(&"body /0/n maximum".to_owned()));
    let text = kinds().remove(8);
    assert!(broken(text.0, &text.1).contains(&"body maxLength".to_owned()));
}

#[test]
fn a_file_of_a_form_has_a_name_a_type_and_its_fields() {
    let (media_type, content) = kinds().remove(0);
    let (sent, octets) = octets(&plan(media_type, &content).baseline().unwrap());
    let boundary = sent.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = String::from_utf8_lossy(&octets).into_owned();
    assert!(
        text.contains(
            "name=\"photo\"; filename=\"photo.png\"\r\nContent-Type: image/png\r\n\
                           X-Width: 3\r\n\r\n"
        ),
        "{text}"
    );
    assert!(text.ends_with(&format!("--{boundary}--\r\n")));
}

#[test]
fn fields_of_a_form_are_written_in_their_style() {
    let form = |encoding: Value| {
        let schema = json!({
            "type": "object", "required": ["ids", "at"],
            "properties": {
                "ids": {"type": "array", "items": {"type": "integer"}, "example": [1, 2]},
                "at": {"type": "object", "properties": {"x": {"type": "integer"}}, "example": {"x": 3}},
            },
        });
        let content = json!({"schema": schema, "encoding": encoding});
        let plan = plan("application/x-www-form-urlencoded", &content);
        String::from_utf8(octets(&plan.baseline().unwrap()).1).unwrap()
    };
    assert_eq!(form(json!({})), "ids=1&ids=2&at=%7B%22x%22%3A3%7D");
    let deep = json!({"at": {"style": "deepObject", "explode": true}, "ids": {"explode": false}});
    assert_eq!(form(deep), "ids=1,2&at%5Bx%5D=3");
    let piped = json!({"ids": {"style": "pipeDelimited"}, "at": {"style": "form"}});
    assert_eq!(form(piped), "ids=1%7C2&x=3");
}

#[test]
fn lists_of_a_swagger_form_are_comma_separated() {
    for (format, expect) in [(json!(null), "ids=1,2"), (json!("multi"), "ids=1&ids=2")] {
        let document = json!({
            "swagger": "2.0", "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"post": {
                "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [{
                    "in": "formData", "name": "ids", "required": true, "type": "array",
                    "items": {"type": "integer"}, "collectionFormat": format, "example": [1, 2],
                }],
                "responses": {"200": {"description": "fine"}},
            }}},
        });
        let contract = read(document.to_string().as_bytes(), "a.json").unwrap();
        let baseline = OperationPlan::compile_all(&contract)[0].baseline().unwrap();
        assert_eq!(String::from_utf8(octets(&baseline).1).unwrap(), expect);
    }
}

#[test]
fn xml_is_written_as_annotated() {
    let (media_type, content) = kinds().remove(1);
    let (_, octets) = octets(&plan(media_type, &content).baseline().unwrap());
    let text = String::from_utf8(octets).unwrap();
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <p:pet xmlns:p=\"http://a.example/pet\" id=\"1\"><name>a</name>\
        <tagList><tag>a</tag></tagList><photo>a</photo></p:pet>";
    assert_eq!(text, expected);
}

#[test]
fn what_an_xml_reader_cannot_tell_apart_is_no_violation() {
    let (media_type, content) = kinds().remove(1);
    let steps = plan(media_type, &content).violations();
    for step in steps.iter().filter(|step| step.body.is_some()) {
        let value = value(step);
        assert_ne!(value["id"], json!("1"), "text that spells a number is one");
        assert_ne!(value["tags"], json!("a"), "one element is a list of one");
        if let Some(owner) = value.get("owner") {
            assert!(!owner.is_null(), "an empty element may be an absent member");
        }
    }
}

#[test]
fn content_without_a_schema_is_plausible() {
    for (media_type, expected) in [
        ("application/json-patch+json", &b"[{\"op\":\"test\",\"path\":\"\",\"value\":{}}]"[..]),
        ("text/csv", b"a"),
        ("application/pdf", b"a"),
        ("application/x-ndjson", b"{}\n"),
    ] {
        let baseline = plan(media_type, &json!({})).baseline().unwrap();
        assert_eq!(octets(&baseline), (media_type.to_owned(), expected.to_vec()));
    }
}

/// Parts of a form as a reader finds them: name and content.
fn parts(media_type: &str, octets: &[u8]) -> Vec<(String, Vec<u8>)> {
    let boundary = media_type.split_once("boundary=").unwrap().1;
    let delimiter = format!("--{boundary}");
    let mut chunks = Vec::new();
    let mut rest = octets;
    while let Some(at) = rest.windows(delimiter.len()).position(|w| w == delimiter.as_bytes()) {
        chunks.push(&rest[..at]);
        rest = &rest[at + delimiter.len()..];
    }
    assert_eq!(rest, b"--\r\n", "the last delimiter closes");
    let part = |chunk: &&[u8]| {
        let chunk = chunk.strip_prefix(b"\r\n").unwrap().strip_suffix(b"\r\n").unwrap();
        let at = chunk.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(chunk[..at].to_vec()).unwrap();
        let name = head.split_once("name=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        (name, chunk[at + 4..].to_vec())
    };
    chunks.iter().skip(1).map(part).collect()
}

/// Whether tags match, attributes are quoted, and syntax is escaped.
fn is_well_formed(text: &str) -> bool {
    let mut open: Vec<String> = Vec::new();
    let mut rest = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    while let Some(at) = rest.find('<') {
        let content = &rest[..at];
        let end = rest[at..].find('>').unwrap();
        let tag = &rest[at + 1..at + end];
        if content.contains('>') || (open.is_empty() && !content.is_empty()) {
            return false;
        }
        let name = |tag: &str| tag.split(' ').next().unwrap().to_owned();
        if let Some(closed) = tag.strip_prefix('/') {
            if open.pop().as_deref() != Some(closed) {
                return false;
            }
        } else if tag.matches('"').count() % 2 == 1 {
            return false;
        } else if !tag.ends_with('/') {
            open.push(name(tag));
        }
        rest = &rest[at + end + 1..];
    }
    open.is_empty() && rest.is_empty()
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn what_is_drawn_is_allowed_in_every_kind(octets in bytes(), kind in 0_usize..13) {
        let (media_type, content) = kinds().remove(kind);
        let plan = plan(media_type, &content);
        let step = plan.valid(&mut Source::bytes(&octets)).unwrap();
        prop_assert!(plan.violated(&step).is_empty(), "{media_type}: {}", value(&step));
        prop_assert!(render(&step, "").is_ok());
    }

    #[test]
    fn parts_are_read_back_as_they_were_meant(text in any::<String>(), file in bytes()) {
        let plan = plan("multipart/form-data", &json!({"schema": {"type": "object", "properties": {
            "t": {"type": "string"}, "f": {"type": "string", "format": "binary"},
            "l": {"type": "array", "items": {"type": "string"}},
        }, "required": ["t", "f", "l"]}}));
        let mut step = plan.baseline().unwrap();
        let latin: String = file.iter().map(|octet| char::from(*octet)).collect();
        let Some(BodyContent::Coded { value, .. }) = step.body.as_mut().map(|b| &mut b.content)
        else { panic!("a form of parts") };
        *value = json!({"t": text, "f": latin, "l": [text, text]});
        let (media_type, octets) = octets(&step);
        let expected = [("t", text.as_bytes()), ("f", &file), ("l", text.as_bytes()), ("l", text.as_bytes())];
        let expected: Vec<(String, Vec<u8>)> =
            expected.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect();
        prop_assert_eq!(parts(&media_type, &octets), expected);
    }

    #[test]
    fn any_value_is_written_as_well_formed_xml(text in any::<String>(), name in any::<String>(), octets in bytes()) {
        let (media_type, content) = kinds().remove(1);
        let mut step = plan(media_type, &content).valid(&mut Source::bytes(&octets)).unwrap();
        let Some(BodyContent::Coded { value, .. }) = step.body.as_mut().map(|b| &mut b.content)
        else { panic!("a document") };
        value["name"] = json!(text);
        value["id"] = json!(text);
        value[&name] = json!([text, {"a": null}]);
        let written = String::from_utf8(render(&step, "").unwrap().content.0).unwrap();
        prop_assert!(is_well_formed(&written), "{}", written);
    }
}
