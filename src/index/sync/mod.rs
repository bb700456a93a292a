//! Synchronisation: brings an index into the state of a corpus. New releases are added, changed ones
//! replaced, missing ones removed, all in one commit.

mod apply;
mod diff;
mod events;
mod unread;
mod update;

pub use apply::sync;
pub use events::{Event, Progress, Summary};
pub use update::update;
