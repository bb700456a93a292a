//! Maintenance of an existing index. Each operation takes the write lock (a check does not need it) and
//! leaves the index as it was or as it should be, whenever it stops.

mod backup;
mod check;
mod compact;
mod retention;

pub use backup::{BackupStats, backup, restore};
pub use check::{CheckReport, check};
pub(super) use check::{check_files, is_sound};
pub use compact::compact;
pub use retention::{gc, rollback};
