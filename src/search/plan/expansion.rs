//! Expansion of a query's words into weighted terms.
//!
//! Analysis lists what a word can be; this module decides which of its terms match and with which weight.

use smol_str::SmolStr;

use super::{Node, Phrase, WeightedTerm, Word};
use crate::{
    analysis::{Channel, Role, Rule, Term, TermCache, Token, TokenStream, capitalized, capitals},
    query::{Field, Form},
    search::weights,
};

/// The marks of [`Term::RESPELLED`] and [`Term::UNLIKELY`] lemmas.
const RESPELLED: &str = "~";
const UNLIKELY: &str = "?";

/// What an expression inherits from the enclosing ones.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Inherited {
    pub scope: Option<Field>,
    pub weight: f32,
    pub required: bool,
    /// Whether words in lower case may be names all the same.
    pub is_caseless: bool,
}

impl Word {
    pub(super) fn new(terms: Vec<WeightedTerm>, Inherited { scope, weight, .. }: Inherited) -> Self {
        Self { terms, otherwise: Vec::new(), pattern: None, scope, weight }
    }
}

/// The words of a text: a token each, or a compound with its parts.
pub(super) fn words_of(tokens: &[Token]) -> Vec<&[Token]> {
    tokens.chunk_by(|_, next| next.role == Role::Part).collect()
}

/// Whether a word is a content word.
pub(super) fn is_content(word: &[Token]) -> bool {
    word.len() > 1 || !word[0].function && word[0].role != Role::Initial
}

/// Whether a text has many words, in both cases: then those in lower case are no names. Analysing them as names too takes a
/// tenth of a pasted headline, and gains 0.4 thousandths on questions and nothing on headlines.
pub(super) fn is_sentence(words: &[&[Token]]) -> bool {
    let begins_with = |is_case: fn(char) -> bool| {
        words.iter().copied().flatten().any(|token| token.surface.starts_with(is_case))
    };
    words.iter().filter(|word| is_content(word)).count() > weights::TIERED_WORDS
        && begins_with(char::is_uppercase)
        && begins_with(char::is_lowercase)
}

/// The node of the word of a text at an index.
pub(super) fn node_of(forms: &mut TermCache, words: &[&[Token]], at: usize, inherited: Inherited) -> Node {
    let [token, parts @ ..] = words[at] else { return Node::Any(Vec::new()) };
    if !parts.is_empty() {
        return compound(forms, token, parts, inherited);
    }
    let single = Node::Word(word(forms, token, Form::Any, inherited));
    match initialled(forms, words, at, inherited) {
        Some(initialled) => Node::Any(vec![single, initialled]),
        None => single,
    }
}

/// «Владимир» next to «Воронков» as the «В.» of «В. Воронков», «Воронков В. И.».
fn initialled(forms: &mut TermCache, words: &[&[Token]], at: usize, inherited: Inherited) -> Option<Node> {
    let initial_of = |token: &Token| token.terms.iter().position(|term| term.rule() == Rule::Initial);
    let is_surname = |token: &&Token| {
        token.role == Role::Single
            && !token.function
            && initial_of(token).is_none()
            && token.surface.starts_with(char::is_uppercase)
    };
    let given = words[at].first()?;
    let key = given.terms[initial_of(given)?].key().strip_suffix(Term::RELATED)?.into();
    let after = words.get(at + 1).and_then(|word| word.first());
    let before = at.checked_sub(1).and_then(|before| words[before].last());
    let surname = after.into_iter().chain(before).find(is_surname)?;
    let initial = vec![WeightedTerm { key, weight: weights::LEMMA, full: true }];
    let weight = inherited.weight * weights::INITIAL;
    let initial = Word::new(initial, Inherited { weight, ..inherited });
    let slots = vec![(0, initial), (1, word(forms, surname, Form::Any, inherited))];
    Some(Node::Phrase(Phrase { slots, pairs: Vec::new(), slop: Some(1), in_sentence: false, weight }))
}

/// A compound, matched as a whole, written as one word, or by its parts.
fn compound(forms: &mut TermCache, whole: &Token, parts: &[Token], inherited: Inherited) -> Node {
    let whole_word = Node::Word(word(forms, whole, Form::Any, inherited));
    let in_letters =
        whole.surface.chars().all(|c| !c.is_numeric() && !matches!(c, '@' | '.' | '/' | '_' | ':'));
    if in_letters {
        if parts.iter().all(|part| part.function) {
            return whole_word;
        }
        // «Ростов» and «Дону» are enough for «Ростов-на-Дону».
        let inner = 1..parts.len() - 1;
        let parts = parts.iter().enumerate().filter(|(at, part)| !(part.function && inner.contains(at)));
        let parts = parts.map(|(_, part)| Node::Word(word(forms, part, Form::Any, inherited)));
        return Node::Any(vec![whole_word, Node::All(parts.collect())]);
    }
    // The numbers of a date or an address have a meaning only next to each other. The letters of a designation
    // also match as they are, because «ИЛ» in «ИЛ 96» is an abbreviation and «Ил» is a word.
    let slots = parts.iter().map(|part| {
        let mut word = word(forms, part, Form::Any, inherited);
        let mut exact = exact_terms(part);
        exact.retain(|exact| word.terms.iter().all(|term| term.key != exact.key));
        word.terms.append(&mut exact);
        (part.position - whole.position, word)
    });
    let slots: Vec<(u32, Word)> = slots.collect();
    let phrase = |slots| {
        Node::Phrase(Phrase {
            slots,
            pairs: Vec::new(),
            slop: None,
            in_sentence: false,
            weight: inherited.weight,
        })
    };
    let mut alternatives = vec![whole_word];
    if let [day, month, year] = &slots[..]
        && parts[1].terms.iter().any(|term| term.rule() == Rule::Month)
    {
        // «13.05.2024» is also written 2024-05-13.
        let other = [year, month, day].map(|(_, word)| word.clone());
        alternatives.push(phrase((0..).zip(other).collect()));
    }
    alternatives.push(phrase(slots));
    Node::Any(alternatives)
}

