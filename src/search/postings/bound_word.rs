//! Binding the words of the plan to a snapshot: which of their terms the index has, and where each segment keeps
//! their posting lists.

use std::{borrow::Cow, collections::HashMap, io, mem, sync::Arc};

use smallvec::SmallVec;
use tantivy::postings::TermInfo;

use super::doc_freq::doc_freq;
use crate::{
    analysis::{Channel, is_pair},
    index::{PostingList, SOURCE_PREFIX, Segment},
    query::Field,
    search::{
        context::Context,
        plan::{WeightedTerm, Word},
        weights::{LEMMA, MAX_EXPANSIONS},
    },
};

/// Binds the words of one query. Equal words, such as those of a phrase and the clauses of its words, are looked up
/// once.
pub(crate) struct Binder<'p> {
    pub context: &'p Context,
    /// As [`Plan::truncated`](crate::search::plan::Plan::truncated).
    pub truncated: bool,
    pub known: Vec<(&'p Word, BoundWord)>,
}

/// A word of the plan with the terms that the index has of it.
#[derive(Clone, Debug)]
pub(crate) struct BoundWord {
    pub scope: Option<Field>,
    pub weight: f32,
    /// The inverse document frequency.
    pub idf: f32,
    /// Whether the terms are expansions of a prefix or pattern. Occurrences of different expansions are different
    /// occurrences of the word.
    pub is_pattern: bool,
    /// Those that are the word, then those that only hint at it.
    pub terms: Arc<[BoundTerm]>,
    /// Terms that are highlighted but not ranked, because the index has others of the word.
    pub unranked: Arc<[BoundTerm]>,
}

/// Which terms of a word are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Terms {
    /// Those that are the word.
    Full,
    /// Those that only hint at it.
    Hints,
    /// Those that are the word; in documents without them, those that hint at it.
    Any,
}

/// A term with its posting list in each segment that has it.
#[derive(Debug)]
pub(crate) struct BoundTerm {
    pub term: WeightedTerm,
    by_segment: SmallVec<[Option<PostingList>; 1]>,
}

impl BoundTerm {
    pub fn list(&self, segment: &Segment) -> Option<&PostingList> {
        self.by_segment[segment.ordinal as usize].as_ref()
    }
}

impl<'p> Binder<'p> {
    /// Looks up the terms of a word in all segments. The alternative terms are used only when the index has none of the
    /// others.
    pub fn bind(&mut self, word: &'p Word) -> io::Result<BoundWord> {
        let Word { ref terms, ref otherwise, ref pattern, scope, weight } = *word;
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == word) {
            return Ok(known.clone());
        }
        let mut terms = if let Some(pattern) = pattern {
            bind_pattern(self.context, pattern, scope)?
        } else {
            let terms = terms.iter().filter(|term| self.truncated || !term.is_truncated());
            bind_terms(self.context, terms, scope)?
        };
        let mut unranked = bind_terms(self.context, otherwise, scope)?;
        if terms.is_empty() {
            mem::swap(&mut terms, &mut unranked);
        }
        let full = terms.partition_point(|bound| bound.term.full);
        let counted = if full > 0 { &terms[..full] } else { &terms };
        let lists = counted.iter().map(|bound| &bound.by_segment[..]);
        let bound = BoundWord {
            scope,
            weight,
            idf: match counted {
                // Nothing depends on the frequency of a pair.
                [bound, ..] if is_pair(bound.term.key.as_bytes()) => 0.0,
                _ => {
                    let lists = lists.collect::<SmallVec<[_; 4]>>();
                    idf(self.context, doc_freq(&self.context.snapshot, &lists)?)
                }
            },
            is_pattern: pattern.is_some(),
            terms: terms.into(),
            unranked: unranked.into(),
        };
        self.known.push((word, bound.clone()));
        Ok(bound)
    }
}

impl BoundWord {
    /// Whether the index has full terms.
    pub fn has_full(&self) -> bool {
        self.terms.first().is_some_and(|bound| bound.term.full)
    }

