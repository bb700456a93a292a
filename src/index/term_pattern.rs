//! Patterns of forms: `?` is one letter, `*` any number of letters.

/// The part of a pattern before its first wildcard.
pub(super) fn literal_prefix(pattern: &str) -> &str {
    &pattern[..pattern.find(['?', '*']).unwrap_or(pattern.len())]
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
    use super::*;

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
            assert!(!expected || form.starts_with(literal_prefix(pattern)), "{pattern} {form}");
        }
    }
}
