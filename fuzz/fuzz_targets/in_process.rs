//! The target `in_process`: libFuzzer's under cargo-fuzz, else a replayer of the files that it is given.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    harness_fuzz::in_process::run(data);
});

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    harness_fuzz::replay::main(harness_fuzz::in_process::run)
}
