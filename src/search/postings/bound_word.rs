//! Binding the words of the plan to a snapshot: which of their terms the index has, and where each segment keeps
//! their posting lists.
//!
//! Hints are looked up only on demand: a query that enough documents match in full needs none.

use std::{
    borrow::Cow,
    collections::HashMap,
    io,
    sync::{Arc, OnceLock},
};

use super::doc_freq::doc_freq;
use crate::{
    analysis::Channel,
    index::{PostingList, SOURCE_PREFIX, Segment, TermEntry},
    search::{
        context::Context,
        plan::{Scope, WeightedTerm, Word},
        weights::{LEMMA, MAX_EXPANSIONS},
    },
};

/// Binds the words of one query. Words with the same terms, such as those of a phrase and the clauses of its words,
/// are looked up once.
pub(crate) struct Binder<'p> {
    context: &'p Context,
    known: Vec<(&'p Word, Arc<BoundTerms>)>,
}

/// A word of the plan with the terms that the index has of it.
#[derive(Debug)]
pub(crate) struct BoundWord {
    pub scope: Scope,
    pub weight: f32,
    /// The inverse document frequency.
    pub idf: f32,
    /// Whether the terms are expansions of a prefix or pattern. Occurrences of different expansions are different
    /// occurrences of the word.
    pub is_pattern: bool,
    terms: Arc<BoundTerms>,
}

/// The terms of a word that the index has.
#[derive(Debug)]
struct BoundTerms {
    full: Vec<BoundTerm>,
    hints: OnceLock<Vec<BoundTerm>>,
    /// The hints of the plan, with their scope.
    unbound_hints: (Vec<WeightedTerm>, Scope),
    /// Terms that are highlighted but not ranked, because the index has others of the word.
    unranked: Vec<BoundTerm>,
    /// How many documents have any of the full terms, or any of the hints if there are no full terms.
    doc_freq: usize,
}

/// Which terms of a word are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Terms {
    /// Those that are the word.
    Full,
    /// Those that only hint at it. There are none before [`BoundWord::bind_hints`].
    Hints,
    /// Those that are the word; in documents without them, those that hint at it.
    Any,
}

/// A term with its posting list in each segment that has it.
#[derive(Debug)]
pub(crate) struct BoundTerm {
    pub term: WeightedTerm,
    by_segment: Vec<Option<PostingList>>,
}

impl BoundTerm {
    pub fn list(&self, segment: &Segment) -> Option<&PostingList> {
        self.by_segment[segment.ordinal as usize].as_ref()
    }
}

impl<'p> Binder<'p> {
    pub fn new(context: &'p Context) -> Self {
        Self { context, known: Vec::new() }
    }

    /// Looks up the full terms of a word in all segments; the hints too if there are no full terms.
    pub fn bind(&mut self, word: &'p Word) -> io::Result<BoundWord> {
        let is_same = |known: &Word| {
            (known.scope, &known.terms, &known.otherwise, &known.pattern)
                == (word.scope, &word.terms, &word.otherwise, &word.pattern)
        };
        let terms = match self.known.iter().find(|(known, _)| is_same(known)) {
            Some((_, terms)) => Arc::clone(terms),
            None => Arc::new(BoundTerms::bind(self.context, word)?),
        };
        self.known.push((word, Arc::clone(&terms)));
        Ok(BoundWord {
            scope: word.scope,
            weight: word.weight,
            idf: idf(self.context, terms.doc_freq),
            is_pattern: word.pattern.is_some(),
            terms,
        })
    }
}

impl BoundTerms {
    /// The alternative terms of the word are used only when the index has none of the others.
    fn bind(context: &Context, word: &Word) -> io::Result<Self> {
        let scope = word.scope;
        let of = |full: bool| word.terms.iter().filter(move |term| term.full == full);
        let mut terms = Self {
            full: match &word.pattern {
                Some(pattern) => bind_pattern(context, pattern, scope)?,
                None => bind_terms(context, of(true), scope)?,
            },
            hints: OnceLock::new(),
            unbound_hints: (of(false).cloned().collect(), scope),
            unranked: bind_terms(context, &word.otherwise, scope)?,
            doc_freq: 0,
        };
        if terms.full.is_empty() && terms.hints(context)?.is_empty() {
            let (full, hints) = terms.unranked.drain(..).partition(|bound| bound.term.full);
            (terms.full, terms.hints) = (full, OnceLock::from(hints));
        }
        let counted = if terms.full.is_empty() { terms.hints(context)? } else { &terms.full };
        let lists: Vec<_> = counted.iter().map(|bound| &bound.by_segment[..]).collect();
        terms.doc_freq = doc_freq(&context.snapshot, &lists)?;
        Ok(terms)
    }

    /// The hints, which are looked up if they are not yet.
    fn hints(&self, context: &Context) -> io::Result<&[BoundTerm]> {
        if let Some(hints) = self.hints.get() {
            return Ok(hints);
        }
        let (unbound, scope) = &self.unbound_hints;
        let hints = bind_terms(context, unbound, *scope)?;
        Ok(self.hints.get_or_init(|| hints))
    }
}

