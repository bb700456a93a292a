//! The digest of a file's bytes, taken while they are read for their contents.
//!
//! So that what is recorded of a file is what was read of it, even where it changes meanwhile.

use std::{
    fmt,
    io::{self, Read},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A BLAKE3 digest that grows with what is read.
#[derive(Clone, Default)]
pub(super) struct Digest(Arc<Mutex<blake3::Hasher>>);

impl Digest {
    pub fn so_far(&self) -> [u8; 32] {
        *self.hasher().finalize().as_bytes()
    }

    fn hasher(&self) -> MutexGuard<'_, blake3::Hasher> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest")
    }
}

/// Reads through to another reader and takes the digest of what comes by.
#[derive(Debug)]
pub(super) struct Digesting<R> {
    from: R,
    digest: Digest,
}

impl<R> Digesting<R> {
    pub fn new(from: R, digest: Digest) -> Self {
        Self { from, digest }
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        if let Some(read) = into.get(..count) {
            self.digest.hasher().update(read);
        }
        Ok(count)
    }
}
