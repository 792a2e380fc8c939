//! Tells the compiler that cargo-fuzz sets `--cfg fuzzing`; knows nothing else.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(fuzzing)");
    println!("cargo::rerun-if-changed=build.rs");
}
