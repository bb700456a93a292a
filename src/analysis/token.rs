//! Tokens: terms laid out by position, with the byte range in the text that they came from.
//!
//! A compound gives a token for the whole and one for each part. The whole has the position of the first
//! part, so that «нормативно-правовой акт» and «правовой акт» both match as phrases.

use std::ops::Range;

use serde::Serialize;

use super::{
    acronyms,
    alphabets::digits_in_letters,
    normalize::{clean, is_ignorable, normalized},
    numeric::is_ordinal,
    term::Term,
    term_cache::TermCache,
    term_list::TermListRef,
    tokenizer::{Lexeme, LexemeKind, Scanner, Span, examined},
    word_terms::TokenContext,
};

/// How a token relates to its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A token on its own.
    Single,
    /// The whole of a compound; this many parts follow, the first at the same position.
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
    /// The text of the token.
    pub surface: String,
    /// How it relates to its neighbours.
    pub role: Role,
    /// Whether it is a function word, which a query does not require.
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
    pub form: TermListRef<'f>,
}

/// A token before analysis: its terms are those of the text in its span, in this context.
#[derive(Clone, Copy)]
pub(crate) struct PendingToken {
    pub position: u32,
    pub span: Span,
    pub role: Role,
    pub context: TokenContext,
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

/// The tokens of a text, in order.
pub(crate) struct TokenStream<'t> {
    text: &'t str,
    pub(super) scanner: Scanner<'t>,
    pub(super) position: u32,
    /// The compound whose parts come next, and how many of them were returned.
    pub(super) compound: Option<(LexemeKind, usize)>,
    /// Whether one of its parts is a number, once this is known.
    has_number: Option<bool>,
    /// The end of the line examined last, and whether that line is all in capitals.
    line: (usize, bool),
}

/// A token of Russian text and the sign behind it take about this many bytes.
const BYTES_PER_TOKEN: usize = 12;

impl TermCache {
    /// Calls `each` for every term of a text in order, with the position of its word, counted from 0, and
    /// its byte range in the text. Copies nothing.
    pub fn terms(&mut self, text: &str, mut each: impl FnMut(u32, Range<usize>, Term<&str>)) {
        let mut tokens = TokenStream::new(text);
        while let Some(token) = tokens.next(self) {
            for term in token.form.terms() {
                each(token.position, token.span.start..token.span.end, term);
            }
        }
    }

    /// The tokens of a text with their terms, as [`Analyzer::analyze`](super::Analyzer::analyze).
    pub(crate) fn analyze(&mut self, text: &str) -> Vec<Token> {
        let mut tokens = TokenStream::new(text);
        let mut out = Vec::with_capacity(text.len() / BYTES_PER_TOKEN);
        while let Some(token) = tokens.next(self) {
            out.push(token.to_token(text));
        }
        out
    }
}

