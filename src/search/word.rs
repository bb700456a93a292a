//! A word's cursor: all its terms as one, in title and body.
//!
//! Reads tantivy's postings and nothing else of it. Mentions by several candidates of one word are
//! the same mentions, so the candidate with the most of them counts, not their sum.

use std::io;

use tantivy::{
    DocId, DocSet, TERMINATED,
    postings::{Postings, SegmentPostings},
};

use super::{
    Searcher,
    compile::{Located, WordPart},
    cursor::{Found, Reading, Stops},
    explain::Mention,
    plan::Scope,
};
use crate::{error::Result, index::Segment};

/// From this many lists on, a word's releases are gathered once instead of merged at each step.
const GATHERED: usize = 8;

pub(super) struct WordCursor<'s> {
    searcher: &'s Searcher,
    segment: &'s Segment,
    part: &'s WordPart,
    lists: Vec<List<'s>>,
    doc: DocId,
}

/// The releases of one term, with its mentions in the title beside them.
struct List<'s> {
    /// The term, for telling where a score came from.
    key: &'s str,
    text: Mentions,
    title: Option<Mentions>,
    weight: f32,
    full: bool,
}

enum Mentions {
    Listed(Box<SegmentPostings>),
    Gathered(Vec<(DocId, u32)>, usize),
}

impl Mentions {
    fn doc(&self) -> DocId {
        match self {
            Self::Listed(postings) => postings.doc(),
            Self::Gathered(docs, at) => docs.get(*at).map_or(TERMINATED, |&(doc, _)| doc),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::Listed(postings) if postings.doc() >= target => postings.doc(),
            Self::Listed(postings) => postings.seek(target),
            Self::Gathered(docs, at) => {
                *at += docs[(*at).min(docs.len())..].partition_point(|&(doc, _)| doc < target);
                self.doc()
            }
        }
    }

    fn count(&self) -> u32 {
        match self {
            Self::Listed(postings) => postings.term_freq(),
            Self::Gathered(docs, at) => docs.get(*at).map_or(0, |&(_, count)| count),
        }
    }

    /// The count in a release, moving there.
    fn count_at(&mut self, doc: DocId) -> u32 {
        if self.seek(doc) == doc { self.count() } else { 0 }
    }
}

impl<'s> WordCursor<'s> {
    pub fn open(reading: Reading<'s>, part: &'s WordPart) -> Result<Self> {
        let Reading { searcher, segment, stops, places } = reading;
        let mut lists = Vec::new();
        // Full terms first: hints count only where none of them is there.
        let (full, hints): (Vec<&Located>, Vec<&Located>) =
            part.terms.iter().partition(|located| located.term.full);
        let hints = if stops == Stops::Full { Vec::new() } else { hints };
        for located in full.into_iter().chain(hints) {
            let (text, title) =
                open(segment, part.scope, located, places).map_err(|error| searcher.damaged(&error))?;
            let Some(text) = text else { continue };
            lists.push(List {
                key: &located.term.key,
                text: Mentions::Listed(Box::new(text)),
                title: title.map(|title| Mentions::Listed(Box::new(title))),
                weight: located.term.weight,
                full: located.term.full,
            });
        }
        if part.pattern.is_some() && lists.len() >= GATHERED {
            let shape = part.pattern.as_deref().unwrap_or_default();
            lists = vec![gather(lists, shape)];
        }
        let mut cursor = Self { searcher, segment, part, lists, doc: 0 };
        cursor.doc = cursor.next_from(0);
        Ok(cursor)
    }

    pub fn doc(&self) -> DocId {
        self.doc
    }

