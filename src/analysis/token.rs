//! Tokens: terms laid out by position, with the place in the text that they came from.
//!
//! A compound gives a token for the whole and one for each part: the whole shares the position of
//! the first part, so that «нормативно-правовой акт» and «правовой акт» are both phrases.

use std::{collections::VecDeque, sync::Arc};

use serde::Serialize;

use super::{
    cache::Forms,
    capitals,
    fold::{clean, fold},
    form::{Form, Setting},
    scanner::{Piece, Scanner, Shape, Span},
    term::{Channel, Rule, Term},
};

/// What a token is to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Stands for itself.
    Single,
    /// The whole of a compound; this many parts follow, from the same position on.
    Whole(u32),
    /// A part of the compound before it.
    Part,
    /// An initial of a name.
    Initial,
}

/// A token of a text.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its position, counted in words from 0.
    pub position: u32,
    /// Where it starts in the text, in bytes.
    pub start: usize,
    /// Where it ends in the text, in bytes.
    pub end: usize,
    /// What the text says there.
    pub surface: String,
    /// What it is to its neighbours.
    pub role: Role,
    /// Whether it is a function word, which a query never requires.
    pub function: bool,
    /// Its terms.
    pub terms: Vec<Term>,
}

/// A token that borrows its terms.
#[derive(Clone, Debug)]
pub(crate) struct TokenRef {
    pub position: u32,
    pub span: Span,
    pub role: Role,
    pub form: Arc<Form>,
}

impl TokenRef {
    pub fn to_token(&self, text: &str) -> Token {
        Token {
            position: self.position,
            start: self.span.start,
            end: self.span.end,
            surface: self.span.of(text).to_owned(),
            role: self.role,
            function: self.form.function,
            terms: self.form.terms.clone(),
        }
    }
}

/// Walks a text token by token.
pub(crate) struct Tokens<'t> {
    text: &'t str,
    scanner: Scanner<'t>,
    position: u32,
    /// Tokens of the last piece that are not handed out yet.
    waiting: VecDeque<TokenRef>,
    /// Where the last line that was looked at ends, and whether it is all in capitals.
    line: (usize, bool),
}

impl<'t> Tokens<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, scanner: Scanner::new(text), position: 0, waiting: VecDeque::new(), line: (0, false) }
    }

    pub fn next(&mut self, forms: &mut Forms) -> Option<TokenRef> {
        if let Some(token) = self.waiting.pop_front() {
            return Some(token);
        }
        let piece = self.scanner.next_piece()?;
        match piece.shape {
            Shape::Word => Some(self.word(piece.span, forms)),
            Shape::Initial => {
                let form = Arc::clone(forms.get(piece.span.of(self.text), Setting::Initial));
                Some(self.single(piece.span, Role::Initial, form))
            }
            Shape::Number => Some(self.single(piece.span, Role::Single, number(piece.span.of(self.text)))),
            Shape::Sign => Some(self.single(piece.span, Role::Single, sign(piece.span.of(self.text)))),
            Shape::Joint | Shape::Dotted | Shape::Date | Shape::Address => self.compound(piece, forms),
        }
    }

    /// How many positions a text takes: the words that `next` would number, without analysing them.
    pub fn count(text: &str) -> u64 {
        let mut scanner = Scanner::new(text);
        let mut words = 0;
        while let Some(piece) = scanner.next_piece() {
            let parts = &scanner.parts;
            words += if parts.is_empty() || is_one_word(text, piece, parts) { 1 } else { parts.len() as u64 };
        }
        words
    }

    fn word(&mut self, span: Span, forms: &mut Forms) -> TokenRef {
        let setting = self.setting(span);
        let form = Arc::clone(forms.get(span.of(self.text), setting));
        self.single(span, Role::Single, form)
    }

    fn single(&mut self, span: Span, role: Role, form: Arc<Form>) -> TokenRef {
        let token = TokenRef { position: self.position, span, role, form };
        self.position += 1;
        token
    }

    /// Capitals tell nothing in a line that has nothing else; only words in capitals need to ask.
    fn setting(&mut self, span: Span) -> Setting {
        let mut letters = span.of(self.text).chars();
        let capitals = letters.next().is_some_and(char::is_uppercase)
            && letters.next().is_some_and(|c| !c.is_lowercase());
        if !capitals {
            return Setting::Text;
        }
        if span.start >= self.line.0 {
            let end = self.text[span.start..].find('\n').map_or(self.text.len(), |at| span.start + at);
            let start = self.text[..span.start].rfind('\n').map_or(0, |at| at + 1);
            self.line = (end.max(span.end), capitals::is_shouted(&self.text[start..end]));
        }
        if self.line.1 { Setting::Shouted } else { Setting::Text }
    }

    fn compound(&mut self, piece: Piece, forms: &mut Forms) -> Option<TokenRef> {
        let parts = std::mem::take(&mut self.scanner.parts);
        let surface = piece.span.of(self.text);
        let whole = match (piece.shape, &parts[..]) {
            (Shape::Joint, [number, ending]) if is_ordinal(number.of(self.text), ending.of(self.text)) => {
                ordinal(surface, number.of(self.text))
            }
            (Shape::Joint, _) => Arc::clone(forms.get(surface, Setting::Whole)),
            _ => exact_whole(surface),
        };
        if is_one_word(self.text, piece, &parts) {
            return Some(self.single(piece.span, Role::Single, whole));
        }
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let position = self.position;
        for (place, &part) in parts.iter().enumerate() {
            let form = match (piece.shape, place) {
                (Shape::Date, 0) => day(part.of(self.text)),
                (Shape::Date, 1) => month(part.of(self.text)),
                _ => Arc::clone(forms.get(part.of(self.text), Setting::Text)),
            };
            let token = self.single(part, Role::Part, form);
            self.waiting.push_back(token);
        }
        self.scanner.parts = parts;
        Some(TokenRef { position, span: piece.span, role: Role::Whole(count), form: whole })
    }
}

