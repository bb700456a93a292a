//! Small files that are there whole or as they were before, and that prove they are whole.
//!
//! For what says which index stands and what is in it; `checksum` covers the large files of an index
//! block by block.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// A line of 64 hexadecimal digits and its end.
const CHECKSUM_LINE: usize = 65;

/// Replaces a file so that a reader, or a crash, meets the old contents or the new, never a part.
///
/// The new contents are made under a fixed name beside it: whoever died over it leaves one file,
/// which the next one overwrites. Callers must not replace the same file at the same time.
pub(crate) fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let made = temporary_path(path);
    let written = File::create(&made).and_then(|mut file| {
        file.write_all(contents)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&made, path));
    if let Err(error) = moved {
        // What is left is no harm, and the error to tell is the first one.
        _ = fs::remove_file(&made);
        return Err(error);
    }
    sync_directory(path.parent().unwrap_or(Path::new(".")))
}

/// The name under which the new contents are made.
pub(crate) fn temporary_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new"))
}

/// Makes the names in a folder outlast a crash of the machine.
pub(crate) fn sync_directory(folder: &Path) -> io::Result<()> {
    if cfg!(windows) {
        // A folder cannot be opened there, and need not be.
        return Ok(());
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// The contents with their BLAKE3 digest behind them, as a last line.
pub(crate) fn with_checksum(contents: &[u8]) -> Vec<u8> {
    let mut bytes = contents.to_vec();
    bytes.extend_from_slice(blake3::hash(contents).to_hex().as_bytes());
    bytes.push(b'\n');
    bytes
}

/// What was with_checksum, or an error of the kind `InvalidData` where so much as a bit of it has changed.
pub(crate) fn strip_checksum(mut bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let changed = || io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong");
    let length = bytes.len().checked_sub(CHECKSUM_LINE).ok_or_else(changed)?;
    if with_checksum(&bytes[..length]) != bytes {
        return Err(changed());
    }
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_byte_is_found() {
        for contents in ["", "generation-000001\n", "{\"a\":1}"] {
            let whole = with_checksum(contents.as_bytes());
            assert_eq!(strip_checksum(whole.clone()).unwrap(), contents.as_bytes());
            for at in 0..whole.len() {
                let mut flipped = whole.clone();
                flipped[at] ^= 0x20;
                assert!(strip_checksum(flipped).is_err(), "{contents:?} at {at}");
                assert!(strip_checksum(whole[..at].to_vec()).is_err(), "{contents:?} cut at {at}");
            }
        }
    }

    #[test]
    fn replacing_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("current");
        for contents in ["one", "two"] {
            replace(&path, contents.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), contents);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(&folder.path().join("none/current"), b"x").is_err());
    }
}
