//! Patterns of terms as automata over the term dictionary: `?` is one letter, `*` any number of letters.
//!
//! The dictionary is a trie, and the automaton prunes the branches that cannot match. A pattern that begins with
//! `*` visits all branches, but reads only the terms that match.

use tantivy_fst::Automaton;

/// How many steps of a pattern are tracked. A longer pattern matches more terms, which the caller filters.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn accepts(pattern: &TermPattern, term: &str) -> bool {
        let state = term.bytes().fold(pattern.start(), |state, byte| pattern.accept(&state, byte));
        pattern.is_match(&state)
    }

    #[test]
    fn patterns_match_terms() {
        let table = [
            ("*ведение", "eвведение", true),
            ("*ведение", "eведение", true),
            ("*ведение", "lвведение", false),
            ("*вед*", "eпроведение", true),
            ("*вед*", "eвид", false),
            ("мирзи?ев", "eмирзиеев", true),
            ("мирзи?ев", "eмирзиев", false),
            ("ш*кат", "eшавкат", true),
            ("а?", "eаé", true),
            ("а?", "eа", false),
            ("?", "eяя", false),
        ];
        for (pattern, term, expected) in table {
            assert_eq!(accepts(&TermPattern::new('e', pattern), term), expected, "{pattern} {term}");
        }
        let long = format!("{}*", "слово".repeat(20));
        assert!(accepts(&TermPattern::new('e', &long), &format!("e{}", "слово".repeat(21))));
    }

    /// A matcher with plain recursion.
    fn matches(pattern: &[char], form: &[char]) -> bool {
        match (pattern, form) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                matches(rest, form) || (!form.is_empty() && matches(pattern, &form[1..]))
            }
            ([step, pattern @ ..], [letter, form @ ..]) => {
                (*step == '?' || step == letter) && matches(pattern, form)
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn the_automaton_agrees_with_a_simple_matcher(pattern in "[аб?*]{0,8}", form in "[абaé]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = matches(&chars(&pattern), &chars(&form));
            prop_assert_eq!(accepts(&TermPattern::new('e', &pattern), &format!("e{form}")), expected);
        }
    }
}
