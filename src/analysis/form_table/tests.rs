use std::fs;

use super::*;
use crate::analysis::{self, TokenStream, term_list::TermListRef, word_terms};

const CONTEXTS: [TokenContext; 4] =
    [TokenContext::Text, TokenContext::AllCapsLine, TokenContext::Whole, TokenContext::Designator];

/// A table of a file in memory.
fn try_table(file: Vec<u8>) -> io::Result<FormTable> {
    let length = file.len();
    let read = move |range: Range<usize>, with: &mut dyn FnMut(&[u8])| {
        with(&file[range]);
        Ok(())
    };
    FormTable::open(length, Box::new(read))
}

pub(super) fn table(file: Vec<u8>) -> FormTable {
    try_table(file).unwrap()
}

fn analyzed(surface: &str, context: TokenContext) -> TermList {
    word_terms::analyze(analysis::dictionary, surface, context).unwrap()
}

/// The tables of an index with these words.
pub(in crate::analysis) fn tables_of(words: &[&str]) -> FormTables {
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    FormTables::new(vec![written(words.iter())])
}

/// As `tables_of`, on a disk that fails once the tables are open.
pub(in crate::analysis) fn unreadable_tables_of(words: &[&str]) -> FormTables {
    let FormTables(tables) = tables_of(words);
    let fail = |table| FormTable { read: Box::new(|_, _| Err(io::Error::other("worn out"))), ..table };
    FormTables(tables.into_iter().map(fail).collect())
}

fn written<'s>(surfaces: impl Iterator<Item = &'s String>) -> FormTable {
    let mut writer = FormTableWriter::default();
    for surface in surfaces {
        CONTEXTS
            .iter()
            .for_each(|&context| writer.add(surface, context, analyzed(surface, context).as_ref()));
    }
    table(writer.finish())
}

fn summary(form: TermListRef<'_>) -> (bool, Vec<(String, analysis::Rule)>) {
    (form.function, form.terms().map(|term| (term.key().to_owned(), term.rule())).collect())
}

/// The words of the shipped releases, each once, also in small letters and in capitals.
fn shipped() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    let mut words = std::collections::BTreeSet::new();
    for file in files.filter(|file| file.file_type().is_file()) {
        let bytes = fs::read(file.path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let mut tokens = TokenStream::new(&text);
        while let Some(token) = tokens.step() {
            let surface = token.span.of(&text);
            words.extend([surface.to_owned(), surface.to_lowercase(), surface.to_uppercase()]);
        }
    }
    words.into_iter().collect()
}

#[test]
fn forms_of_tables_and_of_merged_tables_are_those_of_analysis() {
    let words = shipped();
    assert!(words.len() > 10_000);
    let parts = [&words[..words.len() / 2], &words[words.len() / 3..], &[]];
    let parts = parts.map(|part| written(part.iter()));
    let mut merged = FormTableWriter::default();
    parts.iter().for_each(|part| merged.add_table(part).unwrap());
    let merged = table(merged.finish());
    let counts = parts.iter().map(|part| part.layout.entries);
    assert!(counts.clone().max().unwrap() < merged.layout.entries && merged.layout.entries < counts.sum());
    for tables in [FormTables::new(parts.into()), FormTables::new(vec![merged])] {
        let (mut found, mut asked) = (0, 0);
        for surface in &words {
            for context in CONTEXTS.into_iter().filter(|&context| may_need_dictionary(surface, context)) {
                asked += 1;
                let Some(form) = tables.find(surface, context).unwrap() else { continue };
                found += 1;
                let expected = analyzed(surface, context);
                assert_eq!(summary(form.as_ref()), summary(expected.as_ref()), "{surface} {context:?}");
            }
            assert!(tables.find(&format!("{surface}ъ"), TokenContext::Text).unwrap().is_none());
        }
        assert!(asked > 20_000 && found == asked, "{found} of {asked}");
    }
}

#[test]
fn words_that_never_need_the_dictionary_are_not_in_a_table() {
    let words = ["Windows", "МИ-8", "24-й", "2024"].map(str::to_owned);
    assert_eq!(written(words.iter()).layout.entries, 0);
    let no_context = [TokenContext::Initial, TokenContext::Literal, TokenContext::Number];
    assert!(no_context.iter().all(|&context| !may_need_dictionary("Дом", context)));
}

#[test]
fn a_changed_table_is_read_within_its_bounds() {
    let words = ["ООН", "дом", "мостами", "дом-музей"];
    let mut writer = FormTableWriter::default();
    words
        .iter()
        .for_each(|word| writer.add(word, TokenContext::Text, analyzed(word, TokenContext::Text).as_ref()));
    let whole = writer.finish();
    let mut found = 0;
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            let Ok(table) = try_table(changed) else { continue };
            FormTableWriter::default().add_table(&table).unwrap();
            let tables = FormTables::new(vec![table]);
            let known = words.iter().filter(|word| tables.find(word, TokenContext::Text).unwrap().is_some());
            found += known.count();
        }
    }
    assert!(found > whole.len());
}

#[test]
fn a_file_of_something_else_is_refused() {
    let whole = {
        let mut writer = FormTableWriter::default();
        writer.add("дом", TokenContext::Text, analyzed("дом", TokenContext::Text).as_ref());
        writer.finish()
    };
    for file in [Vec::new(), vec![255; 100], whole[..HEADER + 2].to_vec(), whole[..3].to_vec()] {
        assert!(try_table(file.clone()).is_err(), "{file:?}");
    }
    assert!(try_table(whole).is_ok());
}
