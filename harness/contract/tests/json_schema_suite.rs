//! The official JSON Schema test suite through the same path that a contract's schemas take: referred
//! to by a contract, fetched, lifted, compiled. What is not as the suite says stands in
//! `json_schema_suite/exceptions.tsv` with its reason; that file may only shrink. Skipped, with a
//! note, where the suite is not there.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harness_contract::{
    Direction, FetchError, Fetched, ReadOptions, SchemaRef, Validator, read_with,
};
use serde_json::{Value, json};

/// Exceptions that were known when the file was last changed. To be lowered, never raised.
const N_EXCEPTIONS_MAX: usize = 8;

/// A draft, and the contract that holds its schemas.
struct Draft {
    /// Folder of the suite.
    folder: &'static str,
    /// `openapi` of the contract whose dialect is nearest.
    version: &'static str,
    /// What `$schema` says.
    dialect: &'static str,
}

const DRAFT_4: Draft = Draft {
    folder: "draft4",
    version: "3.0.3",
    dialect: "http://json-schema.org/draft-04/schema#",
};
const DRAFT_7: Draft = Draft {
    folder: "draft7",
    version: "3.1.0",
    dialect: "http://json-schema.org/draft-07/schema#",
};
const DRAFT_2020_12: Draft = Draft {
    folder: "draft2020-12",
    version: "3.1.0",
    dialect: "https://json-schema.org/draft/2020-12/schema",
};

#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn note_skipped() {
    eprintln!("skipped: the suite ../shared/json-schema-test-suite is not there");
}

/// Where the schema of a group is served.
const LOCATION: &str = "https://suite.example/root/schema.json";

/// Where the suite says that its remotes are served.
const REMOTES: &str = "http://localhost:1234/";

/// Serves the schema of a group, and the remotes of the suite.
fn serve(suite: &Path, schema: &Value, location: &str) -> Result<Fetched, FetchError> {
    let location = location.to_owned();
    if location == LOCATION {
        return Ok(Fetched { octets: schema.to_string().into_bytes(), location });
    }
    if let Some(meta_schema) = meta_schema(&location) {
        return Ok(Fetched { octets: meta_schema.to_string().into_bytes(), location });
    }
    let path = location.strip_prefix(REMOTES).map(|path| suite.join("remotes").join(path));
    match path.map(fs::read) {
        Some(Ok(octets)) => Ok(Fetched { octets, location }),
        _ => Err(FetchError { why: "it is not served".to_owned() }),
    }
}

/// The schema of schemas of a draft, which a test of each draft refers to.
fn meta_schema(location: &str) -> Option<&'static Value> {
    use referencing::meta;

    Some(match location {
        "http://json-schema.org/draft-04/schema" => &meta::DRAFT4,
        "http://json-schema.org/draft-07/schema" => &meta::DRAFT7,
        "https://json-schema.org/draft/2020-12/schema" => &meta::DRAFT202012,
        "https://json-schema.org/draft/2020-12/meta/core" => &meta::DRAFT202012_CORE,
        "https://json-schema.org/draft/2020-12/meta/applicator" => &meta::DRAFT202012_APPLICATOR,
        "https://json-schema.org/draft/2020-12/meta/unevaluated" => &meta::DRAFT202012_UNEVALUATED,
        "https://json-schema.org/draft/2020-12/meta/validation" => &meta::DRAFT202012_VALIDATION,
        "https://json-schema.org/draft/2020-12/meta/meta-data" => &meta::DRAFT202012_META_DATA,
        "https://json-schema.org/draft/2020-12/meta/content" => &meta::DRAFT202012_CONTENT,
        "https://json-schema.org/draft/2020-12/meta/format-annotation" => {
            &meta::DRAFT202012_FORMAT_ANNOTATION
        }
        _ => return None,
    })
}

