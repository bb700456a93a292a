//! Reads one segment of a snapshot: posting lists, fast fields, stored releases.

use std::{
    io,
    sync::{Arc, OnceLock},
};

use tantivy::{
    DocId, InvertedIndexReader, SegmentOrdinal, SegmentReader, TERMINATED, TantivyError,
    columnar::{Column, StrColumn},
    directory::{CompositeFile, FileSlice, OwnedBytes},
    index::SegmentComponent,
    postings::TermInfo,
    store::StoreReader,
};
use wildmatch::WildMatch;

use super::{
    block_stats::{BlockStats, SegmentStats},
    doc_store::verify,
    norms::{LengthStats, NormParameters, Norms},
    schema::Fields,
};

/// One segment of a snapshot.
pub(crate) struct Segment {
    /// Its index among the snapshot's segments.
    pub ordinal: SegmentOrdinal,
    pub reader: SegmentReader,
    store: StoreReader,
    ids: StrColumn,
    /// The document with each id, by the rank of the id; `TERMINATED` for the ids of deleted documents.
    docs_by_id: OnceLock<Vec<DocId>>,
    dates: Column<i64>,
    /// The sums of the lengths of all titles and of all bodies that are not deleted.
    pub total_lengths: [u64; 2],
    pub(super) length_stats: LengthStats,
    stats: SegmentStats,
    /// The deleted documents, in order.
    pub deleted: Vec<DocId>,
    digests: Column<u64>,
    /// The files that releases were read from.
    pub files: Option<StrColumn>,
    terms: Arc<InvertedIndexReader>,
    /// The posting lists, without a header, and the position lists.
    postings: FileSlice,
    positions: FileSlice,
}

/// Bytes before the first posting list of a field: the number of tokens.
const POSTINGS_HEADER: usize = 8;

impl Segment {
    pub(super) fn open(
        ordinal: SegmentOrdinal,
        reader: SegmentReader,
        fields: Fields,
    ) -> tantivy::Result<Self> {
        let (columns, schema) = (reader.fast_fields(), reader.schema());
        let name = |field| schema.get_field_name(field);
        let missing = || TantivyError::SchemaError("the column of ids is missing".into());
        let ids = columns.str(name(fields.id))?.ok_or_else(missing)?;
        let part = |component| {
            let file = CompositeFile::open(&reader.open_read(component)?)?;
            let lists = file.open_read(fields.text);
            lists.ok_or_else(|| TantivyError::InternalError("the field has no posting lists".into()))
        };
        let postings = part(SegmentComponent::Postings)?.slice_from(POSTINGS_HEADER);
        let positions = part(SegmentComponent::Positions)?;
        let terms = reader.inverted_index(fields.text)?;
        let stats = SegmentStats::open(&reader)?;
        let length_stats = LengthStats::of(stats.lengths.iter());
        let mut deleted = Vec::new();
        if reader.has_deletes() {
            deleted.extend((0..reader.max_doc()).filter(|&doc| reader.is_deleted(doc)));
        }
        let of_deleted = LengthStats::of(deleted.iter().map(|&doc| stats.lengths.get(doc))).totals;
        let total_lengths = std::array::from_fn(|field| length_stats.totals[field] - of_deleted[field]);
        Ok(Self {
            ordinal,
            ids,
            length_stats,
            stats,
            terms,
            postings,
            positions,
            total_lengths,
            deleted,
            docs_by_id: OnceLock::new(),
            dates: columns.i64(name(fields.date))?,
            digests: columns.u64(name(fields.digest))?,
            files: columns.str(name(fields.file))?,
            store: reader.get_store_reader(0)?,
            reader,
        })
    }

    /// The documents that are not deleted, with their ids.
    pub fn alive_ids(&self) -> io::Result<impl Iterator<Item = (DocId, String)>> {
        let mut by_rank = all_values(&self.ids)?;
        let mut id = move |doc| by_rank.get_mut(self.id_rank(doc)?).map(std::mem::take);
        Ok(self.reader.doc_ids_alive().filter_map(move |doc| Some((doc, id(doc)?))))
    }

    /// Looks up the posting list of a term; `None` if the segment has no such term.
    pub fn find(&self, key: &str) -> io::Result<Option<PostingList>> {
        if !self.stats.may_have(key) {
            return Ok(None);
        }
        self.terms.terms().get(key)?.map(|info| self.list(info)).transpose()
    }

    /// The posting list that an entry of the term dictionary refers to.
    pub fn list(&self, info: TermInfo) -> io::Result<PostingList> {
        Ok(PostingList { stats: self.stats.of_list(&info)?, info })
    }

    /// Opens a posting list with tantivy's cursor, with positions.
    #[cfg(test)]
    pub fn postings(&self, list: &PostingList) -> tantivy::postings::SegmentPostings {
        let option = tantivy::schema::IndexRecordOption::WithFreqsAndPositions;
        self.terms.read_postings_from_terminfo(&list.info, option).unwrap()
    }

