//! Splits a typed query into tokens.
//!
//! Never fails and only moves forward: the number of reads per character is bounded for any query.
//! Whether an operator applies where it stands is decided by the parser.

mod chars;
mod date;
mod quotes;
pub(super) mod run;

use jiff::{Zoned, civil::Date};

use self::{chars::Chars, quotes::Quotes};
use super::{
    Expr, Field, Form,
    diagnostics::{Diagnostics, Note},
    limits::{MAX_DATES, MAX_DISTANCE, is_boost},
    token::{Kind, Operator, Token},
    word::{self, begins_word, is_quote, is_space},
};

/// A word of a text in capitals is longer than most abbreviations, which the operators «И» and «НЕ» often join.
const SHORTEST_WORD_IN_CAPITALS: usize = 5;

/// Whether a query is a pasted headline in capitals: it has no small letter, and a word that is no abbreviation.
fn is_in_capitals(chars: &[char]) -> bool {
    !chars.iter().any(|c| c.is_lowercase())
        && chars
            .chunk_by(|one, next| one.is_alphabetic() && next.is_alphabetic())
            .any(|word| word.len() >= SHORTEST_WORD_IN_CAPITALS)
}

/// Splits a query into tokens.
pub(super) struct Lexer<'a> {
    chars: Chars,
    quotes: Quotes,
    /// The character to be read next.
    at: usize,
    tokens: Vec<Token>,
    /// Whether the query is a text in capitals, in which «И» and «НЕ» are words.
    in_capitals: bool,
    /// The day that relative dates count from; the current day of this machine if it is not given.
    today: Option<Date>,
    /// How many dates were read.
    dates: usize,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &str, today: Option<Date>, diagnostics: &'a mut Diagnostics) -> Self {
        let chars = Chars::new(text);
        let quotes = Quotes::new(&chars);
        let in_capitals = is_in_capitals(chars.as_slice());
        Self { in_capitals, chars, quotes, at: 0, tokens: Vec::new(), today, dates: 0, diagnostics }
    }

    pub(super) fn tokens(mut self) -> Vec<Token> {
        self.run();
        self.tokens
    }

    fn run(&mut self) {
        while let Some(c) = self.char(self.at) {
            self.step(c);
        }
    }

    fn char(&self, at: usize) -> Option<char> {
        self.chars.get(at)
    }

    fn push(&mut self, at: usize, kind: Kind) {
        self.tokens.push(Token { kind, at });
    }

    /// Reads what begins at the next character. Advances by at least one character.
    fn step(&mut self, c: char) {
        match c {
            c if is_space(c) => self.at += 1,
            '(' => self.sign(1, Kind::Open),
            ')' => self.sign(1, Kind::Close),
            '|' => {
                let length = self.chars.from(self.at).take_while(|&c| c == '|').count();
                self.operator(length, Operator::Or);
            }
            '&' if self.char(self.at + 1) == Some('&') => self.operator(2, Operator::And),
            '&' if self.at_edge() && self.char(self.at + 1).is_none_or(is_space) => {
                self.operator(1, Operator::And);
            }
            '-' if self.at_edge() && self.negates() => self.operator(1, Operator::Not),
            '!' | '=' => self.exact(),
            '^' if self.follows_something() && self.boost_end(self.at).is_some() => self.boost(),
            c if is_quote(c) => self.phrase(self.at, Form::Any),
            _ => self.run_of_text(),
        }
    }

    fn sign(&mut self, length: usize, kind: Kind) {
        self.push(self.at, kind);
        self.at += length;
    }

    fn operator(&mut self, length: usize, operator: Operator) {
        self.sign(length, Kind::Operator { operator, word: None });
    }

    fn before(&self) -> Option<char> {
        self.at.checked_sub(1).and_then(|at| self.char(at))
    }

    /// Whether an operator of one sign can begin here: after a space, a bracket, a sign or a colon.
    fn at_edge(&self) -> bool {
        self.before().is_none_or(|c| is_space(c) || "(|&:".contains(c))
    }

    fn follows_something(&self) -> bool {
        self.before().is_some_and(|c| !is_space(c) && !"(|".contains(c))
    }

    fn opens_phrase(&self, at: usize) -> bool {
        self.quotes.opens(&self.chars, at)
    }

    /// Whether the minus here negates: something other than a number follows directly.
    fn negates(&self) -> bool {
        let next = self.at + 1;
        match self.char(next) {
            Some('(') => true,
            Some('!' | '=') => self.char(next + 1).is_some_and(begins_word) || self.opens_phrase(next + 1),
            Some(c) if c.is_numeric() => !word::is_number(&self.chars.slice(next, self.text_end(next))),
            Some('*') => self.char(next + 1).is_some_and(char::is_alphanumeric),
            Some(c) => begins_word(c) || self.opens_phrase(next),
            None => false,
        }
    }

    /// Reads `!` or `=` and the form after it. Without a form the sign is punctuation.
    fn exact(&mut self) {
        let mut sign = self.at;
        let mut next = (sign..).find(|&at| !matches!(self.char(at), Some('!' | '='))).unwrap_or(sign + 1);
        if let Some((field, name, value)) = self.field_at(next) {
            // The sign applies to the field's value: `!заголовок:карта` is `заголовок:!карта`.
            self.push(sign, Kind::Field { field, name });
            (sign, next) = (value, value);
        }
        self.at = next;
        if self.opens_phrase(next) {
            self.phrase(next, Form::Exact);
        } else if self.char(next).is_some_and(begins_word) {
            self.at = self.text_end(next);
            let (leaf, doubt) = run::leaf(&self.chars.slice(next, self.at), Form::Exact);
            self.found(sign, leaf, doubt);
        } else if self.char(next) == Some('(') {
            self.diagnostics.refuse(sign, "an exact form is a word or a phrase, not a group");
        }
    }

    /// The field named at a place, its name as typed, and where the word or phrase after it begins.
    fn field_at(&self, at: usize) -> Option<(Field, String, usize)> {
        let (typed, name) = run::leading_name(self.chars.from(at))?;
        let run::Name::Field(field) = name else { return None };
        let value = at + typed.chars().count() + 1;
        let follows = self.char(value).is_some_and(begins_word) || self.opens_phrase(value);
        follows.then_some((field, typed, value))
    }

    /// Reads the phrase that begins at `open`, or drops a mark that opens none.
    fn phrase(&mut self, open: usize, form: Form) {
        let Some((text, after)) = self.quotes.quoted(&self.chars, open) else {
            self.diagnostics.refuse(open, "this quote has no partner");
            self.at = open + 1;
            return;
        };
        self.at = after;
        if text.split(is_space).any(|part| part.ends_with('*') && part.contains(begins_word)) {
            self.diagnostics.refuse(open, "`*` is not a wildcard between quotes");
        }
        let slop = self.slop();
        match word::text(&text, form, slop) {
            Some(leaf) => self.push(open, Kind::Leaf(leaf)),
            None => self.diagnostics.refuse(open, "there is no word between these quotes"),
        }
    }

    /// Reads the `~N` directly after a phrase.
    fn slop(&mut self) -> Option<u32> {
        let tilde = self.at;
        if self.char(tilde) != Some('~') {
            return None;
        }
        let digits = self.chars.from(tilde + 1).take_while(char::is_ascii_digit).count();
        self.at = tilde + 1 + digits;
        let slop = self.chars.slice(tilde + 1, self.at).parse().ok().filter(|&slop| slop <= MAX_DISTANCE);
        if slop.is_none() {
            self.diagnostics.refuse(tilde, "the slop of a phrase is a number from 0 to 100, as in ~3");
        }
        slop
    }

    fn boost(&mut self) {
        let at = self.at;
        let end = self.boost_end(at).unwrap_or(at + 1);
        self.at = end;
        let factor = self.chars.slice(at + 1, end).replace(',', ".").parse().unwrap_or(0.0);
        if is_boost(factor) {
            self.push(at, Kind::Boost(factor));
        } else {
            self.diagnostics.refuse(at, "a weight is a number above 0 and at most 100, as in ^2");
        }
    }

    /// The place after the `^N` at `at`, if there is one.
    fn boost_end(&self, at: usize) -> Option<usize> {
        let digits = |from: usize| {
            let count = self.chars.from(from).take_while(char::is_ascii_digit).count();
            (count > 0).then_some(from + count)
        };
        let whole = digits((self.char(at) == Some('^')).then_some(at + 1)?)?;
        let point = matches!(self.char(whole), Some('.' | ','));
        let end = point.then(|| digits(whole + 1)).flatten().unwrap_or(whole);
        self.char(end).is_none_or(|c| !c.is_alphanumeric()).then_some(end)
    }

    /// Reads a run of text: a name with a colon, an operator in letters, a distance or a word.
    fn run_of_text(&mut self) {
        let at = self.at;
        if let Some((typed, name)) = run::leading_name(self.chars.from(at)) {
            self.at = at + typed.chars().count() + 1;
            return self.name(at, typed, name);
        }
        self.at = self.text_end(at).max(at + 1);
        let (kind, doubt) = run::read(&self.chars.slice(at, self.at), self.in_capitals);
        self.found(at, kind, doubt);
    }

    fn found(&mut self, at: usize, kind: Option<Kind>, doubt: Option<&'static str>) {
        if let Some(kind) = kind {
            self.push(at, kind);
        }
        if let Some(reason) = doubt {
            self.diagnostics.refuse(at, reason);
        }
    }

    fn name(&mut self, at: usize, typed: String, name: run::Name) {
        match name {
            run::Name::Field(field) => self.push(at, Kind::Field { field, name: typed }),
            run::Name::Date => self.date(at, &typed),
        }
    }

    /// Reads the date after its name. Without a date the name is a word.
    fn date(&mut self, at: usize, typed: &str) {
        self.dates += 1;
        let today = *self.today.get_or_insert_with(|| Zoned::now().date());
        let found = (self.dates <= MAX_DATES).then(|| date::read(&self.chars, &self.quotes, self.at, today));
        if let Some((span, end)) = found.flatten() {
            self.at = end;
            return self.push(at, Kind::Leaf(Expr::Date(span)));
        }
        let (text, mut reason) = date::refused(&self.chars, self.at, today);
        if self.dates > MAX_DATES {
            reason = Some(format!("a query can have {MAX_DATES} dates; leave some out"));
        }
        self.diagnostics.note(Note::UnknownDate { text: format!("{typed}:{text}"), reason });
        let doubt = "no date follows; write дата:2024, дата:2024-05-13 or дата:2024-01..2024-06";
        self.found(at, run::leaf(typed, Form::Any).0, Some(doubt));
    }

    /// The place after a run of text. A comma ends it unless digits are on both sides or the run is
    /// an address.
    fn text_end(&self, start: usize) -> usize {
        let mut address = false;
        let mut at = start;
        while let Some(c) = self.char(at) {
            let next = self.char(at + 1);
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            address |= c == ':' && next == Some('/') && self.char(at + 2) == Some('/');
            let ends = match c {
                '(' | ')' | '[' | ']' | '{' | '}' | '|' | ';' | '…' => true,
                '&' => next == Some('&'),
                ',' => !(address || (at > start && digit(self.char(at - 1)) && digit(next))),
                '^' => at > start && self.boost_end(at).is_some(),
                c => is_space(c) || is_quote(c),
            };
            if ends {
                break;
            }
            at += 1;
        }
        at
    }
}

#[cfg(test)]
impl Lexer<'_> {
    /// The tokens of a query and how often a character was read.
    pub(super) fn with_reads(text: &str) -> (Vec<Token>, usize) {
        let mut diagnostics = Diagnostics::default();
        let mut lexer = Lexer::new(text, None, &mut diagnostics);
        lexer.run();
        (lexer.tokens, lexer.chars.reads())
    }
}
