//! Options that the jobs on an index folder share: `update`, `compact`, `gc`, `restore` and `rollback`.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use super::WriterOptions;
use crate::corpus::ReadOptions;

/// How to bring an index up to date.
#[derive(Clone, Debug)]
pub struct JobOptions {
    /// Build a new index beside the old one, and put it in its place when it is done.
    pub full: bool,
    /// Only find out what would change.
    pub dry_run: bool,
    /// Go on even if more than half of the releases would be removed, or if a folder is empty or gone.
    pub allow_removals: bool,
    /// How many old generations to keep when a new one takes over.
    pub keep: usize,
    /// How long to wait for another writer.
    pub wait: Duration,
    /// How files are read.
    pub read: ReadOptions,
    /// Memory and threads.
    pub writer: WriterOptions,
    /// Set it to stop: nothing is changed then, or all.
    pub stop: Arc<AtomicBool>,
}
impl Default for JobOptions {
    fn default() -> Self {
        Self {
            full: false,
            dry_run: false,
            allow_removals: false,
            keep: 1,
            wait: Duration::ZERO,
            read: ReadOptions::default(),
            writer: WriterOptions::default(),
            stop: Arc::default(),
        }
    }
}
