//! The part of the scanner that reads telephone numbers in any grouping.
//!
//! «+998 71 239-19-19», «8 (800) 555-35-35», «239-19-19»: recognised by the plus sign, by brackets, by two pairs of
//! digits with hyphens at the end, or by the codes of a country and a city and the number of all digits. Groups
//! without any of these are numbers.

use super::{
    numbers::{is_group_space, is_phone_hyphen},
    scanner::{Lexeme, LexemeKind, Scanner, Span},
};

/// The most groups and digits of a telephone number, and the fewest digits of one with a plus sign.
const MOST_GROUPS: usize = 7;
const MOST_DIGITS: usize = 15;
const FEWEST_DIGITS_BEHIND_PLUS: usize = 9;

impl Scanner<'_> {
    /// A telephone number of several groups, the first of which is given; they are left in the parts.
    pub(super) fn phone(&mut self, first: Span) -> Option<Lexeme> {
        let plus = self.text[..first.start].ends_with('+');
        let mut digits = first.end - first.start;
        if digits > 4 {
            return (plus && digits <= MOST_DIGITS || is_dialled(first.of(self.text)))
                .then(|| self.whole(first.start, first.end, LexemeKind::Phone));
        }
        let mut end = first.end;
        let (mut pairs, mut brackets) = (0, self.text[..first.start].ends_with('('));
        self.parts.push(first);
        let whole_length = whole_length(first.of(self.text));
        while self.parts.len() < MOST_GROUPS
            && let Some((gap, group)) = self.phone_group(end)
        {
            let length = group.end - group.start;
            digits += length;
            if digits > MOST_DIGITS {
                break;
            }
            let is_pair = gap == Gap::Hyphen && length == 2;
            // «239-19-19»: two or three digits precede the pairs.
            let follows =
                pairs > 0 || self.parts.last().is_some_and(|last| (2..=3).contains(&(last.end - last.start)));
            pairs = if is_pair && follows { pairs + 1 } else { 0 };
            brackets |= gap == Gap::Bracket;
            self.parts.push(group);
            end = group.end;
            if pairs == 2 && !plus || Some(digits) == whole_length {
                break;
            }
        }
        let is_phone = self.parts.len() > 1
            && (pairs == 2
                || self.is_grouped_like_a_phone()
                || (plus || brackets) && (FEWEST_DIGITS_BEHIND_PLUS..=MOST_DIGITS).contains(&digits));
        if !is_phone {
            self.parts.clear();
            return None;
        }
        Some(self.whole(first.start, end, LexemeKind::Phone))
    }

    /// Whether the groups in the parts are the codes of a country and a city and as many digits as follow these:
    /// «8 916 123 45 67», «998 71 200 00 08».
    fn is_grouped_like_a_phone(&self) -> bool {
        let [country, city, _, ..] = self.parts[..] else { return false };
        let digits = self.parts.iter().map(|part| part.end - part.start).sum::<usize>();
        let is_city = if country.end - country.start == 1 { 3..=5 } else { 2..=2 };
        Some(digits) == whole_length(country.of(self.text)) && is_city.contains(&(city.end - city.start))
    }

    /// The next group of two to seven digits, and what separates it.
    fn phone_group(&self, at: usize) -> Option<(Gap, Span)> {
        let mut gap = None;
        let mut start = at;
        for _ in 0..3 {
            let c = self.char_at(start)?;
            gap = match c {
                '(' | ')' => Some(Gap::Bracket),
                _ if is_group_space(c) => gap.or(Some(Gap::Space)),
                _ if is_phone_hyphen(c) && gap.is_none() => Some(Gap::Hyphen),
                _ => break,
            };
            start += c.len_utf8();
        }
        let group = self.digits(start)?;
        ((2..=7).contains(&(group.end - group.start))).then_some((gap?, group))
    }
}

/// What stands between two groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    Space,
    Hyphen,
    Bracket,
}

/// How many digits a number has with this code of a country, Russia and Kazakhstan or Uzbekistan.
fn whole_length(code: &str) -> Option<usize> {
    match code {
        "7" | "8" => Some(11),
        "998" => Some(12),
        _ => None,
    }
}

/// Whether digits are a number with its code of a country.
fn is_dialled(digits: &str) -> bool {
    let begins_with = |code: &str| digits.starts_with(code) && whole_length(code) == Some(digits.len());
    ["7", "8", "998"].into_iter().any(begins_with)
}
