//! Archives (.zip, .tar) and compressed files (.gz, .zst, .bz2): the files in them are read by the table of formats.
//!
//! Nothing is written to disk, so a name that leads out of the archive is only a name. Links and devices are reported,
//! not followed. What is unpacked is counted as it comes: see `metered` for the limits.

mod metered;

use std::{
    borrow::Cow,
    fs::File,
    io::{Cursor, Read, Seek, SeekFrom},
};

use encoding_rs::IBM866;
use flate2::bufread::MultiGzDecoder;
use zip::{ZipArchive, result::ZipError};

use super::{Fault, Input, Output};
use metered::{Counted, Metered, Packed, Zstd};

/// An archive with more entries is not read: the list of them alone would need too much memory.
const MOST_ENTRIES: u64 = 200_000;
/// The longest name of an entry in a tar archive, in bytes.
const LONGEST_NAME: u64 = 64 << 10;

/// The reader of gzip.
pub(super) fn read_gzip(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    single(input, output, &[".gz", ".gzip"], |stream| Ok(Box::new(MultiGzDecoder::new(stream))))
}

/// The reader of bzip2.
pub(super) fn read_bzip2(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    single(input, output, &[".bz2", ".bz"], |stream| {
        Ok(Box::new(bzip2::bufread::MultiBzDecoder::new(stream)))
    })
}

/// The reader of Zstandard.
pub(super) fn read_zstd(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    single(input, output, &[".zst", ".zstd"], |stream| Ok(Box::new(Zstd::new(stream))))
}

type Source<'a> = Counted<Box<dyn std::io::BufRead + 'a>>;

/// Reads the one content of a compressed file, under the file's name without the extension.
fn single(
    input: &mut Input<'_>,
    output: &mut Output<'_>,
    extensions: &[&str],
    unpack: impl for<'a> Fn(Source<'a>) -> std::io::Result<Box<dyn Read + 'a>>,
) -> Result<(), Fault> {
    refuse_empty(input)?;
    let name = unpacked_name(&input.name, extensions);
    let (source, packed) = Counted::new(input.stream());
    let content = unpack(source)?;
    let input = &*input;
    output.part(&name, input.part_stream(&name, Metered::new(content, input, packed)))
}

/// Fails where there is nothing to unpack, which a copy that was interrupted leaves.
fn refuse_empty(input: &mut Input<'_>) -> Result<(), Fault> {
    if input.head()?.is_empty() { Err("is empty; copy it again".into()) } else { Ok(()) }
}

/// The name of a compressed file's content: `a.json.gz` holds `a.json`, and `a.tgz` holds `a.tar`.
fn unpacked_name(name: &str, extensions: &[&str]) -> String {
    let lower = name.to_ascii_lowercase();
    for tar in [".tgz", ".tbz", ".tbz2", ".tzst"] {
        if lower.ends_with(tar) {
            return format!("{}.tar", &name[..name.len() - tar.len()]);
        }
    }
    let stem = extensions.iter().find(|extension| lower.ends_with(*extension));
    stem.map_or(name, |extension| &name[..name.len() - extension.len()]).to_owned()
}

/// The reader of tar archives.
pub(super) fn read_tar(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    refuse_empty(input)?;
    let stream = input.stream();
    let input = &*input;
    let (source, packed) = Counted::new(stream);
    let mut archive = tar::Archive::new(source);
    read_tar_entries(&mut archive, &packed, input, output)?;
    // What follows the last entry is of no use, but shows whether a compressed archive is complete.
    let mut rest = archive.into_inner();
    std::io::copy(&mut rest, &mut std::io::sink()).map_err(|error| damaged(&error))?;
    Ok(())
}

fn read_tar_entries<R: Read>(
    archive: &mut tar::Archive<R>,
    packed: &Packed,
    input: &Input<'_>,
    output: &mut Output<'_>,
) -> Result<(), Fault> {
    // Raw entries: the library would read names of any length into memory.
    let entries = archive.entries().map_err(|error| damaged(&error))?.raw(true);
    let (mut long_name, mut links) = (None::<Vec<u8>>, 0_u64);
    for entry in entries {
        input.check()?;
        let mut entry = entry.map_err(|error| damaged(&error))?;
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() || kind.is_pax_local_extensions() {
            let mut content = Vec::new();
            entry.by_ref().take(LONGEST_NAME).read_to_end(&mut content).map_err(|error| damaged(&error))?;
            long_name = if kind.is_gnu_longname() {
                content.retain(|byte| *byte != 0);
                Some(content)
            } else {
                pax_path(&content).or(long_name)
            };
            continue;
        }
        let name = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
        let name = entry_name(&name);
        if kind.is_file() || kind.is_contiguous() {
            if !is_hidden(&name) {
                output.part(
                    &name,
                    input.part_stream(&name, Metered::new(entry, input, Packed::clone(packed))),
                )?;
            }
        } else if kind.is_gnu_sparse() {
            output.failure(None, format!("{name}: is a sparse file; unpack the archive").into())?;
        } else if kind.is_symlink() || kind.is_hard_link() {
            links += 1;
            tracing::info!(archive = input.name, entry = name, "a link in an archive is not followed");
        }
    }
    if links > 0 {
        tracing::info!(archive = input.name, links, "links in the archive were left out");
    }
    Ok(())
}

