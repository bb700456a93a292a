//! Options that the jobs on an index folder share: `update`, `compact`, `gc`, `restore` and `rollback`.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use super::WriterOptions;
use crate::corpus::ReadOptions;

/// How a job works on an index folder.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent options")]
pub struct JobOptions {
    /// Build a new generation and activate it when it is complete.
    pub full: bool,
    /// Only find out what would change.
    pub dry_run: bool,
    /// Continue even if more than half of the releases would be removed, or a folder is empty or missing.
    pub allow_removals: bool,
    /// The paths are the whole corpus: what earlier runs read elsewhere is removed.
    pub exact_paths: bool,
    /// Follow symbolic links that lead out of the corpus folders.
    pub follow_links: bool,
    /// The number of old generations to retain when a new one is activated.
    pub keep: usize,
    /// The time to wait for another writer.
    pub wait: Duration,
    /// How files are read.
    pub read: ReadOptions,
    /// Memory and threads for writing.
    pub writer: WriterOptions,
    /// Set it to stop the job: the index is then as it was, or as it should be.
    pub stop: Arc<AtomicBool>,
}
impl Default for JobOptions {
    fn default() -> Self {
        Self {
            full: false,
            dry_run: false,
            allow_removals: false,
            exact_paths: false,
            follow_links: false,
            keep: 1,
            wait: Duration::ZERO,
            read: ReadOptions::default(),
            writer: WriterOptions::default(),
            stop: Arc::default(),
        }
    }
}
