//! Cuts a text into the numbers, words and marks that dates are made of, in linear time.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A run of ASCII digits: its value (saturated) and how many digits it has.
    Number(u64, usize),
    /// A run of letters.
    Word,
    /// Any other character; dashes are all `-`, quotation marks all `"`.
    Mark(char),
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    /// The piece in lower case, with ё as е.
    pub(super) folded: String,
    /// The piece as written.
    pub(super) text: &'t str,
    /// Its place in bytes.
    pub(super) start: usize,
    /// Whether white space comes before it, or the text begins with it.
    pub(super) spaced: bool,
    /// Whether a new line comes before it.
    pub(super) new_line: bool,
}

impl Token<'_> {
    /// Its end in bytes.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// The value of a number of this many digits.
    pub(super) fn number(&self, digits: std::ops::RangeInclusive<usize>) -> Option<i32> {
        match self.kind {
            Kind::Number(value, length) if digits.contains(&length) => i32::try_from(value).ok(),
            _ => None,
        }
    }

    /// Whether it is a word that begins with a capital letter.
    pub(super) fn is_capitalised(&self) -> bool {
        self.kind == Kind::Word && self.text.chars().next().is_some_and(char::is_uppercase)
    }
}

#[derive(PartialEq, Eq)]
enum Class {
    Digit,
    Letter,
    Space,
    Mark,
}

fn class(c: char) -> Class {
    match c {
        '0'..='9' => Class::Digit,
        // Most characters, before the slower lookups of all of Unicode.
        'а'..='я' | 'А'..='Я' | 'a'..='z' | 'A'..='Z' => Class::Letter,
        ' ' | '\n' => Class::Space,
        // An apostrophe within a word: «п'ятниця», "e'lon".
        '’' | '\'' | 'ʻ' | 'ʼ' => Class::Mark,
        c if c.is_alphabetic() => Class::Letter,
        c if c.is_whitespace() || is_invisible(c) => Class::Space,
        _ => Class::Mark,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{2060}')
}

/// Cuts a text into tokens, at most `limit` of them.
pub(super) fn tokens(text: &str, limit: usize) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let (mut spaced, mut new_line) = (true, true);
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if tokens.len() == limit {
            break;
        }
        let kind = class(c);
        if kind == Class::Space {
            spaced = true;
            new_line |= c == '\n';
            continue;
        }
        let mut end = start + c.len_utf8();
        if kind != Class::Mark {
            while let Some(&(at, next)) = chars.peek() {
                let apostrophe = kind == Class::Letter
                    && matches!(next, '’' | '\'' | 'ʻ' | 'ʼ')
                    && text
                        .get(at + next.len_utf8()..)
                        .is_some_and(|rest| rest.starts_with(char::is_alphabetic));
                if class(next) != kind && !apostrophe {
                    break;
                }
                end = at + next.len_utf8();
                chars.next();
            }
        }
        let piece = text.get(start..end).unwrap_or_default();
        let (kind, folded) = match kind {
            Class::Digit => {
                let value = piece.bytes().fold(0_u64, |value, digit| {
                    value.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
                });
                (Kind::Number(value, piece.len()), String::new())
            }
            Class::Letter => (Kind::Word, fold(piece)),
            _ => (Kind::Mark(mark(c)), String::new()),
        };
        tokens.push(Token { kind, folded, text: piece, start, spaced, new_line });
        (spaced, new_line) = (false, false);
    }
    join_spaced(&mut tokens);
    tokens
}

/// Takes the white space out of dates in figures with space around both marks: «26 / 09 / 2018», «2018 - 09 - 26».
fn join_spaced(tokens: &mut [Token<'_>]) {
    for at in 0..tokens.len() {
        let Some([first, one, second, two, third]) = tokens.get_mut(at..at + 5) else { return };
        let digits = [&first, &second, &third].map(|token| match token.kind {
            Kind::Number(_, digits) => digits,
            _ => 0,
        });
        let is_date = matches!(digits, [1..=2, 1..=2, 4] | [4, 1..=2, 1..=2])
            && one.kind == two.kind
            && matches!(one.kind, Kind::Mark('-' | '.' | '/'));
        let mut rest = [one, second, two, third];
        if is_date && rest.iter().all(|token| token.spaced && !token.new_line) {
            rest.iter_mut().for_each(|token| token.spaced = false);
        }
    }
}

fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            'а'..='я' | 'a'..='z' => folded.push(c),
            'ё' | 'Ё' => folded.push('е'),
            '’' | 'ʻ' | 'ʼ' => folded.push('\''),
            c => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

fn mark(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '«' | '»' | '“' | '”' | '„' | '‟' | '″' => '"',
        '·' | '•' | '∙' | '●' | '◦' | '⋅' | '¦' | '│' | '›' | '→' => '|',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut() {
        let shown = |text| {
            let piece = |token: &Token<'_>| {
                let before = if token.spaced { " " } else { "" };
                match token.kind {
                    Kind::Number(value, digits) => format!("{before}{value}/{digits}"),
                    Kind::Word => format!("{before}{}", token.folded),
                    Kind::Mark(mark) => format!("{before}{mark}"),
                }
            };
            tokens(text, 9).iter().map(piece).collect::<String>()
        };
        let table = [
            ("13 мая", " 13/2 мая"),
            ("«03» Мая", " \"3/2\" мая"),
            ("13.05–14", " 13/2.5/2-14/2"),
            ("26 / 09 / 2018", " 26/2/9/2/2018/4"),
            ("26 - 09 / 2018", " 26/2 - 9/2 / 2018/4"),
            ("26 - 09 - 18", " 26/2 - 9/2 - 18/2"),
            ("П’ятниця, 1", " п'ятниця, 1/1"),
            ("99999999999999999999999", " 18446744073709551615/23"),
            ("а б в г д е ж з и к", " а б в г д е ж з и"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
