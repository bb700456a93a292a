//! What we compare with: stock tantivy with its own Russian chain.
//!
//! Simple tokenizer, words above 40 bytes left out, lower case, stop words, stemmer; title and body
//! in one field with positions; the same release stored in the same form; the same memory and as
//! many threads as our writer takes.

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
    /// Built once: stop words take longer than a query.
    chain: RefCell<TextAnalyzer>,
}

impl Stock {
    /// An empty index in a folder, or the one that is there.
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

    /// How many releases there are.
    pub fn releases(&self) -> u64 {
        self.searcher().num_docs()
    }

    /// A snapshot.
    pub fn searcher(&self) -> Searcher {
        self.index.reader().expect("a reader").searcher()
    }

    /// The words as an OR query, through the same chain.
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

    /// The best ten for the words, without anything stored; says how many there are.
    pub fn best(&self, searcher: &Searcher, words: &str) -> usize {
        let collector = TopDocs::with_limit(10).order_by_score();
        searcher.search(&self.query(words), &collector).expect("an answer").len()
    }

    /// The best ten for the words, each read from the store.
    pub fn best_read(&self, searcher: &Searcher, words: &str) -> Vec<Release> {
        self.read(searcher, &self.query(words))
    }

    /// The best ten for the words, read, and stock's own snippet of each body.
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

/// The chain of tantivy's documentation, for Russian.
pub fn chain() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(40))
        .filter(LowerCaser)
        .filter(StopWordFilter::new(Language::Russian).expect("Russian stop words"))
        .filter(Stemmer::new(Language::Russian))
        .build()
}
