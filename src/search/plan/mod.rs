//! The logical plan: a query with its words expanded to weighted terms, as plain data.
//!
//! Depends on the analyzer and the weights, not on an index. The same plan can be run by any engine that indexes
//! the same terms.

mod expansion;
mod pattern;

use serde::Serialize;

use self::expansion::{phrase, words};
pub(crate) use self::pattern::Pattern;
use super::weights;
use crate::{
    analysis::{Analyzer, TermCache},
    query::{Expr, Field, Form, Query},
    release::DateSpan,
};

/// A query with its words expanded.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// The scored parts of the query, in its order.
    pub clauses: Vec<Clause>,
    /// Unscored conditions that a release must meet: publishers.
    pub filters: Vec<Node>,
    /// Unscored conditions that a release must not meet.
    pub excluded: Vec<Node>,
    /// Spans of days; a release must be dated within all of them.
    pub dates: Vec<DateSpan>,
}

/// A scored part of the query.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clause {
    /// The part as typed, which a hit without it reports as missing.
    pub text: String,
    /// What to look for.
    pub node: Node,
    /// Whether a release without it is an incomplete match. False for function words.
    pub content: bool,
    /// Whether only releases with it match.
    pub required: bool,
}

/// What a clause looks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// One word, in any of its terms.
    Word(Word),
    /// Words at fixed distances, or within a window.
    Phrase(Phrase),
    /// Two phrases near each other.
    Near {
        /// The one phrase.
        left: Phrase,
        /// The other phrase.
        right: Phrase,
        /// The maximum distance in words.
        within: u32,
        /// The factor of its score.
        weight: f32,
    },
    /// All of these.
    All(Vec<Node>),
    /// Any of these.
    Any(Vec<Node>),
    /// The first without the second.
    Except(Box<Node>, Box<Node>),
    /// Published within these days.
    Dated(DateSpan),
}

/// Where in a release a word is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Title and body.
    Anywhere,
    /// The title.
    Title,
    /// The body.
    Body,
    /// The publisher.
    Source,
}

/// A word: the terms that match it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Word {
    /// The terms, each once.
    pub terms: Vec<WeightedTerm>,
    /// Terms used when the index has none of `terms`: of a word in capitals that is no abbreviation.
    pub otherwise: Vec<WeightedTerm>,
    /// A pattern of surface forms to match instead: `*` for any letters, `?` for one.
    pub pattern: Option<String>,
    /// Where it is looked for.
    pub scope: Scope,
    /// The factor of its score.
    pub weight: f32,
}

/// A term that matches a word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeightedTerm {
    /// The key in the term dictionary.
    pub key: String,
    /// The factor of its term frequency, 1 for a lemma.
    pub weight: f32,
    /// Whether a release with the term has the word. The stem of a dictionary word is only a hint.
    pub full: bool,
}

/// Words at fixed positions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Phrase {
    /// Each word with its offset from the first.
    pub slots: Vec<(u32, Word)>,
    /// How many other words may be among them, in any order. `None`: adjacent and in order.
    pub slop: Option<u32>,
    /// The factor of its score.
    pub weight: f32,
}

/// What a part of the query inherits from inherited it.
#[derive(Clone, Copy)]
struct Inherited {
    scope: Scope,
    weight: f32,
}

impl Plan {
    /// Analyses the words of a query.
    pub fn new(query: &Query, analyzer: &Analyzer) -> Self {
        Self::with_forms(query, &mut analyzer.term_cache())
    }

    /// The same with a cache of analysed forms.
    pub(super) fn with_forms(query: &Query, forms: &mut TermCache) -> Self {
        let mut plan = Self::default();
        plan.add(forms, &query.expr, Inherited { scope: Scope::Anywhere, weight: 1.0 }, false);
        if plan.clauses.iter().all(|clause| !clause.content) {
            plan.clauses.iter_mut().for_each(|clause| clause.content = true);
        }
        for clause in plan.clauses.iter_mut().filter(|clause| !clause.content) {
            clause.node.multiply_weight(weights::FUNCTION);
        }
        plan
    }

