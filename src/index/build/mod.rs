//! Building segments: releases are analysed, inverted and written by several threads, and become visible
//! with one commit.

mod analyzed_batch;
mod postings;
mod registry;
mod segment_writer;
mod worker_pool;
mod writer;

pub(super) use registry::{FileId, Registry, RegistryEntry};
pub use writer::{Change, Writer, WriterOptions};
pub(super) use writer::{id_problem, start_engine};