    pub fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.next_from(target);
        }
        self.doc
    }

    fn next_from(&mut self, target: DocId) -> DocId {
        let mut target = target;
        loop {
            let doc = self.lists.iter_mut().map(|list| list.text.seek(target)).min().unwrap_or(TERMINATED);
            if doc == TERMINATED || self.part.scope != Scope::Body || self.is_in_body(doc) {
                return doc;
            }
            target = doc + 1;
        }
    }

    fn is_in_body(&mut self, doc: DocId) -> bool {
        self.lists.iter_mut().any(|list| list.text.doc() == doc && list.text.count() > list.title_count(doc))
    }

    /// What the release that it stands on is worth: BM25F over title and body.
    pub fn found(&mut self) -> Found {
        let doc = self.doc;
        let (mut title, mut body, mut full) = (0.0_f32, 0.0_f32, false);
        for list in &mut self.lists {
            if list.text.doc() != doc {
                continue;
            }
            if full && !list.full {
                break;
            }
            let count = list.text.count();
            let in_title = if self.part.scope == Scope::Title { count } else { list.title_count(doc) };
            let in_body = count - in_title.min(count);
            if self.part.scope == Scope::Body && in_body == 0 {
                continue;
            }
            full |= list.full;
            let counts_title = self.part.scope != Scope::Body;
            let titled = if counts_title { weighed(in_title, list.weight) } else { 0.0 };
            let bodied = weighed(in_body, list.weight);
            if self.part.pattern.is_some() {
                title += titled;
                body += bodied;
            } else {
                title = title.max(titled);
                body = body.max(bodied);
            }
        }
        let score = self.searcher.saturate(self.segment, doc, title, body) * self.part.idf * self.part.weight;
        Found { score, full }
    }

    /// Adds what each term contributes in the release that it stands on.
    pub fn mentions(&mut self, out: &mut Vec<Mention>) {
        for list in &mut self.lists {
            let count = if list.text.doc() == self.doc { list.text.count() } else { 0 };
            let title = if self.part.scope == Scope::Title { count } else { list.title_count(self.doc) };
            if count > 0 {
                out.push(Mention { term: readable(list.key), title, body: count - title.min(count) });
            }
        }
    }

    /// How rare the word is.
    pub fn rarity(&self) -> f32 {
        self.part.idf
    }

    pub fn bound(&self) -> f32 {
        self.searcher.most() * self.part.idf * self.part.weight
    }

    /// Adds the word's positions in the release that it stands on, in order, each once.
    pub fn positions(&mut self, out: &mut Vec<u32>) {
        let start = out.len();
        let (mut some, mut full) = (Vec::new(), false);
        for list in &mut self.lists {
            if list.text.doc() != self.doc {
                continue;
            }
            if full && !list.full {
                break;
            }
            full |= list.full;
            if let Mentions::Listed(postings) = &mut list.text {
                postings.positions(&mut some);
                out.extend_from_slice(&some);
            }
        }
        if self.part.scope == Scope::Body {
            let title = self.segment.title_words(self.doc);
            let mut body = out.split_off(start);
            body.retain(|&position| position >= title);
            out.append(&mut body);
        }
        out[start..].sort_unstable();
        let mut tail = out.split_off(start);
        tail.dedup();
        out.append(&mut tail);
    }
}

/// A term's list within a scope, and that of its mentions in the title beside it.
fn open(
    segment: &Segment,
    scope: Scope,
    located: &Located,
    places: bool,
) -> io::Result<(Option<SegmentPostings>, Option<SegmentPostings>)> {
    let lists = located.lists(segment);
    let (main, title) = match scope {
        Scope::Anywhere | Scope::Body => {
            let text = lists.text.as_ref().map(|list| segment.open_text(list, places)).transpose()?;
            (text, lists.title.as_ref().map(|list| segment.open_title(list, false)).transpose()?)
        }
        Scope::Title => {
            (lists.title.as_ref().map(|list| segment.open_title(list, places)).transpose()?, None)
        }
        Scope::Source => {
            (lists.source.as_ref().map(|list| segment.open_source(list, places)).transpose()?, None)
        }
    };
    Ok((main, title))
}

impl List<'_> {
    fn title_count(&mut self, doc: DocId) -> u32 {
        self.title.as_mut().map_or(0, |title| title.count_at(doc))
    }
}

/// A term as `vestnik analyze` writes it: the channel's letter, a colon, the text.
fn readable(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map_or_else(String::new, |channel| format!("{channel}:{}", letters.as_str()))
}

#[expect(clippy::cast_precision_loss, reason = "counts of a word in one release are small")]
fn weighed(count: u32, weight: f32) -> f32 {
    count as f32 * weight
}

/// Many lists as one, their counts added up.
fn gather<'s>(lists: Vec<List<'s>>, key: &'s str) -> List<'s> {
    let (mut text, mut title) = (Vec::new(), Vec::new());
    for list in lists {
        walk(list.text, &mut text);
        if let Some(mentions) = list.title {
            walk(mentions, &mut title);
        }
    }
    let title = Some(Mentions::Gathered(summed(title), 0));
    List { key, text: Mentions::Gathered(summed(text), 0), title, weight: 1.0, full: true }
}

fn walk(mut mentions: Mentions, out: &mut Vec<(DocId, u32)>) {
    let mut doc = mentions.doc();
    while doc != TERMINATED {
        out.push((doc, mentions.count()));
        doc = mentions.seek(doc + 1);
    }
}

fn summed(mut docs: Vec<(DocId, u32)>) -> Vec<(DocId, u32)> {
    docs.sort_unstable();
    docs.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    docs
}
