//! Synchronisation: brings an index into the state of a corpus. New releases are added, changed ones
//! replaced, missing ones removed, all in one commit.
//!
//! `job` decides what is read and into which generation, `diff` finds the files that have changed, `apply`
//! reads them and commits.

mod apply;
mod diff;
mod events;
mod job;

pub use apply::sync;
pub use events::{Event, Progress, Summary};
pub use job::update;
