//! Block bounds: for every full block of 128 postings an upper bound of the normalised frequency, one byte each.
//!
//! The normalised frequency of a term in a document, `body / body_norm + title_weight · title / title_norm`, decides
//! its BM25F score together with the term's weights and `k1`, in which the score only grows. So a bound holds for
//! any of these. It depends on the mean lengths and on the parameters of the norms; for others than those it was
//! computed with it is scaled by the greatest growth of any frequency in the segment.
//!
//! The bounds are a file of each segment, written when a segment is written or merged. tantivy's own block maxima
//! are those of its BM25, which do not bound BM25F.

use std::{io, io::Write, sync::LazyLock};

use tantivy::{
    DocId, InvertedIndexReader, PluginMergeContext, PluginWriter, PluginWriterContext, Segment,
    SegmentPlugin, SegmentReader, TantivyError,
    directory::{Directory, FileSlice, OwnedBytes, TerminatingWrite},
    index::SegmentComponent,
    postings::{BlockSegmentPostings, TermInfo},
    schema::IndexRecordOption,
};

use super::{
    column::decode_column,
    norms::{LengthRanges, NormParameters},
    schema::{Fields, column},
};

/// The extension of the file.
const EXTENSION: &str = "bounds";

/// Postings in a block.
const BLOCK_LEN: u32 = 128;

/// Bytes of the header: the parameters, and the number of lists.
const HEADER: usize = 5 * 4 + 4;

/// Bytes of an entry: where the posting list starts in its file, and where its bounds start.
const ENTRY: usize = 8 + 4;

/// The bounds of one segment.
pub(crate) struct BlockBounds {
    parameters: NormParameters,
    /// Where lists and their bounds start, by the former.
    entries: OwnedBytes,
    codes: OwnedBytes,
}

impl BlockBounds {
    pub fn open(file: &FileSlice) -> io::Result<Self> {
        let bytes = file.read_bytes()?;
        let too_short =
            || io::Error::new(io::ErrorKind::InvalidData, "the file of block bounds is too short");
        let numbers: Vec<u32> =
            bytes.as_chunks::<4>().0.iter().take(HEADER / 4).map(|&n| u32::from_le_bytes(n)).collect();
        let &[title_weight, title_b, body_b, mean_title, mean_body, lists] = &numbers[..] else {
            return Err(too_short());
        };
        let parameters = NormParameters {
            title_weight: f32::from_bits(title_weight),
            title_b: f32::from_bits(title_b),
            body_b: f32::from_bits(body_b),
            mean_title: f32::from_bits(mean_title),
            mean_body: f32::from_bits(mean_body),
        };
        let codes = HEADER + lists as usize * ENTRY;
        if codes > bytes.len() {
            return Err(too_short());
        }
        Ok(Self { parameters, entries: bytes.slice(HEADER..codes), codes: bytes.slice(codes..bytes.len()) })
    }

    /// The codes of the full blocks of a posting list of title and body; none if it has no full block.
    pub fn of_list(&self, list: &TermInfo) -> Option<OwnedBytes> {
        let blocks = (list.doc_freq / BLOCK_LEN) as usize;
        if blocks == 0 {
            return None;
        }
        let (entries, _) = self.entries.as_chunks::<ENTRY>();
        let start = list.postings_range.start as u64;
        let at = entries.binary_search_by_key(&start, list_start).ok()?;
        let &[.., a, b, c, d] = &entries[at];
        let first = u32::from_le_bytes([a, b, c, d]) as usize;
        (first + blocks <= self.codes.len()).then(|| self.codes.slice(first..first + blocks))
    }

    /// How many times as great frequencies can be with other parameters.
    pub fn growth(&self, parameters: &NormParameters, lengths: &LengthRanges) -> f32 {
        self.parameters.growth(parameters, lengths)
    }
}

fn list_start(entry: &[u8; ENTRY]) -> u64 {
    entry.first_chunk().map_or(0, |start| u64::from_le_bytes(*start))
}

/// Codes are steps on a logarithmic scale of base two.
const STEPS: f32 = 16.0;
/// The logarithm of the bound with code 0.
const LEAST: f32 = -4.0;

/// The bound that a code stands for.
#[inline]
pub(crate) fn decode(code: u8) -> f32 {
    static BOUNDS: LazyLock<[f32; 256]> = LazyLock::new(|| {
        // The greatest code stands for everything that is too great for a code.
        #[expect(clippy::cast_precision_loss, reason = "a code is less than 256")]
        let bound = |code| if code == 255 { f32::INFINITY } else { (code as f32 / STEPS + LEAST).exp2() };
        std::array::from_fn(bound)
    });
    BOUNDS[usize::from(code)]
}

/// The least code whose bound is not below a normalised frequency.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of codes")]
fn encode(frequency: f32) -> u8 {
    let mut code = ((frequency.log2() - LEAST) * STEPS).ceil().clamp(0.0, 255.0) as u8;
    // Logarithms round.
    while decode(code) < frequency {
        code += 1;
    }
    code
}

