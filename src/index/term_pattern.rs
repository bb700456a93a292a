//! Patterns of terms as automata over the term dictionary: `?` is one letter, `*` any number of letters.
//!
//! The dictionary is a trie, and the automaton prunes the branches that cannot match. A pattern that begins with
//! `*` visits all branches, but reads only the terms that match.

use tantivy_fst::Automaton;

/// How many steps of a pattern are tracked. The automaton of a longer pattern accepts more terms.
const MAX_STEPS: usize = 127;

/// A step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Byte(u8),
    /// One letter.
    Letter,
    /// Any number of letters.
    Any,
}

/// A nondeterministic automaton. Its state is the set of steps it can be at, one bit each.
pub(super) struct TermPattern {
    steps: Vec<Step>,
}

impl TermPattern {
    /// The terms that begin with `prefix` and continue with a pattern.
    pub fn new(prefix: char, pattern: &str) -> Self {
        let mut bytes = [0; 4];
        let mut steps: Vec<Step> = prefix.encode_utf8(&mut bytes).bytes().map(Step::Byte).collect();
        for c in pattern.chars() {
            match c {
                '?' => steps.push(Step::Letter),
                '*' => steps.push(Step::Any),
                c => steps.extend(c.encode_utf8(&mut bytes).bytes().map(Step::Byte)),
            }
        }
        if steps.len() > MAX_STEPS {
            steps.truncate(MAX_STEPS - 1);
            steps.push(Step::Any);
        }
        Self { steps }
    }

    /// Adds the steps that can be reached without a byte.
    fn closed(&self, mut state: u128) -> u128 {
        for (at, step) in self.steps.iter().enumerate() {
            if *step == Step::Any && state >> at & 1 == 1 {
                state |= 1 << (at + 1);
            }
        }
        state
    }
}

impl Automaton for TermPattern {
    type State = u128;

    fn start(&self) -> u128 {
        self.closed(1)
    }

    fn is_match(&self, state: &u128) -> bool {
        state >> self.steps.len() & 1 == 1
    }

    fn can_match(&self, state: &u128) -> bool {
        *state != 0
    }

    fn accept(&self, state: &u128, byte: u8) -> u128 {
        // The first byte of a letter takes the step, the other bytes of it stay there.
        let continues = byte & 0xC0 == 0x80;
        let mut next = 0;
        for (at, step) in self.steps.iter().enumerate() {
            if state >> at & 1 == 1 {
                next |= match step {
                    Step::Byte(wanted) if *wanted == byte => 1 << (at + 1),
                    Step::Letter if !continues => 1 << (at + 1),
                    Step::Any => 1 << at,
                    _ => 0,
                };
            }
            if *step == Step::Letter && continues {
                next |= state & 1 << (at + 1);
            }
        }
        self.closed(next)
    }
}

/// Whether a form matches a pattern.
///
/// On a mismatch after a `*`, that `*` takes one letter more. Earlier ones never need to.
pub(crate) fn matches_pattern(pattern: &str, form: &str) -> bool {
    let (mut pattern, mut form) = (pattern.chars(), form.chars());
    let mut retry = None;
    loop {
        let mut behind = pattern.clone();
        let wanted = behind.next();
        if wanted == Some('*') {
            retry = Some((behind.clone(), form.clone()));
            pattern = behind;
            continue;
        }
        match (wanted, form.next()) {
            (None, None) => return true,
            (Some(wanted), Some(letter)) if wanted == '?' || wanted == letter => pattern = behind,
            (_, None) => return false,
            _ => {
                let Some((behind, from)) = &mut retry else { return false };
                from.next();
                (pattern, form) = (behind.clone(), from.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn accepts(pattern: &str, form: &str) -> bool {
        let pattern = TermPattern::new('e', pattern);
        let state = pattern.accept(&pattern.start(), b'e');
        pattern.is_match(&form.bytes().fold(state, |state, byte| pattern.accept(&state, byte)))
    }

    #[test]
    fn patterns_match_forms() {
        for (pattern, form, expected) in [
            ("дипло*", "дипломат", true),
            ("дипло*", "дипло", true),
            ("дипло*", "недипломат", false),
            ("*ведение", "введение", true),
            ("*ведение", "ведение", true),
            ("*вед*", "проведение", true),
            ("*вед*", "вид", false),
            ("мирзи?ев", "мирзиеев", true),
            ("мирзи?ев", "мирзиев", false),
            ("мирзи?ев", "мирзиёевна", false),
            ("ш*кат", "шавкат", true),
            ("ш*кат", "шкат", true),
            ("ш*кат", "шкатка", false),
            ("ш*кат", "шкаткат", true),
            ("с*о*о", "слово", true),
            ("с*о*о", "слон", false),
            ("а?", "аé", true),
            ("а?", "а", false),
            ("а*?", "а", false),
            ("а*?", "аб", true),
            ("?", "яя", false),
            ("*", "", true),
            ("", "", true),
            ("", "а", false),
        ] {
            assert_eq!(matches_pattern(pattern, form), expected, "{pattern} {form}");
            assert_eq!(accepts(pattern, form), expected, "{pattern} {form}");
        }
    }

    #[test]
    fn a_long_pattern_matches_more() {
        let pattern = "слово".repeat(20);
        assert!(accepts(&pattern, &pattern) && accepts(&pattern, &"слово".repeat(21)));
        assert!(!accepts(&pattern, "слон") && !matches_pattern(&pattern, &"слово".repeat(21)));
    }

    proptest! {
        #[test]
        fn the_automaton_agrees(pattern in "[аб?*]{0,8}", form in "[абaé]{0,8}") {
            prop_assert_eq!(accepts(&pattern, &form), matches_pattern(&pattern, &form));
        }
    }
}