/// The schema, saying which draft it is of if it does not.
fn dated(schema: &Value, dialect: &str) -> Value {
    match schema {
        Value::Object(members) if !members.contains_key("$schema") => {
            let mut members = members.clone();
            members.shift_insert(0, "$schema".to_owned(), json!(dialect));
            Value::Object(members)
        }
        _ => schema.clone(),
    }
}

/// Runs a file; counts tests and lists those that fail, as `group: test`.
fn run(suite: &Path, draft: &Draft, groups: &Value, failures: &mut BTreeSet<String>) -> usize {
    let mut n_tests = 0;
    for group in groups.as_array().unwrap() {
        let schema = dated(&group["schema"], draft.dialect);
        let document = json!({
            "openapi": draft.version,
            "paths": {},
            "components": {"schemas": {"S": {"$ref": LOCATION}}},
        });
        let mut fetch = |location: &str| serve(suite, &schema, location);
        let options = ReadOptions { fetch: Some(&mut fetch), overlays: &[] };
        let text = document.to_string();
        let contract = read_with(text.as_bytes(), "suite.json", options).unwrap();
        let reference = SchemaRef::at("/components/schemas/S");
        let validator = Validator::compile(&contract.schemas, &reference, Direction::Request);
        for test in group["tests"].as_array().unwrap() {
            n_tests += 1;
            let is_right = validator.as_ref().is_ok_and(|validator| {
                let is_valid = validator.is_valid(&test["data"]);
                let is_listed = validator.violations(&test["data"]).is_empty();
                test["valid"] == is_valid && is_valid == is_listed
            });
            if !is_right {
                let name = |value: &Value| value["description"].as_str().unwrap().to_owned();
                failures.insert(format!("{}\t{}", name(group), name(test)));
            }
        }
    }
    n_tests
}

/// `draft file group test` of each exception, tabs between them; the reasons left out.
fn exceptions() -> Vec<(String, String)> {
    let text = include_str!("json_schema_suite/exceptions.tsv");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let split = |line: &str| {
        let (name, reason) = line.rsplit_once('\t').unwrap();
        (name.to_owned(), reason.to_owned())
    };
    lines.map(split).collect()
}

#[track_caller]
fn check(draft: &Draft, n_tests_min: usize) {
    let suite: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/json-schema-test-suite");
    let folder = suite.join("tests").join(draft.folder);
    if !folder.is_dir() {
        return note_skipped();
    }
    let mut n_tests = 0;
    let mut failures = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let groups: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let mut failed = BTreeSet::new();
        n_tests += run(&suite, draft, &groups, &mut failed);
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        failures.extend(failed.iter().map(|name| format!("{}\t{file}\t{name}", draft.folder)));
    }
    assert!(n_tests > n_tests_min, "{n_tests}");
    let is_here = |name: &String| name.split('\t').next() == Some(draft.folder);
    let expected: BTreeSet<String> =
        exceptions().into_iter().map(|(name, _)| name).filter(is_here).collect();
    let new: Vec<_> = failures.difference(&expected).collect();
    assert!(new.is_empty(), "fail and are not listed: {new:#?}");
    let gone: Vec<_> = expected.difference(&failures).collect();
    assert!(gone.is_empty(), "pass and are still listed: {gone:#?}");
}

#[test]
fn draft_4_is_as_the_suite_says() {
    check(&DRAFT_4, 500);
}

#[test]
fn draft_7_is_as_the_suite_says() {
    check(&DRAFT_7, 800);
}

#[test]
fn draft_2020_12_is_as_the_suite_says() {
    check(&DRAFT_2020_12, 1100);
}

#[test]
fn exceptions_only_become_fewer_and_each_has_a_reason() {
    let exceptions = exceptions();
    assert!(exceptions.len() <= N_EXCEPTIONS_MAX, "{}", exceptions.len());
    assert!(
        exceptions.iter().all(|(name, reason)| {
            name.split('\t').count() == 4 && reason.split(' ').count() > 2
        })
    );
}
