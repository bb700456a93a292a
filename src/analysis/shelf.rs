//! The shelf: analysed forms side by side in memory, found by their surface.
//!
//! A text asks for millions of forms, and most of the time goes by waiting for memory. So all letters
//! are in one string, a surface and its terms next to each other, and what points into it is small.

use super::{
    form::{Cut, FormRef},
    key::Key,
    slots::Slots,
};

/// Forms, kept.
#[derive(Default)]
pub(super) struct Shelf {
    slots: Slots,
    /// Where each form is, by its number.
    places: Vec<Place>,
    /// Each form's surface and then the keys of its terms.
    letters: String,
    cuts: Vec<Cut>,
}

/// Where a form stands on the shelf.
#[derive(Clone, Copy)]
struct Place {
    /// Where in `letters` its surface begins.
    letters: u32,
    /// Where in `cuts` its terms begin.
    cuts: u32,
    /// How many bytes its surface has.
    surface: u8,
    /// How many terms it has.
    terms: u8,
    function: bool,
}

impl Place {
    fn surface<'s>(&self, letters: &'s str) -> &'s [u8] {
        let start = self.letters as usize;
        letters.as_bytes().get(start..start + usize::from(self.surface)).unwrap_or_default()
    }
}

impl Shelf {
    /// How many forms there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn clear(&mut self) {
        self.slots.clear();
        self.places.clear();
        self.letters.clear();
        self.cuts.clear();
    }

    /// The number of a surface's form: how many were put there before it.
    pub fn find(&self, key: Key, surface: &str) -> Option<u32> {
        let surface = surface.as_bytes();
        let is_it = |number| self.place(number).is_some_and(|place| place.surface(&self.letters) == surface);
        self.slots.find(key, is_it)
    }

    /// Adds a form and gives its number. Its surface has at most 255 bytes.
    pub fn add(&mut self, key: Key, surface: &str, form: FormRef<'_>) -> u32 {
        let place = Place {
            letters: small(self.letters.len()),
            cuts: small(self.cuts.len()),
            surface: u8::try_from(surface.len()).unwrap_or(u8::MAX),
            terms: u8::try_from(form.cuts.len()).unwrap_or(u8::MAX),
            function: form.function,
        };
        self.letters.push_str(surface);
        self.letters.push_str(form.letters);
        self.cuts.extend_from_slice(form.cuts);
        self.places.push(place);
        self.slots.add(key)
    }

    fn place(&self, number: u32) -> Option<&Place> {
        self.places.get(number as usize)
    }

    /// The form that has a number.
    pub fn form(&self, number: u32) -> FormRef<'_> {
        let Some(place) = self.place(number) else { return FormRef::default() };
        let first = place.cuts as usize;
        let cuts = self.cuts.get(first..first + usize::from(place.terms)).unwrap_or_default();
        let start = place.letters as usize + usize::from(place.surface);
        let end = start + cuts.last().map_or(0, |cut| usize::from(cut.end));
        let letters = self.letters.get(start..end).unwrap_or_default();
        FormRef { letters, cuts, function: place.function }
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use foldhash::fast::RandomState;

    use super::*;
    use crate::analysis::{
        form::{Form, Setting},
        term::{Channel, Rule, Term},
    };

    #[test]
    fn what_was_put_there_is_found_there() {
        let mut shelf = Shelf::default();
        let form = |word: &str| {
            let mut form = Form::default();
            form.function = word.len() < 4;
            form.push(Channel::Exact, word, Rule::Surface);
            form.push(Channel::Lemma, word, Rule::Dictionary);
            form.push(Channel::Stem, word, Rule::Snowball);
            form
        };
        let words: Vec<String> =
            (0..5_000).map(|number| format!("слово{number}")).chain(["и".into()]).collect();
        let hasher = RandomState::default();
        let key = |word: &str, setting| Key::of(word, setting, &hasher);
        for word in &words {
            for setting in [Setting::Text, Setting::Shouted] {
                shelf.add(key(word, setting), word, form(word).as_ref());
            }
        }
        assert_eq!(shelf.len(), 2 * words.len());
        for word in &words {
            let kept = shelf.form(shelf.find(key(word, Setting::Shouted), word).unwrap());
            let keys: Vec<&str> = kept.terms().map(Term::into_key).collect();
            assert_eq!(keys, [format!("e{word}"), format!("l{word}"), format!("s{word}")]);
            assert_eq!(kept.function, word.len() < 4);
            assert!(shelf.find(key(word, Setting::Whole), word).is_none());
        }
        shelf.clear();
        assert!(shelf.find(key("и", Setting::Text), "и").is_none());
    }
}
