//! Code shared by the benchmarks: corpora, queries, stock tantivy, and clocks.
//!
//! All random numbers have fixed seeds, so two runs measure the same work.

#![allow(dead_code, reason = "each bench uses a part")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark may stop where it cannot go on, and rounds its figures"
)]

pub mod arguments;
pub mod clock;
pub mod coined;
pub mod generated;
pub mod headlines;
pub mod mix;
pub mod novelty;
pub mod original;
pub mod spread;
pub mod stock;
