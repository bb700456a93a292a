//! Tokens: terms laid out by position, with the place in the text that they came from.
//!
//! A compound gives a token for the whole and one for each part: the whole shares the position of
//! the first part, so that «нормативно-правовой акт» and «правовой акт» are both phrases.

use serde::Serialize;

use super::{
    cache::Forms,
    capitals,
    figures::is_ordinal,
    fold::clean,
    form::{FormRef, Setting},
    scanner::{Piece, Scanner, Shape, Span},
    term::Term,
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
#[derive(Clone, Copy)]
pub(crate) struct TokenRef<'f> {
    pub position: u32,
    pub span: Span,
    pub role: Role,
    pub form: FormRef<'f>,
}

/// A token whose form is still to be found: by what stands in its span, in this setting.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub position: u32,
    pub span: Span,
    pub role: Role,
    pub setting: Setting,
}

impl TokenRef<'_> {
    pub fn to_token(self, text: &str) -> Token {
        Token {
            position: self.position,
            start: self.span.start,
            end: self.span.end,
            surface: self.span.of(text).to_owned(),
            role: self.role,
            function: self.form.function,
            terms: self.form.terms().map(|term| term.to_owned()).collect(),
        }
    }
}

/// Walks a text token by token.
pub(crate) struct Tokens<'t> {
    text: &'t str,
    pub(super) scanner: Scanner<'t>,
    pub(super) position: u32,
    /// The compound whose parts come next, and how many of them were handed out.
    pub(super) compound: Option<(Shape, usize)>,
    /// Where the last line that was looked at ends, and whether it is all in capitals.
    line: (usize, bool),
}

impl<'t> Tokens<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, scanner: Scanner::new(text), position: 0, compound: None, line: (0, false) }
    }

    pub fn next<'f>(&mut self, forms: &'f mut Forms) -> Option<TokenRef<'f>> {
        let Step { position, span, role, setting } = self.step()?;
        let found = forms.find(span.of(self.text), setting);
        Some(TokenRef { position, span, role, form: forms.form(found) })
    }

    /// As `next`, for who finds the forms of many tokens at once.
    pub fn step(&mut self) -> Option<Step> {
        if let Some((span, setting)) = self.next_part() {
            return Some(self.word(span, Role::Part, setting));
        }
        let piece = self.scanner.next_piece()?;
        let (role, setting) = match piece.shape {
            Shape::Word => (Role::Single, self.setting(piece.span)),
            Shape::Initial => (Role::Initial, Setting::Initial),
            Shape::Number => (Role::Single, Setting::Number),
            Shape::Sign => (Role::Single, Setting::Sign),
            Shape::Joint | Shape::Dotted | Shape::Date | Shape::Address => return Some(self.whole(piece)),
        };
        Some(self.word(piece.span, role, setting))
    }

    fn word(&mut self, span: Span, role: Role, setting: Setting) -> Step {
        let position = self.position;
        self.position += 1;
        Step { position, span, role, setting }
    }

    /// A compound as a whole; its parts follow, the first of them at the same position.
    fn whole(&mut self, piece: Piece) -> Step {
        if let Some(setting) = one_word(self.text, piece, &self.scanner.parts) {
            return self.word(piece.span, Role::Single, setting);
        }
        self.compound = Some((piece.shape, 0));
        let role = Role::Whole(u32::try_from(self.scanner.parts.len()).unwrap_or(u32::MAX));
        let setting = if piece.shape == Shape::Joint { Setting::Whole } else { Setting::Literal };
        Step { position: self.position, span: piece.span, role, setting }
    }

    fn next_part(&mut self) -> Option<(Span, Setting)> {
        let (shape, place) = self.compound?;
        let Some(&part) = self.scanner.parts.get(place) else {
            self.compound = None;
            return None;
        };
        self.compound = Some((shape, place + 1));
        let setting = match (shape, place) {
            (Shape::Date, 0) => Setting::Day,
            (Shape::Date, 1) => Setting::Month,
            _ => Setting::Text,
        };
        Some((part, setting))
    }

    /// Capitals tell nothing in a line that has nothing else; only words in capitals need to ask.
    fn setting(&mut self, span: Span) -> Setting {
        let surface = span.of(self.text);
        if begins_small(surface.as_bytes()) {
            return Setting::Text;
        }
        let mut letters = surface.chars();
        let begins_large = letters.next().is_some_and(char::is_uppercase);
        let behind = letters.as_str();
        let capitals = begins_large
            && !begins_small(behind.as_bytes())
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
}

/// Whether the first letter is a small one: а–п, р–я with ё, a–z, as bytes. Most words are told so.
fn begins_small(word: &[u8]) -> bool {
    matches!(word, [0xD0, 0xB0..=0xBF, ..] | [0xD1, 0x80..=0x91, ..] | [b'a'..=b'z', ..])
}

/// How a piece of several runs is read that is one word all the same: «24-й», «ЦИК-а».
pub(super) fn one_word(text: &str, piece: Piece, parts: &[Span]) -> Option<Setting> {
    let [first, second] = parts else { return None };
    if piece.shape != Shape::Joint {
        return None;
    }
    if is_ordinal(first.of(text), second.of(text)) {
        return Some(Setting::Ordinal);
    }
    let is_abbreviation = capitals::mixed_abbreviation(&clean(piece.span.of(text))).is_some();
    is_abbreviation.then_some(Setting::Whole)
}
