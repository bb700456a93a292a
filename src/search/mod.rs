//! Searching: a query against a snapshot of an index, ranked, with snippets.
//!
//! A [`Searcher`] is a snapshot: what is written after it was made, it does not see. Reads, never
//! writes; returns text and ranges and leaves all markup to its caller.

mod again;
mod best;
mod compile;
mod docs;
mod evaluate;
mod explain;
mod gate;
mod known;
#[cfg(test)]
mod laws;
mod marks;
mod mentions;
mod noted;
mod page;
mod phrase;
mod placed;
mod places;
pub mod plan;
mod proximity;
mod rank;
mod reader;
mod saturation;
mod scored;
mod sites;
mod snippet;
mod some;
mod sums;
mod threads;
mod weights;
mod word;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Serialize, Serializer};

pub use explain::{ClauseScore, Explanation, Mention};
pub use snippet::{Fragment, Mark, Snippet, SnippetOptions};
pub use weights::Weights;

use self::{
    evaluate::Part,
    known::Known,
    placed::Placed,
    plan::Plan,
    rank::Job,
    reader::{Opened, Reader},
    saturation::Saturation,
    snippet::{Desk, Marker},
};
use crate::{
    error::{Error, Result},
    index::{Address, Index, Segment, Snapshot},
    query::Query,
    release::{DateSpan, Release},
};

/// Searches one snapshot of an index. Cheap to clone, usable from many threads.
///
/// It remembers what it has read, and its clones share that: up to 192 MB, and 700 bytes for each release of
/// the index; and what it analyses texts with, as often as searches ran at once, up to eight times.
#[derive(Clone)]
pub struct Searcher {
    inner: Arc<Inner>,
}

struct Inner {
    snapshot: Snapshot,
    weights: Weights,
    /// Parts of queries that were evaluated once.
    known: Known<Part>,
    /// Releases that were read once.
    read: Known<Opened>,
    /// What mentions are worth, by segment.
    saturation: Vec<OnceLock<Arc<Saturation>>>,
    /// What no search reads and marks its hits with just now.
    desks: Mutex<Vec<Desk>>,
}

/// How many bytes of releases are kept at most: some six thousand that are laid out, or twice as many that are
/// not, for the same ones come up again and again.
const MOST_READ: usize = 64 << 20;

/// How many desks are kept at most: each may have a table of some ten megabytes of forms.
const MOST_DESKS: usize = 8;

/// How many bytes of evaluated parts are kept at most: a quarter of what the index takes on disk, about.
fn most_kept(releases: u64) -> usize {
    const LEAST: usize = 128 << 20;
    const FOR_EACH_RELEASE: usize = 640;
    LEAST.saturating_add(usize::try_from(releases).unwrap_or(usize::MAX).saturating_mul(FOR_EACH_RELEASE))
}

/// How to search.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many hits to return at most.
    pub limit: usize,
    /// How many of the best hits to leave out first.
    pub offset: usize,
    /// What comes first.
    pub sort: Sort,
    /// Leave out releases that lack a word.
    pub only_all_words: bool,
    /// Days within which a release must have appeared; all of them.
    pub dates: Vec<DateSpan>,
    /// How much of each hit's body to show; none: nothing.
    pub snippets: Option<SnippetOptions>,
    /// Look at every release instead of leaving out those that cannot reach the answer. Slower, same
    /// answer; for proving just that.
    pub exhaustive: bool,
    /// Tell of each hit where its score came from.
    pub explain: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limit: 10,
            offset: 0,
            sort: Sort::Relevance,
            only_all_words: false,
            dates: Vec::new(),
            snippets: Some(SnippetOptions::default()),
            exhaustive: false,
            explain: false,
        }
    }
}

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The most relevant.
    #[default]
    Relevance,
    /// The latest; releases without a date last.
    Date,
}

/// The answer to a query.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// How many releases have all the words of the query.
    pub all_words: u64,
}

/// A release that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// The release, which the searcher may keep for other searches too.
    #[serde(serialize_with = "as_it_is")]
    pub release: Arc<Release>,
    /// Its rank, from 1.
    pub rank: usize,
    /// Its worth for this query; comparable within one answer only.
    pub score: f32,
    /// The words of the query that it lacks, as typed.
    pub lacks: Vec<String>,
    /// What to highlight in the title.
    pub title_marks: Vec<Mark>,
    /// What it says around the words of the query.
    pub snippet: Option<Snippet>,
    /// Where its score came from, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// The key by which a release that was read is known.
fn key(address: Address) -> [u8; 8] {
    (u64::from(address.segment) << 32 | u64::from(address.doc)).to_le_bytes()
}

/// Writes what is shared as if it were not.
fn as_it_is<S: Serializer>(release: &Arc<Release>, to: S) -> Result<S::Ok, S::Error> {
    release.serialize(to)
}

impl Index {
    /// A snapshot of the index as the last commit left it.
    ///
    /// # Errors
    /// `IndexDamaged` where its files are not whole.
    pub fn searcher(&self) -> Result<Searcher> {
        Searcher::with_weights(self, Weights::default())
    }
}

impl Searcher {
    /// A snapshot of an index that ranks with other weights than the usual ones.
    ///
    /// # Errors
    /// `IndexDamaged` where its files are not whole.
    pub fn with_weights(index: &Index, weights: Weights) -> Result<Self> {
        let snapshot = Snapshot::open(index)?;
        Ok(Self {
            inner: Arc::new(Inner {
                weights,
                known: Known::new(most_kept(snapshot.releases)),
                read: Known::new(MOST_READ),
                saturation: snapshot.segments.iter().map(|_| OnceLock::new()).collect(),
                desks: Mutex::default(),
                snapshot,
            }),
        })
    }

