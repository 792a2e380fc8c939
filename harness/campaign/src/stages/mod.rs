//! The stages: attacks that need more than one request at a time and decide what to send next from
//! what came back. They run after the planned phases, when it is known what the service accepts; one
//! file or folder each, one line each in [`STAGES`].

mod cost;
mod depths;
mod error_shapes;
mod sequences;
pub(crate) mod wire;

use std::pin::Pin;

use crate::desk::Desk;

/// A kind of attack that conducts itself.
pub struct Stage {
    /// Its name in events, reports and case ids.
    pub name: &'static str,
    /// What `harness explain` prints.
    pub explain: &'static str,
    /// Carries it out. Ends early when [`Desk::is_over`] says so.
    pub(crate) run: StageRun,
}

/// What a stage is: a future that has the desk to itself.
pub(crate) type StageRun =
    for<'d, 'a, 'e> fn(&'d mut Desk<'a, 'e>) -> Pin<Box<dyn Future<Output = ()> + 'd>>;

/// All stages, in the order in which they run.
pub const STAGES: &[Stage] =
    &[depths::STAGE, sequences::STAGE, error_shapes::STAGE, cost::STAGE, wire::STAGE];
