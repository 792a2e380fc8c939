//! The fuzz targets: what must hold of our own doors, whatever octets come in.
//!
//! Each target is a plain function of octets, so that libFuzzer, a replayer of files and `cargo test`
//! all run the same one. It panics if a law is broken and otherwise tells how far the octets got. Knows
//! the public doors of the crates; knows no libFuzzer (the binaries do), and, but for the two targets
//! that are services, no network and no clock.
pub mod answer;
#[cfg(feature = "services")]
pub mod behaviour;
pub mod contract;
#[cfg(feature = "services")]
mod counters;
mod draw;
#[cfg(feature = "services")]
pub mod in_process;
pub mod records;
pub mod render;
pub mod replay;
pub mod schema;
#[cfg(feature = "services")]
pub mod service;
pub mod shrink;

/// Longest input that a target looks at, in octets. Sixteen times libFuzzer's own default: longer ones
/// only cost time.
pub const OCTETS_MAX: usize = 64 * 1024;

/// How far an input got. Seeds that never reach the laws would test nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The door turned it away, as it should: the only law is that it does so without a panic.
    Door,
    /// Something was made of it, and the laws were held against that.
    Laws,
}

/// A fuzz target.
pub struct Target {
    /// Its name: of the binary, and of its folder in `corpora/fuzz/`.
    pub name: &'static str,
    /// What must hold, for people.
    pub explain: &'static str,
    /// Holds the laws against an input.
    ///
    /// # Panics
    /// If a law is broken: that is the finding.
    pub run: fn(&[u8]) -> Reached,
}

/// All targets. To add one: a file, a binary and a line here.
pub const TARGETS: &[Target] = &[
    contract::TARGET,
    schema::TARGET,
    render::TARGET,
    answer::TARGET,
    records::TARGET,
    shrink::TARGET,
    #[cfg(feature = "services")]
    service::TARGET,
    #[cfg(feature = "services")]
    in_process::TARGET,
];
