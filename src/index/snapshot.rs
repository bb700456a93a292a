//! A snapshot: the index as it stood at one commit, with the figures that ranking needs.
//!
//! All figures count living releases only, so that they don't depend on how the index is cut into
//! segments or on what deletions wait for a merge.

use std::{io, sync::Arc};

use tantivy::{
    DocId, DocSet, SegmentOrdinal, SegmentReader, TERMINATED, Term,
    columnar::{Column, StrColumn},
    directory::FileSlice,
    postings::{BlockSegmentPostings, Postings, SegmentPostings, TermInfo},
    schema::IndexRecordOption,
    store::StoreReader,
};

use super::{
    Fields, Flow, Index, Mark, STORE_BLOCK, Stored, Whole, column, flow, side_by_side, told::told,
    unpacked::unpacked,
};
use crate::{
    error::{Error, Result},
    release::Release,
};

/// A release within a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address {
    pub segment: SegmentOrdinal,
    pub doc: DocId,
}

/// The index as it stood at one commit.
pub(crate) struct Snapshot {
    pub index: Index,
    pub fields: Fields,
    pub segments: Vec<Segment>,
    /// How many releases live in it.
    pub releases: u64,
    /// The mean length of a title, in words.
    pub mean_title: f32,
    /// The mean length of a body, in words.
    pub mean_body: f32,
    /// The latest day of publication, in days from 1970-01-01.
    pub newest: i64,
    /// The state of the index that it shows.
    mark: Mark,
}

/// One segment of a snapshot, its columns at hand.
pub(crate) struct Segment {
    /// Its place among the snapshot's segments.
    pub ordinal: SegmentOrdinal,
    pub reader: SegmentReader,
    store: StoreReader,
    ids: StrColumn,
    /// Days and lengths, unpacked: every release that is looked at asks for them. `NO_DAY` where no day is
    /// known.
    days: Vec<i32>,
    title_words: Arc<[u32]>,
    body_words: Arc<[u32]>,
    digests: Column<u64>,
    roots: Option<StrColumn>,
    files: Option<StrColumn>,
    text: Arc<tantivy::InvertedIndexReader>,
    title: Arc<tantivy::InvertedIndexReader>,
    source: Arc<tantivy::InvertedIndexReader>,
    /// The positions of title and body.
    positions: FileSlice,
    fields: Fields,
}

/// Stands for a day that is not known.
const NO_DAY: i32 = i32::MIN;

/// How many bytes of stored releases a snapshot keeps unpacked: who reads one release after the other finds
/// the next in the same block. Those that come up again and again the searcher keeps.
const KEPT_UNPACKED: usize = 1 << 20;

/// From so many releases on, segments are opened on all cores.
const MANY_RELEASES: u64 = 100_000;

/// What is counted of living releases.
#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    releases: u64,
    /// Words of all titles, and of all bodies.
    title: u64,
    body: u64,
    newest: i64,
}

impl Figures {
    fn and(self, other: &Self) -> Self {
        Self {
            releases: self.releases + other.releases,
            title: self.title + other.title,
            body: self.body + other.body,
            newest: self.newest.max(other.newest),
        }
    }
}

impl Snapshot {
    pub fn open(index: &Index) -> Result<Self> {
        // Taken first: a commit that comes in between makes the snapshot newer than it says.
        let mark = index.mark()?;
        let engine = &index.inner.engine;
        let reader = engine
            .reader_builder()
            .reload_policy(tantivy::ReloadPolicy::Manual)
            .try_into()
            .map_err(|error| index.damaged(&told(&error)))?;
        let searcher = reader.searcher();
        let fields = index.fields();
        let readers = searcher.segment_readers();
        let releases: u64 = readers.iter().map(|reader| u64::from(reader.max_doc())).sum();
        let blocks = KEPT_UNPACKED / STORE_BLOCK / readers.len().max(1);
        let opened = side_by_side(readers, releases >= MANY_RELEASES, |at, reader| {
            let ordinal = SegmentOrdinal::try_from(at).unwrap_or(SegmentOrdinal::MAX);
            let segment = Segment::open(ordinal, (engine, reader.clone()), fields, blocks)?;
            let figures = segment.figures();
            Ok::<_, tantivy::TantivyError>((segment, figures))
        });
        let (mut segments, mut all) = (Vec::with_capacity(opened.len()), Figures::default());
        for opened in opened {
            let (segment, figures) = opened.map_err(|error| index.damaged(&told(&error)))?;
            segments.push(segment);
            all = all.and(&figures);
        }
        Ok(Self {
            index: index.clone(),
            fields,
            segments,
            releases: all.releases,
            mean_title: mean(all.title, all.releases),
            mean_body: mean(all.body, all.releases),
            newest: all.newest,
            mark,
        })
    }