/// Writes the bounds of a segment whose other files are there.
pub(super) fn write(segment: &Segment, fields: Fields) -> tantivy::Result<()> {
    let reader = SegmentReader::open(segment)?;
    let columns = reader.fast_fields();
    let lengths = |name| -> tantivy::Result<Vec<u32>> {
        let lengths = columns.u64(name)?;
        Ok(decode_column(&lengths, lengths.num_docs(), |words| {
            u32::try_from(words.unwrap_or_default()).unwrap_or(u32::MAX)
        }))
    };
    let (titles, bodies) = (lengths(column::TITLE_WORDS)?, lengths(column::BODY_WORDS)?);
    let parameters =
        NormParameters { mean_title: mean(&titles), mean_body: mean(&bodies), ..NormParameters::DEFAULT };
    let title_share: Vec<f32> =
        titles.iter().map(|&words| parameters.title_weight / parameters.title(words)).collect();
    let body_share: Vec<f32> = bodies.iter().map(|&words| 1.0 / parameters.body(words)).collect();
    let (text, title) = (reader.inverted_index(fields.text)?, reader.inverted_index(fields.title)?);
    let (mut entries, mut codes) = (Vec::new(), Vec::new());
    let mut lists = 0_u32;
    let mut terms = text.terms().stream()?;
    while let Some((key, list)) = terms.next() {
        if list.doc_freq < BLOCK_LEN {
            continue;
        }
        lists += 1;
        entries.extend_from_slice(&(list.postings_range.start as u64).to_le_bytes());
        let first =
            u32::try_from(codes.len()).map_err(|_| TantivyError::InternalError("too many blocks".into()))?;
        entries.extend_from_slice(&first.to_le_bytes());
        let in_title = title.terms().get(key)?;
        let in_title = in_title.map(|list| open_list(&title, &list)).transpose()?;
        let list = open_list(&text, list)?;
        write_list(list, in_title, (&title_share, &body_share), &mut codes);
    }
    let component = SegmentComponent::Custom(EXTENSION.into());
    let mut file = segment.index().directory().open_write(&segment.relative_path(component))?;
    let NormParameters { title_weight, title_b, body_b, mean_title, mean_body } = parameters;
    for parameter in [title_weight, title_b, body_b, mean_title, mean_body] {
        file.write_all(&parameter.to_le_bytes())?;
    }
    file.write_all(&lists.to_le_bytes())?;
    file.write_all(&entries)?;
    file.write_all(&codes)?;
    file.terminate()?;
    Ok(())
}

fn open_list(index: &InvertedIndexReader, list: &TermInfo) -> io::Result<BlockSegmentPostings> {
    index.read_block_postings_from_terminfo(list, IndexRecordOption::WithFreqs)
}

/// Appends the codes of the full blocks of a list, given what an occurrence in each title and body adds.
#[expect(clippy::cast_precision_loss, reason = "frequencies in one document are small")]
fn write_list(
    mut list: BlockSegmentPostings,
    mut titles: Option<BlockSegmentPostings>,
    (title_share, body_share): (&[f32], &[f32]),
    codes: &mut Vec<u8>,
) {
    let share = |shares: &[f32], doc: DocId| shares.get(doc as usize).copied().unwrap_or(f32::INFINITY);
    let mut next_title = 0;
    while list.docs().len() == BLOCK_LEN as usize {
        let mut max = 0.0_f32;
        for (&doc, &freq) in list.docs().iter().zip(list.freqs()) {
            let in_title = titles.as_mut().map_or(0, |titles| freq_of(titles, &mut next_title, doc));
            let body = (freq - in_title.min(freq)) as f32 * share(body_share, doc);
            let title = in_title as f32 * share(title_share, doc);
            max = max.max(body + title);
        }
        codes.push(encode(max));
        list.advance();
    }
}

/// The frequency of a document in a list that is read in order; `next` is an index in the current block.
fn freq_of(list: &mut BlockSegmentPostings, next: &mut usize, doc: DocId) -> u32 {
    loop {
        match list.docs().get(*next) {
            Some(&other) if other < doc => *next += 1,
            Some(&other) if other == doc => return list.freqs()[*next],
            Some(_) => return 0,
            None if list.docs().is_empty() => return 0,
            None => {
                list.advance();
                *next = 0;
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a mean is rounded")]
fn mean(lengths: &[u32]) -> f32 {
    let sum: u64 = lengths.iter().map(|&words| u64::from(words)).sum();
    (sum as f64 / lengths.len().max(1) as f64).max(1.0) as f32
}

/// Reads the bounds of a segment.
pub(super) fn read(segment: &SegmentReader) -> tantivy::Result<BlockBounds> {
    let file = segment.open_read(SegmentComponent::Custom(EXTENSION.into()))?;
    Ok(BlockBounds::open(&file)?)
}

/// Writes the bounds of merged segments.
pub(super) struct BoundsPlugin;

impl SegmentPlugin for BoundsPlugin {
    fn extensions(&self) -> &[&str] {
        &[EXTENSION]
    }

    /// Segments are written by the segment writer, which tantivy's own never takes the place of.
    fn create_writer(&self, _: &PluginWriterContext) -> tantivy::Result<Box<dyn PluginWriter>> {
        Err(TantivyError::InternalError("documents are added by the segment writer only".into()))
    }

    fn merge(&self, context: PluginMergeContext) -> tantivy::Result<()> {
        write(context.target_segment, Fields::build().1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_bound_from_above_and_closely() {
        for frequency in [0.01_f32, 0.0625, 0.063, 0.5, 1.0, 1.01, 3.7, 100.0, 3700.0] {
            let bound = decode(encode(frequency));
            let close = frequency.max(LEAST.exp2()) * (1.01 / STEPS).exp2();
            assert!((frequency..=close).contains(&bound), "{frequency}: {bound}");
        }
        assert!(decode(encode(1e9)).is_infinite() && decode(encode(f32::INFINITY)).is_infinite());
    }
}
