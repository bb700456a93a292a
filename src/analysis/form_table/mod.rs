//! A form table: analysed forms in a file, sorted by hash, next to the index whose texts have them.
//!
//! Analysis is a pure function of a surface and its context. A search finds the terms of a word that the texts have in
//! the table; only other words need the dictionary, which takes longer to load than most searches take. A table may have
//! more forms than the texts, or fewer.
//!
//! A form is a hash of 48 bits and the offset of its term list, which has `front_coding`. The first bits of the hash
//! choose a bucket of about 24 forms; the others and the offset are an entry of mostly seven bytes. The surface
//! itself is not stored: a word that the table does not have is taken for another one with a probability of 2⁻⁴⁸ for
//! each form in the table. An entry and its coded list take two cache misses, a sixth of the time of an analysis.
//!
//! The file has a header of eight bytes: the number of bits of the bucket and of the offset, and the number of entries.
//! The end of each bucket follows, in four bytes, then the entries and the coded lists, each behind its length.

mod front_coding;
mod typed;
mod writer;

use std::{cmp::Reverse, io, ops::Range};

use twox_hash::XxHash3_64;

pub(crate) use self::{typed::TypedWords, writer::FormTableWriter};
use super::{
    normalize::normalized,
    term_list::TermList,
    word_terms::{TokenContext, may_need_dictionary},
};

/// Bits of a hash.
const HASH_BITS: u32 = 48;
const HEADER: usize = 8;
/// Bytes of the end of a bucket.
const END: usize = 4;
/// Bytes of the longest coded list and its length.
const LONGEST_LIST: usize = 1 + u8::MAX as usize;

/// Reads a range of bytes of a file and passes them on.
pub(crate) type ReadBytes = Box<dyn Fn(Range<usize>, &mut dyn FnMut(&[u8])) -> io::Result<()> + Send + Sync>;

/// The table of one file.
pub(crate) struct FormTable {
    read: ReadBytes,
    layout: Layout,
    /// The length of the file.
    length: usize,
}

/// Where everything is in a file.
#[derive(Clone, Copy)]
struct Layout {
    bucket_bits: u32,
    offset_bits: u32,
    entries: usize,
}

impl Layout {
    fn of_header(header: &[u8]) -> Option<Self> {
        let &[bucket, offset, _, _, ref entries @ ..] = header.first_chunk::<HEADER>()?;
        let (bucket_bits, offset_bits) = (u32::from(bucket), u32::from(offset));
        let fits = bucket_bits < u32::BITS && HASH_BITS + offset_bits <= u64::BITS + bucket_bits;
        let entries = u32::from_le_bytes(*entries) as usize;
        fits.then_some(Self { bucket_bits, offset_bits, entries })
    }

    /// Bits of a hash behind those of the bucket.
    fn rest_bits(self) -> u32 {
        HASH_BITS - self.bucket_bits
    }

    /// Bytes of an entry.
    fn entry_len(self) -> usize {
        (self.rest_bits() + self.offset_bits).div_ceil(u8::BITS) as usize
    }

    fn first_entry(self) -> usize {
        HEADER + (END << self.bucket_bits)
    }

    fn first_list(self) -> usize {
        self.first_entry() + self.entries * self.entry_len()
    }

    /// The bucket of a hash, and the rest of the hash.
    fn split(self, hash: u64) -> (usize, u64) {
        let bucket = usize::try_from(hash >> self.rest_bits()).unwrap_or(usize::MAX);
        (bucket, hash & !(u64::MAX << self.rest_bits()))
    }

    /// The rest of the hash in an entry, and the offset of the coded list.
    fn entry(self, bytes: &[u8]) -> (u64, usize) {
        let entry = bytes.iter().rev().fold(0, |entry, &byte| entry << 8 | u64::from(byte));
        let offset = entry & !(u64::MAX << self.offset_bits);
        (entry >> self.offset_bits, usize::try_from(offset).unwrap_or(usize::MAX))
    }
}

impl FormTable {
    /// Opens a file of this length.
    ///
    /// # Errors
    /// What reading reports, or `InvalidData` for a file that is no form table.
    pub fn open(length: usize, read: ReadBytes) -> io::Result<Self> {
        let mut layout = None;
        read(0..HEADER.min(length), &mut |header| layout = Layout::of_header(header))?;
        let layout = layout.filter(|layout| layout.first_list() <= length);
        Ok(Self { read, layout: layout.ok_or_else(invalid)?, length })
    }

    /// The coded list of a hash.
    fn find(&self, hash: u64, coded: &mut Vec<u8>) -> io::Result<bool> {
        let (bucket, rest) = self.layout.split(hash);
        let mut ends = 0..0;
        let at = HEADER + bucket * END;
        // The first bucket has no other before it.
        let start = if bucket == 0 { at } else { at - END };
        (self.read)(start..at + END, &mut |bytes| {
            let mut all = bytes.as_chunks().0.iter().rev().map(|&end| u32::from_le_bytes(end) as usize);
            let end = all.next().unwrap_or_default().min(self.layout.entries);
            ends = all.next().unwrap_or_default().min(end)..end;
        })?;
        let (first, length) = (self.layout.first_entry(), self.layout.entry_len());
        let mut found = None;
        (self.read)(first + ends.start * length..first + ends.end * length, &mut |bytes| {
            let mut entries = bytes.chunks_exact(length).map(|bytes| self.layout.entry(bytes));
            found = entries.find(|(other, _)| *other >= rest).filter(|(other, _)| *other == rest);
        })?;
        let Some((_, offset)) = found else { return Ok(false) };
        let start = self.layout.first_list().saturating_add(offset).min(self.length);
        (self.read)(start..self.length.min(start + LONGEST_LIST), &mut |bytes| {
            coded.clear();
            coded.extend_from_slice(first_list(bytes).unwrap_or_default());
        })?;
        Ok(true)
    }
}

/// The coded list that bytes begin with.
fn first_list(bytes: &[u8]) -> Option<&[u8]> {
    let (&length, lists) = bytes.split_first()?;
    lists.get(..length.into())
}

fn invalid() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a table of forms has no valid header")
}

/// The tables of an index, the largest first.
#[derive(Default)]
pub(crate) struct FormTables(Vec<FormTable>);

impl FormTables {
    pub fn new(mut tables: Vec<FormTable>) -> Self {
        tables.sort_by_key(|table| Reverse(table.layout.entries));
        Self(tables)
    }

    /// The terms of a form that one of the tables has.
    pub fn find(&self, surface: &str, context: TokenContext) -> io::Result<Option<TermList>> {
        if self.0.is_empty() || !may_need_dictionary(surface, context) {
            return Ok(None);
        }
        let (hash, mut coded) = (hash(surface, context), Vec::new());
        for table in &self.0 {
            if table.find(hash, &mut coded)? {
                return Ok(front_coding::read(&coded, &normalized(surface)));
            }
        }
        Ok(None)
    }
}

/// The hash of a form, which is stored.
fn hash(surface: &str, context: TokenContext) -> u64 {
    XxHash3_64::oneshot_with_seed(context as u64, surface.as_bytes()) >> (u64::BITS - HASH_BITS)
}

#[cfg(test)]
pub(super) mod tests;
