//! Explaining a hit: where its score came from, as plain data.
//!
//! Looks at one release again, clause by clause, in the very lists that ranked it.

use serde::Serialize;
use tantivy::DocId;

use super::{
    Searcher,
    compile::{Kind, PhrasePart, WordPart},
    evaluate::Part,
    phrase::Starts,
    placed::Placed,
    plan::{Plan, Scope},
    rank::{Job, JobClause},
    word::zone,
};
use crate::{
    error::Result,
    index::{Segment, Zone},
};

/// Where a hit's score came from. The parts add up to the score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// What each part of the query added, in the order it was typed.
    pub clauses: Vec<ClauseScore>,
    /// What words standing near each other, and being new, added.
    pub bonus: f32,
}

/// What one part of a query added to a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClauseScore {
    /// The part as typed.
    pub text: String,
    /// What it added.
    pub score: f32,
    /// How rare it is in the index: ln(1 + (N − n + ½) / (n + ½)).
    pub rarity: f32,
    /// How much of it was there, and by which terms.
    pub mentions: Vec<Mention>,
}

/// How often a term stands in a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mention {
    /// The term: the channel's letter, a colon and the text; or the words of a phrase.
    pub term: String,
    /// How often in the title.
    pub title: u32,
    /// How often in the body.
    pub body: u32,
}

impl Searcher {
    pub(super) fn explanation(&self, plan: &Plan, job: &Job, placed: &Placed) -> Result<Explanation> {
        let segment = self.snapshot().segment(placed.address.segment);
        let doc = placed.address.doc;
        let mut clauses = Vec::new();
        for (clause, JobClause { part, .. }) in plan.clauses.iter().zip(&job.clauses) {
            let mut added =
                ClauseScore { text: clause.text.clone(), score: 0.0, rarity: 0.0, mentions: Vec::new() };
            if let Some((score, _)) = part.get(segment, doc) {
                added.score = score;
                added.rarity = part.rarity();
                self.add_mentions(segment, doc, part, &mut added.mentions)?;
            }
            clauses.push(added);
        }
        let sum: f32 = clauses.iter().map(|clause| clause.score).sum();
        Ok(Explanation { clauses, bonus: placed.score - sum })
    }

    /// Adds what each term contributes in a release.
    fn add_mentions(&self, segment: &Segment, doc: DocId, part: &Part, out: &mut Vec<Mention>) -> Result<()> {
        if part.get(segment, doc).is_none() {
            return Ok(());
        }
        match &part.kind {
            Kind::Word(word) => self.add_terms(segment, doc, word, out)?,
            Kind::Phrase(phrase) => {
                let mut starts = Starts::open(self, segment, phrase, 1)?;
                starts.at(doc);
                let (title, body) = starts.counts();
                out.push(Mention { term: words_of(phrase), title, body });
            }
            Kind::Near { left, right, .. } => {
                self.add_mentions(segment, doc, left, out)?;
                self.add_mentions(segment, doc, right, out)?;
            }
            Kind::All(parts) | Kind::Any(parts) => {
                parts.iter().try_for_each(|part| self.add_mentions(segment, doc, part, out))?;
            }
            Kind::Except(part, _) => self.add_mentions(segment, doc, part, out)?,
            Kind::Dated(..) => {}
        }
        Ok(())
    }

    fn add_terms(
        &self,
        segment: &Segment,
        doc: DocId,
        word: &WordPart,
        out: &mut Vec<Mention>,
    ) -> Result<()> {
        let (full, hints): (Vec<_>, Vec<_>) = word.terms.iter().partition(|located| located.term.full);
        for located in full.into_iter().chain(hints) {
            let count = |zone| match located.list(segment, zone) {
                Some(list) => segment.term_freq(zone, list, doc).map_err(|error| self.damaged(&error)),
                None => Ok(0),
            };
            let all = count(zone(word.scope))?;
            let title = match word.scope {
                Scope::Title => all,
                Scope::Source => 0,
                Scope::Anywhere | Scope::Body => count(Zone::Title)?,
            };
            if all > 0 {
                let term = readable(&located.term.key);
                out.push(Mention { term, title, body: all - title.min(all) });
            }
        }
        Ok(())
    }
}

/// A term as `vestnik analyze` writes it: the channel's letter, a colon, the text.
fn readable(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map_or_else(String::new, |channel| format!("{channel}:{}", letters.as_str()))
}

/// The first term of each word of a phrase.
fn words_of(phrase: &PhrasePart) -> String {
    let words = phrase.slots.iter().filter_map(|(_, slot)| match &slot.kind {
        Kind::Word(word) => word.terms.first().and_then(|located| located.term.key.get(1..)),
        _ => None,
    });
    words.collect::<Vec<_>>().join(" ")
}