impl<'t> TokenStream<'t> {
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            scanner: Scanner::new(text),
            position: 0,
            compound: None,
            has_number: None,
            line: (0, false),
        }
    }

    pub fn next<'f>(&mut self, forms: &'f mut TermCache) -> Option<TokenRef<'f>> {
        let PendingToken { position, span, role, context } = self.step()?;
        let found = forms.find(span.of(self.text), context);
        Some(TokenRef { position, span, role, form: forms.form(found) })
    }

    /// As `next`, for a caller that looks up many tokens at once.
    pub fn step(&mut self) -> Option<PendingToken> {
        if let Some((span, context)) = self.next_part() {
            return Some(self.word(span, Role::Part, context));
        }
        let lexeme = self.scanner.next_lexeme()?;
        let (role, context) = match lexeme.kind {
            LexemeKind::Word => (Role::Single, self.context(lexeme.span)),
            LexemeKind::Initial => (Role::Initial, TokenContext::Initial),
            LexemeKind::Number => (Role::Single, TokenContext::Number),
            LexemeKind::Sign => (Role::Single, TokenContext::Sign),
            LexemeKind::Phone if self.scanner.parts.is_empty() => (Role::Single, TokenContext::Phone),
            LexemeKind::Groups
            | LexemeKind::Phone
            | LexemeKind::Joint
            | LexemeKind::Dotted
            | LexemeKind::Date
            | LexemeKind::Address => return Some(self.whole(lexeme)),
        };
        Some(self.word(lexeme.span, role, context))
    }

    fn word(&mut self, span: Span, role: Role, context: TokenContext) -> PendingToken {
        let position = self.position;
        self.position += 1;
        PendingToken { position, span, role, context }
    }

    /// A compound as a whole; its parts follow, the first of them at the same position.
    fn whole(&mut self, lexeme: Lexeme) -> PendingToken {
        if let Some(context) = one_word(self.text, lexeme, &self.scanner.parts) {
            return self.word(lexeme.span, Role::Single, context);
        }
        self.compound = Some((lexeme.kind, 0));
        self.has_number = None;
        let role = Role::Whole(u32::try_from(self.scanner.parts.len()).unwrap_or(u32::MAX));
        let context = match lexeme.kind {
            LexemeKind::Joint => TokenContext::Whole,
            LexemeKind::Groups => TokenContext::Number,
            LexemeKind::Phone => TokenContext::Phone,
            _ => TokenContext::Literal,
        };
        PendingToken { position: self.position, span: lexeme.span, role, context }
    }

    fn next_part(&mut self) -> Option<(Span, TokenContext)> {
        let (kind, index) = self.compound?;
        let Some(&part) = self.scanner.parts.get(index) else {
            self.compound = None;
            return None;
        };
        self.compound = Some((kind, index + 1));
        let context = match (kind, index) {
            (LexemeKind::Date, 1) => TokenContext::Month,
            (LexemeKind::Date, _) => self.date_part(index),
            (LexemeKind::Joint, _) if is_designator_part(part.of(self.text)) && self.has_number() => {
                TokenContext::Designator
            }
            _ => TokenContext::Text,
        };
        Some((part, context))
    }

    /// What the first or last part of a date is: «13.05.2024», «2024-05-13», «13.05.24».
    fn date_part(&self, index: usize) -> TokenContext {
        let digits = |part: Option<&Span>| part.map_or(0, |part| part.end - part.start);
        let year_first = digits(self.scanner.parts.first()) > 2;
        if (index == 0) == year_first { TokenContext::Year } else { TokenContext::Day }
    }

    /// Whether a part of the compound is a number. Looked up once: a compound may have millions of parts.
    fn has_number(&mut self) -> bool {
        let Self { scanner, text, .. } = self;
        let mut parts = scanner.parts.iter();
        let find = || {
            parts.any(|part| {
                examined(1);
                part.of(text).starts_with(char::is_numeric)
            })
        };
        *self.has_number.get_or_insert_with(find)
    }

    /// Whether a space and a digit follow.
    fn number_follows(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        let behind = bytes.get(at..).unwrap_or_default();
        matches!(behind, [b' ', b'0'..=b'9', ..] | [0xC2, 0xA0, b'0'..=b'9', ..])
    }

    /// Capitals mark an abbreviation only where the rest of the line is not in capitals too.
    fn context(&mut self, span: Span) -> TokenContext {
        let surface = span.of(self.text);
        if begins_small(surface.as_bytes()) {
            return TokenContext::Text;
        }
        let mut letters = surface.chars();
        let begins_large = letters.next().is_some_and(char::is_uppercase);
        let behind = letters.as_str();
        if begins_large && surface.len() <= 2 && is_designator(surface) && self.number_follows(span.end) {
            return TokenContext::Designator;
        }
        let capitals = begins_large
            && !begins_small(behind.as_bytes())
            && letters.next().is_some_and(|c| !c.is_lowercase());
        if !capitals {
            return TokenContext::Text;
        }
        if span.start >= self.line.0 {
            let end = self.text[span.start..].find('\n').map_or(self.text.len(), |at| span.start + at);
            let start = self.text[..span.start].rfind('\n').map_or(0, |at| at + 1);
            self.line = (end.max(span.end), acronyms::is_all_caps_line(&self.text[start..end]));
        }
        if self.line.1 { TokenContext::AllCapsLine } else { TokenContext::Text }
    }
}

/// Four Cyrillic letters.
const MOST_DESIGNATOR_BYTES: usize = 8;

/// Whether a token is a single letter that may be part of a designation: «С» in «С-300» and «С 300».
fn is_designator(surface: &str) -> bool {
    let mut letters = surface.chars().filter(|&c| !is_ignorable(c));
    surface.len() <= MOST_DESIGNATOR_BYTES
        && letters.next().is_some_and(char::is_alphabetic)
        && letters.next().is_none()
}

/// Whether a part of a compound with digits may be its designator: a letter, or a few capitals, «СО» in «СО2».
fn is_designator_part(surface: &str) -> bool {
    let few_capitals = || {
        surface.len() <= MOST_DESIGNATOR_BYTES && surface.chars().all(|c| c.is_uppercase() || is_ignorable(c))
    };
    is_designator(surface) || few_capitals()
}

/// Whether the first letter is a small one: а–п, р–я with ё, a–z. Compares bytes, which decides most words.
fn begins_small(word: &[u8]) -> bool {
    matches!(word, [0xD0, 0xB0..=0xBF, ..] | [0xD1, 0x80..=0x91, ..] | [b'a'..=b'z', ..])
}

/// The context of a lexeme that has several runs but is one word: «24-й», «ЦИК-а», «2О24» with a letter.
pub(super) fn one_word(text: &str, lexeme: Lexeme, parts: &[Span]) -> Option<TokenContext> {
    if lexeme.kind != LexemeKind::Joint {
        return None;
    }
    let is_attached = |pair: &[Span]| pair[0].end == pair[1].start;
    if parts.windows(2).all(is_attached) && digits_in_letters(&normalized(lexeme.span.of(text))).is_some() {
        return Some(TokenContext::Whole);
    }
    let [first, second] = parts else { return None };
    if is_ordinal(first.of(text), second.of(text), first.end == second.start) {
        return Some(TokenContext::Ordinal);
    }
    let is_abbreviation = acronyms::mixed_abbreviation(&clean(lexeme.span.of(text))).is_some();
    is_abbreviation.then_some(TokenContext::Whole)
}
