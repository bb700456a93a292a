//! Compiling a plan against a snapshot: which of its terms the index has, how rare its words are, and
//! which releases have its parts.
//!
//! All candidates of a word are one term to ranking, with one document frequency: the number of
//! releases that have any of them. What was compiled once the searcher keeps for a while.

use std::{collections::HashMap, sync::Arc};

use tantivy::postings::TermInfo;

use super::{
    Searcher,
    evaluate::Part,
    marks::Pattern,
    noted::Notes,
    plan::{Node, Phrase, Scope, Weighed, Word},
    scored::Scored,
    weights::{LEMMA, MOST_EXPANSIONS},
    word::Terms,
};
use crate::{
    analysis::Channel,
    error::Result,
    index::{Segment, Zone, day_number},
};

/// The key of most parts has fewer bytes than this.
const KEY: usize = 512;

/// What a part of a query looks for.
#[derive(Debug)]
pub(super) enum Kind {
    Word(WordPart),
    Phrase(PhrasePart),
    Near {
        left: Arc<Part>,
        right: Arc<Part>,
        within: u32,
        weight: f32,
    },
    All(Vec<Arc<Part>>),
    Any(Vec<Arc<Part>>),
    Except(Arc<Part>, Arc<Part>),
    /// Days from 1970-01-01, both ends within.
    Dated(i64, i64),
}

#[derive(Debug)]
pub(super) struct WordPart {
    pub terms: Vec<Located>,
    pub scope: Scope,
    pub weight: f32,
    pub idf: f32,
    /// The prefix or pattern that the terms are forms of: then mentions by different terms are
    /// different mentions.
    pub pattern: Option<String>,
    /// Whether other terms are marked besides, of which the word does not consist here.
    pub has_otherwise: bool,
    pub notes: Notes,
}

/// A term that the index has, and where each segment keeps its lists.
#[derive(Debug)]
pub(super) struct Located {
    pub term: Weighed,
    lists: Vec<Lists>,
}

/// Where a segment keeps the lists of one term; none where it has no such term.
#[derive(Debug)]
struct Lists {
    text: Option<TermInfo>,
    title: Option<TermInfo>,
    source: Option<TermInfo>,
}

impl Located {
    pub fn list(&self, segment: &Segment, zone: Zone) -> Option<&TermInfo> {
        let lists = &self.lists[segment.ordinal as usize];
        match zone {
            Zone::Text => lists.text.as_ref(),
            Zone::Title => lists.title.as_ref(),
            Zone::Source => lists.source.as_ref(),
        }
    }
}

#[derive(Debug)]
pub(super) struct PhrasePart {
    /// Each word with its place, counted from the first one's.
    pub slots: Vec<(u32, Arc<Part>)>,
    pub slop: Option<u32>,
    pub weight: f32,
    pub idf: f32,
    /// Whether all of it is looked for in titles only.
    pub in_title: bool,
}

impl Searcher {
    /// A node bound to this snapshot; the one of an earlier search where it is still known.
    pub(super) fn compile(&self, node: &Node) -> Result<Arc<Part>> {
        // A key that cannot be written is a part that is not kept.
        let key = postcard::to_extend(node, Vec::with_capacity(KEY)).unwrap_or_default();
        if let Some(part) = self.known().get(&key) {
            part.ask_again();
            return Ok(part);
        }
        let part = Arc::new(self.part(node)?);
        if !key.is_empty() {
            self.known().put(&key, Arc::clone(&part));
        }
        Ok(part)
    }

    fn part(&self, node: &Node) -> Result<Part> {
        let phrase = |phrase: &Phrase| self.compile(&Node::Phrase(phrase.clone()));
        let kind = match node {
            Node::Word(word) => return self.word(word),
            Node::Phrase(phrase) => Kind::Phrase(self.phrase(phrase)?),
            Node::Near { left, right, within, weight } => {
                Kind::Near { left: phrase(left)?, right: phrase(right)?, within: *within, weight: *weight }
            }
            Node::All(nodes) => Kind::All(self.compile_all(nodes)?),
            Node::Any(nodes) => Kind::Any(self.compile_all(nodes)?),
            Node::Except(node, not) => Kind::Except(self.compile(node)?, self.compile(not)?),
            Node::Dated(span) => {
                Kind::Dated(span.from.map_or(i64::MIN, day_number), span.to.map_or(i64::MAX, day_number))
            }
        };
        self.evaluated(kind)
    }

