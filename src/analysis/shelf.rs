//! The shelf: analysed forms side by side in memory, found by their surface.
//!
//! A text asks for millions of forms, and most of the time goes by waiting for memory. So all letters
//! are in one string, a surface and its terms next to each other, and what points into it is small.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{
    form::{Form, Setting},
    term::{Rule, Term},
};

/// Forms, kept.
#[derive(Default)]
pub(super) struct Shelf {
    places: HashTable<Place>,
    hasher: RandomState,
    /// Each form's surface and then the keys of its terms.
    letters: String,
    cuts: Vec<Cut>,
}

/// Where a form stands on the shelf.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Where in `letters` its surface begins.
    letters: u32,
    /// Where in `cuts` its terms begin.
    cuts: u32,
    /// How many forms were put there before it: no other form there has this number.
    pub number: u32,
    /// How many bytes its surface has.
    surface: u8,
    /// How many terms it has.
    terms: u8,
    setting: Setting,
    function: bool,
}

/// Where a term ends, counted in bytes from where the first one of its form begins.
#[derive(Clone, Copy)]
struct Cut {
    end: u16,
    rule: Rule,
}

/// A form on the shelf.
#[derive(Clone, Copy, Default)]
pub(crate) struct FormRef<'f> {
    letters: &'f str,
    cuts: &'f [Cut],
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

    pub fn terms(self) -> impl Iterator<Item = Term<&'f str>> {
        (0..self.cuts.len()).filter_map(move |place| self.term(place))
    }
}

impl Place {
    fn surface(self, letters: &str) -> &[u8] {
        let start = self.letters as usize;
        letters.as_bytes().get(start..start + usize::from(self.surface)).unwrap_or_default()
    }
}

impl Shelf {
    /// How many forms there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn clear(&mut self) {
        self.places.clear();
        self.letters.clear();
        self.cuts.clear();
    }

    /// Where the form of a surface is.
    pub fn find(&self, surface: &str, setting: Setting) -> Option<Place> {
        let surface = surface.as_bytes();
        let is_it = |place: &Place| place.setting == setting && place.surface(&self.letters) == surface;
        self.places.find(hash(&self.hasher, surface, setting), is_it).copied()
    }

    /// Adds a form and says where it is. Its surface has at most 255 bytes.
    pub fn add(&mut self, surface: &str, setting: Setting, form: &Form) -> Place {
        let terms = form.terms.iter().map(|term| (term.key(), term.rule()));
        self.put(surface, setting, form.function, terms)
    }

    /// Adds a form that stands on another shelf.
    pub fn copy(&mut self, surface: &str, setting: Setting, form: FormRef<'_>) -> Place {
        let terms = form.terms().map(|term| (term.into_key(), term.rule()));
        self.put(surface, setting, form.function, terms)
    }

    fn put<'k>(
        &mut self,
        surface: &str,
        setting: Setting,
        function: bool,
        terms: impl Iterator<Item = (&'k str, Rule)>,
    ) -> Place {
        let (letters, cuts) = (small(self.letters.len()), small(self.cuts.len()));
        self.letters.push_str(surface);
        let first = self.letters.len();
        for (key, rule) in terms.take(u8::MAX.into()) {
            self.letters.push_str(key);
            let end = u16::try_from(self.letters.len() - first).unwrap_or(u16::MAX);
            self.cuts.push(Cut { end, rule });
        }
        let place = Place {
            letters,
            cuts,
            number: small(self.places.len()),
            surface: u8::try_from(surface.len()).unwrap_or(u8::MAX),
            terms: u8::try_from(self.cuts.len() - cuts as usize).unwrap_or(u8::MAX),
            setting,
            function,
        };
        let Self { places, hasher, letters, .. } = self;
        let rehash = |place: &Place| hash(hasher, place.surface(letters), place.setting);
        places.insert_unique(hash(hasher, surface.as_bytes(), setting), place, rehash);
        place
    }

    /// The form at a place.
    pub fn form(&self, place: Place) -> FormRef<'_> {
        let first = place.cuts as usize;
        let cuts = self.cuts.get(first..first + usize::from(place.terms)).unwrap_or_default();
        let start = place.letters as usize + usize::from(place.surface);
        let end = start + cuts.last().map_or(0, |cut| usize::from(cut.end));
        let letters = self.letters.get(start..end).unwrap_or_default();
        FormRef { letters, cuts, function: place.function }
    }
}

fn hash(hasher: &RandomState, surface: &[u8], setting: Setting) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(surface);
    hasher.write_u8(setting as u8);
    hasher.finish()
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::term::Channel;

    #[test]
    fn what_was_put_there_is_found_there() {
        let mut shelf = Shelf::default();
        let form = |word: &str| {
            let terms = [
                (Channel::Exact, Rule::Surface),
                (Channel::Lemma, Rule::Dictionary),
                (Channel::Stem, Rule::Snowball),
            ];
            let terms = terms.map(|(channel, rule)| Term::new(channel, word, rule));
            Form { terms: terms.to_vec(), function: word.len() < 4 }
        };
        let words: Vec<String> =
            (0..5_000).map(|number| format!("слово{number}")).chain(["и".into()]).collect();
        for word in &words {
            for setting in [Setting::Text, Setting::Shouted] {
                shelf.add(word, setting, &form(word));
            }
        }
        assert_eq!(shelf.len(), 2 * words.len());
        for word in &words {
            let kept = shelf.form(shelf.find(word, Setting::Shouted).unwrap());
            let keys: Vec<&str> = kept.terms().map(Term::into_key).collect();
            assert_eq!(keys, [format!("e{word}"), format!("l{word}"), format!("s{word}")]);
            assert_eq!(kept.function, word.len() < 4);
            assert!(shelf.find(word, Setting::Whole).is_none());
        }
        shelf.clear();
        assert!(shelf.find("и", Setting::Text).is_none());
    }
}