/// The word of a token.
pub(super) fn word(forms: &mut TermCache, token: &Token, form: Form, inherited: Inherited) -> Word {
    if form == Form::Exact {
        return Word::new(exact_terms(token), inherited);
    }
    let mut word = Word::new(Vec::with_capacity(3 * token.terms.len()), inherited);
    add_terms(&token.surface, token.role, token.terms.iter().map(Term::borrowed), &mut word.terms);
    if let Some(name) = capitalized(&token.surface).filter(|_| inherited.is_caseless) {
        // Names are also typed in lower case: the terms of «воронков» and of «Воронков».
        add_first(forms, &name, &mut word.terms);
    }
    let is_abbreviation = token.terms.iter().any(|term| term.rule() == Rule::Abbreviation);
    if is_abbreviation && !token.terms.iter().any(|term| term.channel() == Channel::Stem) {
        add_first(forms, &token.surface.to_lowercase(), &mut word.otherwise);
    }
    word
}

/// Adds the terms of a text's first word.
fn add_first(forms: &mut TermCache, text: &str, to: &mut Vec<WeightedTerm>) {
    if let Some(token) = TokenStream::new(text).next(forms) {
        add_terms(token.span.of(text), token.role, token.form.terms(), to);
    }
}

fn exact_terms(token: &Token) -> Vec<WeightedTerm> {
    let exact =
        token.terms.iter().filter(|term| term.channel() == Channel::Exact && term.rule() == Rule::Surface);
    exact.map(|term| WeightedTerm { key: term.key().into(), weight: weights::LEMMA, full: true }).collect()
}

/// Adds the candidates of a word, each once: its lemmas, abbreviations of the same letters, the adjectives of a place, and
/// its stem.
fn add_terms<'t>(
    surface: &str,
    role: Role,
    mut terms: impl Iterator<Item = Term<&'t str>> + Clone,
    to: &mut Vec<WeightedTerm>,
) {
    let mut push = |key: [&str; 2], weight: f32, full: bool| {
        let key: SmolStr = key.into_iter().collect();
        match to.iter_mut().find(|term| term.key == key) {
            // Unlikely for one letter case of the word may be likely for the other.
            Some(term) if weight == weights::LEMMA => (term.weight, term.full) = (weight, true),
            Some(_) => {}
            None => to.push(WeightedTerm { key, weight, full }),
        }
    };
    let has_lemma =
        terms.clone().any(|term| term.channel() == Channel::Lemma && term.rule() != Rule::LookAlike);
    let is_respelled = terms.clone().any(|term| term.rule() == Rule::Respelled);
    // For forms that the dictionary does not have, the stem is as reliable as a guessed lemma.
    let known = terms.clone().any(|term| term.rule() == Rule::Dictionary);
    for term in terms.clone() {
        let key = [term.key(), ""];
        match (term.channel(), term.rule()) {
            // An initial matches any name with this letter; a name does not match other names with its letter.
            (_, Rule::Initial) if role == Role::Initial => {
                push(key, weights::LEMMA, true);
                push([term.key(), "+"], weights::LEMMA, true);
            }
            (_, Rule::Initial | Rule::Place) => {}
            (_, Rule::LookAlike) => push(key, weights::LOOK_ALIKE, true),
            (channel, Rule::Respelled) => {
                let weight = weights::RESPELLED * if channel == Channel::Stem { weights::STEM } else { 1.0 };
                push(key, weight, true);
                push([term.key().trim_end_matches(Term::RESPELLED), ""], weight, true);
            }
            (_, Rule::Unlikely) => {
                push([term.key().trim_end_matches(Term::UNLIKELY), ""], weights::UNLIKELY, false);
            }
            (Channel::Lemma, rule) => {
                push(key, weights::LEMMA, true);
                if let Rule::Dictionary | Rule::Guess | Rule::Surname = rule {
                    push([term.key(), RESPELLED], weights::RESPELLED, true);
                }
                if let Rule::Dictionary | Rule::Guess = rule {
                    push([term.key(), "+"], weights::PLACE, true);
                    push([term.key(), UNLIKELY], weights::UNLIKELY, true);
                }
            }
            (Channel::Exact, Rule::Joined) => push(key, weights::LEMMA, true),
            (Channel::Exact, _) if !has_lemma || is_respelled => push(key, weights::LEMMA, true),
            (Channel::Exact, _) => {}
            (Channel::Stem, Rule::Truncated) => push(key, weights::TRUNCATED, false),
            (Channel::Stem, _) => {
                push(key, weights::STEM, !known);
                push([term.key(), RESPELLED], weights::STEM * weights::RESPELLED, !known);
            }
        }
    }
    let mut letter = [0; 4];
    let lemma = &*Channel::Lemma.letter().encode_utf8(&mut letter);
    // «о», «об» and «обо» are one word with three dictionary forms, unlike «в» and «во».
    if terms.any(|term| term.channel() == Channel::Lemma && matches!(term.text(), "о" | "об" | "обо")) {
        ["о", "об", "обо"].into_iter().for_each(|form| push([lemma, form], weights::LEMMA, true));
    }
    // The common case first: lower-case letters.
    if surface.chars().all(|c| c.is_lowercase() || !c.is_uppercase() && c.is_alphabetic()) {
        push([lemma, &capitals(surface)], weights::LEMMA, true);
    }
}