    fn compile_all(&self, nodes: &[Node]) -> Result<Vec<Arc<Part>>> {
        nodes.iter().map(|node| self.compile(node)).collect()
    }

    fn phrase(&self, phrase: &Phrase) -> Result<PhrasePart> {
        let mut slots = Vec::new();
        for (place, word) in &phrase.slots {
            slots.push((*place, self.compile(&Node::Word(word.clone()))?));
        }
        let idf = slots.iter().map(|(_, word)| word.rarity()).sum();
        let in_title = phrase.slots.iter().all(|(_, word)| word.scope == Scope::Title);
        Ok(PhrasePart { slots, slop: phrase.slop, weight: phrase.weight, idf, in_title })
    }

    fn word(&self, word: &Word) -> Result<Part> {
        let mut terms = match &word.pattern {
            Some(pattern) => self.locate(&self.expand(pattern)?, word.scope)?,
            None => self.locate(&word.terms, word.scope)?,
        };
        if terms.is_empty() {
            terms = self.locate(&word.otherwise, word.scope)?;
        }
        let pattern = word.pattern.clone();
        let mut part = WordPart {
            terms,
            scope: word.scope,
            weight: word.weight,
            idf: 0.0,
            pattern,
            has_otherwise: !word.otherwise.is_empty(),
            notes: Notes::default(),
        };
        // A word's frequency is that of its full terms, or of all its terms where none is full.
        let any_full = part.terms.iter().any(|located| located.term.full);
        let meant = if any_full { Terms::Full } else { Terms::Hints };
        let work = self.entries(&part, meant);
        let found = self.each_segment(work, |segment| {
            let found = self.mentions(segment, (&part, part.scope), Terms::Full, None)?;
            let frequency = if part.scope == Scope::Anywhere && any_full {
                found.0.len()
            } else {
                self.mentions(segment, (&part, Scope::Anywhere), meant, None)?.0.len()
            };
            Ok((found, frequency))
        })?;
        part.idf = self.idf(found.iter().map(|(_, frequency)| frequency).sum());
        let factors = [part.idf, part.weight];
        let found = self.snapshot().segments.iter().zip(found);
        let full = found.map(|(segment, ((docs, mentions), _))| {
            Scored::of_word(docs, mentions, self.saturation(segment), factors)
        });
        let full = full.collect();
        Ok(Part::new(Kind::Word(part), full, self.most()))
    }

    /// The terms that some segment has, with their lists.
    fn locate(&self, terms: &[Weighed], scope: Scope) -> Result<Vec<Located>> {
        let mut located = Vec::new();
        for term in terms {
            let mut lists = Vec::with_capacity(self.snapshot().segments.len());
            for segment in &self.snapshot().segments {
                lists.push(self.lists(segment, &term.key, scope)?);
            }
            if lists.iter().any(|lists| lists.text.is_some() || lists.source.is_some()) {
                located.push(Located { term: term.clone(), lists });
            }
        }
        Ok(located)
    }

    fn lists(&self, segment: &Segment, key: &str, scope: Scope) -> Result<Lists> {
        let list = |zone| segment.term_info(zone, key).map_err(|error| self.damaged(&error));
        let text = list(Zone::Text)?;
        // What stands in the title stands in the text.
        let title = if text.is_some() { list(Zone::Title)? } else { None };
        let source = if scope == Scope::Source { list(Zone::Source)? } else { None };
        Ok(Lists { text, title, source })
    }

    /// How rare a word is: ln(1 + (N − n + ½) / (n + ½)), above 0 (Robertson & Zaragoza 2009, § 3.1, with
    /// 1 added so that common words never count against a release).
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a logarithm of counts")]
    fn idf(&self, frequency: usize) -> f32 {
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
            segment.for_each_term_with_prefix(&start, &mut visit).map_err(|error| self.damaged(&error))?;
        }
        let mut forms: Vec<(String, u64)> = forms.into_iter().collect();
        forms.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        forms.truncate(MOST_EXPANSIONS);
        Ok(forms.into_iter().map(|(key, _)| Weighed { key, weight: LEMMA, full: true }).collect())
    }
}
