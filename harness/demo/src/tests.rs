//! The shop as its clients see it: requests in, answers out, each answer held against the contract.

mod asking;
mod catalogue;
mod edges;
mod served;
mod twin;
