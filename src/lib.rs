//! Vestnik
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
pub use release::{Date, DateSpan, Release};
