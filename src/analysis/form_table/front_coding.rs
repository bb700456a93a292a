//! Front coding of term lists: each term is stored as the part of the surface that it begins with and the letters that
//! follow (Witten, Moffat & Bell, *Managing Gigabytes*, 1999).
//!
//! The forms of a paradigm have the same coded list: «домами» and «столами» end in «ами», which their lemmas lack. A term
//! takes three bytes, for its rule, for the part of the surface that it begins with and for the length of what follows,
//! and the letters that follow.

use std::borrow::Cow;

use crate::analysis::{
    normalize::capitals,
    term::{Channel, Rule},
    term_list::{TermList, TermListRef},
};

/// Marks the number of bytes that a term keeps; without it, the number counts those that it drops from the end.
const KEEP: u8 = 1 << 7;

/// What a term begins with.
#[derive(Clone, Copy)]
enum Base {
    /// The folded surface.
    Folded,
    /// Its letters and digits: «дом-музей» as «доммузей».
    Joined,
    /// Its capitals, as of an abbreviation.
    Capitals,
}

impl Base {
    fn of(text: &str, rule: Rule) -> Self {
        match rule {
            Rule::Joined => Self::Joined,
            _ if text.starts_with(char::is_uppercase) => Self::Capitals,
            _ => Self::Folded,
        }
    }

    fn text(self, folded: &str) -> Cow<'_, str> {
        match self {
            Self::Folded => Cow::Borrowed(folded),
            Self::Joined => Cow::Owned(folded.chars().filter(|c| c.is_alphanumeric()).collect()),
            Self::Capitals => Cow::Owned(capitals(folded)),
        }
    }
}

const BASES: [Base; 3] = [Base::Folded, Base::Joined, Base::Capitals];
const CHANNELS: [Channel; 3] = [Channel::Exact, Channel::Lemma, Channel::Stem];
const RULES: [Rule; 15] = [
    Rule::Surface,
    Rule::Joined,
    Rule::Dictionary,
    Rule::Guess,
    Rule::Surname,
    Rule::Initial,
    Rule::Place,
    Rule::Abbreviation,
    Rule::Month,
    Rule::Sign,
    Rule::Snowball,
    Rule::Truncated,
    Rule::LookAlike,
    Rule::Respelled,
    Rule::Unlikely,
];

/// Writes the coded list of a form; `None` for a form that has none. The first term of a form is its folded surface, which
/// the coded list omits.
pub(super) fn write(form: TermListRef<'_>, coded: &mut Vec<u8>) -> Option<()> {
    coded.clear();
    coded.push(form.function.into());
    let mut terms = form.terms();
    let first = terms.next().filter(|first| first.rule() == Rule::Surface)?;
    for term in terms {
        let (text, rule) = (term.text(), term.rule());
        let base = Base::of(text, rule);
        let whole = base.text(first.text());
        let equal = whole.bytes().zip(text.bytes()).take_while(|(one, other)| one == other).count();
        let kept = text.floor_char_boundary(equal);
        let is_prefix = kept == 0 || matches!(rule, Rule::Truncated | Rule::Initial);
        let (number, mark) = if is_prefix { (kept, KEEP) } else { (whole.len() - kept, 0) };
        let number = u8::try_from(number).ok().filter(|number| number & KEEP == 0)?;
        let suffix = &text[kept..];
        let kind = rule as u8 | (term.channel() as u8) << 4 | (base as u8) << 6;
        coded.extend_from_slice(&[kind, number | mark, u8::try_from(suffix.len()).ok()?]);
        coded.extend_from_slice(suffix.as_bytes());
    }
    Some(())
}

/// The terms of a form, given its folded surface; `None` if this is no coded list for it.
pub(super) fn read(coded: &[u8], folded: &str) -> Option<TermList> {
    let mut form = TermList::default();
    let (&function, mut rest) = coded.split_first()?;
    form.function = function != 0;
    form.push(Channel::Exact, folded, Rule::Surface);
    let mut text = String::new();
    while let Some((&[kind, number, length], next)) = rest.split_first_chunk() {
        let (suffix, next) = next.split_at_checked(length.into())?;
        let base = BASES.get(usize::from(kind >> 6))?.text(folded);
        let number = (number & KEEP, usize::from(number & !KEEP));
        let kept = if number.0 == 0 { base.len().checked_sub(number.1)? } else { number.1 };
        text.clear();
        text.push_str(base.get(..kept)?);
        text.push_str(str::from_utf8(suffix).ok()?);
        let channel = CHANNELS.get(usize::from(kind >> 4 & 3))?;
        form.push(*channel, &text, *RULES.get(usize::from(kind & 15))?);
        rest = next;
    }
    rest.is_empty().then_some(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{self, word_terms, word_terms::TokenContext};

    #[test]
    fn codes_are_indices() {
        assert!(RULES.iter().enumerate().all(|(at, rule)| *rule as usize == at));
        assert!(CHANNELS.iter().enumerate().all(|(at, channel)| *channel as usize == at));
        assert!(BASES.iter().enumerate().all(|(at, base)| *base as usize == at));
    }

    #[test]
    fn forms_of_a_paradigm_are_coded_alike() {
        let coded = |surface| {
            let form = word_terms::analyze(analysis::dictionary, surface, TokenContext::Text).unwrap();
            let mut coded = Vec::new();
            write(form.as_ref(), &mut coded).unwrap();
            coded
        };
        for (one, other, expected) in [
            ("заводами", "вопросами", true),
            ("ООН", "МВД", true),
            ("заводами", "заводом", false),
            ("заводами", "Заводами", false),
        ] {
            assert_eq!(coded(one) == coded(other), expected, "{one} {other}");
        }
    }

    #[test]
    fn a_list_coded_for_another_surface_is_refused() {
        let drops_six = [0, Rule::Dictionary as u8 | 1 << 4, 6, 0];
        assert_eq!(read(&drops_six, "домами").unwrap().as_ref().term(1).unwrap().text(), "дом");
        for (coded, folded) in
            [(&drops_six[..], "да"), (&drops_six[..], "бвгa"), (&drops_six[..3], "домами"), (&[], "")]
        {
            assert!(read(coded, folded).is_none(), "{coded:?} {folded}");
        }
    }
}
