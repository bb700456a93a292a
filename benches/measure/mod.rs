//! What all benches share: a corpus to measure on, something to compare with, and a clock.
//!
//! Nothing here looks at the time of day or draws a number that a seed does not decide, so that two
//! runs measure the same work.

// Each bench is a program of its own and uses a part.
#![allow(dead_code, reason = "each bench uses a part")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::cast_precision_loss,
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
