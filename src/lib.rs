//! Vestnik: full-text search over Russian-language press releases.
//!
//! Every word is found in all its forms, names and abbreviations included, and the releases come
//! ranked, with snippets. The whole walk, from an empty folder to printed hits:
//!
//! ```
//! use vestnik::{Index, Query, Release, search::Options};
//!
//! # fn main() -> vestnik::Result<()> {
//! # let folder = tempfile::tempdir().expect("a temporary folder");
//! # let folder = folder.path();
//! // Open an index, or make one.
//! let index = Index::open_or_create(folder)?;
//!
//! // Releases may come from anywhere: files (see `corpus`), a database, a feed.
//! index.ingest([
//!     Release::new("1", "Встреча в Ташкенте", "Стороны приняли делегацию во главе с Т. Рахимовым."),
//!     Release::new("2", "О выставке", "В музее открылась выставка ковров."),
//! ])?;
//!
//! // A searcher is a snapshot: cheap to clone, usable from many threads.
//! let searcher = index.searcher()?;
//! let answer = searcher.search(&Query::parse("Рахимов делегация"), &Options::default())?;
//! assert_eq!(answer.total.value, 1);
//! for hit in &answer.hits {
//!     println!("{}. {}", hit.rank, hit.release()?.title);
//!     for fragment in hit.snippet.iter().flat_map(|snippet| &snippet.fragments) {
//!         println!("   {}", fragment.text);
//!     }
//! }
//! assert_eq!(answer.hits[0].release()?.id, "1");
//! # Ok(())
//! # }
//! ```
//!
//! The rooms, each knowing only those before it: [`Error`] and [`Release`]; [`analysis`] (text →
//! terms) and [`corpus`] (files → releases); [`index`]; [`query`] (the language); [`search`] (plan,
//! score, snippet); [`eval`].

pub mod analysis;
pub mod corpus;
mod error;
pub mod eval;
pub mod index;
pub mod query;
mod release;
pub mod search;

pub use analysis::Analyzer;
pub use error::{Error, Result};
pub use index::Index;
pub use query::Query;
pub use release::{
    Date, DateContext, DateOrigin, DateSpan, Dating, DayOrder, FoundDate, Origin, RefusedDate, Release, day,
    find_date,
};
pub use search::Searcher;
