//! Every document of `specs/`, and of the larger corpus of real API descriptions where it is there,
//! reads completely, and all its schemas compile.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harness_contract::{
    Contract, DiagnosticSeverity, Direction, Location, Operation, SchemaRef, Validator, inspect,
    lint, locate, looks_like_contract, read,
};
use openapiv3::{OpenAPI, Parameter, ReferenceOr};
use serde_json::Value;

/// Fields of a path item that hold an operation.
const METHODS: [&str; 9] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// The folder of the corpus, if it is there.
fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    folder.is_dir().then_some(folder)
}

#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn note_skipped() {
    eprintln!("skipped: the corpus ../shared/specs is not there");
}

/// The documents of the corpus whose name ends so and whose size is in the range, with their octets.
fn documents(extension: &str, size: std::ops::Range<u64>) -> Vec<(String, Vec<u8>)> {
    if let Some(folder) = corpus() {
        return documents_in(&folder, extension, size);
    }
    note_skipped();
    Vec::new()
}

fn documents_in(
    folder: &Path,
    extension: &str,
    size: std::ops::Range<u64>,
) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .filter(|path| size.contains(&path.metadata().unwrap().len()))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no .{extension} of {size:?} octets");
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.into_iter().map(|path| (name(&path), fs::read(&path).unwrap())).collect()
}

/// The document as a plain value, by parsers of their own.
fn plain(name: &str, bytes: &[u8]) -> Value {
    if Path::new(name).extension().is_some_and(|extension| extension == "json") {
        serde_json::from_slice(bytes).unwrap()
    } else {
        serde_saphyr::from_slice(bytes).unwrap_or(Value::Null)
    }
}

/// Methods under `paths`, and additional ones (from version 3.2).
fn n_operations(document: &Value) -> usize {
    let paths = document.get("paths").and_then(Value::as_object);
    let items = paths.into_iter().flatten().filter(|(name, _)| name.starts_with('/'));
    items
        .map(|(_, item)| {
            let additional = item.get("additionalOperations").and_then(Value::as_object);
            let fixed = METHODS.iter().filter(|method| item.get(**method).is_some());
            fixed.count() + additional.map_or(0, serde_json::Map::len)
        })
        .sum()
}

/// Every schema that an operation refers to.
fn schemas(operation: &Operation) -> Vec<(&SchemaRef, Direction)> {
    let parameters = operation.parameters.iter().map(|parameter| &parameter.schema);
    let body = operation.request_body.iter().flat_map(|body| &body.content);
    let sent = parameters.chain(body.filter_map(|media_type| media_type.schema.as_ref()));
    let content = operation.responses.iter().flat_map(|response| &response.content);
    let headers = operation.responses.iter().flat_map(|response| &response.headers);
    let answered = content
        .filter_map(|media_type| media_type.schema.as_ref())
        .chain(headers.filter_map(|header| header.schema.as_ref()));
    sent.map(|schema| (schema, Direction::Request))
        .chain(answered.map(|schema| (schema, Direction::Response)))
        .collect()
}

#[track_caller]
fn check(name: &str, bytes: &[u8]) {
    assert!(looks_like_contract(bytes), "{name}");
    let contract = read(bytes, name).unwrap();
    let n_read = contract.operations.len() + contract.skipped.len();
    let document = plain(name, bytes);
    if !document.is_null() {
        assert_eq!(n_read, n_operations(&document), "{name}");
    }
    assert!(contract.skipped.is_empty(), "{name}: {:?}", contract.skipped);
    let used: BTreeSet<_> = contract.operations.iter().flat_map(schemas).collect();
    // A schema that only refers to another needs no second compilation.
    let mut compiled = BTreeSet::new();
    for (schema, direction) in used {
        let value = contract.schemas.get(schema, direction).unwrap();
        let (_, target) = contract.schemas.resolve(value, direction);
        let target = target.unwrap_or_else(|| schema.pointer().to_owned());
        if compiled.insert((target.clone(), direction)) {
            let validator =
                Validator::compile(&contract.schemas, &SchemaRef::at(&target), direction);
            assert!(validator.is_ok(), "{name}: {:?}", validator.err());
        }
    }
    if bytes.len() < LINTED_OCTETS_MAX {
        check_lint(&contract, bytes);
    }
    // An error must say where: every pointer of a diagnostic has a place in the text.
    for diagnostic in &contract.diagnostics {
        let is_error = diagnostic.severity == DiagnosticSeverity::Error;
        assert!(!is_error || diagnostic.position.is_some(), "{name}: {diagnostic}");
    }
    if document.get("openapi").is_some_and(|v| v.as_str().is_some_and(|v| v.starts_with("3.0"))) {
        check_against_typed_model(name, &document, &contract);
    }
}

/// Largest document that is linted here: compiling every example of a large one is slow unoptimised.
const LINTED_OCTETS_MAX: usize = 60_000;

