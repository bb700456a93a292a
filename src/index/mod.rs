//! The index: releases in, a searchable snapshot out.
//!
//! Dependencies point one way: [`sync`] → `maintenance` → `build` → `snapshot` → `handle` → `storage`.
//! Only this module and `search` name tantivy, and no tantivy type appears in a public signature.
//!
//! - `handle`, `schema`, `snapshot`, `segment_reader`, `doc_store`: what an index contains and how it is read
//! - `build`: documents to segments, one commit at a time
//! - `storage`: checksummed files, the write lock, generations, garbage collection
//! - `maintenance`: check, compact, roll back, back up, publish a new generation
//! - `sync`: bring an index into the state of a corpus

mod block_stats;
mod build;
mod doc_store;
mod engine_error;
mod form_tables;
mod handle;
mod maintenance;
mod norms;
mod options;
mod parallel;
mod schema;
mod segment_reader;
mod snapshot;
mod storage;
mod sync;

pub(crate) use block_stats::{BlockStats, decode_bound};
pub use build::{Change, Writer, WriterOptions};
pub(crate) use doc_store::{ReleaseView, day_number};
pub use handle::{CommitInfo, Index};
pub use maintenance::{BackupStats, CheckReport, backup, check, compact, gc, restore, rollback};
pub(crate) use norms::{NormParameters, Norms};
pub use options::JobOptions;
pub(crate) use parallel::parallel_map;
pub(crate) use schema::{POSITION_GAP, SOURCE_PREFIX};
pub(crate) use segment_reader::{PostingList, Segment};
pub(crate) use snapshot::{Address, Snapshot};
pub use sync::{Event, Progress, Summary, sync, update};