    /// Whether the index has hints.
    pub fn has_hints(&self) -> bool {
        self.terms.last().is_some_and(|bound| !bound.term.full)
    }

    /// Whether another word has the same full terms.
    pub fn has_terms_of(&self, other: &Self) -> bool {
        let [keys, others] = [self, other].map(|word| {
            let full = word.terms.iter().take_while(|bound| bound.term.full);
            full.map(|bound| &bound.term.key)
        });
        self.scope == other.scope && keys.eq(others)
    }

    /// The terms that a segment has with their posting lists, full terms first.
    pub fn lists<'w>(
        &'w self,
        segment: &'w Segment,
        terms: Terms,
    ) -> impl Iterator<Item = (&'w WeightedTerm, &'w PostingList)> {
        let is_read = move |full: bool| terms == Terms::Any || full == (terms == Terms::Full);
        let read = self.terms.iter().filter(move |bound| is_read(bound.term.full));
        read.filter_map(move |bound| Some((&bound.term, bound.list(segment)?)))
    }
}

/// The inverse document frequency: ln(1 + (N − n + ½) / (n + ½)), above 0 (Robertson & Zaragoza 2009, § 3.1, with 1
/// added so that common words never lower a score).
#[expect(clippy::cast_possible_truncation, reason = "a logarithm of counts")]
fn idf(context: &Context, doc_count: usize) -> f32 {
    let (all, with) = (context.snapshot.releases as f64, doc_count as f64);
    (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln() as f32
}

/// A term's key as the index holds it for a scope.
fn key_in(scope: Option<Field>, key: &str) -> Cow<'_, str> {
    if scope == Some(Field::Source) { format!("{SOURCE_PREFIX}{key}").into() } else { key.into() }
}

/// The terms that at least one segment has, full terms first.
fn bind_terms<'t>(
    context: &Context,
    terms: impl IntoIterator<Item = &'t WeightedTerm>,
    scope: Option<Field>,
) -> io::Result<Vec<BoundTerm>> {
    let segments = &context.snapshot.segments;
    let mut bound = Vec::new();
    for term in terms {
        let key = key_in(scope, &term.key);
        let mut by_segment = SmallVec::new();
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
    bound.sort_by_key(|bound| !bound.term.full);
    Ok(bound)
}

/// The most frequent surface forms in the index that match a pattern.
fn bind_pattern(context: &Context, pattern: &str, scope: Option<Field>) -> io::Result<Vec<BoundTerm>> {
    let segments = &context.snapshot.segments;
    let channel = Channel::Exact.letter().to_string();
    let prefix = key_in(scope, &channel);
    let mut forms: HashMap<String, (u64, Vec<Option<TermInfo>>)> = HashMap::new();
    for (at, segment) in segments.iter().enumerate() {
        let mut visit = |form: &str, info: &TermInfo| {
            let form = forms.entry(format!("{channel}{form}"));
            let (doc_freq, by_segment) = form.or_insert_with(|| (0, vec![None; segments.len()]));
            *doc_freq += u64::from(info.doc_freq);
            by_segment[at] = Some(info.clone());
        };
        segment.for_each_term_like(&prefix, pattern, &mut visit)?;
    }
    let mut forms: Vec<_> = forms.into_iter().collect();
    forms.sort_unstable_by(|(a, (m, _)), (b, (n, _))| n.cmp(m).then_with(|| a.cmp(b)));
    forms.truncate(MAX_EXPANSIONS);
    let bind = |(key, (_, by_segment)): (String, (_, Vec<Option<TermInfo>>))| {
        let lists = segments.iter().zip(by_segment);
        let lists = lists.map(|(segment, info)| info.map(|info| segment.list(info)).transpose());
        let term = WeightedTerm { key: key.into(), weight: LEMMA, full: true };
        Ok(BoundTerm { term, by_segment: lists.collect::<io::Result<_>>()? })
    };
    forms.into_iter().map(bind).collect()
}
