//! Reads one document and says what came of it: what `/usr/bin/time -v` is put around to see the
//! peak of memory. `cargo run --release -p harness-contract --example read -- [--lint] DOCUMENT…`.
#![expect(clippy::print_stdout, reason = "an example shows what it did")]
#![expect(clippy::disallowed_methods, reason = "an example has arguments and a clock of its own")]

use std::time::Instant;

use harness_contract::{FetchError, Fetched, ReadOptions, lint, read_with};

/// Diagnostics and skipped operations shown of one document.
const SHOWN: usize = 10;

/// Other files only.
fn fetch(location: &str) -> Result<Fetched, FetchError> {
    match std::fs::read(location) {
        Ok(octets) => Ok(Fetched { octets, location: location.to_owned() }),
        Err(error) => Err(FetchError { why: error.to_string() }),
    }
}

fn main() {
    let is_linted = std::env::args().any(|argument| argument == "--lint");
    for document in std::env::args().skip(1).filter(|argument| argument != "--lint") {
        let Ok(octets) = std::fs::read(&document) else {
            println!("{document}: cannot be opened");
            continue;
        };
        let begin = Instant::now();
        let options = ReadOptions { fetch: Some(&mut fetch), overlays: &[] };
        let contract = read_with(&octets, &document, options);
        let elapsed = begin.elapsed();
        match contract {
            Ok(contract) => {
                println!(
                    "{document}: {} operations, {} skipped, {} diagnostics, {} others in {elapsed:?}",
                    contract.operations.len(),
                    contract.skipped.len(),
                    contract.diagnostics.len(),
                    contract.others.len()
                );
                if is_linted {
                    let begin = Instant::now();
                    let score = lint(&contract).score;
                    println!("    score {score} of 100, found in {:?}", begin.elapsed());
                }
                for skipped in contract.skipped.iter().take(SHOWN) {
                    println!("    {}: {}", skipped.key, skipped.reason);
                }
                for diagnostic in contract.diagnostics.iter().take(SHOWN) {
                    println!("    {} {diagnostic}", diagnostic.code);
                }
            }
            Err(error) => println!("{document}: {error}"),
        }
    }
}
