//! The folder that tantivy writes to and reads from: memory-mapped files, all of them sealed.
//!
//! Locks here are for threads and processes that open and tidy up one generation; who may write to
//! an index at all is settled in `lock`.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, BufWriter},
    path::{Path, PathBuf},
    sync::Arc,
};

use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
    error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError},
};

use super::{
    atomic_file,
    checksum::{ChecksumWriter, ChecksummedFile},
};

/// The names of the two files that tantivy keeps about all others.
pub(crate) const META: &str = "meta.json";
pub(crate) const MANAGED: &str = ".managed.json";

/// A generation's folder.
#[derive(Clone, Debug)]
pub(crate) struct ChecksummedDirectory {
    files: MmapDirectory,
    folder: PathBuf,
}

impl ChecksummedDirectory {
    pub fn open(folder: &Path) -> Result<Self, OpenDirectoryError> {
        Ok(Self { files: MmapDirectory::open(folder)?, folder: folder.into() })
    }

    /// Opens a file and verifies its footer.
    fn open_checksummed(&self, path: &Path) -> Result<ChecksummedFile, OpenReadError> {
        let failed = |error| OpenReadError::wrap_io_error(error, path.into());
        let file = self.files.get_file_handle(path)?;
        let bytes = file.read_bytes(0..file.len()).map_err(failed)?;
        ChecksummedFile::open(&bytes, path.display().to_string()).map_err(failed)
    }
}

impl Directory for ChecksummedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        Ok(Arc::new(self.open_checksummed(path)?))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = self.files.open_write(path)?.into_inner();
        let file = file.map_err(|error| OpenWriteError::wrap_io_error(error.into(), path.into()))?;
        Ok(BufWriter::new(Box::new(ChecksumWriter::new(file))))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let bytes = self.files.atomic_read(path)?;
        atomic_file::strip_checksum(bytes).map_err(|error| {
            let named = io::Error::new(error.kind(), format!("{}: {error}", path.display()));
            OpenReadError::wrap_io_error(named, path.into())
        })
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        atomic_file::replace(&self.folder.join(path), &atomic_file::with_checksum(data))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn sync_directory(&self) -> io::Result<()> {
        atomic_file::sync_directory(&self.folder)
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        let failed = |error| LockError::IoError(Arc::new(error));
        let path = self.folder.join(&lock.filepath);
        let file = match OpenOptions::new().write(true).create(true).truncate(false).open(&path) {
            Ok(file) => file,
            // A reader who may not write here needs the lock all the same, against tidying up.
            Err(_) if lock.is_blocking => match File::open(&path) {
                Ok(file) => file,
                Err(_) => return Ok(DirectoryLock::from(Box::new(()))),
            },
            Err(error) => return Err(failed(error)),
        };
        if lock.is_blocking {
            file.lock().map_err(failed)?;
        } else {
            file.try_lock().map_err(|error| match error {
                TryLockError::WouldBlock => LockError::LockBusy,
                TryLockError::Error(error) => failed(error),
            })?;
        }
        // Closing the file gives the lock back.
        Ok(DirectoryLock::from(Box::new(file)))
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}
