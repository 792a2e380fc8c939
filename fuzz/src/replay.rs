//! Runs a target on files, without libFuzzer: what a crash does under a debugger, on any toolchain.
//! Knows arguments and files; knows no target.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use crate::Reached;

/// Runs a target on every file that the command line names; of a folder, on the files in it.
///
/// # Panics
/// If a law is broken, as the target does.
#[expect(clippy::disallowed_methods, clippy::print_stderr, reason = "this is a program's main")]
pub fn main(run: fn(&[u8]) -> Reached) -> ExitCode {
    let mut count = 0_usize;
    for argument in env::args().skip(1) {
        match files(Path::new(&argument)) {
            Ok(inputs) => {
                for (name, octets) in inputs {
                    // Before the run, so that it names the input of a panic.
                    eprint!("{name}: {} octets: ", octets.len());
                    eprintln!("{:?}", run(&octets));
                    count += 1;
                }
            }
            Err(error) => {
                eprintln!("cannot read {argument}: {error}; name a file or a folder of files");
                return ExitCode::FAILURE;
            }
        }
    }
    if count == 0 {
        eprintln!("nothing to replay: name files or folders of files");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The names and octets of a file, or of the files in a folder in the order of their names. Folders
/// within it are left out.
///
/// # Errors
/// If it or one of them cannot be read.
pub fn files(path: &Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let named = |path: &Path| {
        let octets = fs::read(path)?;
        Ok((path.display().to_string(), octets))
    };
    if path.is_file() {
        return Ok(vec![named(path)?]);
    }
    let entries = fs::read_dir(path)?.collect::<std::io::Result<Vec<_>>>()?;
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    paths.iter().map(|path| named(path)).collect()
}
