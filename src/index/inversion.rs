//! Inversion: texts word by word become lists of places term by term.
//!
//! The engine's own writer would look up and record each term of each word. Here a word is written down
//! as the number of its form, four bytes; only when the segment is full are the places of the words dealt
//! out to their terms. Knows neither files nor the engine.

mod deal;
mod names;
mod places;
mod words;

use std::ops::Range;

use self::{deal::Hand, names::Names, places::Bases, words::Words};
pub(super) use self::{deal::Order, places::Places};
use crate::analysis::{Forms, Landmark, Role, Setting, Step, Survey, Tokens};

/// So many words are looked up together.
const AT_ONCE: usize = 64;
/// No form of this segment yet.
const NONE: u32 = u32::MAX;

/// One field of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// Title and body.
    Text,
    /// The title alone.
    Title,
    /// The publisher.
    Source,
}

/// The words of a segment's releases, in the order of the texts.
pub(super) struct Inversion {
    forms: Forms,
    /// How often the table of forms had started over when `numbers` was begun.
    restarts: u32,
    /// The number in this segment of each form that the table of forms keeps, by its number there.
    numbers: Vec<u32>,
    /// The terms of each form, and where those of each form end.
    terms: Vec<u32>,
    ends: Vec<usize>,
    names: Names,
    /// A form's number for each word, and in the lowest bit whether it stands behind the word before it
    /// rather than at the same position.
    text: Words,
    source: Words,
    releases: Vec<Bounds>,
    ahead: Ahead,
}

/// The next words of a text, and the numbers of their forms where they have some. Kept for its memory alone.
#[derive(Default)]
struct Ahead {
    steps: Vec<Step>,
    forms: Vec<u32>,
}

/// Where a release's words end, and the words that its title takes.
#[derive(Clone, Copy, Debug, Default)]
struct Bounds {
    title: usize,
    body: usize,
    source: usize,
    /// Positions of the title, of title and body, and of the publisher.
    lengths: [u32; 3],
}

/// The lengths of a release, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub title: u32,
    pub body: u32,
}

impl Inversion {
    pub fn new(forms: Forms) -> Self {
        Self {
            forms,
            restarts: 0,
            numbers: Vec::new(),
            terms: Vec::new(),
            ends: Vec::new(),
            names: Names::default(),
            text: Words::default(),
            source: Words::default(),
            releases: Vec::new(),
            ahead: Ahead::default(),
        }
    }

    /// Gives the table of forms back, for the next segment.
    pub fn into_forms(self) -> Forms {
        self.forms
    }

    /// Takes in the next release, and takes down the landmarks of its body.
    ///
    /// Body words are numbered on behind those of the title, with one number between, so that no phrase
    /// reaches from the one into the other.
    pub fn add(&mut self, title: &str, body: &str, source: &str, landmarks: &mut Survey) -> Lengths {
        let title = self.read(title, Field::Text, |_| ());
        let title_end = self.text.len();
        let body = self.read(body, Field::Text, |landmark| landmarks.pass(landmark));
        let source = self.read(source, Field::Source, |_| ());
        self.releases.push(Bounds {
            title: title_end,
            body: self.text.len(),
            source: self.source.len(),
            lengths: [title, title + 1 + body, source],
        });
        Lengths { title, body }
    }

    /// Bytes of memory that this takes now and when its places are dealt out.
    pub fn memory(&self) -> usize {
        let dealt = self.text.len().max(self.source.len());
        // Terms and forms are counted and ranked once more while they are dealt out.
        let forms = self.numbers.capacity() + 3 * self.terms.capacity() + 4 * self.ends.capacity();
        let releases = self.releases.capacity() * size_of::<Bounds>();
        let words = self.text.memory() + self.source.memory() + self.names.memory();
        words + (dealt + forms) * size_of::<u32>() + releases
    }

    /// How many positions there are, over all fields; more than 2³² cannot be told apart.
    pub fn positions(&self) -> usize {
        self.text.len() + self.source.len() + self.releases.len()
    }

