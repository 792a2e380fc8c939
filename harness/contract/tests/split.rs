//! Real contracts in many files read completely, through references from file to file. Skipped, with a
//! note, where the files are not there.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness_contract::{
    Contract, Direction, FetchError, Fetched, ReadOptions, SchemaRef, Validator, read_with,
};
use serde_json::{Value, json};

#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn note_skipped(what: &str) {
    eprintln!("skipped: {what} is not there");
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs")
}

/// Files only.
fn fetch(location: &str) -> Result<Fetched, FetchError> {
    match fs::read(location) {
        Ok(octets) => Ok(Fetched { octets, location: location.to_owned() }),
        Err(error) => Err(FetchError { why: error.to_string() }),
    }
}

fn read_files(octets: &[u8], path: &Path) -> Contract {
    let mut fetch = fetch;
    let options = ReadOptions { fetch: Some(&mut fetch), overlays: &[] };
    read_with(octets, path.to_str().unwrap(), options).unwrap()
}

/// Every schema of every operation compiles, where it finally stands.
fn compile_all(contract: &Contract) -> usize {
    let mut compiled: BTreeSet<(String, Direction)> = BTreeSet::new();
    for operation in &contract.operations {
        let parameters = operation.parameters.iter().map(|parameter| &parameter.schema);
        let body = operation.request_body.iter().flat_map(|body| &body.content);
        let sent = parameters.chain(body.filter_map(|media_type| media_type.schema.as_ref()));
        let answered = operation.responses.iter().flat_map(|response| &response.content);
        let answered = answered.filter_map(|media_type| media_type.schema.as_ref());
        let all = sent
            .map(|schema| (schema, Direction::Request))
            .chain(answered.map(|schema| (schema, Direction::Response)));
        for (schema, direction) in all {
            let value = contract.schemas.get(schema, direction).unwrap();
            let (_, target) = contract.schemas.resolve(value, direction);
            let target = target.unwrap_or_else(|| schema.pointer().to_owned());
            if compiled.insert((target.clone(), direction)) {
                let schema = SchemaRef::at(&target);
                let validator = Validator::compile(&contract.schemas, &schema, direction);
                assert!(validator.is_ok(), "{:?}", validator.err());
            }
        }
    }
    compiled.len()
}

/// Errors among the diagnostics, as text.
fn errors(contract: &Contract) -> Vec<String> {
    let is_error = |severity| severity == harness_contract::DiagnosticSeverity::Error;
    let errors = contract.diagnostics.iter().filter(|d| is_error(d.severity));
    errors.map(ToString::to_string).collect()
}

/// `/path` of every path item in a document.
fn paths(document: &Value) -> impl Iterator<Item = &String> {
    document.get("paths").and_then(Value::as_object).into_iter().flat_map(serde_json::Map::keys)
}

#[test]
fn contract_of_156_files_reads_completely() {
    let folder = corpus().join("opensearch");
    if !folder.is_dir() {
        return note_skipped("../shared/specs/opensearch");
    }
    // The published document is put together from these by a tool; a root that refers to every path
    // of every file says the same.
    let mut root: Value =
        serde_saphyr::from_slice(&fs::read(folder.join("_info.yaml")).unwrap()).unwrap();
    let mut items = serde_json::Map::new();
    let mut n_operations = 0;
    let mut names: Vec<_> = fs::read_dir(folder.join("namespaces"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in &names {
        let path = folder.join("namespaces").join(name);
        let document: Value = serde_saphyr::from_slice(&fs::read(path).unwrap()).unwrap();
        for path in paths(&document) {
            let token = path.replace('~', "~0").replace('/', "~1");
            let token = token.replace('{', "%7B").replace('}', "%7D");
            let item = json!({"$ref": format!("namespaces/{name}#/paths/{token}")});
            assert!(items.insert(path.clone(), item).is_none(), "{path}");
            n_operations += document["paths"][path].as_object().unwrap().len();
        }
    }
    let info = json!({"title": root["title"], "version": root["version"]});
    root = json!({"openapi": "3.1.0", "info": info, "paths": items});
    let contract = read_files(root.to_string().as_bytes(), &folder.join("root.json"));
    assert_eq!(contract.skipped, []);
    assert_eq!(contract.operations.len(), n_operations);
    assert!(n_operations > 500, "{n_operations}");
    assert_eq!(errors(&contract), Vec::<String>::new());
    let n_compiled = compile_all(&contract);
    assert!(n_compiled > 400, "{n_compiled}");
}

#[test]
fn contract_of_2907_files_reads_completely() {
    let archive = corpus().join("digitalocean.tar.xz");
    if !archive.is_file() {
        return note_skipped("../shared/specs/digitalocean.tar.xz");
    }
    let folder = tempfile::tempdir().unwrap();
    let unpacked =
        Command::new("tar").arg("xJf").arg(&archive).arg("-C").arg(folder.path()).status();
    if !unpacked.is_ok_and(|status| status.success()) {
        return note_skipped("a tar that unpacks xz");
    }
    let path = folder.path().join("specification/DigitalOcean-public.v2.yaml");
    let octets = fs::read(&path).unwrap();
    let document: Value = serde_saphyr::from_slice(&octets).unwrap();
    let contract = read_files(&octets, &path);
    assert_eq!(contract.skipped, []);
    let items = document["paths"].as_object().unwrap().values();
    let n_operations: usize = items.map(|item| item.as_object().unwrap().len()).sum();
    assert_eq!(contract.operations.len(), n_operations);
    assert_eq!(errors(&contract), Vec::<String>::new());
    assert!(contract.others.len() > 1500, "{}", contract.others.len());
    let n_compiled = compile_all(&contract);
    assert!(n_compiled > 500, "{n_compiled}");
}