    /// Whether nothing was committed since.
    pub fn is_current(&self) -> Result<bool> {
        if !self.index.is_in_force()? {
            return Ok(false);
        }
        match self.index.mark() {
            // A run has put another generation in force, and removed this one, in between.
            Err(_) if !self.index.is_in_force()? => Ok(false),
            mark => Ok(mark?.is_same_commit(&self.mark)),
        }
    }

    pub fn segment(&self, ordinal: SegmentOrdinal) -> &Segment {
        &self.segments[ordinal as usize]
    }

    /// The release itself.
    pub fn release(&self, address: Address) -> Result<Release> {
        let release = self.stored(address)?.record().and_then(|record| record.release());
        release.map_err(|reason| self.unreadable(&reason))
    }

    /// The release with all that the store holds of it.
    pub fn whole(&self, address: Address) -> Result<Whole> {
        self.stored(address)?.whole().map_err(|reason| self.unreadable(&reason))
    }

    /// The release as it lies in the store.
    fn stored(&self, address: Address) -> Result<Stored> {
        self.segment(address.segment).stored(address.doc).map_err(|reason| self.unreadable(&reason))
    }

    /// Why a release cannot be read, as an error.
    fn unreadable(&self, reason: &str) -> Error {
        self.index.damaged(&format!("a release {reason}"))
    }

    /// Where the release with this id lies.
    pub fn find(&self, id: &str) -> Result<Option<Address>> {
        let term = Term::from_field_text(self.fields.id, id);
        for (ordinal, segment) in (0..).zip(&self.segments) {
            let list = segment
                .reader
                .inverted_index(self.fields.id)
                .and_then(|terms| Ok(terms.read_postings(&term, IndexRecordOption::Basic)?))
                .map_err(|error| self.index.damaged(&told(&error)))?;
            let Some(mut list) = list else { continue };
            while list.doc() != TERMINATED {
                if !segment.reader.is_deleted(list.doc()) {
                    return Ok(Some(Address { segment: ordinal, doc: list.doc() }));
                }
                list.advance();
            }
        }
        Ok(None)
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a mean needs no more than a float's precision"
)]
fn mean(sum: u64, count: u64) -> f32 {
    // An empty index, or one of empty titles, must not make lengths infinite.
    (sum as f64 / count.max(1) as f64).max(1.0) as f32
}

impl Segment {
    /// Opens a segment that keeps so many blocks of its store unpacked.
    fn open(
        ordinal: SegmentOrdinal,
        (engine, reader): (&tantivy::Index, SegmentReader),
        fields: Fields,
        blocks: usize,
    ) -> tantivy::Result<Self> {
        let columns = reader.fast_fields();
        let ids = columns.str(column::ID)?.ok_or_else(|| {
            tantivy::TantivyError::SchemaError(format!("the column {} is missing", column::ID))
        })?;
        Ok(Self {
            ordinal,
            ids,
            days: unpacked(&columns.i64(column::DATE)?, reader.max_doc(), day),
            title_words: unpacked(&columns.u64(column::TITLE_WORDS)?, reader.max_doc(), length).into(),
            body_words: unpacked(&columns.u64(column::BODY_WORDS)?, reader.max_doc(), length).into(),
            digests: columns.u64(column::DIGEST)?,
            roots: columns.str(column::ROOT)?,
            files: columns.str(column::FILE)?,
            store: reader.get_store_reader(blocks)?,
            text: reader.inverted_index(fields.text)?,
            title: reader.inverted_index(fields.title)?,
            source: reader.inverted_index(fields.source)?,
            positions: flow::positions_of(engine, &reader, fields.text)?,
            fields,
            reader,
        })
    }

