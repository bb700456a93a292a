//! Forms: from one surface form to its terms, all channels, as a list that reads top to bottom.
//!
//! The same for documents and queries. Knows nothing of positions or of neighbouring words; what of
//! the surroundings matters arrives as a `Setting`.

use rumorph::Dictionary;

use super::{
    capitals::{self, Capitals},
    figures,
    fold::{Case, case_of, clean, fold, is_cyrillic},
    lemma::{self, Lemma, Origin, Reading},
    place, stem,
    term::{Channel, Rule, Term, write_key},
};

/// A word of more letters than this is no word of any dictionary.
const LONGEST_WORD: usize = 64;
/// The terms of most words take no more bytes than this.
const ROOM: usize = 128;

/// What of its surroundings bears on a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Setting {
    /// Running text.
    Text,
    /// A line wholly in capitals.
    Shouted,
    /// A capital letter with a full stop behind it.
    Initial,
    /// The whole of a hyphenated word.
    Whole,
    /// A number of several pieces.
    Number,
    /// A number with an ending.
    Ordinal,
    /// A sign that is read as a word.
    Sign,
    /// The day of a date in figures.
    Day,
    /// Its month.
    Month,
    /// What is found as it stands: an address, «т.г.», a date.
    Literal,
}

/// A form, analysed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// The keys of its terms one behind the other, and where each ends.
    letters: String,
    cuts: Vec<Cut>,
    /// A preposition, conjunction, particle or pronoun, or a bare letter: never required in a query.
    pub function: bool,
}

impl Form {
    /// Adds a term, unless it is there.
    pub(super) fn push(&mut self, channel: Channel, text: &str, rule: Rule) {
        let start = self.letters.len();
        if start == 0 {
            self.letters.reserve(ROOM);
        }
        write_key(channel, text, &mut self.letters);
        let key = &self.letters[start..];
        if self.as_ref().terms().any(|known| known.key() == key) {
            self.letters.truncate(start);
        } else {
            let end = u16::try_from(self.letters.len()).unwrap_or(u16::MAX);
            self.cuts.push(Cut { end, rule });
        }
    }

    pub fn as_ref(&self) -> FormRef<'_> {
        FormRef { letters: &self.letters, cuts: &self.cuts, function: self.function }
    }
}

/// Where a term ends, counted in bytes from where the first one of its form begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    pub end: u16,
    rule: Rule,
}

/// A form that lies somewhere.
#[derive(Clone, Copy, Default)]
pub(crate) struct FormRef<'f> {
    pub(super) letters: &'f str,
    pub(super) cuts: &'f [Cut],
    /// As [`Form::function`].
    pub function: bool,
}

impl<'f> FormRef<'f> {
    /// The term at a place, counted from 0.
    pub fn term(&self, place: usize) -> Option<Term<&'f str>> {
        let cut = self.cuts.get(place)?;
        let start = place.checked_sub(1).and_then(|before| self.cuts.get(before)).map_or(0, |cut| cut.end);
        let key = self.letters.get(start.into()..cut.end.into())?;
        Some(Term::from_key(key, cut.rule))
    }

    pub fn terms(self) -> impl Iterator<Item = Term<&'f str>> + Clone {
        (0..self.cuts.len()).filter_map(move |place| self.term(place))
    }
}

/// The terms of a surface form.
pub(crate) fn analyse(dictionary: &Dictionary, surface: &str, setting: Setting) -> Form {
    match setting {
        Setting::Number => figures::number(surface),
        Setting::Ordinal => figures::ordinal(surface),
        Setting::Sign => figures::sign(surface),
        Setting::Day => figures::day(surface),
        Setting::Month => figures::month(surface),
        Setting::Literal => figures::literal(surface),
        Setting::Text | Setting::Shouted | Setting::Initial | Setting::Whole => {
            word(dictionary, surface, setting)
        }
    }
}

