//! From one surface form to its terms in all channels.
//!
//! The same for documents and queries. Knows nothing of positions and of neighbouring words: the caller
//! passes what matters of them as a [`TokenContext`].

use rumorph::Dictionary;

use super::{
    acronyms::{self, CapsReading},
    morphology::{self, Lemma, Morphology, Origin},
    normalize::{Case, case_of, clean, fold, is_cyrillic},
    numeric, stem,
    term::{Channel, Rule},
    term_list::TermList,
    toponym,
};

/// A longer run of letters is not looked up in the dictionary.
const LONGEST_WORD: usize = 64;

/// What the surroundings of a token say about how to analyse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TokenContext {
    /// Running text.
    Text,
    /// A line in which all letters are capitals.
    AllCapsLine,
    /// A capital letter before a full stop: «В.».
    Initial,
    /// The whole of a hyphenated word.
    Whole,
    /// A number with group separators or a decimal mark.
    Number,
    /// A number with an ending: «24-й».
    Ordinal,
    /// A sign that is read as a word: «%».
    Sign,
    /// The day of a date in figures.
    Day,
    /// The month of a date in figures.
    Month,
    /// A token that is matched as it is written: an address, «т.г.», a date.
    Literal,
}

/// The terms of a surface form.
pub(crate) fn analyze(dictionary: &Dictionary, surface: &str, context: TokenContext) -> TermList {
    match context {
        TokenContext::Number => numeric::number(surface),
        TokenContext::Ordinal => numeric::ordinal(surface),
        TokenContext::Sign => numeric::sign(surface),
        TokenContext::Day => numeric::day(surface),
        TokenContext::Month => numeric::month(surface),
        TokenContext::Literal => numeric::literal(surface),
        TokenContext::Text | TokenContext::AllCapsLine | TokenContext::Initial | TokenContext::Whole => {
            word(dictionary, surface, context)
        }
    }
}

fn word(dictionary: &Dictionary, surface: &str, context: TokenContext) -> TermList {
    let clean = clean(surface);
    let folded = fold(&clean);
    let letters = clean.chars().count();
    let mut form = TermList::default();
    form.push(Channel::Exact, &folded, Rule::Surface);
    if context == TokenContext::Initial {
        form.push(Channel::Lemma, &initial(&folded), Rule::Initial);
        form.function = true;
        return form;
    }
    if context == TokenContext::Whole && folded.contains(char::is_alphabetic) {
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
    let morphology = morphology::analyze(dictionary, &clean, &folded);
    if let Some(letters) = acronyms::mixed_abbreviation(&clean) {
        form.push(Channel::Lemma, &letters, Rule::Abbreviation);
        for name in morphology.lemmas.iter().filter(|lemma| lemma.is_listed_name()) {
            form.push(Channel::Lemma, &name.text, Rule::Dictionary);
        }
        return form;
    }
    let case = case_of(&clean);
    if case == Case::Upper && letters > 1 && context != TokenContext::Whole {
        let caps = acronyms::classify(letters, &morphology, context == TokenContext::AllCapsLine);
        if caps != CapsReading::Word {
            form.push(Channel::Lemma, &clean.replace('Ё', "Е"), Rule::Abbreviation);
        }
        if caps == CapsReading::Abbreviation {
            return form;
        }
    }
    if let Some(abbreviation) = &morphology.abbreviation
        && (abbreviation.declined || !morphology.is_known_word())
    {
        form.push(Channel::Lemma, &abbreviation.letters, Rule::Abbreviation);
    }
    push_lemmas(&mut form, dictionary, &morphology, &folded, case);
    form.function = morphology.function && case != Case::Upper || letters == 1;
    // The dictionary knows every form of a function word; a stem would only take room, a fifth of all stems.
    if !form.function {
        form.push(Channel::Stem, &stem::russian(&folded), Rule::Snowball);
    }
    form
}

/// The lemma of an initial, «В.». A given name with that first letter has the lemma «В.+».
fn initial(folded: &str) -> String {
    let mut letter: String = folded.chars().take(1).flat_map(char::to_uppercase).collect();
    letter.push('.');
    letter
}

fn push_lemmas(
    form: &mut TermList,
    dictionary: &Dictionary,
    morphology: &Morphology,
    folded: &str,
    case: Case,
) {
    for lemma in &morphology.lemmas {
        let rule = if lemma.origin == Origin::Guessed { Rule::Guess } else { Rule::Dictionary };
        form.push(Channel::Lemma, &lemma.text, rule);
        if folded.contains('-') {
            push_joined_lemma(form, &lemma.text);
        }
    }
    if let Some(place) =
        morphology.lemmas.first().and_then(|lemma| toponym::of_adjective(dictionary, &lemma.text))
    {
        form.push(Channel::Lemma, &format!("{place}+"), Rule::Place);
    }
    if case != Case::Lower && may_be_surname(folded, &morphology.lemmas) {
        form.push(Channel::Lemma, folded, Rule::Surname);
    }
    if case != Case::Lower && morphology.lemmas.first().is_some_and(|lemma| lemma.given) {
        form.push(Channel::Lemma, &format!("{}+", initial(folded)), Rule::Initial);
    }
}

/// A hyphenated word written together.
fn push_joined(form: &mut TermList, folded: &str) {
    let joined: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    form.push(Channel::Exact, &joined, Rule::Joined);
}

fn push_joined_lemma(form: &mut TermList, lemma: &str) {
    let joined: String = lemma.chars().filter(|c| c.is_alphanumeric()).collect();
    form.push(Channel::Lemma, &joined, Rule::Joined);
}

/// Whether a form that the dictionary reads as a case of something else («Камилов» as the plural of
/// «Камил») may be a surname's own dictionary form.
fn may_be_surname(folded: &str, lemmas: &[Lemma]) -> bool {
    morphology::has_surname_ending(folded) && !lemmas.iter().any(|lemma| lemma.text == folded)
}
