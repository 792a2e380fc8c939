//! The published JSON Schemas of the files that users write are those of the code. `UPDATE_SCHEMAS=1
//! cargo test -p harness-config` writes them anew after a change of form.

use std::fs;
use std::path::{Path, PathBuf};

use harness_config::{Baseline, Settings};
use schemars::{Schema, schema_for};

fn check(name: &str, schema: &Schema) {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../reports/schema")
        .join(format!("{name}.schema.json"));
    let mut current = serde_json::to_string_pretty(schema).expect("a schema is JSON");
    current.push('\n');
    #[expect(clippy::disallowed_methods, reason = "asked for by whoever changes the form")]
    if std::env::var("UPDATE_SCHEMAS").is_ok() {
        fs::write(&file, &current).expect("the folder is writable");
    }
    let published = fs::read_to_string(&file).unwrap_or_default();
    assert!(published == current, "{name} has another form than its published schema");
}

#[test]
fn published_schemas_are_those_of_the_code() {
    check("settings", &schema_for!(Settings));
    check("baseline", &schema_for!(Baseline));
}
