//! The part of the scanner that reads @names, #tags and web addresses.

use super::scanner::{Lexeme, LexemeKind, Scanner, Span, examined, single};
use crate::analysis::normalize::is_word_char;

impl Scanner<'_> {
    /// «@name» and «#tag».
    pub(super) fn marked(&mut self, start: usize, word: usize) -> Lexeme {
        let (mut end, _) = self.line_run_end(word);
        self.push_run(Span { start: word, end });
        while self.char_at(end) == Some('_') && self.char_at(end + 1).is_some_and(is_word_char) {
            let part = Span { start: end + 1, end: self.line_run_end(end + 1).0 };
            self.push_run(part);
            end = part.end;
        }
        self.at = end;
        Lexeme { span: Span { start, end }, kind: LexemeKind::Address }
    }

    /// A web address, up to whitespace, a quote or a bracket. Its parts are the runs after the scheme.
    pub(super) fn url(&mut self, scheme: Span) -> Lexeme {
        let body = scheme.end + "://".len();
        let stop =
            |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '«' | '»' | '(' | ')' | '”' | '“');
        let length = self.text[body..].find(stop).unwrap_or(self.text.len() - body);
        examined(length);
        let trimmed = self.text[body..body + length].trim_end_matches(|c: char| !c.is_alphanumeric());
        let end = body + trimmed.len();
        let mut at = body;
        while at < end {
            let Some(c) = self.char_at(at) else { break };
            if is_word_char(c) {
                let part = Span { start: at, end: self.line_run_end(at).0.min(end) };
                self.push_run(part);
                at = part.end;
            } else {
                at += c.len_utf8();
            }
        }
        if self.parts.is_empty() {
            return single(scheme);
        }
        self.at = end;
        Lexeme { span: Span { start: scheme.start, end }, kind: LexemeKind::Address }
    }
}
