//! The conductor: plan → dispatch → triage → confirm → shrink, told as a stream of
//! [`Event`](harness_model::Event)s.
//!
//! This room decides *what is done when*; it knows no file, no terminal and no argument. Time and
//! network come in as a [`Clock`](harness_transport::Clock) and a
//! [`Transport`](harness_transport::Transport), chance as a [`Seed`](harness_model::Seed): with the
//! fake transport and a manual clock the same seed gives the same event log, byte for byte.
//!
//! Two rules shape it. The **plan** is pure: it is made from contract, seed and limits alone, so
//! neither answers nor the number of workers change which requests are sent. The **dispatcher** is
//! the single owner of history, budget and triage: workers only carry requests, and confirmation
//! begins when nothing else is in flight, so that our own load cannot fake a failure.
mod acceptances;
mod allowance;
mod binding;
mod campaign;
mod config;
mod confirm;
mod control;
mod cost;
mod desk;
mod dispatch;
mod examiner;
mod execute;
mod filter;
mod intent;
mod judge;
mod minimise;
mod phases;
mod plan;
mod replay;
mod rules;
mod shard;
mod stages;
mod summary;
mod triage;
mod under_test;
mod whole_run;
mod wire;

pub use campaign::{Campaign, CampaignError, Stop};
pub use config::{CampaignConfig, Limits};
pub use dispatch::run;
pub use examiner::{Examiner, Sighting};
pub use filter::{Filter, FilterError, Selection};
pub use phases::{PHASES, Phase};
pub use plan::{Plan, Planned, PlannedRequest, planned_requests};
pub use replay::{Replayed, clean_tries, replay};
pub use rules::{Rule, Rules};
pub use shard::Shard;
pub use stages::{STAGES, Stage};
