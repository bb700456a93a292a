//! From one surface form to its terms in all channels.
//!
//! The same for documents and queries. Knows nothing of positions and of neighbouring words: the caller
//! passes what matters of them as a [`TokenContext`].

use rumorph::Dictionary;

use super::{
    LoadDictionary,
    acronyms::{self, CapsReading},
    alphabets::{self, is_cyrillic},
    morphology::{self, Lemma, Morphology, Origin},
    normalize::{Case, case_of, clean, fold},
    numeric, stem,
    term::{Channel, Rule, Term},
    term_list::TermList,
    toponym,
};
use crate::error::Result;

/// A longer run of letters is not looked up in the dictionary.
const LONGEST_WORD: usize = 64;

/// What the surroundings of a token say about how to analyse it. A change of the order changes the hashes in form tables.
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
    /// The year of a date in figures.
    Year,
    /// A telephone number.
    Phone,
    /// A single letter before a number, «С» in «С-300».
    Designator,
    /// A token that is matched as it is written: an address, «т.г.», a date.
    Literal,
}

/// A longer token, in bytes, is no word, number or code but data, and is found only as it stands: every other term takes
/// another copy of it, and a text may be one token of 32 MB.
const LONGEST_READ: usize = 64 << 10;

/// The terms of a surface form. Loads the dictionary if they depend on it.
pub(super) fn analyze(dictionary: LoadDictionary, surface: &str, context: TokenContext) -> Result<TermList> {
    Ok(match context {
        TokenContext::Number => numeric::number(surface),
        TokenContext::Ordinal => numeric::ordinal(surface),
        TokenContext::Sign => numeric::sign(surface),
        TokenContext::Day => numeric::day(surface),
        TokenContext::Month => numeric::month(surface),
        TokenContext::Year => numeric::year(surface),
        TokenContext::Literal => numeric::literal(surface),
        TokenContext::Phone => numeric::phone(surface),
        TokenContext::Text
        | TokenContext::AllCapsLine
        | TokenContext::Initial
        | TokenContext::Whole
        | TokenContext::Designator => word(dictionary, surface, context)?,
    })
}

/// Whether the terms of a surface form may depend on the dictionary. False for most of those that do not.
pub(super) fn may_need_dictionary(surface: &str, context: TokenContext) -> bool {
    let is_word = matches!(
        context,
        TokenContext::Text | TokenContext::AllCapsLine | TokenContext::Whole | TokenContext::Designator
    );
    is_word && surface.chars().any(is_cyrillic) && !surface.contains(|c: char| c.is_ascii_digit())
}

fn word(dictionary: LoadDictionary, surface: &str, context: TokenContext) -> Result<TermList> {
    let clean = clean(surface);
    let folded = fold(&clean);
    let case = case_of(&clean);
    let mut form = TermList::default();
    form.push(Channel::Exact, &folded, Rule::Surface);
    if clean.len() > LONGEST_READ {
        return Ok(form);
    }
    let russian = alphabets::russian_spelling(&clean);
    if context == TokenContext::Initial {
        let letter = russian.as_deref().map_or(folded, fold);
        form.push(Channel::Lemma, &initial(&letter), Rule::Initial);
        form.function = true;
        return Ok(form);
    }
    if context == TokenContext::Whole && folded.contains(char::is_alphabetic) {
        push_joined(&mut form, &folded);
    }
    push_look_alike(&mut form, &folded, case, context);
    if context == TokenContext::Whole
        && let Some(digits) = alphabets::digits_in_letters(&folded)
    {
        form.push(Channel::Exact, &digits, Rule::LookAlike);
    }
    match russian {
        None => push_word(&mut form, dictionary, &clean, &folded, context)?,
        Some(russian) => {
            let mut respelled = TermList::default();
            push_word(&mut respelled, dictionary, &russian, &fold(&russian), context)?;
            push_respelled(&mut form, &respelled);
        }
    }
    Ok(form)
}

