//! The searcher: runs a query against one snapshot of an index.
//!
//! The only module of `search` that uses all stages: plan, binding and ranking, highlighting.

use std::sync::Arc;

use super::{
    Hit, Options, Results,
    context::Context,
    highlight::HitHighlighter,
    hit::StoredRelease,
    plan::{Node, Plan},
    score::explain,
    topk::{BoundQuery, rank},
    weights::Weights,
};
use crate::{
    error::{Error, Result},
    index::{Address, Index, Snapshot},
    query::Query,
    release::Release,
};

/// Searches one snapshot of an index. Cheap to clone, usable from many threads. No results are cached.
#[derive(Clone)]
pub struct Searcher {
    pub(super) context: Arc<Context>,
}

impl Index {
    /// A searcher over the last commit.
    ///
    /// # Errors
    /// `IndexDamaged` if a file cannot be read.
    pub fn searcher(&self) -> Result<Searcher> {
        Searcher::with_weights(self, Weights::default())
    }
}

impl Searcher {
    /// A searcher over the last commit, with ranking parameters.
    ///
    /// # Errors
    /// `IndexDamaged` if a file cannot be read.
    pub fn with_weights(index: &Index, weights: Weights) -> Result<Self> {
        Ok(Self { context: Arc::new(Context { snapshot: Snapshot::open(index)?, weights }) })
    }

    /// Whether this is the newest commit. Reads two small files.
    ///
    /// # Errors
    /// `IndexDamaged` if they cannot be read.
    pub fn is_current(&self) -> Result<bool> {
        self.snapshot().is_current()
    }

    /// A searcher over the newest commit with the same parameters; this one if it is current.
    ///
    /// # Errors
    /// As [`Index::open`]. This searcher stays usable.
    pub fn reload(&self) -> Result<Self> {
        if self.is_current()? {
            return Ok(self.clone());
        }
        Self::with_weights(&self.snapshot().index.reload()?, self.context.weights)
    }

    /// The number of releases.
    pub fn releases(&self) -> u64 {
        self.snapshot().releases
    }

    /// The release with an id.
    ///
    /// # Errors
    /// `UnknownRelease` if there is none.
    pub fn release(&self, id: &str) -> Result<Release> {
        let address = self.snapshot().find(id)?.ok_or_else(|| Error::UnknownRelease(id.into()))?;
        self.snapshot().release(address)
    }

    /// The ids of all releases, in no particular order. Takes about as much memory as the ids themselves.
    ///
    /// # Errors
    /// `IndexDamaged` if the index cannot be read.
    pub fn ids(&self) -> Result<Vec<String>> {
        let snapshot = self.snapshot();
        let mut ids = Vec::with_capacity(usize::try_from(snapshot.releases).unwrap_or_default());
        for segment in &snapshot.segments {
            let alive = segment.alive_ids().map_err(|error| snapshot.index.read_failed(error))?;
            ids.extend(alive.map(|(_, id)| id));
        }
        Ok(ids)
    }

    /// The best releases for a query. An empty query has none. A query without words, such as `дата:2024`, returns
    /// the latest releases first.
    ///
    /// # Errors
    /// `IndexDamaged` if the index cannot be read, `Dictionary` if the dictionary cannot be loaded.
    pub fn search(&self, query: &Query, options: &Options) -> Result<Results> {
        let (context, snapshot) = (&self.context, self.snapshot());
        let mut forms = snapshot.term_cache();
        let mut plan = Plan::new(query, &mut forms);
        forms.check(|error| snapshot.index.read_failed(error))?;
        plan.filters.extend(options.dates.iter().copied().map(Node::Dated));
        let ignored_words = plan.ignored_words;
        if plan == (Plan { ignored_words, ..Plan::default() }) {
            return Ok(Results { ignored_words, ..Results::default() });
        }
        let failed = |error| snapshot.index.read_failed(error);
        let bound = BoundQuery::new(context, &plan, options).map_err(failed)?;
        let ranking = rank(context, &bound, options).map_err(failed)?;
        let addresses: Vec<Address> = ranking.docs.iter().map(|ranked| ranked.doc.address).collect();
        let highlighter = options.snippets.as_ref().map(|snippets| {
            let buffers = (&mut forms, snippets);
            HitHighlighter::new(context, &bound.clauses, &addresses, buffers).map_err(failed)
        });
        let mut highlighter = highlighter.transpose()?;
        let mut hits = Vec::with_capacity(addresses.len());
        for (at, ranked) in ranking.docs.iter().enumerate() {
            let (doc, address) = (&ranked.doc, ranked.doc.address);
            let segment = snapshot.segment(address.segment);
            let read = |highlighter: &mut HitHighlighter| {
                snapshot.read(address, |view| Ok((view.release()?.into(), highlighter.hit(view, at))))
            };
            let (release, highlighted) = highlighter.as_mut().map(read).transpose()?.unzip();
            let (snippet, title_highlights) = highlighted.unzip();
            let explain = || explain(context, (segment, address.doc, doc.score), &bound.clauses);
            let release = release.unwrap_or_default();
            hits.push(Hit {
                release: StoredRelease { context: context.clone(), address, release },
                rank: options.offset + at + 1,
                score: doc.score,
                missing: ranked.missing().map(|clause| bound.clauses[clause].text.clone()).collect(),
                title_highlights: title_highlights.unwrap_or_default(),
                snippet,
                explanation: options.explain.then(explain).transpose().map_err(failed)?,
            });
        }
        forms.check(|error| snapshot.index.read_failed(error))?;
        Ok(Results { hits, total: ranking.total, ignored_words, timed_out: ranking.timed_out })
    }

    fn snapshot(&self) -> &Snapshot {
        &self.context.snapshot
    }
}
