//! The lemma channel: the dictionary forms that a form may belong to, every candidate kept.
//!
//! Asks rumorph (OpenCorpora and Wiktionary, 3.8 million forms, guessing by ending), folds what it
//! answers and sums up what a search needs to know of a form. Decides nothing about capitals.

use rumorph::{Dictionary, Source};

use super::fold::fold;

/// A guess that the dictionary itself holds less likely than this is noise.
const LEAST_GUESS: f64 = 0.05;

/// One dictionary form that a form may belong to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lemma {
    pub text: String,
    /// How likely, from 0 to 1; a form's candidates sum up to 1 at most.
    pub probability: f64,
    pub guessed: bool,
    /// A person's name, a place, a company.
    pub proper: bool,
    pub surname: bool,
    pub given: bool,
}

/// What the dictionary says of one form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// The candidates, each once, as the dictionary orders them: the likeliest first.
    pub lemmas: Vec<Lemma>,
    /// One reading of the form is an abbreviation.
    pub abbreviation: bool,
    /// The likeliest reading is a function word: a preposition, conjunction, particle or pronoun.
    pub function: bool,
}

impl Reading {
    /// Whether the dictionary knows the form as a word that is no abbreviation.
    pub fn is_known_word(&self) -> bool {
        self.lemmas.iter().any(|lemma| !lemma.guessed)
    }
}

/// Reads a cleaned form in its own letter case, which the dictionary weighs.
pub(crate) fn read(dictionary: &Dictionary, form: &str) -> Reading {
    let mut reading = Reading::default();
    for (rank, analysis) in dictionary.analyze(form).into_iter().enumerate() {
        let Some(tag) = dictionary.ud_tag(analysis.ud) else { continue };
        if rank == 0 {
            reading.function = matches!(tag.pos(), "ADP" | "CCONJ" | "SCONJ" | "PART" | "PRON" | "DET");
        }
        if tag.feat("Abbr").is_some() || tag.has_label("Abbr") {
            reading.abbreviation = true;
            if tag.feat("Abbr").is_some() {
                continue;
            }
        }
        if analysis.source == Source::Rule {
            continue;
        }
        // «Камилов» as the plural of «Камил»: people have surnames far oftener than namesakes in a row.
        let several_namesakes = tag.feat("NameType") == Some("Giv") && tag.feat("Number") == Some("Plur");
        if several_namesakes && has_surname_ending(form) {
            continue;
        }
        let text = fold(&analysis.lemma);
        let known = reading.lemmas.iter_mut().find(|lemma| lemma.text == text);
        let name = tag.feat("NameType");
        let (surname, given) = (name == Some("Sur"), matches!(name, Some("Giv")));
        if let Some(lemma) = known {
            lemma.probability += analysis.prob;
            lemma.proper |= tag.pos() == "PROPN";
            lemma.surname |= surname;
            lemma.given |= given;
            continue;
        }
        reading.lemmas.push(Lemma {
            text,
            probability: analysis.prob,
            guessed: analysis.source == Source::Guess,
            proper: tag.pos() == "PROPN",
            surname,
            given,
        });
    }
    reading.lemmas.retain(|lemma| !lemma.guessed || lemma.probability >= LEAST_GUESS);
    reading
}

/// The endings of surnames in their dictionary form that coincide with a case of another word.
pub(crate) fn has_surname_ending(form: &str) -> bool {
    ["ов", "ев", "ёв", "ин", "ын"].iter().any(|ending| form.ends_with(ending))
}