/// Adds the lemmas and the stem of a word of Russian or Latin letters.
fn push_word(
    form: &mut TermList,
    dictionary: LoadDictionary,
    clean: &str,
    folded: &str,
    context: TokenContext,
) -> Result<()> {
    let letters = clean.chars().count();
    if letters > LONGEST_WORD || clean.chars().any(|c| !is_cyrillic(c) && c.is_numeric()) {
        return Ok(());
    }
    if !clean.chars().any(is_cyrillic) {
        if clean.is_ascii() {
            form.push(Channel::Stem, &stem::english(folded), Rule::Snowball);
        }
        return Ok(());
    }
    let dictionary = dictionary()?;
    let morphology = morphology::analyze(dictionary, clean, folded);
    if let Some(letters) = acronyms::mixed_abbreviation(clean) {
        form.push(Channel::Lemma, &letters, Rule::Abbreviation);
        for name in morphology.lemmas.iter().filter(|lemma| lemma.is_listed_name()) {
            form.push(Channel::Lemma, &name.text, Rule::Dictionary);
        }
        return Ok(());
    }
    let case = case_of(clean);
    if case == Case::Upper && letters > 1 && context != TokenContext::Whole {
        let caps = acronyms::classify(letters, &morphology, context == TokenContext::AllCapsLine);
        if caps != CapsReading::Word {
            form.push(Channel::Lemma, &clean.replace('Ё', "Е"), Rule::Abbreviation);
        }
        if caps == CapsReading::Abbreviation {
            return Ok(());
        }
    }
    if let Some(abbreviation) = &morphology.abbreviation
        && (abbreviation.declined || !morphology.is_known_word())
    {
        form.push(Channel::Lemma, &abbreviation.letters, Rule::Abbreviation);
    }
    push_lemmas(form, dictionary, &morphology, folded, case);
    form.function = morphology.function && case != Case::Upper || letters == 1;
    // The dictionary knows every form of a function word; its stem, one in five of all stems, would find nothing more.
    if form.function {
        return Ok(());
    }
    let truncated = stem::truncated(folded);
    if let Some(letters) = truncated {
        form.push(Channel::Stem, &format!("{letters}{}", Term::TRUNCATED), Rule::Truncated);
    }
    // A stem finds names, which the dictionary misjudges or lacks, and its short words. Long words that it lists are
    // seldom misjudged.
    if truncated.is_none() || case != Case::Lower || !morphology.is_known_word() {
        form.push(Channel::Stem, &stem::russian(folded), Rule::Snowball);
    }
    Ok(())
}

/// Adds the terms of a word's Russian spelling, marked, so that identical letters can score higher.
fn push_respelled(form: &mut TermList, respelled: &TermList) {
    form.function = respelled.function;
    let terms = respelled.as_ref().terms();
    for term in terms.filter(|term| term.channel() != Channel::Exact && term.rule() != Rule::Truncated) {
        if matches!(term.rule(), Rule::Initial | Rule::Place) {
            form.push(term.channel(), term.text(), term.rule());
        } else {
            let plain = term.text().trim_end_matches(Term::UNLIKELY);
            form.push(term.channel(), &format!("{plain}{}", Term::RESPELLED), Rule::Respelled);
        }
    }
}

/// Adds how a designation or a numeral looks in the other alphabet.
fn push_look_alike(form: &mut TermList, folded: &str, case: Case, context: TokenContext) {
    let designator = context == TokenContext::Designator;
    // «Приказ N 123»
    if designator && folded == "n" {
        form.push(Channel::Lemma, numeric::NUMBER_SIGN, Rule::Sign);
    }
    let Some(other) = alphabets::in_other_alphabet(folded, case == Case::Upper, designator) else { return };
    let has_letters_only = !designator && !folded.bytes().any(|byte| byte.is_ascii_digit());
    if has_letters_only && folded.is_ascii() {
        // As the lemma channel has Cyrillic capitals.
        form.push(Channel::Lemma, &other.to_uppercase(), Rule::LookAlike);
    } else {
        form.push(Channel::Exact, &other, Rule::LookAlike);
    }
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
        if lemma.unlikely {
            form.push(Channel::Lemma, &format!("{}{}", lemma.text, Term::UNLIKELY), Rule::Unlikely);
            continue;
        }
        let rule = if lemma.origin == Origin::Guessed { Rule::Guess } else { Rule::Dictionary };
        form.push(Channel::Lemma, &lemma.text, rule);
        if folded.contains('-') {
            push_joined_lemma(form, &lemma.text);
        }
    }
    if let Some(place) =
        morphology.lemmas.first().and_then(|lemma| toponym::of_adjective(dictionary, &lemma.text))
    {
        form.push(Channel::Lemma, &format!("{place}{}", Term::RELATED), Rule::Place);
    }
    if case != Case::Lower && may_be_surname(folded, &morphology.lemmas) {
        form.push(Channel::Lemma, folded, Rule::Surname);
    }
    if case != Case::Lower && morphology.lemmas.first().is_some_and(|lemma| lemma.given) {
        form.push(Channel::Lemma, &format!("{}{}", initial(folded), Term::RELATED), Rule::Initial);
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