    /// Whether the query has no condition at all.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
            && self.filters.is_empty()
            && self.excluded.is_empty()
            && self.dates.is_empty()
    }

    /// The number of content clauses.
    pub fn content(&self) -> usize {
        self.clauses.iter().filter(|clause| clause.content).count()
    }

    /// Adds adjacent plain words. They are analysed as one text, because «1 000,5», «В. Воронков» and a query in
    /// capitals have their meaning only together.
    fn add_plain(&mut self, forms: &mut TermCache, text: &str, inherited: Inherited, required: bool) {
        for (text, node, content) in words(forms, text, inherited) {
            self.clauses.push(Clause { text, node, content, required });
        }
    }

    fn add(&mut self, forms: &mut TermCache, expr: &Expr, inherited: Inherited, required: bool) {
        match expr {
            Expr::Should(parts) | Expr::All(parts) => {
                let required = required || matches!(expr, Expr::All(_));
                let mut rest = &parts[..];
                while let Some((first, behind)) = rest.split_first() {
                    let run = plain_run(rest);
                    if run.is_empty() {
                        self.add(forms, first, inherited, required);
                        rest = behind;
                    } else {
                        self.add_plain(forms, &run.join(" "), inherited, required);
                        rest = &rest[run.len()..];
                    }
                }
            }
            Expr::Not(part) => self.excluded.extend(excluded(forms, part, inherited)),
            Expr::Date(span) => self.dates.push(*span),
            Expr::InField { field: Field::Source, expr } => {
                self.filters.extend(node(forms, expr, Inherited { scope: Scope::Source, ..inherited }));
            }
            Expr::InField { field, expr } => {
                self.add(forms, expr, Inherited { scope: scope_of(*field), ..inherited }, required);
            }
            Expr::Boost { factor, expr } => {
                self.add(forms, expr, Inherited { weight: inherited.weight * factor, ..inherited }, required);
            }
            Expr::Word { text, form: Form::Any } => self.add_plain(forms, text, inherited, required),
            other => {
                if let Some(node) = node(forms, other, inherited) {
                    let text = Query { expr: other.clone() }.to_string();
                    self.clauses.push(Clause { text, node, content: true, required });
                }
            }
        }
    }
}

/// The plain words at the start of a list of parts.
fn plain_run(parts: &[Expr]) -> Vec<&str> {
    let words = parts.iter().map_while(|part| match part {
        Expr::Word { text, form: Form::Any } => Some(text.as_str()),
        _ => None,
    });
    words.collect()
}

fn scope_of(field: Field) -> Scope {
    match field {
        Field::Title => Scope::Title,
        Field::Body => Scope::Body,
        Field::Source => Scope::Source,
    }
}

/// An expression as a node; none if it has no searchable part.
fn node(forms: &mut TermCache, expr: &Expr, inherited: Inherited) -> Option<Node> {
    match expr {
        Expr::Should(parts) | Expr::All(parts) => {
            let (unwanted, wanted): (Vec<&Expr>, Vec<&Expr>) =
                parts.iter().partition(|part| matches!(part, Expr::Not(_)));
            let wanted = wanted.into_iter().filter_map(|part| node(forms, part, inherited)).collect();
            let mut all = one_or(wanted, Node::All)?;
            for part in unwanted {
                if let Expr::Not(part) = part
                    && let Some(part) = excluded(forms, part, inherited)
                {
                    all = Node::Except(Box::new(all), Box::new(part));
                }
            }
            Some(all)
        }
        Expr::Any(parts) => {
            one_or(parts.iter().filter_map(|part| node(forms, part, inherited)).collect(), Node::Any)
        }
        // An exclusion alone selects nothing.
        Expr::Not(_) => None,
        Expr::Word { text, form: Form::Any } => {
            let found = words(forms, text, inherited);
            let any_content = found.iter().any(|(_, _, content)| *content);
            let nodes = found.into_iter().filter(|(_, _, content)| *content || !any_content);
            one_or(nodes.map(|(_, node, _)| node).collect(), Node::All)
        }
        Expr::Word { text, form: Form::Exact } => {
            phrase(forms, text, Form::Exact, None, inherited).map(simplified)
        }
        Expr::Phrase { text, form, slop } => phrase(forms, text, *form, *slop, inherited).map(simplified),
        Expr::Near { left, right, within } => Some(Node::Near {
            left: side(forms, left, inherited)?,
            right: side(forms, right, inherited)?,
            within: *within,
            weight: inherited.weight,
        }),
        Expr::Prefix(text) => Some(pattern(&format!("{}*", forms.analyzer().fold(text)), inherited)),
        Expr::Pattern(text) => Some(pattern(&forms.analyzer().fold(text), inherited)),
        Expr::InField { field, expr } => {
            node(forms, expr, Inherited { scope: scope_of(*field), ..inherited })
        }
        Expr::Date(span) => Some(Node::Dated(*span)),
        Expr::Boost { factor, expr } => {
            node(forms, expr, Inherited { weight: inherited.weight * factor, ..inherited })
        }
    }
}

