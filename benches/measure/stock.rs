//! The baseline: stock tantivy with its Russian analyzer.
//!
//! The analyzer consists of the simple tokenizer, a limit of 40 bytes a word, lower case, stop words and the stemmer.
//! Title and body are one field with positions. Stored releases, memory and threads are the same as Vestnik's.

use std::{cell::RefCell, path::Path};

use tantivy::{
    Index, IndexWriter, Searcher, TantivyDocument, Term,
    collector::TopDocs,
    query::{BooleanQuery, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value},
    snippet::{Snippet, SnippetGenerator},
    tokenizer::{
        Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer,
    },
};
use vestnik::Release;

const TOKENIZER: &str = "russian";
const MEMORY: usize = 200 << 20;

/// An index of stock tantivy.
pub struct Stock {
    index: Index,
    id: Field,
    text: Field,
    release: Field,
    /// Built once, because building the stop word filter takes longer than a query.
    chain: RefCell<TextAnalyzer>,
}

impl Stock {
    /// Opens the index in a folder, or creates it.
    pub fn open_or_create(folder: &Path) -> Self {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let id = schema.add_text_field("id", STRING);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let release = schema.add_bytes_field("release", STORED);
        std::fs::create_dir_all(folder).expect("a folder");
        let directory = tantivy::directory::MmapDirectory::open(folder).expect("a folder");
        let index = Index::open_or_create(directory, schema.build()).expect("an index of stock tantivy");
        index.tokenizers().register(TOKENIZER, chain());
        Self { index, id, text, release, chain: RefCell::new(chain()) }
    }

    /// Adds releases, commits once and waits for merges.
    pub fn ingest(&self, releases: impl IntoIterator<Item = Release>) {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
        let mut writer: IndexWriter =
            self.index.writer_with_num_threads(threads, MEMORY).expect("a writer of stock tantivy");
        for release in releases {
            let mut document = TantivyDocument::new();
            document.add_text(self.id, &release.id);
            document.add_text(self.text, &release.title);
            document.add_text(self.text, &release.body);
            document.add_bytes(self.release, &serde_json::to_vec(&release).expect("JSON"));
            writer.add_document(document).expect("a document added");
        }
        writer.commit().expect("a commit");
        writer.wait_merging_threads().expect("merges");
    }

    /// The number of releases.
    pub fn releases(&self) -> u64 {
        self.searcher().num_docs()
    }

    /// A snapshot.
    pub fn searcher(&self) -> Searcher {
        self.index.reader().expect("a reader").searcher()
    }

    /// An OR query for the words, analyzed like the texts.
    pub fn query(&self, words: &str) -> BooleanQuery {
        let mut chain = self.chain.borrow_mut();
        let mut stream = chain.token_stream(words);
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        while stream.advance() {
            let term = Term::from_field_text(self.text, &stream.token().text);
            clauses.push((Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
        }
        BooleanQuery::new(clauses)
    }

    /// Finds the ten best hits without reading them, and returns their number.
    pub fn best(&self, searcher: &Searcher, words: &str) -> usize {
        let collector = TopDocs::with_limit(10).order_by_score();
        searcher.search(&self.query(words), &collector).expect("an answer").len()
    }

    /// The ten best hits, read from the store.
    pub fn best_read(&self, searcher: &Searcher, words: &str) -> Vec<Release> {
        self.read(searcher, &self.query(words))
    }

    /// The ten best hits, read from the store, each with stock's snippet.
    pub fn best_shown(&self, searcher: &Searcher, words: &str) -> Vec<(Release, Snippet)> {
        let query = self.query(words);
        let best = self.read(searcher, &query);
        let generator = SnippetGenerator::create(searcher, &query, self.text).expect("a generator");
        let shown = |release: Release| {
            let snippet = generator.snippet(&release.body);
            (release, snippet)
        };
        best.into_iter().map(shown).collect()
    }

    fn read(&self, searcher: &Searcher, query: &BooleanQuery) -> Vec<Release> {
        let collector = TopDocs::with_limit(10).order_by_score();
        let best = searcher.search(query, &collector).expect("an answer");
        let read = |address| {
            let document: TantivyDocument = searcher.doc(address).expect("a stored release");
            let stored = document.get_first(self.release).expect("a stored release");
            serde_json::from_slice(stored.as_bytes().expect("bytes")).expect("a release")
        };
        best.into_iter().map(|(_, address)| read(address)).collect()
    }
}

/// The analyzer of tantivy's documentation, for Russian.
pub fn chain() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(40))
        .filter(LowerCaser)
        .filter(StopWordFilter::new(Language::Russian).expect("Russian stop words"))
        .filter(Stemmer::new(Language::Russian))
        .build()
}
