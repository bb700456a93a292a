//! Morphology: the lemmas a form may belong to. Every plausible candidate is kept.
//!
//! Asks rumorph (OpenCorpora and Wiktionary, 3.8 million forms, with guesses by ending), folds its answers
//! and reports what analysis needs to know of a form. `acronyms` decides what capitals mean.

use rumorph::{Analysis, Dictionary, Source};

use super::normalize::{Case, case_of, fold_owned};

/// The least probability of a guess or a shortening. Less likely candidates are noise.
const LEAST_GUESS: f64 = 0.05;
/// The least probability of a listed word, or of a name in small letters.
const LEAST_WORD: f64 = 0.005;
/// The least probability of a listed word if the form is a name.
const LEAST_BESIDE_NAME: f64 = 0.03;
/// A capitalised form that is a name with at least this probability is that name.
const SURELY_NAME: f64 = 0.5;

/// A lemma whose probability is less than this share of the best one's is unlikely.
const UNLIKELY: f64 = 0.1;

/// A lemma that a form may belong to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lemma {
    pub text: String,
    /// From 0 to 1; the candidates of a form add up to at most 1.
    probability: f64,
    pub origin: Origin,
    /// Whether it is the name of a person, a place or a company.
    proper: bool,
    /// Whether it is a given name.
    pub given: bool,
    /// Whether another lemma explains the form much better.
    pub unlikely: bool,
}

/// The source of a candidate, the most reliable first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The dictionary lists the form.
    Listed,
    /// The dictionary lists the form as a shortened word: «млн» for «миллион».
    Shortened,
    /// The dictionary guessed from the parts or the ending of the form.
    Guessed,
}

impl Lemma {
    /// Whether the dictionary lists it as a name.
    pub fn is_listed_name(&self) -> bool {
        self.proper && self.origin == Origin::Listed
    }
}

/// What the dictionary says about a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Morphology {
    /// The candidates, each once, the most probable first.
    pub lemmas: Vec<Lemma>,
    /// The abbreviation that the form may be, in capitals: «ООН», «ВУЗ» for «вузы».
    pub abbreviation: Option<Abbreviation>,
    /// Whether the most probable candidate is a preposition, conjunction, particle or pronoun.
    pub function: bool,
}

/// An abbreviation that the dictionary knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Abbreviation {
    /// Its letters, in capitals.
    pub letters: String,
    /// Whether it is declined and also written in small letters: «вуз», «гост», but not «ООН», «ВОЗ».
    pub declined: bool,
}

impl Morphology {
    /// Whether the dictionary lists the form as a word.
    pub fn is_known_word(&self) -> bool {
        self.lemmas.iter().any(|lemma| lemma.origin != Origin::Guessed)
    }

    /// Adds a candidate, or merges it into an equal one.
    fn add(&mut self, new: Lemma) {
        let Some(lemma) = self.lemmas.iter_mut().find(|lemma| lemma.text == new.text) else {
            self.lemmas.push(new);
            return;
        };
        lemma.probability += new.probability;
        lemma.proper |= new.proper;
        lemma.given |= new.given;
        lemma.unlikely &= new.unlikely;
        lemma.origin = lemma.origin.min(new.origin);
    }

    /// Removes improbable candidates.
    fn prune(&mut self, form: &str, folded: &str) {
        let case = case_of(form);
        let is_sure =
            |lemma: &Lemma| lemma.proper && lemma.probability >= SURELY_NAME && lemma.text == folded;
        let is_name = case == Case::Title && self.lemmas.iter().any(is_sure);
        // «Лавров» with a capital is not a form of «лавр», «Баку» not of «бак».
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
        let usual = self.lemmas.iter().filter(|lemma| !lemma.unlikely).map(|lemma| lemma.probability);
        let best = usual.fold(0.0, f64::max);
        for lemma in &mut self.lemmas {
            let is_name = lemma.is_listed_name() && case != Case::Lower;
            lemma.unlikely =
                !is_name && best > 0.0 && (lemma.unlikely || lemma.probability < UNLIKELY * best);
        }
    }
}

/// Analyses a cleaned form. `folded` is the same form folded; the dictionary takes letter case into account.
pub(crate) fn analyze(dictionary: &Dictionary, form: &str, folded: &str) -> Morphology {
    let mut morphology = Morphology::default();
    for (rank, analysis) in dictionary.analyze(form).into_iter().enumerate() {
        let Some(tag) = dictionary.ud_tag(analysis.ud) else { continue };
        if rank == 0 {
            morphology.function = matches!(tag.pos(), "ADP" | "CCONJ" | "SCONJ" | "PART" | "PRON" | "DET");
        }
        let rare = is_rare(dictionary, &analysis);
        let mut text = fold_owned(analysis.lemma);
        if matches!(text.as_str(), "об" | "обо") && tag.pos() == "ADP" {
            "о".clone_into(&mut text);
        }
        let (fixed, declined) = (tag.feat("Abbr").is_some(), tag.has_label("Abbr"));
        let shortened = fixed && text != folded;
        if (fixed || declined) && !shortened {
            let letters = text.to_uppercase();
            morphology.abbreviation.get_or_insert(Abbreviation { letters, declined: !fixed });
        }
        if fixed && !shortened || analysis.source == Source::Rule {
            continue;
        }
        let name = tag.feat("NameType");
        // «Камилов» as the plural of «Камил»: the surname is far more frequent.
        let several_namesakes = name == Some("Giv") && tag.feat("Number") == Some("Plur");
        if several_namesakes && has_surname_ending(form) {
            continue;
        }
        morphology.add(Lemma {
            text,
            probability: analysis.prob,
            origin: match analysis.source {
                Source::Guess => Origin::Guessed,
                _ if shortened => Origin::Shortened,
                _ => Origin::Listed,
            },
            proper: tag.pos() == "PROPN",
            given: name == Some("Giv"),
            // Until the other candidates are known.
            unlikely: rare,
        });
    }
    morphology.prune(form, folded);
    morphology
}

/// Whether an analysis is a short passive participle of an imperfective verb, «метан» of «метать», or a verb
/// shortened to a unit of measure, «см» of «смотри».
fn is_rare(dictionary: &Dictionary, analysis: &Analysis) -> bool {
    let tag = analysis.tag.and_then(|tag| dictionary.tag(tag)).unwrap_or_default();
    tag.starts_with("PRTS,impf") || tag.starts_with("VERB") && tag.ends_with("Abbr")
}

/// Whether a form ends like the lemma of a surname. These endings are also case endings of other words.
pub(crate) fn has_surname_ending(form: &str) -> bool {
    ["ов", "ев", "ёв", "ин", "ын"].iter().any(|ending| form.ends_with(ending))
}