impl BoundWord {
    /// Looks up the hints, which count from then on.
    pub fn bind_hints(&self, context: &Context) -> io::Result<()> {
        self.terms.hints(context).map(|_| ())
    }

    /// Whether the index has full terms.
    pub fn has_full(&self) -> bool {
        !self.terms.full.is_empty()
    }

    /// Whether the index has hints, once they are looked up.
    pub fn has_hints(&self) -> bool {
        self.terms.hints.get().is_some_and(|hints| !hints.is_empty())
    }

    /// The terms that are bound, full terms first.
    pub fn terms(&self) -> impl Iterator<Item = &BoundTerm> + Clone {
        self.terms.full.iter().chain(self.terms.hints.get().into_iter().flatten())
    }

    /// Terms that are highlighted but not ranked.
    pub fn unranked(&self) -> &[BoundTerm] {
        &self.terms.unranked
    }

    /// Whether another word has the same full terms.
    pub fn has_terms_of(&self, other: &Self) -> bool {
        let keys = self.terms.full.iter().map(|bound| &bound.term.key);
        self.scope == other.scope && keys.eq(other.terms.full.iter().map(|bound| &bound.term.key))
    }

    /// The terms that a segment has with their posting lists, full terms first.
    pub fn lists<'w>(
        &'w self,
        segment: &'w Segment,
        terms: Terms,
    ) -> impl Iterator<Item = (&'w WeightedTerm, &'w PostingList)> {
        let is_read = move |full: bool| terms == Terms::Any || full == (terms == Terms::Full);
        let read = self.terms().filter(move |bound| is_read(bound.term.full));
        read.filter_map(move |bound| Some((&bound.term, bound.list(segment)?)))
    }

    /// How many postings its full terms have, over all segments.
    pub fn cost(&self) -> usize {
        let lists = self.terms.full.iter().flat_map(|bound| bound.by_segment.iter().flatten());
        lists.map(|list| list.doc_freq() as usize).sum()
    }
}

/// The inverse document frequency: ln(1 + (N − n + ½) / (n + ½)), above 0 (Robertson & Zaragoza 2009, § 3.1, with 1
/// added so that common words never lower a score).
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a logarithm of counts")]
fn idf(context: &Context, doc_count: usize) -> f32 {
    let (all, with) = (context.snapshot.releases as f64, doc_count as f64);
    (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln() as f32
}

/// A term's key as the index holds it for a scope.
fn key_in(scope: Scope, key: &str) -> Cow<'_, str> {
    if scope == Scope::Source { format!("{SOURCE_PREFIX}{key}").into() } else { key.into() }
}

/// The terms that at least one segment has.
fn bind_terms<'w>(
    context: &Context,
    terms: impl IntoIterator<Item = &'w WeightedTerm>,
    scope: Scope,
) -> io::Result<Vec<BoundTerm>> {
    let segments = &context.snapshot.segments;
    let mut bound = Vec::new();
    for term in terms {
        let key = key_in(scope, &term.key);
        let mut by_segment = Vec::new();
        for (at, segment) in segments.iter().enumerate() {
            if let Some(list) = segment.find(&key)? {
                by_segment.resize_with(segments.len(), || None);
                by_segment[at] = Some(list);
            }
        }
        if !by_segment.is_empty() {
            bound.push(BoundTerm { term: term.clone(), by_segment });
        }
    }
    Ok(bound)
}

/// The most frequent surface forms in the index that match a pattern.
fn bind_pattern(context: &Context, pattern: &str, scope: Scope) -> io::Result<Vec<BoundTerm>> {
    let segments = &context.snapshot.segments;
    let (channel, mut key) = (Channel::Exact.letter(), [0; 4]);
    let channel = &*channel.encode_utf8(&mut key);
    let prefix = key_in(scope, channel);
    let mut forms: HashMap<String, (u64, Vec<Option<TermEntry>>)> = HashMap::new();
    for (at, segment) in segments.iter().enumerate() {
        let mut visit = |form: &str, term: TermEntry| {
            let form = forms.entry(format!("{channel}{form}"));
            let (doc_freq, by_segment) = form.or_insert_with(|| (0, vec![None; segments.len()]));
            *doc_freq += u64::from(term.1.doc_freq);
            by_segment[at] = Some(term);
        };
        segment.for_each_term_like(&prefix, pattern, &mut visit)?;
    }
    let mut forms: Vec<_> = forms.into_iter().collect();
    forms.sort_unstable_by(|(a, (m, _)), (b, (n, _))| n.cmp(m).then_with(|| a.cmp(b)));
    forms.truncate(MAX_EXPANSIONS);
    let mut bound = Vec::with_capacity(forms.len());
    for (key, (_, by_segment)) in forms {
        let lists = segments.iter().zip(by_segment);
        let lists = lists.map(|(segment, term)| term.map(|term| segment.list(term)).transpose());
        let by_segment = lists.collect::<io::Result<_>>()?;
        bound.push(BoundTerm {
            term: WeightedTerm { key: key.into(), weight: LEMMA, full: true },
            by_segment,
        });
    }
    Ok(bound)
}
