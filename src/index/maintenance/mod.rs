//! Maintenance of an existing index. Each operation takes the write lock (a check does not need it) and
//! leaves the index as it was or as it should be, whenever it stops.

mod backup;
mod check;
mod compact;
mod publish;
mod retention;
mod sizes;

pub use backup::{BackupStats, backup, restore};
pub(super) use check::check_files;
pub use check::{CheckReport, check};
pub use compact::compact;
pub use retention::{gc, rollback};
pub use sizes::Sizes;
