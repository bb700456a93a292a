//! The words of a plan: which terms a word of a query may be met by, and what each is worth.
//!
//! Analysis says what a word can be; here is decided what of that a searcher wants.

use super::{Around, Node, Phrase, Weighed, Word, simplified};
use crate::{
    analysis::{Channel, Forms, Role, Rule, Term, Token},
    query::Form,
    search::weights,
};

/// The words of a stretch of plain text: as typed, as nodes, and whether each is a content word.
pub(super) fn words(forms: &mut Forms, text: &str, around: Around) -> Vec<(String, Node, bool)> {
    let tokens = forms.analyze(text);
    let mut found = Vec::new();
    let mut rest = &tokens[..];
    let mut before = None;
    while let Some((token, behind)) = rest.split_first() {
        rest = behind;
        let Role::Whole(parts) = token.role else {
            let content = !token.function && token.role != Role::Initial;
            let surname = behind.first().filter(|next| is_surname(next)).or(before);
            let single = Node::Word(word(forms, token, Form::Any, around));
            let initialled = surname.and_then(|surname| initialled(forms, token, surname, around));
            let node = match initialled {
                Some(initialled) => Node::Any(vec![single, initialled]),
                None => single,
            };
            found.push((token.surface.clone(), node, content));
            before = Some(token).filter(|token| is_surname(token));
            continue;
        };
        before = None;
        let (parts, behind) = behind.split_at(behind.len().min(parts as usize));
        rest = behind;
        found.push((token.surface.clone(), compound(forms, token, parts, around), true));
    }
    found
}

/// Whether a token beside a given name may be the surname to it.
fn is_surname(token: &Token) -> bool {
    let is_given = token.terms.iter().any(|term| term.rule() == Rule::Initial);
    token.role == Role::Single
        && !token.function
        && !is_given
        && token.surface.starts_with(char::is_uppercase)
}

/// «Владимир» beside «Воронков» as the «В.» of «В. Воронков», «Воронков В. И.».
fn initialled(forms: &mut Forms, given: &Token, surname: &Token, around: Around) -> Option<Node> {
    let begins = given.terms.iter().find(|term| term.rule() == Rule::Initial)?;
    let key = begins.key().strip_suffix('+')?.to_owned();
    let terms = vec![Weighed { key, weight: weights::LEMMA, full: true }];
    let weight = around.weight * weights::INITIAL;
    let initial = Word { terms, otherwise: Vec::new(), pattern: None, scope: around.scope, weight };
    let surname = word(forms, surname, Form::Any, around);
    Some(Node::Phrase(Phrase { slots: vec![(0, initial), (1, surname)], slop: Some(1), weight }))
}

/// A compound: met whole, written together, or by its parts.
fn compound(forms: &mut Forms, whole: &Token, parts: &[Token], around: Around) -> Node {
    let whole_word = Node::Word(word(forms, whole, Form::Any, around));
    let slots: Vec<(u32, Word)> = parts
        .iter()
        .map(|part| (part.position - whole.position, word(forms, part, Form::Any, around)))
        .collect();
    let in_letters =
        whole.surface.chars().all(|c| !c.is_numeric() && !matches!(c, '@' | '.' | '/' | '_' | ':'));
    let by_parts = if in_letters {
        Node::All(slots.into_iter().map(|(_, word)| Node::Word(word)).collect())
    } else {
        // The figures of a date or an address mean something only side by side.
        simplified(Phrase { slots, slop: None, weight: around.weight })
    };
    Node::Any(vec![whole_word, by_parts])
}

pub(super) fn phrase(
    forms: &mut Forms,
    text: &str,
    form: Form,
    slop: Option<u32>,
    around: Around,
) -> Option<Phrase> {
    let tokens = forms.analyze(text);
    let placed: Vec<&Token> = tokens.iter().filter(|token| !matches!(token.role, Role::Whole(_))).collect();
    let all_function = placed.iter().all(|token| token.function);
    let skip = |token: &Token| form == Form::Any && !all_function && token.function;
    let first = placed.iter().find(|token| !skip(token))?.position;
    let slots = placed
        .into_iter()
        .filter(|token| !skip(token))
        .map(|token| (token.position - first, word(forms, token, form, around)))
        .collect();
    Some(Phrase { slots, slop, weight: around.weight })
}