    /// Writes down the words of a text, passing the beginning of each piece; returns how many positions it
    /// takes.
    fn read(&mut self, text: &str, field: Field, mut pass: impl FnMut(Landmark)) -> u32 {
        let mut tokens = Tokens::new(text);
        let mut next = 0;
        let Ahead { mut steps, mut forms } = std::mem::take(&mut self.ahead);
        loop {
            steps.clear();
            steps.extend(std::iter::from_fn(|| tokens.step()).take(AT_ONCE));
            if steps.is_empty() {
                self.ahead = Ahead { steps, forms };
                return next;
            }
            // With nothing else between them, the processor waits for the memory of many look-ups at once.
            forms.clear();
            forms.extend(steps.iter().map(|step| self.known(text, step)));
            for (&Step { position, span, role, setting }, &known) in steps.iter().zip(&forms) {
                if role != Role::Part {
                    pass(Landmark { position, byte: span.start });
                }
                let form = if known == NONE { self.number(span.of(text), setting) } else { known };
                let words = if field == Field::Source { &mut self.source } else { &mut self.text };
                words.push(form << 1 | u32::from(position == next));
                next = position + 1;
            }
        }
    }

    /// The number in this segment of a form that has one.
    fn known(&self, text: &str, step: &Step) -> u32 {
        if self.forms.restarts() != self.restarts {
            return NONE;
        }
        let found = self.forms.find_known(step.span.of(text), step.setting);
        found.and_then(|number| self.numbers.get(number as usize).copied()).unwrap_or(NONE)
    }

    /// The number in this segment of a form, a new one where it has none yet.
    fn number(&mut self, surface: &str, setting: Setting) -> u32 {
        let Some(number) = self.forms.find(surface, setting) else { return self.new_form(None) };
        let restarts = self.forms.restarts();
        if restarts != self.restarts {
            self.restarts = restarts;
            self.numbers.clear();
        }
        let place = number as usize;
        if self.numbers.len() <= place {
            self.numbers.resize(place + 1, NONE);
        }
        if self.numbers[place] == NONE {
            self.numbers[place] = self.new_form(Some(number));
        }
        self.numbers[place]
    }

    /// Numbers a form that the table of forms has found.
    fn new_form(&mut self, found: Option<u32>) -> u32 {
        let form = self.ends.len();
        for term in self.forms.form(found).terms() {
            self.terms.push(self.names.number(term.key()));
        }
        self.ends.push(self.terms.len());
        u32::try_from(form).unwrap_or(NONE >> 1)
    }

    /// All terms in the order of their bytes.
    pub fn order(&self) -> Order<'_> {
        Order::new(self.names.sorted(), &self.terms, &self.ends)
    }

    /// Visits the terms of a field in the order of their bytes, each with the places where it stands.
    pub fn each_term<E>(
        &self,
        field: Field,
        order: &Order<'_>,
        mut visit: impl FnMut(&str, Places<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (counts, bases) = self.count(field);
        let words = self.words(field);
        let mut hand = Hand::new(order, &counts, words.len());
        while hand.next() {
            for release in 0..self.releases.len() {
                for stretch in self.stretches(field, release) {
                    // One before the first: its bit moves it on.
                    let mut place = (bases.start(release) + stretch.first).wrapping_sub(1);
                    words.each(stretch.words, |word| {
                        place = place.wrapping_add(word & 1);
                        hand.deal((word >> 1) as usize, place);
                    });
                }
            }
            hand.each(|term, places| visit(self.names.get(term), Places::new(places, &bases)))?;
        }
        Ok(())
    }

    /// How many words of a field each form has, and where the places of its releases begin.
    fn count(&self, field: Field) -> (Vec<u32>, Bases) {
        let mut counts = vec![0; self.ends.len()];
        let mut bases = Bases::default();
        for release in 0..self.releases.len() {
            bases.push(self.length(field, release));
            for stretch in self.stretches(field, release) {
                self.words(field).each(stretch.words, |word| counts[(word >> 1) as usize] += 1);
            }
        }
        bases.finish();
        (counts, bases)
    }

    fn words(&self, field: Field) -> &Words {
        if field == Field::Source { &self.source } else { &self.text }
    }

    fn length(&self, field: Field, release: usize) -> u32 {
        self.releases[release].lengths[match field {
            Field::Title => 0,
            Field::Text => 1,
            Field::Source => 2,
        }]
    }

    /// The stretches of words that a release has in a field.
    fn stretches(&self, field: Field, release: usize) -> impl Iterator<Item = Stretch> + use<> {
        let before = release.checked_sub(1).map_or_else(Bounds::default, |before| self.releases[before]);
        let this = self.releases[release];
        let title = Stretch { words: before.body..this.title, first: 0 };
        let body = Stretch { words: this.title..this.body, first: this.lengths[0] + 1 };
        let source = Stretch { words: before.source..this.source, first: 0 };
        let (one, other) = match field {
            Field::Text => (title, Some(body)),
            Field::Title => (title, None),
            Field::Source => (source, None),
        };
        std::iter::once(one).chain(other)
    }
}

