//! The part of the scanner that reads numbers: group separators, decimal marks, dates in figures.

use super::scanner::{Lexeme, LexemeKind, Scanner, Span, examined};
use crate::analysis::normalize::is_mark;

impl Scanner<'_> {
    /// Digits: blanks between thousands, a decimal mark, a date; `None` where none of these follows.
    pub(super) fn number(&mut self, first: Span) -> Option<Lexeme> {
        let mut end = first.end;
        if end - first.start <= 3 {
            while let Some(group_end) = self.thousand(end) {
                end = group_end;
            }
        }
        if let Some(fraction) = self.fraction(first.start, end) {
            self.at = fraction.end;
            return Some(Lexeme {
                span: Span { start: first.start, end: fraction.end },
                kind: LexemeKind::Number,
            });
        }
        if end > first.end {
            self.at = end;
            return Some(Lexeme { span: Span { start: first.start, end }, kind: LexemeKind::Number });
        }
        if self.char_at(end) != Some('.') {
            return None;
        }
        self.dotted_number(first)
    }

    /// The digits after a decimal comma. The commas of a list, «1,2,3», are not decimal.
    fn fraction(&self, start: usize, comma: usize) -> Option<Span> {
        let fraction = (self.char_at(comma) == Some(',')).then(|| self.digits(comma + 1))??;
        let listed_before =
            matches!(self.text.as_bytes()[..start], [.., before, b','] if before.is_ascii_digit());
        let listed_behind =
            self.char_at(fraction.end) == Some(',') && self.digits(fraction.end + 1).is_some();
        (!listed_before && !listed_behind).then_some(fraction)
    }

    /// «13.05.2024», «3.14», «192.168.0.1».
    fn dotted_number(&mut self, first: Span) -> Option<Lexeme> {
        self.parts.push(first);
        let mut end = first.end;
        while self.char_at(end) == Some('.') {
            let Some(run) = self.digits(end + 1) else { break };
            self.parts.push(run);
            end = run.end;
        }
        if self.parts.len() == 1 {
            self.parts.clear();
            return None;
        }
        self.at = end;
        let span = Span { start: first.start, end };
        let lengths: Vec<usize> = self.parts.iter().take(4).map(|part| part.end - part.start).collect();
        let kind = match lengths[..] {
            [1 | 2, 1 | 2, 2 | 4] => LexemeKind::Date,
            _ => LexemeKind::Joint,
        };
        Some(Lexeme { span, kind })
    }

    /// A space followed by exactly three digits.
    fn thousand(&self, at: usize) -> Option<usize> {
        let blank = self.char_at(at).filter(|c| matches!(c, ' ' | '\u{A0}' | '\u{2009}' | '\u{202F}'))?;
        let run = self.digits(at + blank.len_utf8())?;
        (run.end - run.start == 3).then_some(run.end)
    }

    /// A run that holds ASCII digits only.
    fn digits(&self, start: usize) -> Option<Span> {
        let length = self.text.as_bytes().get(start..)?.iter().take_while(|b| b.is_ascii_digit()).count();
        examined(length);
        let span = Span { start, end: start + length };
        let ends = !self.char_at(span.end).is_some_and(|c| c.is_alphanumeric() || is_mark(c));
        (length > 0 && ends).then_some(span)
    }

    /// Whether a run has ASCII digits only.
    pub(super) fn is_digits(&self, span: Span) -> bool {
        span.of(self.text).bytes().all(|b| b.is_ascii_digit())
    }
}