    /// The bytes of a posting list, in tantivy's format.
    pub fn posting_bytes(&self, list: &PostingList) -> io::Result<OwnedBytes> {
        self.postings.read_bytes_slice(list.info.postings_range.clone())
    }

    /// The bytes of the positions of a posting list, in tantivy's format.
    pub fn position_bytes(&self, list: &PostingList) -> io::Result<OwnedBytes> {
        self.positions.read_bytes_slice(list.info.positions_range.clone())
    }

    /// Visits the terms whose keys consist of a prefix and a form with a pattern, in order, by form. In a pattern, `?` is
    /// one letter and `*` any number of letters. Reads all terms that begin as the pattern does before the first of them.
    pub fn for_each_term_like(
        &self,
        prefix: &str,
        pattern: &str,
        visit: &mut dyn FnMut(&str, &TermInfo),
    ) -> io::Result<()> {
        let literal = pattern.find(['?', '*']).map_or(pattern, |end| &pattern[..end]);
        let (first, pattern) = (format!("{prefix}{literal}"), WildMatch::new(pattern));
        let mut terms = self.terms.terms().range().ge(&first).into_stream()?;
        while terms.advance() && terms.key().starts_with(first.as_bytes()) {
            if let Ok(form) = std::str::from_utf8(&terms.key()[prefix.len()..])
                && pattern.matches(form)
            {
                visit(form, terms.value());
            }
        }
        Ok(())
    }

    /// The release's id.
    pub fn id(&self, doc: DocId) -> String {
        let mut id = String::new();
        if let Some(rank) = self.ids.ords().first(doc) {
            _ = self.ids.ord_to_str(rank, &mut id);
        }
        id
    }

    /// The document with an id that is not deleted.
    pub fn find_id(&self, id: &str) -> io::Result<Option<DocId>> {
        let Some(rank) = self.ids.dictionary().term_ord(id)? else { return Ok(None) };
        let docs = self.docs_by_id.get_or_init(|| {
            let mut docs = vec![TERMINATED; self.ids.num_terms()];
            for doc in self.reader.doc_ids_alive() {
                if let Some(slot) = self.id_rank(doc).and_then(|rank| docs.get_mut(rank)) {
                    *slot = doc;
                }
            }
            docs
        });
        let found = usize::try_from(rank).ok().and_then(|rank| docs.get(rank));
        Ok(found.copied().filter(|&doc| doc != TERMINATED))
    }

    /// The rank of the id: it orders the segment's documents by id.
    pub fn id_rank(&self, doc: DocId) -> Option<usize> {
        rank(&self.ids, doc)
    }

    /// The day of publication, in days from 1970-01-01.
    pub fn day(&self, doc: DocId) -> Option<i64> {
        self.dates.first(doc)
    }

    /// The title's length in words.
    pub fn title_words(&self, doc: DocId) -> u32 {
        self.stats.lengths.get(doc)[0]
    }

    /// The norms of all titles and bodies.
    pub fn norms(&self, parameters: NormParameters) -> Norms<'_> {
        let growth = self.length_stats.growth(&parameters);
        Norms { parameters, lengths: &self.stats.lengths, growth }
    }

    pub fn digest(&self, doc: DocId) -> u64 {
        self.digests.first(doc).unwrap_or_default()
    }

    /// The encoded release.
    pub fn stored(&self, doc: DocId) -> tantivy::Result<OwnedBytes> {
        self.store.get_document_bytes(doc)
    }

    /// Reads a release and compares it with the digest taken when it was written.
    pub fn check(&self, doc: DocId) -> Result<(), String> {
        let id = self.id(doc);
        let stored = self.stored(doc).map_err(|error| error.to_string());
        let release = stored.and_then(|stored| verify(&stored, self.digest(doc)));
        let found = release.map_err(|reason| format!("release {id:?} {reason}"))?.id;
        if found == id { Ok(()) } else { Err(format!("release {id:?} has the id {found:?} in the store")) }
    }
}

/// A posting list of a segment.
#[derive(Clone, Debug)]
pub(crate) struct PostingList {
    info: TermInfo,
    pub stats: BlockStats,
}

impl PostingList {
    /// How many documents have the term, including deleted ones.
    pub fn doc_freq(&self) -> u32 {
        self.info.doc_freq
    }
}

/// All values of a column of texts, by rank.
pub(super) fn all_values(column: &StrColumn) -> io::Result<Vec<String>> {
    let mut values = Vec::with_capacity(column.num_terms());
    let mut stream = column.dictionary().stream()?;
    while stream.advance() {
        values.push(String::from_utf8_lossy(stream.key()).into_owned());
    }
    Ok(values)
}

/// The rank of a document's value in a column of texts.
pub(super) fn rank(column: &StrColumn, doc: DocId) -> Option<usize> {
    usize::try_from(column.ords().first(doc)?).ok()
}