/// Words that stand side by side, and the position of the first one in its field.
struct Stretch {
    words: Range<usize>,
    first: u32,
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::Analyzer;

    /// The lists of a field as text: «term release:position,position release:position», a term a line.
    fn lists(inversion: &Inversion, field: Field) -> Vec<String> {
        let mut lines = Vec::new();
        let order = inversion.order();
        let visited: Result<(), Infallible> = inversion.each_term(field, &order, |term, places| {
            let mut line = term.to_owned();
            places.each_release(|release, positions| {
                let mut at = 0;
                let positions: Vec<String> = positions
                    .iter()
                    .map(|delta| {
                        at += delta;
                        at.to_string()
                    })
                    .collect();
                line = format!("{line} {release}:{}", positions.join(","));
            });
            lines.push(line);
            Ok(())
        });
        let Ok(()) = visited;
        lines
    }

    fn inversion() -> Inversion {
        let mut inversion = Inversion::new(Analyzer::new().unwrap().forms());
        let lengths = inversion.add("Дом мира", "В доме мир. Дома, домов", "ТАСС", &mut Survey::default());
        assert_eq!(lengths, Lengths { title: 2, body: 5 });
        inversion.add("", "дом-музей", "", &mut Survey::default());
        inversion.add("", "", "МИД и ТАСС", &mut Survey::default());
        inversion
    }

    #[test]
    fn terms_come_in_order_with_all_places_of_their_forms() {
        let inversion = inversion();
        let text = lists(&inversion, Field::Text);
        assert!(text.is_sorted());
        for expected in
            ["eдом 0:0 1:1", "eдоме 0:4", "lдом 0:0,4,6,7 1:1", "lмир 0:1,5", "eдоммузей 1:1", "eмузей 1:2"]
        {
            assert!(text.iter().any(|line| line == expected), "{expected}: {text:#?}");
        }
        let title = lists(&inversion, Field::Title);
        assert!(
            title.iter().any(|line| line == "lдом 0:0") && !title.iter().any(|line| line.contains("музей"))
        );
        let source = lists(&inversion, Field::Source);
        assert!(source.iter().any(|line| line == "lТАСС 0:0 2:2"), "{source:#?}");
    }

    #[test]
    fn a_table_of_forms_that_starts_over_changes_nothing() {
        let mut inversion = inversion();
        let expected = lists(&inversion, Field::Text);
        // As if the table had started over: every form is met again for the first time.
        inversion.restarts += 7;
        inversion.numbers.clear();
        inversion.add("", "дом", "", &mut Survey::default());
        let text = lists(&inversion, Field::Text);
        assert_eq!(text.len(), expected.len());
        assert!(text.iter().any(|line| line == "lдом 0:0,4,6,7 1:1 3:1"), "{text:#?}");
    }
}
