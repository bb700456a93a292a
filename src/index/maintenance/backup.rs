//! Backups: the files of one commit under a second name, and back again.
//!
//! A file of an index never changes once it is written, so a hard link is a copy that costs nothing, as long
//! as the disk itself stays sound. Across disks the files are copied.

use std::{
    fs::{self, File},
    path::Path,
};

use super::publish_generation;
use crate::{
    error::{Error, Result},
    index::{
        Index, JobOptions,
        storage::{Generation, MANAGED, MARKER, META, atomic_file, generation},
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
    copy_commit(folder, to, 0)
}

/// Makes a backup the active generation of an index, after checking it. The generation before is retained,
/// unless it is damaged.
///
/// # Errors
/// `IndexMissing`, `IndexStale` and `IndexDamaged` of the backup; `NotEmpty`, `IndexLocked`, `Interrupted`,
/// `Write`. The index is then as it was before.
pub fn restore(folder: &Path, from: &Path, options: &JobOptions) -> Result<BackupStats> {
    Index::open(from)?;
    let _lock = generation::lock(folder, options.wait, &options.stop)?;
    copy_commit(from, folder, options.keep)
}

/// Copies the last commit of an index into a new generation of another folder, and activates it.
fn copy_commit(from: &Path, to: &Path, keep: usize) -> Result<BackupStats> {
    let last_success = Index::last_success(from)?.unwrap_or_default();
    Generation::with_active(from, |active| {
        publish_generation(to, keep, last_success, |generation| copy_files(active, generation))
    })
}

fn copy_files(from: &Generation, to: &Generation) -> Result<BackupStats> {
    let mut stats = BackupStats::default();
    // A writer removes files only under this lock, so all that the commit names stays until it is copied.
    let _lock = Index::open_generation(from)?.lock_files()?;
    for name in [META, MANAGED] {
        stats.copy(&from.folder.join(name), &to.folder)?;
    }
    // The commit that was copied, whatever a writer has committed since.
    for file in Index::open_generation(to)?.commit()?.files_in(&from.folder)?.0 {
        // The copy has these two, and a marker.
        if ![META, MANAGED, MARKER].iter().any(|name| file.ends_with(name)) {
            stats.copy(&file, &to.folder)?;
        }
    }
    atomic_file::sync_directory(&to.folder).map_err(Error::write(&to.folder))?;
    Ok(stats)
}

impl BackupStats {
    fn copy(&mut self, file: &Path, into: &Path) -> Result<()> {
        let to = into.join(file.file_name().unwrap_or_default());
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