fn form_of(terms: impl IntoIterator<Item = Term>) -> Form {
    Form { terms: terms.into_iter().collect(), function: false }
}

/// «1 000,5» as 1000.5.
fn number(surface: &str) -> Arc<Form> {
    let digits: String =
        surface.chars().filter(|c| !c.is_whitespace()).map(|c| if c == ',' { '.' } else { c }).collect();
    Arc::new(form_of([Term::new(Channel::Exact, &digits, Rule::Surface)]))
}

/// Signs that people also write as words.
fn sign(surface: &str) -> Arc<Form> {
    let word = match surface {
        "%" => "процент",
        "№" => "номер",
        _ => "промилле",
    };
    Arc::new(form_of([
        Term::new(Channel::Exact, surface, Rule::Surface),
        Term::new(Channel::Lemma, word, Rule::Sign),
    ]))
}

/// Addresses, «т.г.» and days in figures: found whole as they stand, without a scheme.
fn exact_whole(surface: &str) -> Arc<Form> {
    let body = surface.split_once("://").map_or(surface, |(_, body)| body);
    Arc::new(form_of([Term::new(Channel::Exact, &fold(&clean(body)), Rule::Surface)]))
}

/// Whether a piece of several runs is one word all the same: «24-й», «ЦИК-а».
fn is_one_word(text: &str, piece: Piece, parts: &[Span]) -> bool {
    match parts {
        [first, second] if piece.shape == Shape::Joint => {
            is_ordinal(first.of(text), second.of(text))
                || capitals::mixed_abbreviation(&clean(piece.span.of(text))).is_some()
        }
        _ => false,
    }
}

/// «24-й»: the whole and the number alone.
fn ordinal(surface: &str, number: &str) -> Arc<Form> {
    Arc::new(form_of([
        Term::new(Channel::Exact, &fold(&clean(surface)), Rule::Surface),
        Term::new(Channel::Exact, number, Rule::Surface),
    ]))
}

fn is_ordinal(number: &str, ending: &str) -> bool {
    number.bytes().all(|b| b.is_ascii_digit())
        && ending.chars().count() <= 3
        && ending.chars().all(|c| matches!(c, 'а'..='я'))
}

const MONTHS: [&str; 12] = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
];

/// The day of «05.06.2024», which «5 июня 2024» has as «5».
fn day(figure: &str) -> Arc<Form> {
    let digit = figure.strip_prefix('0').map(|digit| Term::new(Channel::Exact, digit, Rule::Surface));
    Arc::new(form_of(std::iter::once(Term::new(Channel::Exact, figure, Rule::Surface)).chain(digit)))
}

/// The month of «13.05.2024»: the figure, and the word that «13 мая 2024» has in its place.
fn month(figure: &str) -> Arc<Form> {
    let name = figure.parse::<usize>().ok().and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    let name = name.map(|name| Term::new(Channel::Lemma, name, Rule::Month));
    Arc::new(form_of(std::iter::once(Term::new(Channel::Exact, figure, Rule::Surface)).chain(name)))
}
