//! What Russian analysis must do, in the notation of the domain: tables that a Russian reader can
//! proofread, run against the real engine.

mod finds;
mod seed;
mod table;
mod terms;
