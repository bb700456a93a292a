//! One segment of a snapshot: its lists, its columns, its stored releases.
//!
//! Says what the files of a segment hold; which of it counts for a search is not its business.

use std::{io, path::Path, sync::Arc};

use tantivy::{
    DocId, DocSet, SegmentOrdinal, SegmentReader,
    columnar::{Column, StrColumn},
    directory::{CompositeFile, Directory, FileSlice, OwnedBytes},
    postings::{Postings, SegmentPostings, TermInfo},
    schema::IndexRecordOption,
    store::StoreReader,
};

use super::{
    column::decode_column,
    doc_store::StoredDoc,
    schema::{Fields, column},
    term_pattern::TermPattern,
};

/// One segment of a snapshot, its columns at hand.
pub(crate) struct Segment {
    /// Its place among the snapshot's segments.
    pub ordinal: SegmentOrdinal,
    pub reader: SegmentReader,
    store: StoreReader,
    ids: StrColumn,
    /// Days and lengths, column: every release that is looked at asks for them. `NO_DAY` where no day is
    /// known.
    days: Vec<i32>,
    title_words: Vec<u32>,
    body_words: Vec<u32>,
    /// The lengths of the shortest title and of the shortest body.
    shortest: [u32; 2],
    deleted: Vec<DocId>,
    digests: Column<u64>,
    roots: Option<StrColumn>,
    files: Option<StrColumn>,
    text: Arc<tantivy::InvertedIndexReader>,
    title: Arc<tantivy::InvertedIndexReader>,
    source: Arc<tantivy::InvertedIndexReader>,
    /// The posting lists and position lists of `text`, `title` and `source`, without a header.
    lists: [[FileSlice; 2]; 3],
    fields: Fields,
}

/// Bytes before the first posting list of a field: the number of tokens.
const POSTINGS_HEADER: usize = 8;

/// Stands for a day that is not known.
const NO_DAY: i32 = i32::MIN;

impl Segment {
    /// Opens a segment that keeps so many blocks of its store unpacked.
    pub(super) fn open(
        ordinal: SegmentOrdinal,
        (engine, reader): (&tantivy::Index, SegmentReader),
        fields: Fields,
        blocks: usize,
    ) -> tantivy::Result<Self> {
        let columns = reader.fast_fields();
        let ids = columns.str(column::ID)?.ok_or_else(|| {
            tantivy::TantivyError::SchemaError(format!("the column {} is missing", column::ID))
        })?;
        let title_words = decode_column(&columns.u64(column::TITLE_WORDS)?, reader.max_doc(), length);
        let body_words = decode_column(&columns.u64(column::BODY_WORDS)?, reader.max_doc(), length);
        let shortest = |words: &[u32]| words.iter().copied().min().unwrap_or_default();
        let postings = composite_file(engine, &reader, "idx")?;
        let positions = composite_file(engine, &reader, "pos")?;
        let lists = |field| {
            let part = |file: &CompositeFile| {
                file.open_read(field).ok_or_else(|| io::Error::other("a field has no posting lists"))
            };
            Ok::<_, io::Error>([part(&postings)?.slice_from(POSTINGS_HEADER), part(&positions)?])
        };
        Ok(Self {
            ordinal,
            ids,
            shortest: [shortest(&title_words), shortest(&body_words)],
            deleted: match reader.has_deletes() {
                true => (0..reader.max_doc()).filter(|&doc| reader.is_deleted(doc)).collect(),
                false => Vec::new(),
            },
            lists: [lists(fields.text)?, lists(fields.title)?, lists(fields.source)?],
            title_words,
            body_words,
            days: decode_column(&columns.i64(column::DATE)?, reader.max_doc(), day),
            digests: columns.u64(column::DIGEST)?,
            roots: columns.str(column::ROOT)?,
            files: columns.str(column::FILE)?,
            store: reader.get_store_reader(blocks)?,
            text: reader.inverted_index(fields.text)?,
            title: reader.inverted_index(fields.title)?,
            source: reader.inverted_index(fields.source)?,
            fields,
            reader,
        })
    }

