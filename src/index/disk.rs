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
    durable,
    seal::{Sealed, Sealing},
};

/// A generation's folder.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    files: MmapDirectory,
    folder: PathBuf,
}

impl Disk {
    pub fn open(folder: &Path) -> Result<Self, OpenDirectoryError> {
        Ok(Self { files: MmapDirectory::open(folder)?, folder: folder.into() })
    }

    /// Opens a sealed file.
    fn sealed(&self, path: &Path) -> Result<Sealed, OpenReadError> {
        let failed = |error| OpenReadError::wrap_io_error(error, path.into());
        let file = self.files.get_file_handle(path)?;
        let bytes = file.read_bytes(0..file.len()).map_err(failed)?;
        Sealed::open(&bytes, path.display().to_string()).map_err(failed)
    }
}

impl Directory for Disk {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        Ok(Arc::new(self.sealed(path)?))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = self.files.open_write(path)?.into_inner();
        let file = file.map_err(|error| OpenWriteError::wrap_io_error(error.into(), path.into()))?;
        Ok(BufWriter::new(Box::new(Sealing::new(file))))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let bytes = self.files.atomic_read(path)?;
        durable::unsealed(bytes).map_err(|error| {
            let told = io::Error::new(error.kind(), format!("{}: {error}", path.display()));
            OpenReadError::wrap_io_error(told, path.into())
        })
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        durable::replace(&self.folder.join(path), &durable::sealed(data))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn sync_directory(&self) -> io::Result<()> {
        durable::sync_folder(&self.folder)
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
