//! The plan: a query with its words analysed, as plain data.
//!
//! Knows the analyzer and the weights, never an index: the same plan can be run on any engine that
//! holds the same terms.

use serde::Serialize;

mod words;

use self::words::{phrase, words};
use super::weights;
use crate::{
    analysis::{Analyzer, TermCache},
    query::{Expr, Field, Form, Query},
    release::DateSpan,
};

/// A query, ready to be run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// What is scored, in the order it was typed.
    pub clauses: Vec<Clause>,
    /// What must be there without being scored: publishers.
    pub filters: Vec<Node>,
    /// What must not be there.
    pub excluded: Vec<Node>,
    /// The days between which a release must have appeared; all of them.
    pub dates: Vec<DateSpan>,
}

/// One thing that is wanted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clause {
    /// As typed, to tell a reader what a hit lacks.
    pub text: String,
    /// What it is.
    pub node: Node,
    /// Whether a release that lacks it counts as lacking something: not so for function words.
    pub content: bool,
    /// Whether a release that lacks it is no hit at all.
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
    /// Two things near each other.
    Near {
        /// One of them.
        left: Phrase,
        /// The other.
        right: Phrase,
        /// How far the one may be from the other, in words.
        within: u32,
        /// How much it counts.
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

/// A word: the terms that it may be met by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Word {
    /// The terms, each once.
    pub terms: Vec<Weighed>,
    /// Terms to use where the index has none of the others: for capitals that are no abbreviation.
    pub otherwise: Vec<Weighed>,
    /// Every surface form of this shape besides, `*` for any letters and `?` for one.
    pub pattern: Option<String>,
    /// Where it is looked for.
    pub scope: Scope,
    /// How much the word counts.
    pub weight: f32,
}

/// A term that a word may be met by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weighed {
    /// The term as the index holds it.
    pub key: String,
    /// What a mention by this term counts, 1 for a full one.
    pub weight: f32,
    /// Whether a release that has it has the word; a bare stem of a known word only hints at it.
    pub full: bool,
}

/// Words by position.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Phrase {
    /// Each word with its place, counted from the first one's.
    pub slots: Vec<(u32, Word)>,
    /// How many other words may stand among them, in whatever order; none: in order, side by side.
    pub slop: Option<u32>,
    /// How much the phrase counts.
    pub weight: f32,
}

/// What a part of the query inherits from around it.
#[derive(Clone, Copy)]
struct Around {
    scope: Scope,
    weight: f32,
}

impl Plan {
    /// Analyses the words of a query.
    pub fn new(query: &Query, analyzer: &Analyzer) -> Self {
        Self::read(query, &mut analyzer.term_cache())
    }

    /// Analyses the words of a query, with a table of forms at hand.
    pub(super) fn read(query: &Query, forms: &mut TermCache) -> Self {
        let mut plan = Self::default();
        plan.wanted(forms, &query.expr, Around { scope: Scope::Anywhere, weight: 1.0 }, false);
        if plan.clauses.iter().all(|clause| !clause.content) {
            plan.clauses.iter_mut().for_each(|clause| clause.content = true);
        }
        for clause in plan.clauses.iter_mut().filter(|clause| !clause.content) {
            clause.node.weaken(weights::FUNCTION);
        }
        plan
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
            && self.filters.is_empty()
            && self.excluded.is_empty()
            && self.dates.is_empty()
    }

    /// How many of the clauses are content.
    pub fn content(&self) -> usize {
        self.clauses.iter().filter(|clause| clause.content).count()
    }

    /// Plain words side by side are analysed as one text: «1 000,5», «В. Воронков» and a query all in
    /// capitals mean what they mean only together.
    fn plain(&mut self, forms: &mut TermCache, text: &str, around: Around, required: bool) {
        for (text, node, content) in words(forms, text, around) {
            self.clauses.push(Clause { text, node, content, required });
        }
    }

    fn wanted(&mut self, forms: &mut TermCache, expr: &Expr, around: Around, required: bool) {
        match expr {
            Expr::Should(parts) | Expr::All(parts) => {
                let required = required || matches!(expr, Expr::All(_));
                let mut rest = &parts[..];
                while let Some((first, behind)) = rest.split_first() {
                    let run = plain_run(rest);
                    if run.is_empty() {
                        self.wanted(forms, first, around, required);
                        rest = behind;
                    } else {
                        self.plain(forms, &run.join(" "), around, required);
                        rest = &rest[run.len()..];
                    }
                }
            }
            Expr::Not(part) => self.excluded.extend(excluded(forms, part, around)),
            Expr::Date(span) => self.dates.push(*span),
            Expr::InField { field: Field::Source, expr } => {
                self.filters.extend(node(forms, expr, Around { scope: Scope::Source, ..around }));
            }
            Expr::InField { field, expr } => {
                self.wanted(forms, expr, Around { scope: scope_of(*field), ..around }, required);
            }
            Expr::Boost { factor, expr } => {
                self.wanted(forms, expr, Around { weight: around.weight * factor, ..around }, required);
            }
            Expr::Word { text, form: Form::Any } => self.plain(forms, text, around, required),
            other => {
                if let Some(node) = node(forms, other, around) {
                    let text = Query { expr: other.clone() }.to_string();
                    self.clauses.push(Clause { text, node, content: true, required });
                }
            }
        }
    }
}

