//! Explanations: how each clause contributes to the score of a hit.

use std::io;

use serde::Serialize;
use tantivy::DocId;

use super::{bm25f::Bm25f, node::BoundNode, phrase_scorer::count_by_field, scorer::Scorer};
use crate::{
    index::Segment,
    search::{
        context::Context,
        plan::{Clause, Node},
        positions::PhraseMatcher,
        postings::{BoundWord, Frequency, TermCursor, Terms},
    },
};

/// How the score of a hit came about. The parts add up to the score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The contribution of each clause, in the order of the query.
    pub clauses: Vec<ClauseScore>,
    /// What proximity, words at the beginning and recency added.
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

/// Explains the score of a document.
pub(crate) fn explain(
    context: &Context,
    (segment, doc, score): (&Segment, DocId, f32),
    clauses: &[Clause<BoundWord>],
) -> io::Result<Explanation> {
    let (bm25f, mut explained) = (Bm25f::new(context, segment), Vec::new());
    for Clause { text, node, .. } in clauses {
        let mut terms = Vec::new();
        let score = explain_node((&bm25f, doc), node, &mut terms)?;
        let idf = if score > 0.0 { node.idf() } else { 0.0 };
        explained.push(ClauseScore { text: text.to_string(), score, idf, terms });
    }
    let sum: f32 = explained.iter().map(|clause| clause.score).sum();
    Ok(Explanation { clauses: explained, bonus: score - sum })
}

/// The score of a node in a document. Appends the terms that the document has.
fn explain_node(at: (&Bm25f, DocId), node: &BoundNode, terms: &mut Vec<TermFrequency>) -> io::Result<f32> {
    let (Bm25f { segment, .. }, doc) = at;
    let score = Scorer::open(at.0, node, Terms::Any)?.scores(&[doc])[0];
    if score == 0.0 {
        return Ok(score);
    }
    let mut phrases = Vec::new();
    match node {
        Node::Word(word) => {
            for (term, list) in word.lists(segment, Terms::Any) {
                let Some(mut cursor) = TermCursor::open(segment, (term, list), word.scope)? else { continue };
                let (channel, text) = term.key.split_at(1);
                cursor.find_frequencies(&[doc], |_, Frequency { title, body }| {
                    terms.push(TermFrequency { term: format!("{channel}:{text}"), title, body });
                });
            }
        }
        Node::Phrase(phrase) => phrases.push(phrase),
        Node::Near { phrases: both, .. } => phrases.extend(both),
        Node::All(parts) | Node::Any(parts) => {
            for part in parts {
                explain_node(at, part, terms)?;
            }
        }
        Node::Except(part, _) => _ = explain_node(at, part, terms)?,
        Node::Dated(_) => {}
    }
    for phrase in phrases {
        let (mut matcher, _) = PhraseMatcher::open(segment, phrase)?;
        let (title, body) = count_by_field(matcher.starts(&[doc]), segment.title_words(doc));
        // The first term of each word.
        let words = phrase.words().filter_map(|word| word.terms.first()?.term.key.get(1..));
        terms.push(TermFrequency { term: words.collect::<Vec<_>>().join(" "), title, body });
    }
    Ok(score)
}