/// Every operation has a score, and every remark a place.
fn check_lint(contract: &Contract, bytes: &[u8]) {
    let report = lint(contract);
    assert_eq!(report.operations.len(), contract.operations.len() + contract.skipped.len());
    for mut operation in report.operations {
        assert!(operation.score <= 100, "{}", operation.key);
        locate(contract, bytes, &mut operation.remarks);
        let is_lost = |d: &&harness_contract::Diagnostic| d.position.is_none();
        assert_eq!(operation.remarks.iter().find(is_lost), None);
    }
    let inspection = inspect(contract);
    assert_eq!(inspection.operations.len(), contract.operations.len());
    assert!(serde_json::to_string(&inspection).is_ok());
}

/// Where the typed model of version 3.0 reads a document, it reads the same.
fn check_against_typed_model(name: &str, document: &Value, contract: &Contract) {
    let Ok(typed) = serde_json::from_value::<OpenAPI>(document.clone()) else { return };
    let mut n_typed = 0;
    for (path, method, expected) in typed.operations() {
        n_typed += 1;
        let key = format!("{} {path}", method.to_ascii_uppercase());
        let operation = contract.operations.iter().find(|o| o.key.as_str() == key).unwrap();
        assert_eq!(operation.id, expected.operation_id, "{name} {key}");
        assert_eq!(operation.tags, expected.tags, "{name} {key}");
        assert_eq!(operation.deprecated, expected.deprecated, "{name} {key}");
        for parameter in &expected.parameters {
            let ReferenceOr::Item(parameter) = parameter else { continue };
            check_parameter(operation, parameter);
        }
        if let Some(ReferenceOr::Item(body)) = &expected.request_body {
            let read = operation.request_body.as_ref().unwrap();
            assert_eq!(read.required, body.required, "{name} {key}");
            let names: Vec<_> = read.content.iter().map(|m| m.name.as_str()).collect();
            let expected: Vec<_> = body.content.keys().map(String::as_str).collect();
            assert_eq!(names, expected, "{name} {key}");
        }
        let n_expected =
            expected.responses.responses.len() + usize::from(expected.responses.default.is_some());
        assert_eq!(operation.responses.len(), n_expected, "{name} {key}");
    }
    assert_eq!(contract.operations.len(), n_typed, "{name}");
}

#[track_caller]
fn check_parameter(operation: &Operation, parameter: &Parameter) {
    let location = match parameter {
        Parameter::Query { .. } => Location::Query,
        Parameter::Header { .. } => Location::Header,
        Parameter::Path { .. } => Location::Path,
        Parameter::Cookie { .. } => Location::Cookie,
    };
    let expected = parameter.parameter_data_ref();
    let is_ignored = ["accept", "content-type", "authorization"]
        .contains(&expected.name.to_ascii_lowercase().as_str());
    let mut read = operation.parameters.iter();
    let read = read.find(|read| read.location == location && read.name == expected.name);
    if location == Location::Header && is_ignored {
        assert!(read.is_none(), "{} {}", operation.key, expected.name);
        return;
    }
    let read = read.unwrap_or_else(|| panic!("{} {}", operation.key, expected.name));
    let is_required = expected.required || location == Location::Path;
    assert_eq!(read.required, is_required, "{} {}", operation.key, expected.name);
}

const KIB: u64 = 1024;

#[test]
fn documents_of_this_project_read_completely() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs");
    for extension in ["json", "yaml"] {
        for (name, bytes) in documents_in(&folder, extension, 0..u64::MAX) {
            check(&name, &bytes);
        }
    }
}

#[test]
fn small_json_documents_read_completely() {
    for (name, bytes) in documents("json", 0..600 * KIB) {
        check(&name, &bytes);
    }
}

#[test]
fn middling_json_documents_read_completely() {
    for (name, bytes) in documents("json", 600 * KIB..3000 * KIB) {
        check(&name, &bytes);
    }
}

#[test]
fn large_json_documents_read_completely() {
    for (name, bytes) in documents("json", 3000 * KIB..8000 * KIB) {
        check(&name, &bytes);
    }
}

#[test]
fn largest_json_document_reads_completely() {
    for (name, bytes) in documents("json", 8000 * KIB..u64::MAX) {
        check(&name, &bytes);
    }
}

#[test]
fn small_yaml_documents_read_completely() {
    for (name, bytes) in documents("yaml", 0..600 * KIB) {
        check(&name, &bytes);
    }
}

#[test]
fn large_yaml_documents_read_completely() {
    for (name, bytes) in documents("yaml", 600 * KIB..u64::MAX) {
        check(&name, &bytes);
    }
}

#[test]
fn other_kinds_of_document_are_refused_with_their_name() {
    let Some(folder) = corpus() else { return note_skipped() };
    for (name, expect) in [
        ("github.graphql", "GraphQL"),
        ("slack-events.asyncapi-1.json", "AsyncAPI"),
        ("slack-rtm.asyncapi-2.yaml", "AsyncAPI"),
        ("slack-rtm.asyncapi-3.yaml", "AsyncAPI"),
        ("rebilly.arazzo.yaml", "Arazzo"),
    ] {
        let bytes = fs::read(folder.join("extras").join(name)).unwrap();
        let error = read(&bytes, name).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
        assert!(!looks_like_contract(&bytes), "{name}");
    }
}