    /// Whether this snapshot shows the newest commit. Costs the look at two small files.
    ///
    /// # Errors
    /// `IndexDamaged` where these are not whole.
    pub fn is_current(&self) -> Result<bool> {
        self.snapshot().is_current()
    }

    /// A snapshot of the newest commit, in the newest generation, with the same weights; this one where
    /// it is that. Snapshots made before stay as they are.
    ///
    /// # Errors
    /// As [`Index::open`]; this snapshot can then be searched as before.
    pub fn reload(&self) -> Result<Self> {
        if self.is_current()? {
            return Ok(self.clone());
        }
        Self::with_weights(&self.snapshot().index.reload()?, *self.weights())
    }

    /// How many releases there are.
    pub fn releases(&self) -> u64 {
        self.snapshot().releases
    }

    /// The release with this id.
    ///
    /// # Errors
    /// `UnknownRelease` where there is none.
    pub fn release(&self, id: &str) -> Result<Release> {
        let address = self.snapshot().find(id)?.ok_or_else(|| Error::UnknownRelease(id.into()))?;
        self.snapshot().release(address)
    }

    /// The best releases for a query; none for a query that looks for nothing. Without words to rank by, as
    /// for `дата:2024`, the latest come first.
    ///
    /// # Errors
    /// `IndexDamaged` where the index cannot be read.
    pub fn search(&self, query: &Query, options: &Options) -> Result<Answer> {
        // A desk that an earlier search has used, where one lies idle.
        let desks = || self.inner.desks.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = desks().pop();
        let mut desk = idle.unwrap_or_else(|| Desk::new(self.snapshot().index.analyzer().term_cache()));
        let answer = self.answer(query, options, &mut desk);
        let mut desks = desks();
        if desks.len() < MOST_DESKS {
            desks.push(desk);
        }
        answer
    }

    fn answer(&self, query: &Query, options: &Options, desk: &mut Desk) -> Result<Answer> {
        let plan = Plan::read(query, &mut desk.forms);
        if plan.is_empty() && options.dates.is_empty() {
            return Ok(Answer { hits: Vec::new(), all_words: 0 });
        }
        let job = self.job(&plan, options)?;
        let ranking = self.rank(&job, options)?;
        let best = ranking.best.get(options.offset..).unwrap_or_default();
        let addresses: Vec<Address> = best.iter().map(|placed| placed.address).collect();
        let mut reader = match &options.snippets {
            Some(shown) => {
                let marker = Marker::new(&plan);
                let sites = self.sites(&plan, &job, &marker.wanted, &addresses)?;
                Some(Reader { marker, desk, sites, shown })
            }
            None => None,
        };
        let mut hits = Vec::with_capacity(best.len());
        for (at, placed) in best.iter().enumerate() {
            let mut hit = self.hit((&plan, &job), reader.as_mut(), placed, at)?;
            hit.rank = options.offset + at + 1;
            if options.explain {
                hit.explanation = Some(self.explanation(&plan, &job, placed)?);
            }
            hits.push(hit);
        }
        Ok(Answer { hits, all_words: ranking.all_words })
    }

    /// The release that stands so far behind the first hit, without its rank.
    fn hit(
        &self,
        (plan, job): (&Plan, &Job),
        reader: Option<&mut Reader>,
        placed: &Placed,
        at: usize,
    ) -> Result<Hit> {
        let opened = self.opened(placed.address, reader.is_some())?;
        let lacking = job.lacking(self.snapshot(), placed.address);
        let mut hit = Hit {
            release: Arc::clone(&opened.whole.release),
            rank: 0,
            score: placed.score,
            lacks: lacking.map(|clause| plan.clauses[clause].text.clone()).collect(),
            title_marks: Vec::new(),
            snippet: None,
            explanation: None,
        };
        if let Some(reader) = reader {
            hit.snippet = Some(reader.body(&opened, at));
            hit.title_marks = reader.title(&opened, at);
        }
        Ok(hit)
    }

    /// The id of a release.
    fn id(&self, address: Address) -> String {
        match self.inner.read.get(&key(address)) {
            Some(opened) => opened.whole.release.id.clone(),
            None => self.snapshot().segment(address.segment).id(address.doc),
        }
    }

    /// A release with all that is stored of it; as an earlier search has read it where that is still known.
    fn opened(&self, address: Address, shown: bool) -> Result<Arc<Opened>> {
        let (key, read) = (key(address), &self.inner.read);
        if let Some(opened) = read.get(&key) {
            let more = if shown { opened.meet_again() } else { 0 };
            if more > 0 {
                read.grow(more);
            }
            return Ok(opened);
        }
        let opened = Arc::new(Opened::new(self.snapshot().whole(address)?));
        read.put(&key, Arc::clone(&opened));
        Ok(opened)
    }

    fn snapshot(&self) -> &Snapshot {
        &self.inner.snapshot
    }

    fn weights(&self) -> &Weights {
        &self.inner.weights
    }

    fn known(&self) -> &Known<Part> {
        &self.inner.known
    }

    fn damaged(&self, error: &dyn std::fmt::Display) -> Error {
        self.snapshot().index.damaged(error)
    }

    /// What mentions are worth in the releases of a segment.
    fn saturation(&self, segment: &Segment) -> Arc<Saturation> {
        let Inner { snapshot, weights, saturation, .. } = &*self.inner;
        let made = || Arc::new(Saturation::new(snapshot, segment, weights));
        Arc::clone(saturation[segment.ordinal as usize].get_or_init(made))
    }

    /// No mentions are worth more than this.
    fn most(&self) -> f32 {
        self.weights().k1 + 1.0
    }
}
