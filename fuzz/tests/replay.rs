//! Replays every checked-in input through its target, as plain tests: targets and seeds cannot rot.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harness_fuzz::replay::files;
use harness_fuzz::{Reached, TARGETS};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Seeds of one target: each of a clean clone's tests runs all of them.
const SEEDS_MAX: usize = 60;
/// Octets of one seed: what is longer hides what it is for.
const SEED_OCTETS_MAX: usize = 4_096;
/// Begins the name of a seed that its target must turn away.
const DOOR: &str = "door-";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a target by name on all its seeds, and on the beginnings of each.
fn check(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = files(&root().join("corpora/fuzz").join(target.name)).unwrap();
    assert!((5..=SEEDS_MAX).contains(&seeds.len()), "{} seeds", seeds.len());
    let mut astray = Vec::new();
    for (path, octets) in seeds {
        assert!(octets.len() <= SEED_OCTETS_MAX, "{path} has {} octets", octets.len());
        let is_for_door = Path::new(&path).file_name().unwrap().to_str().unwrap().starts_with(DOOR);
        let expected = if is_for_door { Reached::Door } else { Reached::Laws };
        if (target.run)(&octets) != expected {
            astray.push(path);
        }
        for quarter in 1..4 {
            (target.run)(&octets[..octets.len() * quarter / 4]);
        }
    }
    assert!(astray.is_empty(), "these do not reach what they are for: {astray:?}");
}

#[test]
fn the_seeds_of_contract_hold() {
    check("contract");
}

#[test]
fn the_seeds_of_schema_hold() {
    check("schema");
}

#[test]
fn the_seeds_of_render_hold() {
    check("render");
}

#[test]
fn the_seeds_of_answer_hold() {
    check("answer");
}

#[test]
fn the_seeds_of_records_hold() {
    check("records");
}

#[test]
fn the_seeds_of_shrink_hold() {
    check("shrink");
}

#[test]
fn the_seeds_of_service_hold() {
    check("service");
}

#[test]
fn the_seeds_of_in_process_hold() {
    check("in_process");
}

#[test]
fn every_target_has_a_binary_a_folder_of_seeds_and_a_test() {
    let names: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names.len(), TARGETS.len(), "names are unique");
    let stems = |folder: &str, is_it: fn(&Path) -> bool| -> BTreeSet<String> {
        let entries = fs::read_dir(root().join(folder)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| is_it(path));
        paths.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let is_source = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
    assert_eq!(stems("fuzz/fuzz_targets", is_source), names);
    assert_eq!(stems("corpora/fuzz", Path::is_dir), names);
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    let this = fs::read_to_string(root().join("fuzz/tests/replay.rs")).unwrap();
    for name in &names {
        assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{name} is no binary");
        assert!(this.contains(&format!("check(\"{name}\")")), "{name} is not replayed");
    }
}

/// The form of a dictionary: `name="token"` or `"token"`, `\\`, `\"` and `\xAB` being the escapes
/// (LLVM, libFuzzer, "Dictionaries"). libFuzzer refuses a whole file for one wrong line.
#[test]
fn dictionaries_are_well_formed_and_belong_to_targets() {
    let folder = root().join("corpora/fuzz");
    let dictionaries = files(&folder).unwrap();
    assert!(dictionaries.len() >= 2, "contract and answer have one");
    for (path, octets) in dictionaries {
        let stem = Path::new(&path).file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(TARGETS.iter().any(|target| target.name == stem), "{path} is nobody's");
        let text = String::from_utf8(octets).unwrap();
        let mut seen = BTreeSet::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let token = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let token = token.unwrap_or_else(|| panic!("{path}: {line}"));
            assert!(!token.is_empty() && is_escaped(token), "{path}: {line}");
            assert!(seen.insert(token.to_owned()), "{path}: {line} twice");
        }
    }
}

fn is_escaped(token: &str) -> bool {
    let mut rest = token.chars();
    while let Some(c) = rest.next() {
        let is_fine = match c {
            '"' => false,
            '\\' => match rest.next() {
                Some('\\' | '"') => true,
                Some('x') => [rest.next(), rest.next()]
                    .iter()
                    .all(|c| c.is_some_and(|c| c.is_ascii_hexdigit())),
                _ => false,
            },
            _ => c.is_ascii_graphic() || c == ' ',
        };
        if !is_fine {
            return false;
        }
    }
    true
}

/// The same octets each time: looking further is what sessions are for.
fn random() -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(0);
    ProptestConfig { failure_persistence: None, rng_seed, ..ProptestConfig::with_cases(96) }
}

proptest! {
    #![proptest_config(random())]

    #[test]
    fn every_target_holds_on_random_octets(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        for target in TARGETS {
            (target.run)(&octets);
        }
    }
}
