//! Binding a word of the plan to a snapshot: which of its terms the index has, and where each segment keeps
//! their posting lists.

use std::{collections::HashMap, io};

use super::doc_freq::doc_freq;
use crate::{
    analysis::Channel,
    index::{PostingList, Segment, TermEntry, Zone},
    search::{
        context::Context,
        plan::{Scope, WeightedTerm, Word},
        weights::{LEMMA, MAX_EXPANSIONS},
    },
};

/// A word of the plan with the terms that the index has of it.
#[derive(Debug)]
pub(crate) struct BoundWord {
    pub terms: Vec<BoundTerm>,
    /// Terms that are highlighted but not ranked, because the index has others of the word.
    pub unranked: Vec<BoundTerm>,
    pub scope: Scope,
    pub weight: f32,
    /// The inverse document frequency.
    pub idf: f32,
    /// How many documents of each segment that frequency counts.
    doc_counts: Vec<usize>,
    /// The prefix or pattern that the terms are expansions of. Occurrences of different expansions are different
    /// occurrences of the word.
    pub pattern: Option<String>,
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
    by_segment: Vec<Option<PostingList>>,
}

impl BoundTerm {
    pub fn list(&self, segment: &Segment) -> Option<&PostingList> {
        self.by_segment[segment.ordinal as usize].as_ref()
    }
}

/// Looks up the terms of a word in all segments. The alternative terms are used only when the index has none of
/// the others.
pub(crate) fn bind(context: &Context, word: &Word) -> io::Result<BoundWord> {
    let mut terms = match &word.pattern {
        Some(pattern) => bind_pattern(context, pattern, word.scope)?,
        None => bind_terms(context, &word.terms, word.scope)?,
    };
    let mut unranked = bind_terms(context, &word.otherwise, word.scope)?;
    if terms.is_empty() {
        terms = std::mem::take(&mut unranked);
    }
    let doc_counts = doc_counts(context, &terms)?;
    let idf = idf(context, doc_counts.iter().sum());
    Ok(BoundWord {
        terms,
        unranked,
        scope: word.scope,
        weight: word.weight,
        idf,
        doc_counts,
        pattern: word.pattern.clone(),
    })
}

impl BoundWord {
    /// Whether another word has the same terms.
    pub fn has_terms_of(&self, other: &Self) -> bool {
        let keys = self.terms.iter().map(|bound| &bound.term.key);
        self.scope == other.scope && keys.eq(other.terms.iter().map(|bound| &bound.term.key))
    }

    /// The terms that a segment has with their posting lists, full terms first.
    pub fn lists<'w>(
        &'w self,
        segment: &'w Segment,
        terms: Terms,
    ) -> impl Iterator<Item = (&'w WeightedTerm, &'w PostingList)> {
        let of = move |full: bool| self.terms.iter().filter(move |bound| bound.term.full == full);
        let full = of(true).filter(move |_| terms != Terms::Hints);
        let hints = of(false).filter(move |_| terms != Terms::Full);
        full.chain(hints).filter_map(move |bound| Some((&bound.term, bound.list(segment)?)))
    }

    /// How many documents of a segment match in full, if that is known.
    pub fn doc_count(&self, segment: &Segment) -> Option<u64> {
        let is_counted = self.scope == Scope::Anywhere && self.terms.iter().any(|bound| bound.term.full);
        is_counted.then(|| self.doc_counts[segment.ordinal as usize] as u64)
    }

    /// How many postings its full terms have, over all segments.
    pub fn cost(&self) -> usize {
        let full = self.terms.iter().filter(|bound| bound.term.full);
        full.flat_map(|bound| bound.by_segment.iter().flatten()).map(|list| list.doc_freq() as usize).sum()
    }
}

/// How many documents of each segment have a word: any of its full terms, or of its hints if it has no full terms.
fn doc_counts(context: &Context, terms: &[BoundTerm]) -> io::Result<Vec<usize>> {
    let any_full = terms.iter().any(|bound| bound.term.full);
    let counted: Vec<&BoundTerm> = terms.iter().filter(|bound| bound.term.full == any_full).collect();
    let lists = counted.iter().flat_map(|bound| bound.by_segment.iter().flatten());
    let cost = if counted.len() > 1 { lists.map(|list| list.doc_freq() as usize).sum() } else { 0 };
    context.each_segment(cost, |segment| {
        let lists: Vec<&PostingList> = counted.iter().filter_map(|bound| bound.list(segment)).collect();
        doc_freq(segment, &lists)
    })
}

/// The inverse document frequency: ln(1 + (N − n + ½) / (n + ½)), above 0 (Robertson & Zaragoza 2009, § 3.1, with 1
/// added so that common words never lower a score).
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a logarithm of counts")]
fn idf(context: &Context, doc_count: usize) -> f32 {
    let (all, with) = (context.snapshot.releases as f64, doc_count as f64);
    (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln() as f32
}

/// The field whose postings have the documents of a scope.
fn zone_of(scope: Scope) -> Zone {
    if scope == Scope::Source { Zone::Source } else { Zone::Text }
}

/// The terms that at least one segment has.
fn bind_terms(context: &Context, terms: &[WeightedTerm], scope: Scope) -> io::Result<Vec<BoundTerm>> {
    let mut bound = Vec::new();
    for term in terms {
        let lists = context.snapshot.segments.iter().map(|segment| segment.find(zone_of(scope), &term.key));
        let by_segment = lists.collect::<io::Result<Vec<_>>>()?;
        if by_segment.iter().any(Option::is_some) {
            bound.push(BoundTerm { term: term.clone(), by_segment });
        }
    }
    Ok(bound)
}

/// The most frequent surface forms in the index that match a pattern.
fn bind_pattern(context: &Context, pattern: &str, scope: Scope) -> io::Result<Vec<BoundTerm>> {
    let (segments, zone) = (&context.snapshot.segments, zone_of(scope));
    let mut forms: HashMap<String, (u64, Vec<Option<TermEntry>>)> = HashMap::new();
    for (at, segment) in segments.iter().enumerate() {
        let mut visit = |key: &str, term: TermEntry| {
            let form = forms.entry(key.to_owned());
            let (doc_freq, by_segment) = form.or_insert_with(|| (0, vec![None; segments.len()]));
            *doc_freq += u64::from(term.1.doc_freq);
            by_segment[at] = Some(term);
        };
        segment.for_each_term_like(zone, Channel::Exact.letter(), pattern, &mut visit)?;
    }
    let mut forms: Vec<_> = forms.into_iter().collect();
    forms.sort_unstable_by(|(a, (m, _)), (b, (n, _))| n.cmp(m).then_with(|| a.cmp(b)));
    forms.truncate(MAX_EXPANSIONS);
    let mut bound = Vec::with_capacity(forms.len());
    for (key, (_, by_segment)) in forms {
        let lists = segments.iter().zip(by_segment);
        let lists = lists.map(|(segment, term)| term.map(|term| segment.list(zone, term)).transpose());
        let by_segment = lists.collect::<io::Result<_>>()?;
        bound.push(BoundTerm { term: WeightedTerm { key, weight: LEMMA, full: true }, by_segment });
    }
    Ok(bound)
}
