//! The house rules that a compiler does not hold: who may import whom, how long a file may be, how it
//! begins, and that ARCHITECTURE.md names every room.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Longest source file without its tests, in lines.
const FILE_LINES_MAX: usize = 600;

/// Room → the rooms that it may import.
const IMPORTS: &[(&str, &[&str])] = &[
    ("contract", &[]),
    ("model", &["contract"]),
    ("config", &["model"]),
    ("generate", &["contract", "model"]),
    ("check", &["contract", "model"]),
    ("shrink", &["contract", "model"]),
    ("transport", &["contract", "model"]),
    ("campaign", &["contract", "model", "generate", "check", "shrink", "transport"]),
    ("service", &["contract", "model", "generate", "transport", "campaign"]),
    ("report", &["contract", "model"]),
    ("demo", &[]),
];

/// Crate → the rooms that may use it.
const GUARDED: &[(&str, &[&str])] = &[
    ("reqwest", &["transport"]),
    ("rustls", &["transport"]),
    ("openapiv3", &["contract"]),
    ("jsonschema", &["contract", "demo"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("axum", &["demo"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Room → the normal dependencies of its crate.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages are listed");
    let mut rooms = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().expect("a package has a name");
        let room = if name == "harness" { "cli" } else { name.trim_start_matches("harness-") };
        let normal = package["dependencies"]
            .as_array()
            .expect("dependencies are listed")
            .iter()
            .filter(|dependency| dependency["kind"].is_null())
            .map(|dependency| dependency["name"].as_str().expect("a name").to_owned());
        rooms.insert(room.to_owned(), normal.collect());
    }
    rooms
}

#[test]
fn rooms_import_only_what_the_architecture_allows() {
    let rooms = dependencies();
    for (room, allowed) in IMPORTS {
        let imported = rooms.get(*room).unwrap_or_else(|| panic!("there is no room {room}"));
        for dependency in imported {
            let Some(other) = dependency.strip_prefix("harness-") else { continue };
            assert!(allowed.contains(&other), "{room} imports {other}");
        }
    }
    let listed: BTreeSet<&str> = IMPORTS.iter().map(|(room, _)| *room).collect();
    for room in rooms.keys().filter(|room| !matches!(room.as_str(), "cli" | "fuzz")) {
        assert!(listed.contains(room.as_str()), "{room} is missing from the table of imports");
    }
}

#[test]
fn guarded_crates_stay_in_their_rooms() {
    for (room, imported) in dependencies() {
        for (dependency, rooms) in GUARDED {
            if imported.contains(*dependency) {
                assert!(rooms.contains(&room.as_str()), "{room} uses {dependency}");
            }
        }
    }
}

#[test]
fn typed_openapi_models_stay_in_one_file() {
    for file in sources() {
        let text = fs::read_to_string(&file).expect("sources are readable");
        if text.contains("openapiv3::") {
            let is_home = file.components().any(|part| part.as_os_str() == "contract")
                && file.to_string_lossy().contains("openapi30");
            assert!(is_home || is_test(&file), "{} uses openapiv3", file.display());
        }
    }
}

fn is_test(file: &Path) -> bool {
    file.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "benches")))
        || file.ends_with("tests.rs")
}

/// Every Rust source of the project's crates.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("harness"), root().join("fuzz"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the tree is readable") {
            let path = entry.expect("the tree is readable").path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 50, "only {} sources found", found.len());
    found
}

#[test]
fn every_file_says_what_it_knows() {
    for file in sources() {
        let text = fs::read_to_string(&file).expect("sources are readable");
        let first = text.lines().find(|line| !line.starts_with("#!")).unwrap_or_default();
        assert!(first.starts_with("//!"), "{} does not begin with //!", file.display());
    }
}

#[test]
fn no_room_is_too_large() {
    for file in sources() {
        let text = fs::read_to_string(&file).expect("sources are readable");
        let before_tests = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
        assert!(
            before_tests <= FILE_LINES_MAX || is_test(&file),
            "{} has {before_tests} lines",
            file.display()
        );
    }
}

#[test]
fn the_architecture_names_every_room() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md exists");
    for room in dependencies().keys() {
        assert!(text.contains(&format!("{room}/")), "ARCHITECTURE.md does not name {room}/");
    }
}
