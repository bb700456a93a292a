//! Files on disk: checksums, atomic replacement, the write lock, generations and garbage collection.
//!
//! Nothing here knows what a release is or how it is indexed.

pub(crate) mod atomic_file;
pub(crate) mod checksum;
pub(crate) mod directory;
pub(crate) mod garbage;
pub(crate) mod generation;
pub(crate) mod lock;
pub(crate) mod manifest;
