//! Backups: the files of one commit under a second name, and back again.
//!
//! A file of an index never changes once it is written, so a hard link is a copy that costs nothing, as long
//! as the disk itself stays sound. Across disks the files are copied.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use super::{publish_generation, refuse_missing};
use crate::{
    error::{Error, Result},
    index::{
        Index, JobOptions,
        storage::{
            atomic_file,
            directory::{MANAGED, META},
            generation::{self, Generation},
        },
    },
};

/// What a backup or a restore copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackupStats {
    /// Files.
    pub files: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// The number of files that were copied because they could not be linked.
    pub copied: u64,
}

/// Makes a second index of the last commit of an index, in a new or empty folder. A writer may work
/// meanwhile. The backup is checked, and can be searched as it is. What a killed backup left in the folder is
/// replaced.
///
/// # Errors
/// `NotEmpty` where the folder has other contents; `IndexLocked` where another backup is written to it;
/// `IndexMissing`, `IndexStale`, `IndexDamaged`; `Write` where the backup cannot be written.
pub fn backup(folder: &Path, to: &Path) -> Result<BackupStats> {
    // Refused before there is a folder for the copy.
    Index::open(folder)?;
    let refuse_existing =
        || if generation::exists(to) { Err(Error::NotEmpty { path: to.into() }) } else { Ok(()) };
    refuse_existing()?;
    let _lock = generation::try_lock(to)?;
    refuse_existing()?;
    Generation::with_active(folder, |active| copy_commit(&Index::open_generation(active)?, folder, to, 0))
}

/// Makes a backup the active generation of an index, after checking it. The generation before is retained,
/// unless it is damaged.
///
/// # Errors
/// `IndexMissing`, `IndexStale` and `IndexDamaged` of the backup; `NotEmpty`, `IndexLocked`, `Interrupted`,
/// `Write`. The index is then as it was before.
pub fn restore(folder: &Path, from: &Path, options: &JobOptions) -> Result<BackupStats> {
    refuse_missing(from)?;
    let backup = Index::open(from)?;
    let _lock = generation::lock(folder, options.wait, &options.stop)?;
    copy_commit(&backup, from, folder, options.keep)
}

/// Copies the last commit of an index into a new generation of another folder, and activates it.
fn copy_commit(index: &Index, from: &Path, to: &Path, keep: usize) -> Result<BackupStats> {
    let last_success = Index::last_success(from)?.unwrap_or_default();
    publish_generation(to, keep, last_success, |generation| copy_files(index, generation))
}

fn copy_files(index: &Index, generation: &Generation) -> Result<BackupStats> {
    let mut stats = BackupStats::default();
    let Some(from) = index.generation_folder() else { return Ok(stats) };
    // A writer removes files only under this lock, so all that the commit names stays until it is copied.
    let _lock = index.lock_files()?;
    let to = &generation.folder;
    stats.copy(&from.join(META), to)?;
    stats.copy(&from.join(MANAGED), to)?;
    // The commit that was copied, which need not be the one that the handle was opened with.
    let copy = Index::open_generation(generation)?;
    for copy in copy.commit()?.files() {
        let file = from.join(copy.file_name().unwrap_or_default());
        let exists = |path: &Path| path.try_exists().map_err(Error::read(path));
        // A segment has only some of the files that it may have, and the copy has a marker.
        if !exists(&copy)? && exists(&file)? {
            stats.copy(&file, to)?;
        }
    }
    atomic_file::sync_directory(to).map_err(Error::write(to))?;
    Ok(stats)
}

impl BackupStats {
    fn copy(&mut self, file: &Path, into: &Path) -> Result<()> {
        let to: PathBuf = into.join(file.file_name().unwrap_or_default());
        if fs::hard_link(file, &to).is_err() {
            let copied = fs::copy(file, &to).and_then(|_| File::open(&to)?.sync_all());
            copied.map_err(Error::write(&to))?;
            self.copied += 1;
        }
        tracing::debug!(file = %to.display(), "copied");
        self.files += 1;
        self.bytes += fs::metadata(&to).map_err(Error::write(&to))?.len();
        Ok(())
    }
}
