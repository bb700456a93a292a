//! Explanations: how each clause contributes to the score of a hit.

use serde::Serialize;
use tantivy::DocId;

use super::node::{EvaluatedNode, NodeKind, PhraseNode};
use crate::{
    error::Result,
    index::{Segment, Zone},
    search::{
        context::Context,
        plan::{Clause, Scope},
        positions::PhraseMatcher,
        postings::{BoundWord, field_of},
    },
};

/// How the score of a hit came about. The parts add up to the score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The contribution of each clause, in the order of the query.
    pub clauses: Vec<ClauseScore>,
    /// What proximity and recency added.
    pub bonus: f32,
}

/// The contribution of one clause to a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClauseScore {
    /// The clause as typed.
    pub text: String,
    /// What it added.
    pub score: f32,
    /// Its inverse document frequency: ln(1 + (N − n + ½) / (n + ½)).
    pub idf: f32,
    /// The terms that matched, with their frequencies.
    pub terms: Vec<TermFrequency>,
}

/// How often a term occurs in a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TermFrequency {
    /// The term: the letter of its channel, a colon and its text; or the words of a phrase.
    pub term: String,
    /// Occurrences in the title.
    pub title: u32,
    /// Occurrences in the body.
    pub body: u32,
}

/// Explains the score of a document, given its clauses and their evaluated nodes.
pub(crate) fn explain<'n>(
    context: &Context,
    (segment, doc, score): (&Segment, DocId, f32),
    clauses: impl Iterator<Item = (&'n Clause, &'n EvaluatedNode)>,
) -> Result<Explanation> {
    let mut scores = Vec::new();
    for (clause, node) in clauses {
        let mut added = ClauseScore { text: clause.text.clone(), score: 0.0, idf: 0.0, terms: Vec::new() };
        if let Some((score, _)) = node.get(segment, doc) {
            added.score = score;
            added.idf = node.idf();
            add_node(context, (segment, doc), node, &mut added.terms)?;
        }
        scores.push(added);
    }
    let sum: f32 = scores.iter().map(|clause| clause.score).sum();
    Ok(Explanation { clauses: scores, bonus: score - sum })
}

/// Adds the terms of a node that a document has.
fn add_node(
    context: &Context,
    at: (&Segment, DocId),
    node: &EvaluatedNode,
    out: &mut Vec<TermFrequency>,
) -> Result<()> {
    let (segment, doc) = at;
    if node.get(segment, doc).is_none() {
        return Ok(());
    }
    match &node.kind {
        NodeKind::Word(word, _) => add_terms(context, at, word, out)?,
        NodeKind::Phrase(phrase) => {
            let mut matcher = PhraseMatcher::open(context, segment, &phrase.slots(), 1)?;
            let (title, body) = phrase.count_by_field(matcher.starts(doc), segment.title_words(doc));
            out.push(TermFrequency { term: words_of(phrase), title, body });
        }
        NodeKind::Near { left, right, .. } => {
            add_node(context, at, left, out)?;
            add_node(context, at, right, out)?;
        }
        NodeKind::All(parts) | NodeKind::Any(parts) => {
            parts.iter().try_for_each(|part| add_node(context, at, part, out))?;
        }
        NodeKind::Except(part, _) => add_node(context, at, part, out)?,
        NodeKind::Dated(..) => {}
    }
    Ok(())
}

fn add_terms(
    context: &Context,
    (segment, doc): (&Segment, DocId),
    word: &BoundWord,
    out: &mut Vec<TermFrequency>,
) -> Result<()> {
    let (full, hints): (Vec<_>, Vec<_>) = word.terms.iter().partition(|bound| bound.term.full);
    for bound in full.into_iter().chain(hints) {
        let count = |field| match bound.postings(segment, field) {
            Some(list) => segment.term_freq(field, list, doc).map_err(|error| context.damaged(&error)),
            None => Ok(0),
        };
        let all = count(field_of(word.scope))?;
        let title = match word.scope {
            Scope::Title => all,
            Scope::Source => 0,
            Scope::Anywhere | Scope::Body => count(Zone::Title)?,
        };
        if all > 0 {
            out.push(TermFrequency { term: readable(&bound.term.key), title, body: all - title.min(all) });
        }
    }
    Ok(())
}

/// A term as `vestnik analyze` prints it: the channel's letter, a colon, the text.
fn readable(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map_or_else(String::new, |channel| format!("{channel}:{}", letters.as_str()))
}

/// The first term of each word of a phrase.
fn words_of(phrase: &PhraseNode) -> String {
    let words = phrase.slots.iter().filter_map(|(_, slot)| match &slot.kind {
        NodeKind::Word(word, _) => word.terms.first().and_then(|bound| bound.term.key.get(1..)),
        _ => None,
    });
    words.collect::<Vec<_>>().join(" ")
}
