//! The folders of the index and the corpus, and the index that is built if there is none.
//!
//! The command line goes before the environment, and that before the project file.

use std::path::{Path, PathBuf};

use anyhow::Result;
use vestnik::{Error, Index, corpus::ReadOptions, index::JobOptions};

use crate::{commands::index, project::Project, terminal::Terminal};

const DEFAULT_INDEX: &str = "index";
const DEFAULT_CORPUS: &str = "corpus";

/// Which index to use.
#[derive(clap::Args)]
pub struct IndexLocation {
    /// The index folder [default: that of the project file, or index]
    #[arg(long = "index", env = "VESTNIK_INDEX", hide_env_values = true, value_name = "DIR")]
    folder: Option<PathBuf>,

    /// The project file [default: the nearest vestnik.toml in this folder or above it]
    #[arg(long, env = "VESTNIK_CONFIG", hide_env_values = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Where an index is, and what it is built from.
pub struct Located {
    /// The index folder.
    pub folder: PathBuf,
    /// The folders that it is built from, where a project file names them.
    pub roots: Vec<PathBuf>,
    /// How their files are read.
    pub read: ReadOptions,
    /// Whether the index may be built without being asked for.
    buildable: bool,
}

impl IndexLocation {
    pub fn folder(&self) -> Result<PathBuf> {
        Ok(match &self.folder {
            Some(folder) => folder.clone(),
            None => index_folder(Project::find(self.config.as_deref())?.as_ref()),
        })
    }

    /// The index folder together with what the project file says of its contents.
    pub fn locate(&self) -> Result<Located> {
        let project = Project::find(self.config.as_deref())?;
        let folder = self.folder.clone().unwrap_or_else(|| index_folder(project.as_ref()));
        let roots = project.as_ref().map(Project::roots).unwrap_or_default();
        let read = project.as_ref().map(Project::read_options).transpose()?.unwrap_or_default();
        let read = isolated(read);
        Ok(Located { buildable: self.folder.is_none(), folder, roots, read })
    }

    /// Opens the index. The default index is built first where it is missing and its corpus is there, and rebuilt from
    /// its own folders where another version made it.
    pub fn open_or_build(&self, terminal: &mut Terminal) -> Result<Index> {
        let Located { folder, roots, read, buildable } = self.locate()?;
        let opened = Index::open(&folder);
        let is_stale = matches!(opened, Err(Error::IndexStale { .. }));
        if !buildable || !is_stale && Index::exists(&folder) {
            return Ok(opened?);
        }
        let paths = if roots.is_empty() && !is_stale { vec![default_corpus()] } else { roots };
        if !paths.iter().all(|path| path.exists()) {
            return Ok(opened?);
        }
        if is_stale {
            terminal.warn("another version made the index: rebuilding it first");
        } else {
            let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            terminal.warn(format_args!("no index yet: indexing {} first", names.join(", ")));
        }
        let options = JobOptions { read, ..JobOptions::default() };
        let (_, report) = index::build(&folder, &paths, &options, false, terminal)?;
        report?;
        Ok(Index::open(&folder)?)
    }

    /// The folder given by an option, or else by the environment, or else the default.
    pub fn named(folder: Option<PathBuf>) -> Self {
        let folder = folder.or_else(|| std::env::var_os("VESTNIK_INDEX").map(PathBuf::from));
        Self { folder, config: std::env::var_os("VESTNIK_CONFIG").map(PathBuf::from) }
    }

    pub fn open(&self) -> Result<Index> {
        Ok(Index::open(&self.folder()?)?)
    }
}

/// The same options, with this program as the child process that reads PDF files.
#[cfg(all(feature = "converters", feature = "pdf"))]
pub fn isolated(read: ReadOptions) -> ReadOptions {
    ReadOptions { isolate: std::env::current_exe().ok(), ..read }
}

#[cfg(not(all(feature = "converters", feature = "pdf")))]
pub fn isolated(read: ReadOptions) -> ReadOptions {
    read
}

fn index_folder(project: Option<&Project>) -> PathBuf {
    let default = |project: &Project| project.folder().join(DEFAULT_INDEX);
    project
        .map_or_else(|| DEFAULT_INDEX.into(), |project| project.index().unwrap_or_else(|| default(project)))
}

/// The corpus folder if none is given.
pub fn default_corpus() -> PathBuf {
    std::env::var_os("VESTNIK_CORPUS").map_or_else(|| Path::new(DEFAULT_CORPUS).into(), PathBuf::from)
}
