//! The directory that tantivy writes to and reads from: memory-mapped files with checksums.
//!
//! Its one lock is for threads and processes that open files of a generation or remove them. The right to write to an
//! index is in `lock`.

use std::{
    fs::{self, File},
    io::{self, BufWriter, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
};

use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
    error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError},
};

use super::{
    atomic_file,
    checksum::{ChecksumWriter, ChecksummedFile, StopFlag},
    lock,
};

/// The names of the two files in which tantivy keeps account of all others.
pub(crate) const META: &str = "meta.json";
pub(crate) const MANAGED: &str = ".managed.json";

/// The folder of a generation.
#[derive(Clone, Debug)]
pub(crate) struct ChecksummedDirectory {
    files: MmapDirectory,
    folder: PathBuf,
    stop: StopFlag,
}

impl ChecksummedDirectory {
    /// Opens a folder in which writing ends once the flag is set.
    pub fn open(folder: &Path, stop: &StopFlag) -> Result<Self, OpenDirectoryError> {
        let refused = |error| OpenDirectoryError::wrap_io_error(error, folder.into());
        let files = match MmapDirectory::open(folder) {
            // Tantivy also says so where the system refuses to look at the folder.
            Err(OpenDirectoryError::NotADirectory(_)) if fs::metadata(folder).map_err(refused)?.is_dir() => {
                MmapDirectory::open(folder)
            }
            opened => opened,
        };
        Ok(Self { files: files?, folder: folder.into(), stop: stop.clone() })
    }
}

impl Directory for ChecksummedDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let failed = |error| OpenReadError::wrap_io_error(error, path.into());
        let file = self.files.get_file_handle(path)?;
        let bytes = file.read_bytes(0..file.len()).map_err(failed)?;
        Ok(Arc::new(ChecksummedFile::open(bytes, path.display().to_string()).map_err(failed)?))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let file = self.files.open_write(path)?;
        let writer = ChecksumWriter::new(file, path.display().to_string(), self.stop.clone());
        Ok(BufWriter::new(Box::new(writer)))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        atomic_file::read(&self.folder.join(path)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => OpenReadError::FileDoesNotExist(path.into()),
            _ => OpenReadError::wrap_io_error(error, path.into()),
        })
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        atomic_file::write(&self.folder.join(path), data)
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
        let unneeded = || Ok(DirectoryLock::from(Box::new(())));
        if !lock.is_blocking {
            // The write lock of the index folder already admits one writer only.
            return unneeded();
        }
        let path = self.folder.join(&lock.filepath);
        let is_refused = |kind| matches!(kind, ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem);
        // A reader without the right to write still needs the lock against the removal of files.
        let opened = match lock::open(&path) {
            Err(error) if is_refused(error.kind()) => File::open(&path),
            opened => opened,
        };
        match opened.and_then(|file| file.lock().map(|()| file)) {
            // Closing the file releases the lock.
            Ok(file) => Ok(DirectoryLock::from(Box::new(file))),
            // Where there is no lock file nobody can remove any.
            Err(error) if is_refused(error.kind()) || error.kind() == ErrorKind::NotFound => unneeded(),
            Err(error) => Err(LockError::wrap_io_error(error)),
        }
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}
