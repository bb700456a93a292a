//! The searcher: runs a query against one snapshot of an index.
//!
//! The only module of `search` that uses all stages: plan, binding and ranking, highlighting.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    Hit, Options, Relation, Results,
    context::Context,
    highlight::HitHighlighter,
    plan::Plan,
    score::explain,
    topk::{BoundQuery, RankedDoc, rank},
    weights::Weights,
};
use crate::{
    analysis::TermCache,
    error::{Error, Result},
    index::{Address, Index, Snapshot},
    query::Query,
    release::Release,
};

/// Searches one snapshot of an index. Cheap to clone, usable from many threads.
///
/// Clones, and searchers reloaded from them, share up to eight caches of analysed forms, each of up to ten megabytes.
/// No results are cached.
#[derive(Clone)]
pub struct Searcher {
    inner: Arc<Inner>,
}

struct Inner {
    context: Context,
    /// The caches of earlier searches, one for each thread.
    caches: Arc<Mutex<Vec<TermCache>>>,
}

/// The number of caches of analysed forms that are kept.
const MAX_IDLE_CACHES: usize = 8;

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
        Self::open(index, weights, Arc::default())
    }

    fn open(index: &Index, weights: Weights, caches: Arc<Mutex<Vec<TermCache>>>) -> Result<Self> {
        let context = Context::new(Snapshot::open(index)?, weights);
        Ok(Self { inner: Arc::new(Inner { context, caches }) })
    }

    /// The same searcher with another number of rescored documents, for tests on small indexes.
    #[cfg(test)]
    pub(super) fn rescoring(self, docs: usize) -> Self {
        let Inner { context, caches } = Arc::into_inner(self.inner).unwrap();
        let context = Context { rescored_docs: docs, ..context };
        Self { inner: Arc::new(Inner { context, caches }) }
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
        let caches = Arc::clone(&self.inner.caches);
        Self::open(&self.snapshot().index.reload()?, self.context().weights, caches)
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
        let idle = || self.inner.caches.lock().unwrap_or_else(PoisonError::into_inner);
        let reused = idle().pop();
        let mut forms = match reused {
            Some(forms) => forms,
            None => self.snapshot().index.analyzer()?.term_cache(),
        };
        let results = self.search_with(query, options, &mut forms);
        let mut idle = idle();
        if idle.len() < MAX_IDLE_CACHES {
            idle.push(forms);
        }
        results
    }

    fn search_with(&self, query: &Query, options: &Options, forms: &mut TermCache) -> Result<Results> {
        let plan = Plan::new(query, forms);
        if plan.is_empty() && options.dates.is_empty() {
            return Ok(Results { ignored_words: plan.ignored_words, ..Results::default() });
        }
        let failed = |error| self.context().read_failed(error);
        let bound = BoundQuery::new(self.context(), &plan, options).map_err(failed)?;
        let ranking = rank(self.context(), &bound, options).map_err(failed)?;
        let addresses: Vec<Address> = ranking.docs.iter().map(|ranked| ranked.doc.address).collect();
        let highlighter = options.snippets.as_ref().map(|snippets| {
            HitHighlighter::new(self.context(), &bound.clauses, &addresses, (forms, snippets))
        });
        let mut highlighter = highlighter.transpose().map_err(failed)?;
        let mut hits = Vec::with_capacity(addresses.len());
        for (at, RankedDoc { doc, missing, .. }) in ranking.docs.iter().enumerate() {
            let (release, (snippet, title_highlights)) = self.snapshot().read(doc.address, |view| {
                let highlighted = highlighter.as_mut().map(|highlighter| highlighter.hit(view, at));
                Ok((view.release()?, highlighted.unzip()))
            })?;
            let explain = || {
                let segment = self.snapshot().segment(doc.address.segment);
                let clauses = plan.clauses.iter().zip(bound.clauses.iter().map(|clause| &clause.node));
                explain(self.context(), (segment, doc.address.doc, doc.score), clauses)
            };
            hits.push(Hit {
                release,
                rank: options.offset + at + 1,
                score: doc.score,
                missing: missing.iter().map(|&clause| plan.clauses[clause].text.clone()).collect(),
                title_highlights: title_highlights.unwrap_or_default(),
                snippet,
                explanation: options.explain.then(explain).transpose().map_err(failed)?,
            });
        }
        let mut total = ranking.total;
        if ranking.timed_out {
            total.relation = Relation::AtLeast;
        }
        Ok(Results { hits, total, ignored_words: plan.ignored_words, timed_out: ranking.timed_out })
    }

    fn context(&self) -> &Context {
        &self.inner.context
    }

    fn snapshot(&self) -> &Snapshot {
        &self.context().snapshot
    }
}
