//! What Russian analysis must do, in the notation of the domain: tables that a Russian reader can
//! proofread, run against the real engine.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test that fails may panic")]

mod finds;
mod seed;
mod table;
mod terms;
