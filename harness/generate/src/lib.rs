//! From contract to cases to octets.
//!
//! An [`OperationPlan`] is compiled once per operation and then offers steps: the most plausible valid
//! request, the contract's own examples, random valid requests drawn from a [`Source`], the edges of
//! every constraint, and violations of one constraint at a time. Each step says its
//! [`Intent`](harness_model::Intent), and each intent was checked with the validator against what goes
//! over the wire. [`render()`] turns a step into the octets of a request.
//!
//! This room knows no network, no clock and no answers: the same contract and the same choices give
//! the same octets, always.
mod annotations;
mod bodies;
mod boundary;
mod constraints;
mod content;
mod coverage;
mod dictionary;
mod draw;
mod formats;
mod graph;
mod gzip;
mod malformed;
mod malformed_coding;
mod malformed_form;
mod malformed_json;
mod malformed_multipart;
mod malformed_xml;
mod media;
mod multipart;
mod near_misses;
mod odd_numbers;
mod odd_parts;
mod odd_texts;
mod pairs;
mod parts;
mod pattern;
mod pattern_length;
mod plan;
mod protocol;
mod readings;
mod render;
mod repair;
mod shapes;
mod sites;
mod source;
mod strategy;
mod violated;
mod violation;
mod wire;
mod xml;

pub use coverage::{ConstraintCoverage, Reach};
pub use graph::{Edge, Graph};
pub use malformed::LENIENT_SUFFIX;
pub use plan::OperationPlan;
pub use render::{RenderError, render};
pub use source::Source;
pub use strategy::{Drawn, ValueStrategy, values};

/// A way of making steps.
pub struct Generator {
    /// Its name.
    pub name: &'static str,
    /// What `harness explain` prints.
    pub explain: &'static str,
}

/// All generators.
pub const GENERATORS: &[Generator] = &[
    Generator {
        name: "valid_values",
        explain: "Draws values from a schema's shapes, simplest choice first, and checks them with the \
                  validator where the schema says more than its shape. The same generator serves seeded \
                  runs, libFuzzer's bytes and proptest.",
    },
    Generator {
        name: "edges",
        explain: "Enumerates the edges of every constraint from inside, at every depth of the content and \
                  for every parameter, one place at a time.",
    },
    Generator {
        name: "breaches",
        explain: "Breaks every constraint by the smallest step, one place at a time: limits, lengths, listed \
                  values, required members, types. What a reader of the wire could take for valid is left \
                  out.",
    },
    odd_numbers::GENERATOR,
    odd_texts::GENERATOR,
    odd_parts::GENERATOR,
    near_misses::GENERATOR,
    malformed_json::GENERATOR,
    malformed_form::GENERATOR,
    malformed_multipart::GENERATOR,
    malformed_xml::GENERATOR,
    malformed_coding::GENERATOR,
    protocol::GENERATOR,
    pairs::GENERATOR,
];
