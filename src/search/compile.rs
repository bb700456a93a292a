//! Compiling a plan against a snapshot: which of its terms the index has, and how rare its words are.
//!
//! All candidates of a word are one term to ranking, with one document frequency: the number of
//! releases that have any of them.

use std::{collections::HashMap, io, sync::PoisonError};

use tantivy::{DocSet, TERMINATED};

use super::{
    Searcher,
    marks::Pattern,
    plan::{Node, Phrase, Scope, Weighed, Word},
    weights::{LEMMA, MOST_EXPANSIONS},
};
use crate::{
    analysis::Channel,
    error::Result,
    index::{Lists, Segment, day_number, living_count},
};

/// A node of a plan, bound to a snapshot.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Word(WordPart),
    Phrase(PhrasePart),
    Near {
        left: PhrasePart,
        right: PhrasePart,
        within: u32,
        weight: f32,
    },
    All(Vec<Part>),
    Any(Vec<Part>),
    Except(Box<Part>, Box<Part>),
    /// Days from 1970-01-01, both ends within.
    Dated(i64, i64),
}

#[derive(Clone, Debug)]
pub(super) struct WordPart {
    pub terms: Vec<Located>,
    pub scope: Scope,
    pub weight: f32,
    pub idf: f32,
    /// The prefix or pattern that the terms are forms of: then mentions by different terms are
    /// different mentions.
    pub pattern: Option<String>,
}

/// A term that the index has, and where each segment keeps its lists.
#[derive(Clone, Debug)]
pub(super) struct Located {
    pub term: Weighed,
    lists: Vec<Lists>,
}

impl Located {
    pub fn lists(&self, segment: &Segment) -> &Lists {
        &self.lists[segment.ordinal as usize]
    }
}

#[derive(Clone, Debug)]
pub(super) struct PhrasePart {
    pub slots: Vec<(u32, WordPart)>,
    pub slop: Option<u32>,
    pub weight: f32,
    pub idf: f32,
}

impl Searcher {
    pub(super) fn compile(&self, node: &Node) -> Result<Part> {
        Ok(match node {
            Node::Word(word) => Part::Word(self.compile_word(word)?),
            Node::Phrase(phrase) => Part::Phrase(self.compile_phrase(phrase)?),
            Node::Near { left, right, within, weight } => Part::Near {
                left: self.compile_phrase(left)?,
                right: self.compile_phrase(right)?,
                within: *within,
                weight: *weight,
            },
            Node::All(nodes) => Part::All(self.compile_all(nodes)?),
            Node::Any(nodes) => Part::Any(self.compile_all(nodes)?),
            Node::Except(node, not) => {
                Part::Except(Box::new(self.compile(node)?), Box::new(self.compile(not)?))
            }
            Node::Dated(span) => {
                Part::Dated(span.from.map_or(i64::MIN, day_number), span.to.map_or(i64::MAX, day_number))
            }
        })
    }

    fn compile_all(&self, nodes: &[Node]) -> Result<Vec<Part>> {
        nodes.iter().map(|node| self.compile(node)).collect()
    }

    fn compile_phrase(&self, phrase: &Phrase) -> Result<PhrasePart> {
        let mut slots = Vec::new();
        for (place, word) in &phrase.slots {
            slots.push((*place, self.compile_word(word)?));
        }
        let idf = slots.iter().map(|(_, word)| word.idf).sum();
        Ok(PhrasePart { slots, slop: phrase.slop, weight: phrase.weight, idf })
    }

    fn compile_word(&self, word: &Word) -> Result<WordPart> {
        let mut terms = match &word.pattern {
            Some(pattern) => self.locate(&self.expand(pattern)?)?,
            None => self.locate(&word.terms)?,
        };
        if terms.is_empty() {
            terms = self.locate(&word.otherwise)?;
        }
        let idf = self.idf(self.joint_frequency(&terms)?);
        let pattern = word.pattern.clone();
        Ok(WordPart { terms, scope: word.scope, weight: word.weight, idf, pattern })
    }

    /// The terms that some segment has, with their lists.
    fn locate(&self, terms: &[Weighed]) -> Result<Vec<Located>> {
        let mut located = Vec::new();
        for term in terms {
            let mut lists = Vec::with_capacity(self.snapshot().segments.len());
            for segment in &self.snapshot().segments {
                lists.push(segment.lists(&term.key).map_err(|error| self.damaged(&error))?);
            }
            if lists.iter().any(|lists| lists.text.is_some() || lists.source.is_some()) {
                located.push(Located { term: term.clone(), lists });
            }
        }
        Ok(located)
    }

    /// The number of living releases that have any of a word's full terms, or of all its terms where
    /// none is full.
    fn joint_frequency(&self, terms: &[Located]) -> Result<u64> {
        let any_full = terms.iter().any(|located| located.term.full);
        let terms: Vec<&Located> = terms.iter().filter(|located| located.term.full || !any_full).collect();
        let keys: Vec<&str> = terms.iter().map(|located| located.term.key.as_str()).collect();
        let name = keys.join("\n");
        let known = self.frequencies().lock().unwrap_or_else(PoisonError::into_inner).get(&name).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let mut frequency = 0;
        for segment in &self.snapshot().segments {
            frequency += joint_count(segment, &terms).map_err(|error| self.damaged(&error))?;
        }
        self.frequencies().lock().unwrap_or_else(PoisonError::into_inner).insert(name, frequency);
        Ok(frequency)
    }

    /// How rare a word is: ln(1 + (N − n + ½) / (n + ½)), above 0 (Robertson & Zaragoza 2009, § 3.1, with
    /// 1 added so that common words never count against a release).
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a logarithm of counts")]
    fn idf(&self, frequency: u64) -> f32 {
        let (all, with) = (self.snapshot().releases as f64, frequency as f64);
        (1.0 + (all - with + 0.5).max(0.5) / (with + 0.5)).ln() as f32
    }

    /// The surface forms in the index that have this shape, the commonest ones.
    fn expand(&self, pattern: &str) -> Result<Vec<Weighed>> {
        let letters = pattern.find(['*', '?']).unwrap_or(pattern.len());
        let start = format!("{}{}", Channel::Exact.letter(), &pattern[..letters]);
        let shape = Pattern::new(pattern);
        let mut forms: HashMap<String, u64> = HashMap::new();
        for segment in &self.snapshot().segments {
            let mut visit = |key: &str, frequency: u64| {
                if shape.fits(key.get(1..).unwrap_or_default()) {
                    *forms.entry(key.to_owned()).or_default() += frequency;
                }
            };
            segment.terms_from(&start, &mut visit).map_err(|error| self.damaged(&error))?;
        }
        let mut forms: Vec<(String, u64)> = forms.into_iter().collect();
        forms.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        forms.truncate(MOST_EXPANSIONS);
        Ok(forms.into_iter().map(|(key, _)| Weighed { key, weight: LEMMA, full: true }).collect())
    }
}

fn joint_count(segment: &Segment, terms: &[&Located]) -> io::Result<u64> {
    let mut lists = Vec::new();
    for list in terms.iter().filter_map(|located| located.lists(segment).text.as_ref()) {
        lists.push(segment.open_text(list, false)?);
    }
    if let [list] = &mut lists[..] {
        return Ok(living_count(segment, list));
    }
    let mut count = 0;
    while let Some(doc) = lists.iter().map(DocSet::doc).min().filter(|&doc| doc != TERMINATED) {
        count += u64::from(!segment.reader.is_deleted(doc));
        for list in &mut lists {
            if list.doc() == doc {
                list.advance();
            }
        }
    }
    Ok(count)
}
