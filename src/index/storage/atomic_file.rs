//! Small files that are replaced as a whole and end with a checksum.
//!
//! For the files that say which index exists and what it contains. The large files of an index are covered
//! block by block in `checksum`.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use super::checksum;

/// The checksum line: 64 hexadecimal digits and a line feed.
const CHECKSUM_LINE: usize = 65;

/// Replaces a file. A reader, or a crash, sees either the old contents or the new ones.
///
/// The new contents are written to a temporary file with a fixed name, so a killed process leaves at most
/// one. It is created exclusively: a symbolic link under that name is never followed. Two processes must
/// not replace the same file at the same time.
///
/// Once the file is renamed the change has happened and is not reported as failed. A folder that cannot be
/// synchronised afterwards is a warning.
pub(crate) fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    let temporary = temporary_path(path);
    remove_if_exists(&temporary)?;
    let mut file = File::create_new(&temporary)?;
    let written = file.write_all(&with_checksum(path, contents)).and_then(|()| file.sync_all());
    let replaced = written.and_then(|()| fs::rename(&temporary, path));
    replaced.inspect_err(|_| _ = fs::remove_file(&temporary))?;
    if let Err(error) = sync_directory(path.parent().unwrap_or(Path::new("."))) {
        let path = path.display();
        tracing::warn!("{path} was replaced, but may be lost if the machine fails now: {error}");
    }
    Ok(())
}

/// As [`write`], with a line of JSON.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    write(path, &[serde_json::to_vec(value)?, b"\n".to_vec()].concat())
}

/// Reads a file that [`write`] wrote. An error of the kind `InvalidData` means that it was changed or that it
/// is another file.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    verified(path, fs::read(path)?)
}

/// As [`read`], of a file that [`write_json`] wrote.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    Ok(serde_json::from_slice(&read(path)?)?)
}

/// The contents, without the checksum, of a file of these bytes.
pub(crate) fn verified(path: &Path, mut bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let length = bytes.len().saturating_sub(CHECKSUM_LINE);
    if with_checksum(path, &bytes[..length]) != bytes {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        return Err(checksum::changed(&name, "its checksum is wrong"));
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// The contents, followed by a digest of the file's name and the contents. With the name in it, a file that
/// is copied over another one is noticed.
fn with_checksum(path: &Path, contents: &[u8]) -> Vec<u8> {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(name.len() as u64).to_le_bytes()).update(name).update(contents);
    [contents, hasher.finalize().to_hex().as_bytes(), b"\n"].concat()
}

/// The name of the temporary file for the new contents.
pub(crate) fn temporary_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new"))
}

/// Removes a file if there is one.
pub(crate) fn remove_if_exists(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Makes the names in a folder survive a crash of the machine.
pub(crate) fn sync_directory(folder: &Path) -> io::Result<()> {
    if cfg!(windows) {
        // Windows cannot open a folder, and does not need to.
        return Ok(());
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_byte_and_every_other_name_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("current"), folder.path().join("other"));
        for contents in ["", "{\"a\":1}"] {
            write(&path, contents.as_bytes()).unwrap();
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
            assert_eq!(read(&path).unwrap(), contents.as_bytes());
            let whole = fs::read(&path).unwrap();
            fs::rename(&path, &other).unwrap();
            assert_eq!(read(&other).unwrap_err().kind(), io::ErrorKind::InvalidData, "{contents:?}");
            fs::remove_file(&other).unwrap();
            for at in 0..whole.len() {
                let mut flipped = whole.clone();
                flipped[at] ^= 0x20;
                assert!(verified(&path, flipped).is_err(), "{contents:?} at {at}");
                assert!(verified(&path, whole[..at].to_vec()).is_err(), "{contents:?} cut at {at}");
            }
        }
    }
}
