//! Explanations: how each clause contributes to the score of a hit.

use std::io;

use serde::Serialize;
use tantivy::DocId;

use super::{bm25f::Bm25f, node::BoundNode, phrase_scorer::count_by_field, scorer::Scorer};
use crate::{
    index::Segment,
    search::{
        context::Context,
        plan::{Clause, Node, Phrase},
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

/// Explains the score of a document, given its clauses and their bound nodes.
pub(crate) fn explain<'n>(
    context: &Context,
    (segment, doc, score): (&Segment, DocId, f32),
    clauses: impl Iterator<Item = (&'n Clause, &'n BoundNode)>,
) -> io::Result<Explanation> {
    let explainer = Explainer { bm25f: &Bm25f::new(context, segment), doc };
    let mut scores = Vec::new();
    for (clause, node) in clauses {
        let mut added = ClauseScore { text: clause.text.clone(), score: 0.0, idf: 0.0, terms: Vec::new() };
        if let Some(score) = explainer.score(node)? {
            (added.score, added.idf) = (score, node.idf());
            explainer.add_node(node, &mut added.terms)?;
        }
        scores.push(added);
    }
    let sum: f32 = scores.iter().map(|clause| clause.score).sum();
    Ok(Explanation { clauses: scores, bonus: score - sum })
}

/// Explains the scores of one document.
struct Explainer<'n> {
    bm25f: &'n Bm25f<'n>,
    doc: DocId,
}

impl Explainer<'_> {
    /// The score of a node; none if the document does not match.
    fn score(&self, node: &BoundNode) -> io::Result<Option<f32>> {
        let scores = Scorer::open(self.bm25f, node, Terms::Any)?.scores(&[self.doc]);
        Ok(scores.first().copied().filter(|&score| score > 0.0))
    }

    /// Adds the terms of a node that the document has.
    fn add_node(&self, node: &BoundNode, out: &mut Vec<TermFrequency>) -> io::Result<()> {
        if self.score(node)?.is_none() {
            return Ok(());
        }
        match node {
            Node::Word(word) => self.add_terms(word, out),
            Node::Phrase(phrase) => self.add_phrase(phrase, out),
            Node::Near { left, right, .. } => {
                [left, right].into_iter().try_for_each(|phrase| self.add_phrase(phrase, out))
            }
            Node::All(parts) | Node::Any(parts) => parts.iter().try_for_each(|part| self.add_node(part, out)),
            Node::Except(part, _) => self.add_node(part, out),
            Node::Dated(_) => Ok(()),
        }
    }

    fn add_phrase(&self, phrase: &Phrase<BoundWord>, out: &mut Vec<TermFrequency>) -> io::Result<()> {
        let segment = self.bm25f.segment;
        let mut matcher = PhraseMatcher::open(segment, phrase)?;
        let (title, body) = count_by_field(matcher.starts(self.doc), segment.title_words(self.doc));
        // The first term of each word.
        let words = phrase.words().filter_map(|word| word.terms().first()?.term.key.get(1..));
        out.push(TermFrequency { term: words.collect::<Vec<_>>().join(" "), title, body });
        Ok(())
    }

    fn add_terms(&self, word: &BoundWord, out: &mut Vec<TermFrequency>) -> io::Result<()> {
        for (term, list) in word.lists(self.bm25f.segment, Terms::Any) {
            let cursor = TermCursor::open(self.bm25f.segment, (term, list), word.scope)?;
            if let Some(Frequency { title, body, .. }) = cursor.and_then(|mut term| term.frequency(self.doc))
            {
                out.push(TermFrequency { term: readable(&term.key), title, body });
            }
        }
        Ok(())
    }
}

/// A term as `vestnik analyze` prints it: the channel's letter, a colon, the text.
fn readable(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map_or_else(String::new, |channel| format!("{channel}:{}", letters.as_str()))
}