/// The plain words that a list of parts begins with.
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

/// One expression as one node; none where nothing in it can be looked for.
fn node(forms: &mut TermCache, expr: &Expr, around: Around) -> Option<Node> {
    match expr {
        Expr::Should(parts) | Expr::All(parts) => {
            let (unwanted, wanted): (Vec<&Expr>, Vec<&Expr>) =
                parts.iter().partition(|part| matches!(part, Expr::Not(_)));
            let wanted = wanted.into_iter().filter_map(|part| node(forms, part, around)).collect();
            let mut all = one_or(wanted, Node::All)?;
            for part in unwanted {
                if let Expr::Not(part) = part
                    && let Some(part) = excluded(forms, part, around)
                {
                    all = Node::Except(Box::new(all), Box::new(part));
                }
            }
            Some(all)
        }
        Expr::Any(parts) => {
            one_or(parts.iter().filter_map(|part| node(forms, part, around)).collect(), Node::Any)
        }
        // Nothing but exclusions: there is nothing to take them from here.
        Expr::Not(_) => None,
        Expr::Word { text, form: Form::Any } => {
            let found = words(forms, text, around);
            let any_content = found.iter().any(|(_, _, content)| *content);
            let nodes = found.into_iter().filter(|(_, _, content)| *content || !any_content);
            one_or(nodes.map(|(_, node, _)| node).collect(), Node::All)
        }
        Expr::Word { text, form: Form::Exact } => {
            phrase(forms, text, Form::Exact, None, around).map(simplified)
        }
        Expr::Phrase { text, form, slop } => phrase(forms, text, *form, *slop, around).map(simplified),
        Expr::Near { left, right, within } => Some(Node::Near {
            left: side(forms, left, around)?,
            right: side(forms, right, around)?,
            within: *within,
            weight: around.weight,
        }),
        Expr::Prefix(text) => Some(pattern(&format!("{}*", forms.analyzer().fold(text)), around)),
        Expr::Pattern(text) => Some(pattern(&forms.analyzer().fold(text), around)),
        Expr::InField { field, expr } => node(forms, expr, Around { scope: scope_of(*field), ..around }),
        Expr::Date(span) => Some(Node::Dated(*span)),
        Expr::Boost { factor, expr } => {
            node(forms, expr, Around { weight: around.weight * factor, ..around })
        }
    }
}

/// What must not be there: of words side by side, any.
fn excluded(forms: &mut TermCache, expr: &Expr, around: Around) -> Option<Node> {
    match expr {
        Expr::Should(parts) => {
            one_or(parts.iter().filter_map(|part| node(forms, part, around)).collect(), Node::Any)
        }
        other => node(forms, other, around),
    }
}

/// One side of a nearness.
fn side(forms: &mut TermCache, expr: &Expr, around: Around) -> Option<Phrase> {
    match expr {
        Expr::Word { text, form } | Expr::Phrase { text, form, .. } => {
            phrase(forms, text, *form, None, around)
        }
        Expr::InField { expr, .. } | Expr::Boost { expr, .. } => side(forms, expr, around),
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

fn pattern(pattern: &str, around: Around) -> Node {
    Node::Word(Word {
        terms: Vec::new(),
        otherwise: Vec::new(),
        pattern: Some(pattern.to_owned()),
        scope: around.scope,
        weight: around.weight,
    })
}

/// A phrase of one word is that word.
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

impl Node {
    /// Makes a node count for less.
    fn weaken(&mut self, factor: f32) {
        match self {
            Self::Word(word) => word.weight *= factor,
            Self::Phrase(phrase) => phrase.weight *= factor,
            Self::Near { weight, .. } => *weight *= factor,
            Self::All(nodes) | Self::Any(nodes) => nodes.iter_mut().for_each(|node| node.weaken(factor)),
            Self::Except(node, _) => node.weaken(factor),
            Self::Dated(_) => {}
        }
    }
}