    /// The segment's releases that are not deleted.
    pub fn alive_docs(&self) -> impl Iterator<Item = DocId> + '_ {
        (0..self.reader.max_doc()).filter(|&doc| !self.reader.is_deleted(doc))
    }

    /// Where the list of a term in a zone lies; none where the segment has no such term there.
    pub fn term_info(&self, zone: Zone, key: &str) -> io::Result<Option<TermInfo>> {
        self.terms(zone).terms().get(key)
    }

    /// Opens a list of the releases that have a term in a zone, with its positions.
    pub fn postings(&self, zone: Zone, list: &TermInfo) -> io::Result<SegmentPostings> {
        self.terms(zone).read_postings_from_terminfo(list, IndexRecordOption::WithFreqsAndPositions)
    }

    /// The bytes of a posting list, in tantivy's format.
    pub fn posting_list(&self, zone: Zone, list: &TermInfo) -> io::Result<OwnedBytes> {
        self.lists[zone as usize][0].read_bytes_slice(list.postings_range.clone())
    }

    /// The bytes of the positions of a posting list, in tantivy's format.
    pub fn position_list(&self, zone: Zone, list: &TermInfo) -> io::Result<OwnedBytes> {
        self.lists[zone as usize][1].read_bytes_slice(list.positions_range.clone())
    }

    /// How often a list says that a release has its term.
    pub fn term_freq(&self, zone: Zone, list: &TermInfo, doc: DocId) -> io::Result<u32> {
        let mut list = self.terms(zone).read_postings_from_terminfo(list, IndexRecordOption::WithFreqs)?;
        Ok(if seek_exact(&mut list, doc) { list.term_freq() } else { 0 })
    }

    fn terms(&self, zone: Zone) -> &tantivy::InvertedIndexReader {
        match zone {
            Zone::Text => &self.text,
            Zone::Title => &self.title,
            Zone::Source => &self.source,
        }
    }

    /// Visits the terms of the text field that consist of a channel and a form with a pattern, in order, with the
    /// number of releases of each. `?` in the pattern is one letter, `*` any number of letters.
    pub fn for_each_term_like(
        &self,
        channel: char,
        pattern: &str,
        visit: &mut dyn FnMut(&str, u64),
    ) -> io::Result<()> {
        let mut terms = self.text.terms().search(TermPattern::new(channel, pattern)).into_stream()?;
        while let Some((key, info)) = terms.next() {
            if let Ok(key) = std::str::from_utf8(key) {
                visit(key, info.doc_freq.into());
            }
        }
        Ok(())
    }

    /// The release's id.
    pub fn id(&self, doc: DocId) -> String {
        text_of(&self.ids, doc).unwrap_or_default()
    }

    /// A number that orders the segment's releases by id.
    pub fn id_rank(&self, doc: DocId) -> u64 {
        self.ids.ords().first(doc).unwrap_or(u64::MAX)
    }

    /// The day of publication, in days from 1970-01-01.
    #[inline]
    pub fn day(&self, doc: DocId) -> Option<i64> {
        self.days.get(doc as usize).filter(|&&day| day != NO_DAY).map(|&day| day.into())
    }

    /// The title's length in words.
    pub fn title_words(&self, doc: DocId) -> u32 {
        self.title_words.get(doc as usize).copied().unwrap_or_default()
    }

    /// The body's length in words.
    pub fn body_words(&self, doc: DocId) -> u32 {
        self.body_words.get(doc as usize).copied().unwrap_or_default()
    }

    /// The lengths of all titles and of all bodies.
    pub fn lengths(&self) -> [&[u32]; 2] {
        [&self.title_words, &self.body_words]
    }

    /// The lengths of the shortest title and of the shortest body.
    pub fn shortest(&self) -> [u32; 2] {
        self.shortest
    }

    /// The deleted documents, in order.
    pub fn deleted(&self) -> &[DocId] {
        &self.deleted
    }

    pub fn digest(&self, doc: DocId) -> u64 {
        self.digests.first(doc).unwrap_or_default()
    }

    /// Numbers of the corpus folder and of the file below it that the release was read from, in
    /// [`Segment::all_origins`].
    pub fn origin_ranks(&self, doc: DocId) -> Option<(u64, u64)> {
        Some((self.roots.as_ref()?.ords().first(doc)?, self.files.as_ref()?.ords().first(doc)?))
    }

    /// The ids of all releases that were ever in the segment, by [`Segment::id_rank`].
    pub fn all_ids(&self) -> io::Result<Vec<Option<String>>> {
        Ok(texts(&self.ids)?.into_iter().map(Some).collect())
    }

    /// The names of all corpus folders and files of the segment.
    pub fn all_origins(&self) -> io::Result<Origins> {
        let all = |column: &Option<StrColumn>| column.as_ref().map_or(Ok(Vec::new()), texts);
        Ok(Origins { roots: all(&self.roots)?, files: all(&self.files)? })
    }

    pub fn stored(&self, doc: DocId) -> Result<StoredDoc, String> {
        let document = self.store.get_document_bytes(doc).map_err(|error| error.to_string())?;
        StoredDoc::of(&document, self.fields.release).ok_or_else(|| "is not in the store".to_owned())
    }

    /// Reads a release and holds it against the digest that was taken when it was written.
    pub fn check(&self, doc: DocId) -> Result<(), String> {
        let id = self.id(doc);
        let release = self.stored(doc).and_then(|stored| stored.check(self.digest(doc)));
        let release = release.map_err(|reason| format!("release {id:?} {reason}"))?;
        if release.id == id { Ok(()) } else { Err(format!("release {id:?} calls itself {:?}", release.id)) }
    }
}

