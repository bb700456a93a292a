//! Large files with checksums: a digest of every block follows the contents.
//!
//! A flipped bit in a posting list would not crash a search but change its answer. A block is therefore
//! verified when something in it is first read; from then on a read costs one look at a flag. The digest of
//! the digests also covers the file's name, so that a file copied over another one is noticed.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use arc_swap::ArcSwap;
use tantivy::{
    HasLen,
    directory::{AntiCallToken, FileHandle, OwnedBytes, TerminatingWrite, WritePtr},
};
use twox_hash::XxHash3_64;

/// Bytes in a block: small enough that a short posting list costs little, large enough for hashing to be fast.
const BLOCK: usize = 4 << 10;
/// Bytes of an XXH3 hash. An accidental change goes unnoticed with a probability of 2⁻⁶⁴, as with the first 8 bytes of
/// BLAKE3, which take four times as long: opening an index verifies whole term dictionaries.
const DIGEST: usize = 8;
/// Bytes written at once. Tantivy passes on half a block at a time.
const WRITE_BUFFER: usize = 32 * BLOCK;
/// The footer: a digest of all digests and the file's name, and a magic number.
const MAGIC: [u8; 8] = *b"vestnik6";
const FOOTER: usize = DIGEST + MAGIC.len();

/// A flag that makes writing fail once it is set: tantivy's merges cannot be stopped in any other way. Another
/// writer may replace it.
pub(crate) type StopFlag = Arc<ArcSwap<AtomicBool>>;

/// Writes a file and, on termination, its digests. Flushing does nothing: only whole blocks are written before the
/// file is terminated.
pub(crate) struct ChecksumWriter {
    to: WritePtr,
    name: String,
    stop: StopFlag,
    /// Bytes that are not written yet.
    buffer: Vec<u8>,
    digests: Vec<u8>,
}

impl ChecksumWriter {
    pub fn new(to: WritePtr, name: String, stop: StopFlag) -> Self {
        let buffer = Vec::with_capacity(WRITE_BUFFER);
        Self { to, name, stop, buffer, digests: Vec::new() }
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        if self.stop.load().load(Ordering::Relaxed) {
            return Err(io::Error::other("writing was stopped"));
        }
        self.to.write_all(&self.buffer)?;
        self.digests.extend(self.buffer.chunks(BLOCK).flat_map(digest));
        self.buffer.clear();
        Ok(())
    }
}

fn digest(block: &[u8]) -> [u8; DIGEST] {
    XxHash3_64::oneshot(block).to_le_bytes()
}

impl Write for ChecksumWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() == WRITE_BUFFER {
            self.write_buffer()?;
        }
        let count = bytes.len().min(WRITE_BUFFER - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TerminatingWrite for ChecksumWriter {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.write_buffer()?;
        self.to.write_all(&self.digests)?;
        self.to.write_all(footer(&self.digests, &self.name).as_flattened())?;
        self.to.terminate_ref(token)
    }
}

/// A file with checksums, open for reading.
#[derive(Debug)]
pub(crate) struct ChecksummedFile {
    contents: OwnedBytes,
    digests: OwnedBytes,
    /// Whether each block was verified.
    checked: Box<[AtomicBool]>,
    name: String,
}

impl ChecksummedFile {
    /// Opens a file of these bytes. Only its footer is verified.
    pub fn open(bytes: OwnedBytes, name: String) -> io::Result<Self> {
        let length = contents_length(bytes.len());
        let (contents, end) = bytes.split(length);
        let digests = end.slice(0..digests(&end, &name)?.len());
        let checked = digests.chunks(DIGEST).map(|_| AtomicBool::default()).collect();
        Ok(Self { contents, digests, checked, name })
    }
}

/// The length of the contents in a file of this size.
fn contents_length(size: usize) -> usize {
    let rest = size.saturating_sub(FOOTER);
    rest.saturating_sub(rest.div_ceil(BLOCK + DIGEST) * DIGEST)
}

fn footer(digests: &[u8], name: &str) -> [[u8; 8]; 2] {
    let seed = XxHash3_64::oneshot(name.as_bytes());
    [XxHash3_64::oneshot_with_seed(seed, digests).to_le_bytes(), MAGIC]
}

/// The digests in what follows the contents of a file, once the footer is verified.
fn digests<'e>(end: &'e [u8], name: &str) -> io::Result<&'e [u8]> {
    match end.split_last_chunk::<FOOTER>() {
        Some((digests, found)) if found == footer(digests, name).as_flattened() => Ok(digests),
        _ => Err(changed(name, "its end is missing, or another file was copied over it")),
    }
}