/// A token as a word to look for.
fn word(forms: &mut Forms, token: &Token, form: Form, around: Around) -> Word {
    let terms = match form {
        Form::Exact => exact_terms(token),
        Form::Any if token.surface.starts_with(char::is_lowercase) => typed_small(forms, token),
        Form::Any => any_terms(token),
    };
    let is_abbreviation = form == Form::Any
        && token.terms.iter().any(|term| term.rule() == Rule::Abbreviation)
        && !token.terms.iter().any(|term| term.channel() == Channel::Stem);
    let otherwise = if is_abbreviation {
        forms.analyze(&token.surface.to_lowercase()).first().map(any_terms).unwrap_or_default()
    } else {
        Vec::new()
    };
    Word { terms, otherwise, pattern: None, scope: around.scope, weight: around.weight }
}

/// People type names in small letters too: the terms of «воронков» and of «Воронков».
fn typed_small(forms: &mut Forms, token: &Token) -> Vec<Weighed> {
    let mut letters = token.surface.chars();
    let name: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let mut terms = any_terms(token);
    for term in forms.analyze(&name).first().map(any_terms).unwrap_or_default() {
        if !terms.iter().any(|known| known.key == term.key) {
            terms.push(term);
        }
    }
    terms
}

fn exact_terms(token: &Token) -> Vec<Weighed> {
    let exact =
        token.terms.iter().filter(|term| term.channel() == Channel::Exact && term.rule() == Rule::Surface);
    exact.map(|term| Weighed { key: term.key().into(), weight: weights::LEMMA, full: true }).collect()
}

/// Every candidate of a word as one group: its lemmas, abbreviations that look like it, the adjectives
/// of a place, and its stem.
fn any_terms(token: &Token) -> Vec<Weighed> {
    let mut terms: Vec<Weighed> = Vec::new();
    let mut push = |key: String, weight: f32, full: bool| {
        if !terms.iter().any(|term| term.key == key) {
            terms.push(Weighed { key, weight, full });
        }
    };
    let has_lemma = token.terms.iter().any(|term| term.channel() == Channel::Lemma);
    // The dictionary is sure of a form that it lists; of others the stem is as good a witness.
    let known = token.terms.iter().any(|term| term.rule() == Rule::Dictionary);
    for term in &token.terms {
        match (term.channel(), term.rule()) {
            // An initial stands for any name that begins so; a name is not met by whoever shares its letter.
            (_, Rule::Initial) if token.role == Role::Initial => {
                push(term.key().into(), weights::LEMMA, true);
                push(format!("{}+", term.key()), weights::LEMMA, true);
            }
            (_, Rule::Initial | Rule::Place) => {}
            (Channel::Lemma, _) | (Channel::Exact, Rule::Joined) => {
                push(term.key().into(), weights::LEMMA, true);
            }
            (Channel::Exact, _) if !has_lemma => push(term.key().into(), weights::LEMMA, true),
            (Channel::Exact, _) => {}
            (Channel::Stem, _) => push(term.key().into(), weights::STEM, !known),
        }
    }
    let lemmas: Vec<&str> = token
        .terms
        .iter()
        .filter(|term| matches!(term.rule(), Rule::Dictionary | Rule::Guess))
        .map(Term::key)
        .collect();
    for lemma in lemmas {
        push(format!("{lemma}+"), weights::PLACE, true);
    }
    if token.surface.chars().all(|c| c.is_alphabetic() && !c.is_uppercase()) {
        let letters = token.surface.to_uppercase().replace('Ё', "Е");
        push(format!("{}{letters}", Channel::Lemma.letter()), weights::LEMMA, true);
    }
    terms
}