/// The parts of a segment's file of posting lists or positions, by field. tantivy keeps its own handle private.
fn composite_file(
    engine: &tantivy::Index,
    segment: &SegmentReader,
    extension: &str,
) -> io::Result<CompositeFile> {
    let name = format!("{}.{extension}", segment.segment_id().uuid_string());
    let file = engine.directory().open_read(Path::new(&name)).map_err(io::Error::other)?;
    CompositeFile::open(&file)
}

/// Goes on in a list to a release, and says whether that is there.
pub(crate) fn seek_exact(list: &mut SegmentPostings, doc: DocId) -> bool {
    (list.doc() >= doc || list.seek(doc) >= doc) && list.doc() == doc
}

/// Names of corpus folders and files.
pub(crate) struct Origins {
    pub roots: Vec<String>,
    pub files: Vec<String>,
}

/// All texts of a column, in the order of their numbers.
fn texts(column: &StrColumn) -> io::Result<Vec<String>> {
    let mut texts = Vec::with_capacity(column.num_terms());
    let mut stream = column.dictionary().stream()?;
    while stream.advance() {
        texts.push(String::from_utf8_lossy(stream.key()).into_owned());
    }
    Ok(texts)
}

/// A part of a release with lists of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// Title and body, one after the other.
    Text,
    /// The title.
    Title,
    /// The publisher's name.
    Source,
}

fn length(words: Option<u64>) -> u32 {
    u32::try_from(words.unwrap_or_default()).unwrap_or(u32::MAX)
}

fn day(day: Option<i64>) -> i32 {
    day.and_then(|day| i32::try_from(day).ok()).unwrap_or(NO_DAY)
}

fn text_of(column: &StrColumn, doc: DocId) -> Option<String> {
    let mut text = String::new();
    let found = column.ord_to_str(column.ords().first(doc)?, &mut text).ok()?;
    found.then_some(text)
}