/// The `path` among the records of a pax header: `LENGTH path=VALUE\n` (POSIX.1-2001).
fn pax_path(records: &[u8]) -> Option<Vec<u8>> {
    records.split(|byte| *byte == b'\n').find_map(|record| {
        let space = record.iter().position(|byte| *byte == b' ')?;
        record[space + 1..].strip_prefix(b"path=").map(<[u8]>::to_vec)
    })
}

/// The reader of zip archives.
pub(super) fn read_zip(input: &mut Input<'_>, output: &mut Output<'_>) -> Result<(), Fault> {
    match input.path() {
        Some(path) => read_entries(File::open(path)?, input, output),
        None => read_entries(Cursor::new(input.bytes()?), input, output),
    }
}

fn read_entries<S: Read + Seek>(
    mut source: S,
    input: &Input<'_>,
    output: &mut Output<'_>,
) -> Result<(), Fault> {
    let count = declared_entries(&mut source)?;
    if count > MOST_ENTRIES {
        return Err(format!("has {count} entries, more than {MOST_ENTRIES}; split it").into());
    }
    let mut archive = ZipArchive::new(source)
        .map_err(|error| format!("is not a complete zip file ({error}); copy it again"))?;
    for number in 0..archive.len() {
        input.check()?;
        let listed = archive.name_for_index(number).and_then(Result::ok).map(Cow::into_owned);
        let entry = match archive.by_index(number) {
            Ok(entry) => entry,
            Err(error) => {
                output.failure(None, unreadable(&listed.unwrap_or_default(), &error))?;
                continue;
            }
        };
        let name = entry_name(entry.name_raw());
        if entry.is_symlink() {
            tracing::info!(archive = input.name, entry = name, "a link in an archive is not followed");
        } else if entry.is_file() && !is_hidden(&name) {
            let packed = Counted::<()>::known(entry.compressed_size());
            output.part(&name, input.part_stream(&name, Metered::new(entry, input, packed)))?;
        }
    }
    Ok(())
}

fn unreadable(name: &str, error: &ZipError) -> Fault {
    let remedy = match error {
        ZipError::UnsupportedArchive(_) => "pack it again without a password, with deflate",
        _ => "copy the archive again",
    };
    format!("{name}: cannot be unpacked ({error}); {remedy}").into()
}

/// How many entries the end of a zip file declares (APPNOTE 4.3.16 and 4.3.14).
fn declared_entries(source: &mut (impl Read + Seek)) -> Result<u64, Fault> {
    let size = source.seek(SeekFrom::End(0))?;
    // The record may be followed by a comment of 64 KB.
    source.seek(SeekFrom::Start(size.saturating_sub(66 << 10)))?;
    let mut end = Vec::new();
    source.read_to_end(&mut end)?;
    source.seek(SeekFrom::Start(0))?;
    let number = |signature: &[u8], at: usize, length: usize| {
        let start = end.windows(4).rposition(|window| window == signature)?;
        let bytes = end.get(start + at..start + at + length)?;
        Some(bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
    };
    let large = number(b"PK\x06\x06", 32, 8);
    Ok(large.or(number(b"PK\x05\x06", 10, 2)).unwrap_or(0))
}

/// The name of an entry: UTF-8, or else the code page that Windows packs Russian names in. Without the steps that
/// lead out of the archive.
fn entry_name(raw: &[u8]) -> String {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => IBM866.decode_without_bom_handling(raw).0.into_owned(),
    };
    let name = name.replace('\\', "/");
    let steps = name.split('/').filter(|step| !["", ".", ".."].contains(step));
    steps.map(|step| step.replace(char::is_control, "\u{FFFD}")).collect::<Vec<_>>().join("/")
}

/// Whether an entry is what systems add to archives, or is in a hidden folder.
fn is_hidden(name: &str) -> bool {
    name.split('/').any(|step| step.starts_with('.') || step == "__MACOSX")
}

fn damaged(error: &std::io::Error) -> Fault {
    format!("is a damaged archive ({error}); what comes behind the damage is not read").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_the_archive() {
        let table: [(&[u8], &str); 6] = [
            (b"a/b.txt", "a/b.txt"),
            (b"../../etc/passwd", "etc/passwd"),
            (b"/etc/passwd", "etc/passwd"),
            (b"a\\..\\b.txt", "a/b.txt"),
            (b"\x8C\xA8\xE0.txt", "Мир.txt"),
            (b"a\nb", "a\u{FFFD}b"),
        ];
        for (raw, expected) in table {
            assert_eq!(entry_name(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn contents_are_named_after_their_file() {
        let table = [("a.json.gz", "a.json"), ("a.TGZ", "a.tar"), ("a", "a"), ("Мир.txt.gz", "Мир.txt")];
        for (name, expected) in table {
            assert_eq!(unpacked_name(name, &[".gz"]), expected);
        }
    }
}
