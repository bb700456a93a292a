//! Patterns of surface forms: `?` stands for one letter, `*` for any number of them.
//!
//! Matches one form at a time with backtracking to the last `*`.

/// A pattern of folded surface forms.
pub(crate) struct Pattern {
    shape: Vec<char>,
}

impl Pattern {
    pub fn new(shape: &str) -> Self {
        Self { shape: shape.chars().collect() }
    }

    /// Whether a folded form matches.
    ///
    /// On a mismatch after a `*`, that `*` takes one letter more. Earlier ones never need to.
    pub fn matches(&self, form: &str) -> bool {
        let mut shape = &self.shape[..];
        let mut form = form.chars();
        let mut retry = None;
        loop {
            if let Some((&'*', behind)) = shape.split_first() {
                shape = behind;
                retry = Some((behind, form.clone()));
                continue;
            }
            let letter = form.next();
            match (shape.split_first(), letter) {
                (None, None) => return true,
                (Some((&wanted, behind)), Some(letter)) if wanted == '?' || wanted == letter => {
                    shape = behind;
                }
                (_, None) => return false,
                _ => {
                    let Some((behind, from)) = &mut retry else { return false };
                    from.next();
                    shape = behind;
                    form = from.clone();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_forms() {
        for (shape, form, expected) in [
            ("дипло*", "дипломат", true),
            ("дипло*", "дипло", true),
            ("дипло*", "недипломат", false),
            ("мирзи?ев", "мирзиеев", true),
            ("мирзи?ев", "мирзиев", false),
            ("мирзи?ев", "мирзиёевна", false),
            ("ш*кат", "шавкат", true),
            ("ш*кат", "шкат", true),
            ("ш*кат", "шкатка", false),
            ("ш*кат", "шкаткат", true),
            ("с*о*о", "слово", true),
            ("с*о*о", "слон", false),
            ("а*?", "а", false),
            ("а*?", "аб", true),
            ("*", "", true),
            ("", "", true),
            ("", "а", false),
        ] {
            assert_eq!(Pattern::new(shape).matches(form), expected, "{shape} {form}");
        }
    }
}