fn word(dictionary: &Dictionary, surface: &str, setting: Setting) -> Form {
    let clean = clean(surface);
    let folded = fold(&clean);
    let letters = clean.chars().count();
    let mut form = Form::default();
    form.push(Channel::Exact, &folded, Rule::Surface);
    if setting == Setting::Initial {
        form.push(Channel::Lemma, &initial(&folded), Rule::Initial);
        form.function = true;
        return form;
    }
    if setting == Setting::Whole && folded.contains(char::is_alphabetic) {
        push_joined(&mut form, &folded);
    }
    if letters > LONGEST_WORD || clean.chars().any(|c| !is_cyrillic(c) && c.is_numeric()) {
        return form;
    }
    if !clean.chars().any(is_cyrillic) {
        if clean.is_ascii() {
            form.push(Channel::Stem, &stem::english(&folded), Rule::Snowball);
        }
        return form;
    }
    let reading = lemma::read(dictionary, &clean, &folded);
    if let Some(letters) = capitals::mixed_abbreviation(&clean) {
        form.push(Channel::Lemma, &letters, Rule::Abbreviation);
        for name in reading.lemmas.iter().filter(|lemma| lemma.is_listed_name()) {
            form.push(Channel::Lemma, &name.text, Rule::Dictionary);
        }
        return form;
    }
    let case = case_of(&clean);
    if case == Case::Upper && letters > 1 && setting != Setting::Whole {
        let how = capitals::read(letters, &reading, setting == Setting::Shouted);
        if how != Capitals::Word {
            form.push(Channel::Lemma, &clean.replace('Ё', "Е"), Rule::Abbreviation);
        }
        if how == Capitals::Abbreviation {
            return form;
        }
    }
    if let Some(abbreviation) = &reading.abbreviation
        && (abbreviation.declined || !reading.is_known_word())
    {
        form.push(Channel::Lemma, &abbreviation.letters, Rule::Abbreviation);
    }
    push_lemmas(&mut form, dictionary, &reading, &folded, case);
    form.function = reading.function && case != Case::Upper || letters == 1;
    // The dictionary knows every form of a function word; a stem would only take room, a fifth of all stems.
    if !form.function {
        form.push(Channel::Stem, &stem::russian(&folded), Rule::Snowball);
    }
    form
}

/// An initial as the lemma channel writes it, «В.»; a given name that begins so is «В.+».
fn initial(folded: &str) -> String {
    let mut letter: String = folded.chars().take(1).flat_map(char::to_uppercase).collect();
    letter.push('.');
    letter
}

fn push_lemmas(form: &mut Form, dictionary: &Dictionary, reading: &Reading, folded: &str, case: Case) {
    for lemma in &reading.lemmas {
        let rule = if lemma.origin == Origin::Guessed { Rule::Guess } else { Rule::Dictionary };
        form.push(Channel::Lemma, &lemma.text, rule);
        if folded.contains('-') {
            push_joined_lemma(form, &lemma.text);
        }
    }
    if let Some(place) = reading.lemmas.first().and_then(|lemma| place::of_adjective(dictionary, &lemma.text))
    {
        form.push(Channel::Lemma, &format!("{place}+"), Rule::Place);
    }
    if case != Case::Lower && may_be_surname(folded, &reading.lemmas) {
        form.push(Channel::Lemma, folded, Rule::Surname);
    }
    if case != Case::Lower && reading.lemmas.first().is_some_and(|lemma| lemma.given) {
        form.push(Channel::Lemma, &format!("{}+", initial(folded)), Rule::Initial);
    }
}

/// A hyphenated word written together.
fn push_joined(form: &mut Form, folded: &str) {
    let joined: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    form.push(Channel::Exact, &joined, Rule::Joined);
}

fn push_joined_lemma(form: &mut Form, lemma: &str) {
    let joined: String = lemma.chars().filter(|c| c.is_alphanumeric()).collect();
    form.push(Channel::Lemma, &joined, Rule::Joined);
}

/// Whether a form that the dictionary reads as a case of something else («Камилов» as the plural of
/// «Камил») may be a surname's own dictionary form.
fn may_be_surname(folded: &str, lemmas: &[Lemma]) -> bool {
    lemma::has_surname_ending(folded) && !lemmas.iter().any(|lemma| lemma.text == folded)
}
