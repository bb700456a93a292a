//! Writes form tables, of texts or of other tables.

use std::{collections::HashMap, io};

use foldhash::fast::RandomState;

use super::{END, FormTable, HASH_BITS, HEADER, Layout, first_list, front_coding, hash};
use crate::analysis::{
    term_list::TermListRef,
    word_terms::{TokenContext, may_need_dictionary},
};

/// The least number of entries for each bucket.
const BUCKET: usize = 16;

/// Collects the forms of a table.
#[derive(Default)]
pub(crate) struct FormTableWriter {
    /// The hash of each form, and the offset of its coded list. A form of several tables, or of texts that several threads
    /// read, is there more than once: looking it up takes longer than adding it again.
    entries: Vec<(u64, u32)>,
    /// The coded lists, each once and behind its length, and where each is.
    lists: Vec<u8>,
    offsets: HashMap<Vec<u8>, u32, RandomState>,
    /// A buffer.
    coded: Vec<u8>,
}

impl FormTableWriter {
    /// Adds a form with its terms, unless it never needs the dictionary.
    pub fn add(&mut self, surface: &str, context: TokenContext, form: TermListRef<'_>) {
        if may_need_dictionary(surface, context) {
            let mut coded = std::mem::take(&mut self.coded);
            let offset = front_coding::write(form, &mut coded).and_then(|()| self.offset(&coded));
            self.entries.extend(offset.map(|offset| (hash(surface, context), offset)));
            self.coded = coded;
        }
    }

    /// Adds all forms of another table.
    ///
    /// # Errors
    /// What reading it reports.
    pub fn add_table(&mut self, table: &FormTable) -> io::Result<()> {
        let layout = table.layout;
        let mut offsets: HashMap<usize, Option<u32>, RandomState> = HashMap::default();
        (table.read)(0..table.length, &mut |bytes| {
            let (ends, entries) = (&bytes[HEADER..layout.first_entry()], &bytes[layout.first_entry()..]);
            let lists = &bytes[layout.first_list()..];
            let mut start = 0;
            for (bucket, &end) in (0_u64..).zip(ends.as_chunks::<END>().0) {
                let end = u32::from_le_bytes(end) as usize * layout.entry_len();
                let bucket_entries = entries.get(start..end).unwrap_or_default();
                start = end;
                for entry in bucket_entries.chunks_exact(layout.entry_len()) {
                    let (rest, offset) = layout.entry(entry);
                    let coded = || first_list(lists.get(offset..)?).and_then(|coded| self.offset(coded));
                    let offset = *offsets.entry(offset).or_insert_with(coded);
                    self.entries.extend(offset.map(|offset| (bucket << layout.rest_bits() | rest, offset)));
                }
            }
        })
    }

    /// The offset of a coded list; `None` for one that is too long or one too many.
    fn offset(&mut self, coded: &[u8]) -> Option<u32> {
        if let Some(&offset) = self.offsets.get(coded) {
            return Some(offset);
        }
        let (length, offset) = (u8::try_from(coded.len()).ok()?, u32::try_from(self.lists.len()).ok()?);
        self.lists.push(length);
        self.lists.extend_from_slice(coded);
        self.offsets.insert(coded.to_vec(), offset);
        Some(offset)
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        self.entries.capacity() * size_of::<(u64, u32)>() + 3 * self.lists.capacity()
    }

    /// The bytes of the file.
    pub fn finish(mut self) -> Vec<u8> {
        // Those of other tables are in order, which a stable sort makes use of.
        self.entries.sort_by_key(|(hash, _)| *hash);
        self.entries.dedup_by_key(|(hash, _)| *hash);
        let entries = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.truncate(entries as usize);
        let offset_bits = usize::BITS - self.lists.len().leading_zeros();
        // Where the coded lists are long, as of a single text, more buckets leave room for their offsets.
        let buckets = (self.entries.len() / BUCKET).max(1).ilog2();
        let bucket_bits = buckets.max((HASH_BITS + offset_bits).saturating_sub(u64::BITS));
        let layout = Layout { bucket_bits, offset_bits, entries: entries as usize };
        let mut file = Vec::with_capacity(layout.first_list() + self.lists.len());
        let bits = |bits: u32| u8::try_from(bits).unwrap_or(u8::MAX);
        file.extend_from_slice(&[bits(bucket_bits), bits(offset_bits), 0, 0]);
        file.extend_from_slice(&entries.to_le_bytes());
        let (mut end, mut rest) = (0_u32, self.entries.iter().peekable());
        for bucket in 0..1 << bucket_bits {
            while rest.next_if(|(hash, _)| layout.split(*hash).0 == bucket).is_some() {
                end += 1;
            }
            file.extend_from_slice(&end.to_le_bytes());
        }
        for &(hash, offset) in &self.entries {
            let entry = layout.split(hash).1 << offset_bits | u64::from(offset);
            file.extend_from_slice(&entry.to_le_bytes()[..layout.entry_len()]);
        }
        file.append(&mut self.lists);
        file
    }
}
