//! Cuts a typed query into tokens.
//!
//! Never fails and only moves forward: each character is looked at a bounded number of times,
//! whatever the query. Whether an operator holds where it stands is decided later.

use super::{
    Field, Form, chunk,
    doubt::Doubts,
    quote::Closers,
    token::{Kind, Operator, Token},
    word::{self, begins_word, is_quote, is_space},
};

/// Cuts a query into tokens.
pub(super) fn tokens(text: &str, doubts: &mut Doubts) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut lexer = Lexer::new(&chars, doubts);
    lexer.run();
    lexer.tokens
}

pub(super) struct Lexer<'a> {
    chars: &'a [char],
    /// The character to be read next.
    pub(super) at: usize,
    pub(super) tokens: Vec<Token>,
    pub(super) doubts: &'a mut Doubts,
    pub(super) closers: Closers,
    /// How often a character was looked at, for the test that this grows no faster than the query.
    #[cfg(test)]
    pub(super) looks: std::cell::Cell<usize>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(chars: &'a [char], doubts: &'a mut Doubts) -> Self {
        Self {
            chars,
            at: 0,
            tokens: Vec::new(),
            doubts,
            closers: Closers::of(chars),
            #[cfg(test)]
            looks: std::cell::Cell::new(0),
        }
    }

    pub(super) fn run(&mut self) {
        while let Some(c) = self.char(self.at) {
            self.step(c);
        }
    }

    pub(super) fn char(&self, at: usize) -> Option<char> {
        #[cfg(test)]
        self.looks.set(self.looks.get() + 1);
        self.chars.get(at).copied()
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> String {
        // Most letters of a query take two bytes.
        let mut slice = String::with_capacity(to.saturating_sub(from) * 2);
        slice.extend((from..to).map_while(|at| self.char(at)));
        slice
    }

    pub(super) fn push(&mut self, at: usize, kind: Kind) {
        self.tokens.push(Token { kind, at });
    }

    /// Reads what begins at the next character; moves on by one at least.
    fn step(&mut self, c: char) {
        match c {
            c if is_space(c) => self.at += 1,
            '(' => self.sign(1, Kind::Open),
            ')' => self.sign(1, Kind::Close),
            '|' => {
                let length = (self.at..).take_while(|&at| self.char(at) == Some('|')).count();
                self.operator(length, Operator::Or);
            }
            '&' if self.char(self.at + 1) == Some('&') => self.operator(2, Operator::And),
            '&' if self.at_edge() && self.char(self.at + 1).is_none_or(is_space) => {
                self.operator(1, Operator::And);
            }
            '-' if self.at_edge() && self.negates() => self.operator(1, Operator::Not),
            '!' | '=' => self.exact(),
            '^' if self.follows_something() && self.weight_end(self.at).is_some() => self.weight(),
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

    /// Whether the minus here negates: something begins directly after it, and it is no number.
    fn negates(&self) -> bool {
        let next = self.at + 1;
        match self.char(next) {
            Some('(') => true,
            Some('!' | '=') => self.char(next + 1).is_some_and(begins_word) || self.opens_phrase(next + 1),
            Some(c) if c.is_numeric() => !word::is_number(&self.slice(next, self.text_end(next))),
            Some(c) => begins_word(c) || self.opens_phrase(next),
            None => false,
        }
    }

    /// Reads `!` or `=` and the form after it; without one the sign is punctuation.
    fn exact(&mut self) {
        let mut sign = self.at;
        let mut next = (sign..).find(|&at| !matches!(self.char(at), Some('!' | '='))).unwrap_or(sign + 1);
        if let Some((field, name, value)) = self.field_at(next) {
            // What is exact is the field's value: `!заголовок:карта` is `заголовок:!карта`.
            self.push(sign, Kind::Field { field, name });
            (sign, next) = (value, value);
        }
        self.at = next;
        if self.opens_phrase(next) {
            self.phrase(next, Form::Exact);
        } else if self.char(next).is_some_and(begins_word) {
            self.at = self.text_end(next);
            let (leaf, doubt) = chunk::leaf(&self.slice(next, self.at), Form::Exact);
            self.found(sign, leaf, doubt);
        } else if self.char(next) == Some('(') {
            self.doubts.note(sign, "an exact form is a word or a phrase, not a group");
        }
    }

    /// The field named at a place, its name as written, and where the word or phrase after it begins.
    fn field_at(&self, at: usize) -> Option<(Field, String, usize)> {
        let (written, name) = chunk::leading_name((at..).map_while(|at| self.char(at)))?;
        let chunk::Name::Field(field) = name else { return None };
        let value = at + written.chars().count() + 1;
        let follows = self.char(value).is_some_and(begins_word) || self.opens_phrase(value);
        follows.then_some((field, written, value))
    }

    fn weight(&mut self) {
        let at = self.at;
        let end = self.weight_end(at).unwrap_or(at + 1);
        self.at = end;
        let weight = self.slice(at + 1, end).replace(',', ".").parse().unwrap_or(0.0);
        if super::shape::is_weight(weight) {
            self.push(at, Kind::Weight(weight));
        } else {
            self.doubts.note(at, "a weight is a number above 0 and at most 100, as in ^2");
        }
    }

    /// The place after the `^N` at `at`, if one stands there.
    fn weight_end(&self, at: usize) -> Option<usize> {
        let digits = |from: usize| {
            let count = (from..).map_while(|at| self.char(at)).take_while(char::is_ascii_digit).count();
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
        let run = (at..).map_while(|at| self.char(at));
        if let Some((written, name)) = chunk::leading_name(run) {
            self.at = at + written.chars().count() + 1;
            return self.name(at, written, name);
        }
        self.at = self.text_end(at).max(at + 1);
        let (kind, doubt) = chunk::read(&self.slice(at, self.at));
        self.found(at, kind, doubt);
    }

    fn found(&mut self, at: usize, kind: Option<Kind>, doubt: Option<&'static str>) {
        if let Some(kind) = kind {
            self.push(at, kind);
        }
        if let Some(reason) = doubt {
            self.doubts.note(at, reason);
        }
    }

    fn name(&mut self, at: usize, written: String, name: chunk::Name) {
        match name {
            chunk::Name::Field(field) => self.push(at, Kind::Field { field, name: written }),
            chunk::Name::Date => match self.date() {
                Some((span, end)) => {
                    self.at = end;
                    self.push(at, Kind::Leaf(super::Expr::Dated(span)));
                }
                None => self.found(
                    at,
                    chunk::leaf(&written, Form::Any).0,
                    Some("no date follows; write дата:2024, дата:2024-05-13 or дата:2024-01..2024-06"),
                ),
            },
        }
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
                '^' => at > start && self.weight_end(at).is_some(),
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
