//! The lemma channel: the dictionary forms that a form may belong to, every candidate kept.
//!
//! Asks rumorph (OpenCorpora and Wiktionary, 3.8 million forms, guessing by ending), folds what it
//! answers and sums up what a search needs to know of a form. Decides nothing about capitals.

use rumorph::{Dictionary, Source};

use super::fold::{Case, case_of, fold_owned};

/// A guess or a shortening that the dictionary itself holds less likely than this is noise.
const LEAST_GUESS: f64 = 0.05;
/// So is a listed word, and a name in small letters.
const LEAST_WORD: f64 = 0.005;
/// So is a word that is listed beside a name, where the form is the name.
const LEAST_BESIDE_NAME: f64 = 0.03;
/// A form with a capital that is a name at least this likely is that name.
const SURELY_NAME: f64 = 0.5;

/// One dictionary form that a form may belong to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lemma {
    pub text: String,
    /// How likely, from 0 to 1; a form's candidates sum up to 1 at most.
    probability: f64,
    pub origin: Origin,
    /// A person's name, a place, a company.
    proper: bool,
    /// A person's given name.
    pub given: bool,
}

/// What a candidate rests on, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The dictionary lists the form.
    Listed,
    /// It lists it as the word shortened: «млн» for «миллион».
    Shortened,
    /// It guessed from parts or from the ending.
    Guessed,
}

impl Lemma {
    /// Whether the dictionary lists it as a name.
    pub fn is_listed_name(&self) -> bool {
        self.proper && self.origin == Origin::Listed
    }
}

/// What the dictionary says of one form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// The candidates, each once, as the dictionary orders them: the likeliest first.
    pub lemmas: Vec<Lemma>,
    /// The abbreviation that one reading of the form is, in capitals: «ООН», «ВУЗ» for «вузы».
    pub abbreviation: Option<Abbreviation>,
    /// The likeliest reading is a function word: a preposition, conjunction, particle or pronoun.
    pub function: bool,
}

/// An abbreviation that the dictionary knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Abbreviation {
    /// Its letters, capitals all.
    pub letters: String,
    /// Whether it has cases and is written small as well: «вуз», «гост»; not so «ООН», «ВОЗ».
    pub declined: bool,
}

impl Reading {
    /// Whether the dictionary knows the form as a word that is no abbreviation for good.
    pub fn is_known_word(&self) -> bool {
        self.lemmas.iter().any(|lemma| lemma.origin != Origin::Guessed)
    }

    /// Adds a candidate, or what another reading says of one that is there.
    fn add(&mut self, new: Lemma) {
        let Some(lemma) = self.lemmas.iter_mut().find(|lemma| lemma.text == new.text) else {
            self.lemmas.push(new);
            return;
        };
        lemma.probability += new.probability;
        lemma.proper |= new.proper;
        lemma.given |= new.given;
        lemma.origin = lemma.origin.min(new.origin);
    }

    /// Leaves out candidates that are there by chance.
    fn prune(&mut self, form: &str, folded: &str) {
        let case = case_of(form);
        let is_sure =
            |lemma: &Lemma| lemma.proper && lemma.probability >= SURELY_NAME && lemma.text == folded;
        let is_name = case == Case::Title && self.lemmas.iter().any(is_sure);
        // «Лавров» with a capital is no laurels, «Баку» no tank.
        let is_surname = is_name && has_surname_ending(form);
        self.lemmas.retain(|lemma| {
            let least = match lemma.origin {
                Origin::Guessed | Origin::Shortened => LEAST_GUESS,
                Origin::Listed if is_name => LEAST_BESIDE_NAME,
                Origin::Listed => LEAST_WORD,
            };
            let is_sure_of_its_case = lemma.is_listed_name() && case != Case::Lower;
            let is_likely = lemma.probability >= least && (lemma.is_listed_name() || !is_surname);
            is_sure_of_its_case || is_likely
        });
    }
}

/// Reads a cleaned form, which is also there folded, in its own letter case, which the dictionary weighs.
pub(crate) fn read(dictionary: &Dictionary, form: &str, folded: &str) -> Reading {
    let mut reading = Reading::default();
    for (rank, analysis) in dictionary.analyze(form).into_iter().enumerate() {
        let Some(tag) = dictionary.ud_tag(analysis.ud) else { continue };
        if rank == 0 {
            reading.function = matches!(tag.pos(), "ADP" | "CCONJ" | "SCONJ" | "PART" | "PRON" | "DET");
        }
        let text = fold_owned(analysis.lemma);
        let (fixed, declined) = (tag.feat("Abbr").is_some(), tag.has_label("Abbr"));
        let shortened = fixed && text != folded;
        if (fixed || declined) && !shortened {
            let letters = text.to_uppercase();
            reading.abbreviation.get_or_insert(Abbreviation { letters, declined: !fixed });
        }
        if fixed && !shortened || analysis.source == Source::Rule {
            continue;
        }
        let name = tag.feat("NameType");
        // «Камилов» as the plural of «Камил»: people have surnames far oftener than namesakes in a row.
        let several_namesakes = name == Some("Giv") && tag.feat("Number") == Some("Plur");
        if several_namesakes && has_surname_ending(form) {
            continue;
        }
        reading.add(Lemma {
            text,
            probability: analysis.prob,
            origin: match analysis.source {
                Source::Guess => Origin::Guessed,
                _ if shortened => Origin::Shortened,
                _ => Origin::Listed,
            },
            proper: tag.pos() == "PROPN",
            given: name == Some("Giv"),
        });
    }
    reading.prune(form, folded);
    reading
}

/// The endings of surnames in their dictionary form that coincide with a case of another word.
pub(crate) fn has_surname_ending(form: &str) -> bool {
    ["ов", "ев", "ёв", "ин", "ын"].iter().any(|ending| form.ends_with(ending))
}
