//! Whether a phrase stays within a sentence.
//!
//! The index has no sentences, so the stored body is read: some 20 µs for each document. Only exact forms, `!"…"`,
//! ask for this.

use crate::{
    analysis::{Checkpoints, DisplayEdits, TokenStream},
    index::{POSITION_GAP, ReleaseView, Segment},
    search::postings::{Position, doc_of, in_doc},
};

/// Retains the starts of a phrase whose words are in one sentence of the body. A title is one sentence.
pub(super) fn retain_within_sentence(segment: &Segment, last_offset: u32, starts: &mut Vec<Position>) {
    let by_doc = starts.chunk_by(|&one, &other| doc_of(one) == doc_of(other));
    *starts = by_doc.flat_map(|starts| within_sentence(segment, last_offset, starts)).collect();
}

/// The starts in one document.
fn within_sentence(segment: &Segment, last_offset: u32, starts: &[Position]) -> Vec<Position> {
    let mut starts = starts.to_vec();
    let Some(doc) = starts.first().copied().map(doc_of) else { return starts };
    let body_start = segment.title_words(doc) + POSITION_GAP;
    let Ok(stored) = segment.stored(doc) else { return starts };
    // A release that cannot be read is reported when the hit is read.
    let Ok(record) = ReleaseView::read(&stored) else { return starts };
    let byte_of = |position: u32| {
        let mut tokens = TokenStream::new(&record.body);
        if let Some(checkpoint) = Checkpoints::new(record.checkpoints).last_until(position) {
            tokens.resume(checkpoint);
        }
        tokens.pass_to(position);
        while let Some(token) = tokens.step() {
            if token.position >= position {
                return token.span.start;
            }
        }
        record.body.len()
    };
    let sentences = DisplayEdits::new(record.display_map).filter(|edit| edit.sentence);
    let sentences: Vec<usize> = sentences.map(|edit| edit.gap.end).collect();
    let sentence_of = |byte: usize| sentences.partition_point(|&start| start <= byte);
    starts.retain(|&start| {
        let Some(first) = in_doc(start).checked_sub(body_start) else { return true };
        sentence_of(byte_of(first)) == sentence_of(byte_of(first.saturating_add(last_offset)))
    });
    starts
}
