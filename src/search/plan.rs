//! The plan: a query with its words analysed, as plain data.
//!
//! Knows the analyzer and the weights, never an index: the same plan can be run on any engine that
//! holds the same terms.

use serde::Serialize;

use super::weights;
use crate::{
    analysis::{Analyzer, Channel, Role, Rule, Term, Token},
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
        let mut plan = Self::default();
        plan.wanted(analyzer, &query.expr, Around { scope: Scope::Anywhere, weight: 1.0 }, false);
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
    fn plain(&mut self, analyzer: &Analyzer, text: &str, around: Around, required: bool) {
        for (text, node, content) in words(analyzer, text, around) {
            self.clauses.push(Clause { text, node, content, required });
        }
    }

    fn wanted(&mut self, analyzer: &Analyzer, expr: &Expr, around: Around, required: bool) {
        match expr {
            Expr::Wanted(parts) | Expr::All(parts) => {
                let required = required || matches!(expr, Expr::All(_));
                let mut rest = &parts[..];
                while let Some((first, behind)) = rest.split_first() {
                    let run = plain_run(rest);
                    if run.is_empty() {
                        self.wanted(analyzer, first, around, required);
                        rest = behind;
                    } else {
                        self.plain(analyzer, &run.join(" "), around, required);
                        rest = &rest[run.len()..];
                    }
                }
            }
            Expr::Not(part) => self.excluded.extend(excluded(analyzer, part, around)),
            Expr::Dated(span) => self.dates.push(*span),
            Expr::In { field: Field::Source, expr } => {
                self.filters.extend(node(analyzer, expr, Around { scope: Scope::Source, ..around }));
            }
            Expr::In { field, expr } => {
                self.wanted(analyzer, expr, Around { scope: scope_of(*field), ..around }, required);
            }
            Expr::Weighted { weight, expr } => {
                self.wanted(analyzer, expr, Around { weight: around.weight * weight, ..around }, required);
            }
            Expr::Word { text, form: Form::Any } => self.plain(analyzer, text, around, required),
            other => {
                if let Some(node) = node(analyzer, other, around) {
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
fn node(analyzer: &Analyzer, expr: &Expr, around: Around) -> Option<Node> {
    let nodes = |parts: &[Expr]| -> Vec<Node> {
        parts.iter().filter_map(|part| node(analyzer, part, around)).collect()
    };
    match expr {
        Expr::Wanted(parts) | Expr::All(parts) => {
            let (unwanted, wanted): (Vec<&Expr>, Vec<&Expr>) =
                parts.iter().partition(|part| matches!(part, Expr::Not(_)));
            let wanted = wanted.into_iter().filter_map(|part| node(analyzer, part, around)).collect();
            let mut all = one_or(wanted, Node::All)?;
            for part in unwanted {
                if let Expr::Not(part) = part
                    && let Some(part) = excluded(analyzer, part, around)
                {
                    all = Node::Except(Box::new(all), Box::new(part));
                }
            }
            Some(all)
        }
        Expr::Any(parts) => one_or(nodes(parts), Node::Any),
        // Nothing but exclusions: there is nothing to take them from here.
        Expr::Not(_) => None,
        Expr::Word { text, form: Form::Any } => {
            let found = words(analyzer, text, around);
            let any_content = found.iter().any(|(_, _, content)| *content);
            let nodes = found.into_iter().filter(|(_, _, content)| *content || !any_content);
            one_or(nodes.map(|(_, node, _)| node).collect(), Node::All)
        }
        Expr::Word { text, form: Form::Exact } => {
            phrase(analyzer, text, Form::Exact, None, around).map(simplified)
        }
        Expr::Phrase { text, form, slop } => phrase(analyzer, text, *form, *slop, around).map(simplified),
        Expr::Near { left, right, within } => Some(Node::Near {
            left: side(analyzer, left, around)?,
            right: side(analyzer, right, around)?,
            within: *within,
            weight: around.weight,
        }),
        Expr::Prefix(text) => Some(pattern(&format!("{}*", analyzer.fold(text)), around)),
        Expr::Pattern(text) => Some(pattern(&analyzer.fold(text), around)),
        Expr::In { field, expr } => node(analyzer, expr, Around { scope: scope_of(*field), ..around }),
        Expr::Dated(span) => Some(Node::Dated(*span)),
        Expr::Weighted { weight, expr } => {
            node(analyzer, expr, Around { weight: around.weight * weight, ..around })
        }
    }
}

/// What must not be there: of words side by side, any.
fn excluded(analyzer: &Analyzer, expr: &Expr, around: Around) -> Option<Node> {
    match expr {
        Expr::Wanted(parts) => {
            one_or(parts.iter().filter_map(|part| node(analyzer, part, around)).collect(), Node::Any)
        }
        other => node(analyzer, other, around),
    }
}

/// One side of a nearness.
fn side(analyzer: &Analyzer, expr: &Expr, around: Around) -> Option<Phrase> {
    match expr {
        Expr::Word { text, form } | Expr::Phrase { text, form, .. } => {
            phrase(analyzer, text, *form, None, around)
        }
        Expr::In { expr, .. } | Expr::Weighted { expr, .. } => side(analyzer, expr, around),
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

/// The words of a stretch of plain text: as typed, as nodes, and whether each is a content word.
fn words(analyzer: &Analyzer, text: &str, around: Around) -> Vec<(String, Node, bool)> {
    let tokens = analyzer.analyze(text);
    let mut found = Vec::new();
    let mut rest = &tokens[..];
    let mut before = None;
    while let Some((token, behind)) = rest.split_first() {
        rest = behind;
        let Role::Whole(parts) = token.role else {
            let content = !token.function && token.role != Role::Initial;
            let surname = behind.first().filter(|next| is_surname(next)).or(before);
            let single = Node::Word(word(analyzer, token, Form::Any, around));
            let initialled = surname.and_then(|surname| initialled(analyzer, token, surname, around));
            let node = match initialled {
                Some(initialled) => Node::Any(vec![single, initialled]),
                None => single,
            };
            found.push((token.surface.clone(), node, content));
            before = Some(token).filter(|token| is_surname(token));
            continue;
        };
        before = None;
        let (parts, behind) = behind.split_at(behind.len().min(parts as usize));
        rest = behind;
        found.push((token.surface.clone(), compound(analyzer, token, parts, around), true));
    }
    found
}

/// Whether a token beside a given name may be the surname to it.
fn is_surname(token: &Token) -> bool {
    let is_given = token.terms.iter().any(|term| term.rule() == Rule::Initial);
    token.role == Role::Single
        && !token.function
        && !is_given
        && token.surface.starts_with(char::is_uppercase)
}

/// «Владимир» beside «Воронков» as the «В.» of «В. Воронков», «Воронков В. И.».
fn initialled(analyzer: &Analyzer, given: &Token, surname: &Token, around: Around) -> Option<Node> {
    let begins = given.terms.iter().find(|term| term.rule() == Rule::Initial)?;
    let key = begins.key().strip_suffix('+')?.to_owned();
    let terms = vec![Weighed { key, weight: weights::LEMMA, full: true }];
    let weight = around.weight * weights::INITIAL;
    let initial = Word { terms, otherwise: Vec::new(), pattern: None, scope: around.scope, weight };
    let surname = word(analyzer, surname, Form::Any, around);
    Some(Node::Phrase(Phrase { slots: vec![(0, initial), (1, surname)], slop: Some(1), weight }))
}

/// A compound: met whole, written together, or by its parts.
fn compound(analyzer: &Analyzer, whole: &Token, parts: &[Token], around: Around) -> Node {
    let whole_word = Node::Word(word(analyzer, whole, Form::Any, around));
    let slots: Vec<(u32, Word)> = parts
        .iter()
        .map(|part| (part.position - whole.position, word(analyzer, part, Form::Any, around)))
        .collect();
    let in_letters =
        whole.surface.chars().all(|c| !c.is_numeric() && !matches!(c, '@' | '.' | '/' | '_' | ':'));
    let by_parts = if in_letters {
        Node::All(slots.into_iter().map(|(_, word)| Node::Word(word)).collect())
    } else {
        // The figures of a date or an address mean something only side by side.
        simplified(Phrase { slots, slop: None, weight: around.weight })
    };
    Node::Any(vec![whole_word, by_parts])
}

fn phrase(analyzer: &Analyzer, text: &str, form: Form, slop: Option<u32>, around: Around) -> Option<Phrase> {
    let tokens = analyzer.analyze(text);
    let placed: Vec<&Token> = tokens.iter().filter(|token| !matches!(token.role, Role::Whole(_))).collect();
    let all_function = placed.iter().all(|token| token.function);
    let skip = |token: &Token| form == Form::Any && !all_function && token.function;
    let first = placed.iter().find(|token| !skip(token))?.position;
    let slots = placed
        .into_iter()
        .filter(|token| !skip(token))
        .map(|token| (token.position - first, word(analyzer, token, form, around)))
        .collect();
    Some(Phrase { slots, slop, weight: around.weight })
}

/// A token as a word to look for.
fn word(analyzer: &Analyzer, token: &Token, form: Form, around: Around) -> Word {
    let terms = match form {
        Form::Exact => exact_terms(token),
        Form::Any if token.surface.starts_with(char::is_lowercase) => typed_small(analyzer, token),
        Form::Any => any_terms(token),
    };
    let is_abbreviation = form == Form::Any
        && token.terms.iter().any(|term| term.rule() == Rule::Abbreviation)
        && !token.terms.iter().any(|term| term.channel() == Channel::Stem);
    let otherwise = if is_abbreviation {
        analyzer.analyze(&token.surface.to_lowercase()).first().map(any_terms).unwrap_or_default()
    } else {
        Vec::new()
    };
    Word { terms, otherwise, pattern: None, scope: around.scope, weight: around.weight }
}

/// People type names in small letters too: the terms of «воронков» and of «Воронков».
fn typed_small(analyzer: &Analyzer, token: &Token) -> Vec<Weighed> {
    let mut letters = token.surface.chars();
    let name: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let mut terms = any_terms(token);
    for term in analyzer.analyze(&name).first().map(any_terms).unwrap_or_default() {
        if !terms.iter().any(|known| known.key == term.key) {
            terms.push(term);
        }
    }
    terms
}

fn exact_terms(token: &Token) -> Vec<Weighed> {
    let exact =
        token.terms.iter().filter(|term| term.channel() == Channel::Exact && term.rule() == Rule::Surface);
    exact.map(|term| Weighed { key: term.key().into(), weight: weights::LEMMA, full: true }).collect()
}

/// Every candidate of a word as one group: its lemmas, abbreviations that look like it, the adjectives
/// of a place, and its stem.
fn any_terms(token: &Token) -> Vec<Weighed> {
    let mut terms: Vec<Weighed> = Vec::new();
    let mut push = |key: String, weight: f32, full: bool| {
        if !terms.iter().any(|term| term.key == key) {
            terms.push(Weighed { key, weight, full });
        }
    };
    let has_lemma = token.terms.iter().any(|term| term.channel() == Channel::Lemma);
    // The dictionary is sure of a form that it lists; of others the stem is as good a witness.
    let known = token.terms.iter().any(|term| term.rule() == Rule::Dictionary);
    for term in &token.terms {
        match (term.channel(), term.rule()) {
            // An initial stands for any name that begins so; a name is not met by whoever shares its letter.
            (_, Rule::Initial) if token.role == Role::Initial => {
                push(term.key().into(), weights::LEMMA, true);
                push(format!("{}+", term.key()), weights::LEMMA, true);
            }
            (_, Rule::Initial | Rule::Place) => {}
            (Channel::Lemma, _) | (Channel::Exact, Rule::Joined) => {
                push(term.key().into(), weights::LEMMA, true);
            }
            (Channel::Exact, _) if !has_lemma => push(term.key().into(), weights::LEMMA, true),
            (Channel::Exact, _) => {}
            (Channel::Stem, _) => push(term.key().into(), weights::STEM, !known),
        }
    }
    let lemmas: Vec<&str> = token
        .terms
        .iter()
        .filter(|term| matches!(term.rule(), Rule::Dictionary | Rule::Guess))
        .map(Term::key)
        .collect();
    for lemma in lemmas {
        push(format!("{lemma}+"), weights::PLACE, true);
    }
    if token.surface.chars().all(|c| c.is_alphabetic() && !c.is_uppercase()) {
        let letters = token.surface.to_uppercase().replace('Ё', "Е");
        push(format!("{}{letters}", Channel::Lemma.letter()), weights::LEMMA, true);
    }
    terms
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
