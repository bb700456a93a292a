//! Words as they are typed into a search: without capitals, as a name, or all in capitals.
//!
//! A search reads «россия» also as «Россия», and «ООН» also as «оон», which the texts may not have. Analysing all words of
//! the texts in these spellings would take 5 % of the time of indexing. Abbreviations and the commonest words take 0.4 %.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::FormTableWriter;
use crate::analysis::{Channel, TermCache, TokenContext, normalize::capitalized};

/// The number of common words that are analysed: `LEAST`, and one more for every `WORDS_FOR_EACH` words of the texts.
const LEAST: usize = 4096;
const WORDS_FOR_EACH: usize = 8192;

/// The abbreviations and the commonest words of a segment.
pub(crate) struct TypedWords {
    abbreviations: Vec<String>,
    /// The commonest words with their frequencies, the rarest of them first.
    common: BinaryHeap<Reverse<(usize, String)>>,
    most: usize,
}

impl TypedWords {
    /// For texts of this many words.
    pub fn new(words: usize) -> Self {
        Self { abbreviations: Vec::new(), common: BinaryHeap::new(), most: LEAST + words / WORDS_FOR_EACH }
    }

    /// Adds the word that the key of a term stands for, given the frequency of the term.
    pub fn see(&mut self, key: &[u8], freq: usize) {
        let Some((&channel, text)) = key.split_first() else { return };
        let rarest = self.common.peek().map_or(0, |Reverse((freq, _))| *freq);
        let is_common = self.common.len() < self.most || freq > rarest;
        let is_exact = char::from(channel) == Channel::Exact.letter();
        if !(is_exact && is_common || char::from(channel) == Channel::Lemma.letter()) {
            return;
        }
        let Ok(text) = str::from_utf8(text) else { return };
        let has_only = |is_letter: fn(char) -> bool| text.len() > 2 && text.chars().all(is_letter);
        if !is_exact {
            self.abbreviations.extend(has_only(|c| matches!(c, 'А'..='Я')).then(|| text.to_owned()));
        } else if has_only(|c| matches!(c, 'а'..='я')) {
            self.common.push(Reverse((freq, text.to_owned())));
            if self.common.len() > self.most {
                self.common.pop();
            }
        }
    }

    /// Analyses the words and adds them to a table.
    pub fn add_to(self, table: &mut FormTableWriter, forms: &mut TermCache) {
        let mut add = |surface: &str, context| {
            let form = forms.find(surface, context);
            table.add(surface, context, forms.form(form));
        };
        for abbreviation in self.abbreviations {
            add(&abbreviation, TokenContext::AllCapsLine);
            add(&abbreviation.to_lowercase(), TokenContext::Text);
        }
        for Reverse((_, word)) in self.common {
            add(&word, TokenContext::Text);
            if let Some(name) = capitalized(&word) {
                add(&name, TokenContext::Text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Analyzer,
        analysis::form_table::{FormTables, tests::table},
    };

    #[test]
    fn abbreviations_and_common_words_are_known_in_other_spellings() {
        let mut typed = TypedWords::new(0);
        let rare = |at: usize| format!("eслово{}", "аб".repeat(at));
        (1..LEAST + 2).for_each(|at| typed.see(rare(at).as_bytes(), 1));
        for (key, freq) in
            [("lООН", 1), ("eроссия", 3), ("lВ.+", 9), ("e2024", 9), ("sроссий", 9), ("lмир", 9)]
        {
            typed.see(key.as_bytes(), freq);
        }
        let mut table_writer = FormTableWriter::default();
        typed.add_to(&mut table_writer, &mut Analyzer::new().unwrap().term_cache());
        let tables = FormTables::new(vec![table(table_writer.finish())]);
        for (surface, context, expected) in [
            ("оон", TokenContext::Text, true),
            ("ООН", TokenContext::AllCapsLine, true),
            ("россия", TokenContext::Text, true),
            ("Россия", TokenContext::Text, true),
            ("мир", TokenContext::Text, false),
            ("российский", TokenContext::Text, false),
        ] {
            assert_eq!(tables.find(surface, context).unwrap().is_some(), expected, "{surface}");
        }
    }
}
