//! Limits the number of words in a query and their length.
//!
//! Pasted documents and attacks can have a hundred thousand words. The query ends at the word, wildcard or
//! distance that exceeds a limit; brackets that are open there are closed. A note reports how many words were
//! ignored. A longer word is cut, and then matches nothing, because texts have no such words.

use std::collections::HashSet;

use crate::query::{
    Expr,
    diagnostics::{Diagnostics, Note},
    limits::{MAX_COSTLY, MAX_DIFFERENT_WORDS, MAX_WORD_LENGTH, MAX_WORDS},
    token::{Kind, Token},
    word,
};

/// Cuts a query at the first word beyond the limit. All brackets must have a partner, all operators operands.
pub(super) fn truncated(mut tokens: Vec<Token>, diagnostics: &mut Diagnostics) -> Vec<Token> {
    let bytes: usize = tokens.iter().map(|token| leaf_text(token).map_or(0, str::len)).sum();
    // There are no more words than bytes.
    let mut words = Words { is_short: bytes <= MAX_DIFFERENT_WORDS, ..Words::default() };
    let Some(cut) = tokens.iter_mut().position(|token| !words.take(token)) else { return tokens };
    let rest = tokens.split_off(cut + 1);
    let rest = words.excess + rest.iter().map(words_in).sum::<usize>();
    diagnostics.refuse(tokens.last().map_or(0, |token| token.at), "the query has too many words");
    diagnostics.note(Note::TooManyWords { ignored: rest });
    // What the cut leaves without an operand.
    while tokens.pop_if(|token| !ends_operand(&token.kind)).is_some() {}
    let depth = tokens.iter().fold(0_usize, |depth, token| match token.kind {
        Kind::Open => depth + 1,
        Kind::Close => depth.saturating_sub(1),
        _ => depth,
    });
    let at = tokens.last().map_or(0, |token| token.at);
    tokens.extend((0..depth).map(|_| Token { kind: Kind::Close, at }));
    tokens
}

fn words_in(token: &Token) -> usize {
    leaf_text(token).map_or(0, |text| runs(text).count())
}

fn leaf_text(token: &Token) -> Option<&str> {
    if let Kind::Leaf(leaf) = &token.kind { text(leaf) } else { None }
}

fn ends_operand(kind: &Kind) -> bool {
    match kind {
        Kind::Leaf(leaf) => *leaf != Expr::default(),
        Kind::Close | Kind::Boost(_) => true,
        Kind::Open | Kind::Operator { .. } | Kind::Field { .. } | Kind::Near(_) => false,
    }
}

/// The words that were met.
#[derive(Default)]
struct Words {
    /// Whether the query is too short to exceed the limits, so that its words need not be counted.
    is_short: bool,
    different: HashSet<String>,
    total: usize,
    /// How many wildcards and distances.
    costly: usize,
    /// How many words of the last token were cut off.
    excess: usize,
}

impl Words {
    /// Counts the words of a token. If they exceed the limit, cuts them off and returns false.
    fn take(&mut self, token: &mut Token) -> bool {
        let is_costly = matches!(token.kind, Kind::Near(_) | Kind::Leaf(Expr::Prefix(_) | Expr::Pattern(_)));
        self.costly += usize::from(is_costly);
        let Kind::Leaf(leaf) = &mut token.kind else { return self.costly <= MAX_COSTLY };
        shorten_words(leaf);
        let Some(text) = text(leaf) else { return true };
        if self.costly > MAX_COSTLY {
            self.excess = runs(text).count();
            *leaf = Expr::default();
            return false;
        }
        if self.is_short {
            return true;
        }
        let mut end = 0;
        let mut runs = runs(text);
        while let Some((run, run_end)) = runs.next() {
            let run = run.to_lowercase();
            let new = !self.different.contains(&run);
            if self.total == MAX_WORDS || (new && self.different.len() == MAX_DIFFERENT_WORDS) {
                self.excess = 1 + runs.count();
                *leaf = match &*leaf {
                    Expr::Word { form, .. } => word::text(&text[..end], *form, None),
                    Expr::Phrase { form, slop, .. } => word::text(&text[..end], *form, *slop),
                    _ => None,
                }
                .unwrap_or_default();
                return false;
            }
            self.total += 1;
            if new {
                self.different.insert(run);
            }
            end = run_end;
        }
        true
    }
}

/// Cuts words that are too long.
fn shorten_words(leaf: &mut Expr) {
    let (Expr::Word { text, .. } | Expr::Phrase { text, .. } | Expr::Prefix(text) | Expr::Pattern(text)) =
        leaf
    else {
        return;
    };
    // Shorter in bytes than in characters at most.
    if text.len() <= MAX_WORD_LENGTH {
        return;
    }
    let mut length = 0;
    text.retain(|c| {
        length = if c.is_alphanumeric() { length + 1 } else { 0 };
        length <= MAX_WORD_LENGTH
    });
}

fn text(leaf: &Expr) -> Option<&str> {
    match leaf {
        Expr::Word { text, .. } | Expr::Phrase { text, .. } | Expr::Prefix(text) | Expr::Pattern(text) => {
            Some(text)
        }
        _ => None,
    }
}

/// The runs of letters and digits in a text, each with the place after it.
fn runs(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let is_other = |c: char| !c.is_alphanumeric();
    let pieces = text.split_inclusive(is_other).scan(0, move |at, piece| {
        let run = piece.trim_end_matches(is_other);
        let end = *at + run.len();
        *at += piece.len();
        Some((run, end))
    });
    pieces.filter(|(run, _)| !run.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::query::{Note, QueryParser, limits::MAX_DIFFERENT_WORDS};

    /// Words that all differ.
    fn words(count: usize) -> String {
        (0..count).map(|number| format!("слово{number} ")).collect()
    }

    #[test]
    fn a_query_ends_at_the_word_limit() {
        let most = MAX_DIFFERENT_WORDS;
        let table = [
            (words(most), 0, most),
            (words(most + 1), 1, most),
            (words(most).repeat(3), 0, 3 * most),
            (format!("{}СЛОВО5", words(most)), 0, most + 1),
            ("вода ".repeat(4_097), 1, 4_096),
            (format!("\"{}\"", words(most + 7)), 7, most),
            ("а/".repeat(20_000), 20_000 - 4_096, 4_096),
            ("*вода* ".repeat(20), 4, 16),
            ("вода /3 ".repeat(20), 4, 33),
            ("а".repeat(300_000), 0, 1),
            (format!("(вода | -(газ {} свет)) И ещё", words(most)), 4, most),
            (format!("{} И -лишнее", words(most)), 1, most),
            (format!("{} дипл* сл?во /3 а", words(most)), 4, most),
        ];
        for (text, ignored, kept) in table {
            let parsed = QueryParser::new().parse(&text);
            let start: String = text.chars().take(20).collect();
            let expected: Vec<Note> =
                (ignored > 0).then_some(Note::TooManyWords { ignored }).into_iter().collect();
            assert_eq!(parsed.notes, expected, "{start}");
            let rendered = parsed.query.to_string();
            assert_eq!(super::runs(&rendered).count(), kept, "{start}");
            assert_eq!(QueryParser::new().parse(&rendered).query, parsed.query, "{start}");
        }
    }

    #[test]
    fn operators_without_operands_count_as_words() {
        let parsed = QueryParser::new().parse(&"И ".repeat(2 * 4_096 + 5));
        assert_eq!(parsed.notes, [Note::TooManyWords { ignored: 3 }]);
    }
}
