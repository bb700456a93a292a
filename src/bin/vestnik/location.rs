//! The folders of the index and the corpus, and the index that is built if there is none.

use std::path::{Path, PathBuf};

use anyhow::Result;
use vestnik::{Index, index::JobOptions};

use crate::{commands::index, terminal::Terminal};

const DEFAULT_INDEX: &str = "index";
const DEFAULT_CORPUS: &str = "corpus";

/// Which index to use.
#[derive(clap::Args)]
pub struct IndexLocation {
    /// The index folder [default: index]
    #[arg(long = "index", env = "VESTNIK_INDEX", hide_env_values = true, value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl IndexLocation {
    pub fn folder(&self) -> &Path {
        self.folder.as_deref().unwrap_or(Path::new(DEFAULT_INDEX))
    }

    /// Opens the index. If it is the default one and missing, and the default corpus exists, the corpus is
    /// indexed first.
    pub fn open_or_build(&self, terminal: &mut Terminal) -> Result<Index> {
        let corpus = default_corpus();
        if self.folder.is_none() && !Index::exists(self.folder()) && corpus.is_dir() {
            terminal.warn(format_args!("no index yet: indexing {} first", corpus.display()));
            index::build(self.folder(), &[corpus], &JobOptions::default(), false, terminal)?;
        }
        self.open()
    }

    /// The folder given by an option, or else by the environment, or else the default.
    pub fn named(folder: Option<PathBuf>) -> Self {
        Self { folder: folder.or_else(|| std::env::var_os("VESTNIK_INDEX").map(PathBuf::from)) }
    }

    pub fn open(&self) -> Result<Index> {
        Ok(Index::open(self.folder())?)
    }
}

/// The corpus folder if none is given.
pub fn default_corpus() -> PathBuf {
    std::env::var_os("VESTNIK_CORPUS").map_or_else(|| DEFAULT_CORPUS.into(), PathBuf::from)
}