/// Verifies every byte of an open file. It reads instead of mapping the file: mapped pages of a large index
/// would count as memory of the process.
pub(crate) fn check(file: &mut File, name: &str) -> io::Result<()> {
    let size = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    let length = contents_length(size);
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(length as u64))?;
    file.read_to_end(&mut end)?;
    let digests = digests(&end, name)?;
    file.rewind()?;
    let mut contents = BufReader::with_capacity(BLOCK << 6, file.take(length as u64));
    let mut block = Vec::with_capacity(BLOCK);
    for number in 0..digests.len() / DIGEST {
        block.clear();
        contents.by_ref().take(BLOCK as u64).read_to_end(&mut block)?;
        check_block(name, number, &block, digests)?;
    }
    Ok(())
}

fn check_block(name: &str, number: usize, block: &[u8], digests: &[u8]) -> io::Result<()> {
    if digests[number * DIGEST..].starts_with(&digest(block)) {
        return Ok(());
    }
    Err(changed(name, &format!("bytes {} and on have changed", number * BLOCK)))
}

/// The error for a file that is not what was written.
pub(super) fn changed(name: &str, what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{name} is not as it was written: {what}"))
}

impl HasLen for ChecksummedFile {
    fn len(&self) -> usize {
        self.contents.len()
    }
}

impl FileHandle for ChecksummedFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        if range.start > range.end || range.end > self.contents.len() {
            return Err(changed(&self.name, "it refers to a position outside of it"));
        }
        for number in range.start / BLOCK..range.end.div_ceil(BLOCK) {
            // Two threads may verify the same block at once, with the same result.
            if !self.checked[number].load(Ordering::Relaxed) {
                let block = &self.contents[number * BLOCK..self.contents.len().min((number + 1) * BLOCK)];
                check_block(&self.name, number, block, &self.digests)?;
                self.checked[number].store(true, Ordering::Relaxed);
            }
        }
        Ok(self.contents.slice(range))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use tantivy::Directory;

    use super::{super::directory::ChecksummedDirectory, *};

    /// The contents of a file of this length, and the whole file.
    fn written(length: usize) -> (Vec<u8>, Vec<u8>) {
        let contents: Vec<u8> = (0..251).cycle().take(length).collect();
        let folder = tempfile::tempdir().unwrap();
        let directory = ChecksummedDirectory::open(folder.path(), &StopFlag::default()).unwrap();
        let mut writer = directory.open_write(Path::new("a.store")).unwrap();
        contents.chunks(1000).for_each(|part| writer.write_all(part).unwrap());
        writer.terminate().unwrap();
        (contents, fs::read(folder.path().join("a.store")).unwrap())
    }

    fn is_sound(bytes: &[u8]) -> bool {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        check(&mut file, "a.store").is_ok()
    }

    fn open(bytes: &[u8], name: &str) -> io::Result<ChecksummedFile> {
        ChecksummedFile::open(OwnedBytes::new(bytes.to_vec()), name.into())
    }

    #[test]
    fn contents_are_read_as_written() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7, WRITE_BUFFER, 2 * WRITE_BUFFER + 7] {
            let (contents, whole) = written(length);
            let file = open(&whole, "a.store").unwrap();
            assert!(
                file.len() == length && *file.read_bytes(0..length).unwrap() == *contents && is_sound(&whole)
            );
            assert!(file.read_bytes(length..length).unwrap().is_empty());
            assert!(file.read_bytes(0..length + 1).is_err());
        }
    }

    #[test]
    fn every_flipped_byte_is_noticed_and_the_rest_is_read() {
        let (contents, whole) = written(BLOCK + 40);
        assert!(open(&whole, "b.store").is_err());
        for at in (0..whole.len()).filter(|at| *at < 50 || *at > BLOCK - 5) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            assert!(!is_sound(&flipped), "{at}");
            // A changed footer is noticed when the file is opened.
            assert_eq!(open(&flipped, "a.store").is_ok(), at < contents.len(), "{at}");
            let Ok(file) = open(&flipped, "a.store") else { continue };
            let other = if at < BLOCK { BLOCK } else { 0 };
            assert!(file.read_bytes(at..at + 1).is_err() && file.read_bytes(0..file.len()).is_err(), "{at}");
            assert!(file.read_bytes(other..other + 1).is_ok(), "{at}");
        }
        for cut in whole.len() - 60..whole.len() {
            assert!(open(&whole[..cut], "a.store").is_err() && !is_sound(&whole[..cut]), "{cut}");
        }
    }
}