    fn figures(&self) -> Figures {
        let mut figures = Figures::default();
        for doc in self.living() {
            figures.releases += 1;
            figures.title += u64::from(self.title_words(doc));
            figures.body += u64::from(self.body_words(doc));
            figures.newest = self.day(doc).map_or(figures.newest, |day| day.max(figures.newest));
        }
        figures
    }

    /// The segment's releases that are not deleted.
    pub fn living(&self) -> impl Iterator<Item = DocId> + '_ {
        (0..self.reader.max_doc()).filter(|&doc| !self.reader.is_deleted(doc))
    }

    /// Where the list of a term in a zone lies; none where the segment has no such term there.
    pub fn list(&self, zone: Zone, key: &str) -> io::Result<Option<TermInfo>> {
        self.terms(zone).terms().get(key)
    }

    /// Opens a list of the releases that have a term in a zone, with its positions.
    pub fn open_list(&self, zone: Zone, list: &TermInfo) -> io::Result<SegmentPostings> {
        self.terms(zone).read_postings_from_terminfo(list, IndexRecordOption::WithFreqsAndPositions)
    }

    /// Opens a list of the releases that have a term in title or body, to be read from end to end.
    pub fn open_flow(&self, list: &TermInfo) -> io::Result<Flow> {
        let blocks = self.text.read_block_postings_from_terminfo(list, IndexRecordOption::WithFreqs)?;
        Flow::open(blocks, &self.positions.slice(list.positions_range.clone()))
    }

    /// Visits the releases of a list in order, a block at a time: their numbers, and how often each has the
    /// term.
    pub fn each_block(
        &self,
        zone: Zone,
        list: &TermInfo,
        mut visit: impl FnMut(&[DocId], &[u32]),
    ) -> io::Result<()> {
        let mut blocks: BlockSegmentPostings =
            self.terms(zone).read_block_postings_from_terminfo(list, IndexRecordOption::WithFreqs)?;
        while !blocks.docs().is_empty() {
            visit(blocks.docs(), blocks.freqs());
            blocks.advance();
        }
        Ok(())
    }

    /// How often a list says that a release has its term.
    pub fn count(&self, zone: Zone, list: &TermInfo, doc: DocId) -> io::Result<u32> {
        let mut list = self.terms(zone).read_postings_from_terminfo(list, IndexRecordOption::WithFreqs)?;
        let found = if list.doc() < doc { list.seek(doc) } else { list.doc() };
        Ok(if found == doc { list.term_freq() } else { 0 })
    }

    fn terms(&self, zone: Zone) -> &tantivy::InvertedIndexReader {
        match zone {
            Zone::Text => &self.text,
            Zone::Title => &self.title,
            Zone::Source => &self.source,
        }
    }

    /// Visits the text field's terms that begin so, in order, with the number of releases of each.
    pub fn terms_from(&self, start: &str, visit: &mut dyn FnMut(&str, u64)) -> io::Result<()> {
        let mut terms = self.text.terms().range().ge(start).into_stream()?;
        while let Some((key, info)) = terms.next() {
            if !key.starts_with(start.as_bytes()) {
                break;
            }
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
    pub fn lengths(&self) -> [Arc<[u32]>; 2] {
        [Arc::clone(&self.title_words), Arc::clone(&self.body_words)]
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

    fn stored(&self, doc: DocId) -> Result<Stored, String> {
        let document = self.store.get_document_bytes(doc).map_err(|error| error.to_string())?;
        Stored::of(&document, self.fields.release).ok_or_else(|| "is not in the store".to_owned())
    }

    /// Reads a release and holds it against the digest that was taken when it was written.
    pub fn check(&self, doc: DocId) -> Result<(), String> {
        let id = self.id(doc);
        let release = self.stored(doc).and_then(|stored| stored.check(self.digest(doc)));
        let release = release.map_err(|reason| format!("release {id:?} {reason}"))?;
        if release.id == id { Ok(()) } else { Err(format!("release {id:?} calls itself {:?}", release.id)) }
    }
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
