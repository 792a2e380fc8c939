//! The demo: a small shop with catalogued faults, each behind a switch, each with a correct twin.
//!
//! It is what `harness demo` starts and the yardstick of every oracle: with a switch on, the
//! harness must find that fault; with all off, it must find nothing. So the correct shop keeps to
//! its contract ([`CONTRACT`]) to the letter: every request is judged by the contract's own schemas
//! before an operation sees it (room `gate`), and every answer is one that the contract declares.
//!
//! | room | knows |
//! | --- | --- |
//! | `contract` | the document: operations with their schemas, references resolved |
//! | `gate`, `reading` | which requests the contract allows; octets to values |
//! | `call`, `answer` | a request that was let in; what is sent back |
//! | `shop` | the state: products, customers, orders, coupons, payments |
//! | `operations` | one function per operation, correct and faulty branch side by side |
//! | `faults` | one file per fault, with the faulty behaviour and what there is to know about it |
//! | `switches` | which faults are on |
//!
//! The harness never reads this crate: it sees the contract and the answers only.
//!
//! To add a fault: one file in `faults/`, one line in the registry in `faults.rs`, and the branch
//! `if service.has(&new_fault::FAULT)` beside the correct one where it strikes. A fault that is
//! only a wrong limit or a forgotten rule needs no branch: it bends the rules of its operation (see
//! `Fault`).

mod answer;
mod call;
mod contract;
mod faults;
mod gate;
mod operations;
mod reading;
mod service;
mod shop;
mod switches;

pub use contract::CONTRACT;
pub use faults::{FAULTS, Fault};
pub use service::{app, apps, serve};
pub use switches::{Faults, UnknownFault};

#[cfg(test)]
mod tests;