/// What to exclude: of several words, any.
fn excluded(forms: &mut TermCache, expr: &Expr, inherited: Inherited) -> Option<Node> {
    match expr {
        Expr::Should(parts) => {
            one_or(parts.iter().filter_map(|part| node(forms, part, inherited)).collect(), Node::Any)
        }
        other => node(forms, other, inherited),
    }
}

/// One side of a proximity operator.
fn side(forms: &mut TermCache, expr: &Expr, inherited: Inherited) -> Option<Phrase> {
    match expr {
        Expr::Word { text, form } | Expr::Phrase { text, form, .. } => {
            phrase(forms, text, *form, None, inherited)
        }
        Expr::InField { expr, .. } | Expr::Boost { expr, .. } => side(forms, expr, inherited),
        _ => None,
    }
}

fn one_or(mut nodes: Vec<Node>, several: impl FnOnce(Vec<Node>) -> Node) -> Option<Node> {
    match nodes.len() {
        0 => None,
        1 => nodes.pop(),
        _ => Some(several(nodes)),
    }
}

fn pattern(pattern: &str, inherited: Inherited) -> Node {
    Node::Word(Word {
        terms: Vec::new(),
        otherwise: Vec::new(),
        pattern: Some(pattern.to_owned()),
        scope: inherited.scope,
        weight: inherited.weight,
    })
}

/// Replaces a phrase of one word by the word.
fn simplified(mut phrase: Phrase) -> Node {
    match phrase.slots.pop() {
        Some((_, word)) if phrase.slots.is_empty() => Node::Word(word),
        Some(slot) => {
            phrase.slots.push(slot);
            Node::Phrase(phrase)
        }
        None => Node::Phrase(phrase),
    }
}

/// A word of a plan, and how many positions after it belong to its phrase: those of the function words that the
/// phrase leaves out.
pub(crate) struct PlannedWord<'p> {
    pub word: &'p Word,
    pub following: u32,
}

impl Phrase {
    /// Whether function words between its words are left out.
    pub(crate) fn skips(&self) -> bool {
        self.slop.is_none() && self.last_offset() as usize + 1 != self.slots.len()
    }

    fn last_offset(&self) -> u32 {
        self.slots.last().map_or(0, |&(offset, _)| offset)
    }

    fn words<'p>(&'p self, out: &mut Vec<PlannedWord<'p>>) {
        // The positions of the first word are those where the whole phrase may be.
        let mut following = if self.skips() { self.last_offset() } else { 0 };
        let words = self.slots.iter().map(|(_, word)| word);
        out.extend(words.map(|word| PlannedWord { word, following: std::mem::take(&mut following) }));
    }
}

impl Node {
    /// Appends the words that it matches, without those of exclusions.
    pub(crate) fn words<'p>(&'p self, out: &mut Vec<PlannedWord<'p>>) {
        match self {
            Self::Word(word) => out.push(PlannedWord { word, following: 0 }),
            Self::Phrase(phrase) => phrase.words(out),
            Self::Near { left, right, .. } => [left, right].into_iter().for_each(|side| side.words(out)),
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.words(out)),
            Self::Except(node, _) => node.words(out),
            Self::Dated(_) => {}
        }
    }

    /// Multiplies the weight of a node.
    fn multiply_weight(&mut self, factor: f32) {
        match self {
            Self::Word(word) => word.weight *= factor,
            Self::Phrase(phrase) => phrase.weight *= factor,
            Self::Near { weight, .. } => *weight *= factor,
            Self::All(nodes) | Self::Any(nodes) => {
                nodes.iter_mut().for_each(|node| node.multiply_weight(factor))
            }
            Self::Except(node, _) => node.multiply_weight(factor),
            Self::Dated(_) => {}
        }
    }
}
