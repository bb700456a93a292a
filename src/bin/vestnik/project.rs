//! The project file `vestnik.toml`: finds it, reads it, and turns it into the options of the library.
//!
//! Relative paths in the file count from its folder. Options on the command line go before the file. An unknown
//! key is an error, so that a misspelt one does not go unnoticed.

pub mod inspect;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Deserializer, de};
use vestnik::{
    Error,
    corpus::{FieldMapping, FolderRules, Folders, Limits, ReadOptions},
};

use crate::units;

/// The name of the file.
pub const FILE_NAME: &str = "vestnik.toml";

/// A project file that was read.
#[derive(Debug)]
pub struct Project {
    /// The folder of the file, from which paths count; empty for the current one.
    folder: PathBuf,
    settings: Settings,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    index: Option<PathBuf>,
    root: Vec<Root>,
    fields: Fields,
    limits: LimitSettings,
    #[cfg(feature = "converters")]
    converter: Vec<ConverterSettings>,
    #[cfg(feature = "sqlite")]
    sqlite: Vec<Database>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Root {
    path: PathBuf,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
    source: Option<String>,
    /// Folders below the root, and who publishes in them.
    #[serde(default)]
    sources: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Fields {
    id: Option<Vec<String>>,
    title: Option<Vec<String>>,
    text: Option<Vec<String>>,
    date: Option<Vec<String>>,
    source: Option<Vec<String>>,
    url: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct LimitSettings {
    size: Option<Size>,
    text: Option<Size>,
    unpacked: Option<Size>,
    depth: Option<u32>,
    time: Option<Time>,
}

/// A command that reads files instead of Vestnik's own readers.
#[cfg(feature = "converters")]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ConverterSettings {
    #[serde(default)]
    extensions: Vec<String>,
    #[serde(default)]
    mime: Vec<String>,
    command: Vec<String>,
    time: Option<Time>,
    size: Option<Size>,
}

/// A query on a SQLite database.
#[cfg(feature = "sqlite")]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Database {
    file: String,
    query: String,
}

/// A size such as `"64M"`.
#[derive(Clone, Copy, Debug)]
struct Size(u64);

/// A time such as `"20s"`.
#[derive(Clone, Copy, Debug)]
struct Time(Duration);

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        units::bytes(&text).map(|bytes| Self(bytes as u64)).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        units::duration(&text).map(Self).map_err(de::Error::custom)
    }
}

impl Project {
    /// The project that a command works on: the file that was named, or the nearest one in the current folder
    /// and those above it.
    pub fn find(named: Option<&Path>) -> Result<Option<Self>> {
        if let Some(file) = named {
            return Self::read(file).map(Some);
        }
        let here = Path::new(FILE_NAME);
        let found = if here.is_file() {
            Some(here.to_owned())
        } else {
            let folder = std::env::current_dir().context("cannot tell the current folder")?;
            folder.ancestors().map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file())
        };
        let Some(file) = found else { return Ok(None) };
        refuse_foreign(&file)?;
        Self::read(&file).map(Some)
    }

    fn read(file: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(file).map_err(|source| Error::Read { path: file.to_owned(), source })?;
        let settings = parse(&text).map_err(|(line, reason)| Error::Malformed {
            path: file.to_owned(),
            line,
            reason,
        })?;
        tracing::info!(file = %file.display(), "project file");
        Ok(Self { folder: file.parent().unwrap_or(Path::new("")).to_owned(), settings })
    }

    /// The index folder.
    pub fn index(&self) -> Option<PathBuf> {
        self.settings.index.as_ref().map(|index| self.folder.join(index))
    }

    /// The folder that relative paths count from.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folders that the index is built from.
    pub fn roots(&self) -> Vec<PathBuf> {
        self.settings.root.iter().map(|root| self.folder.join(&root.path)).collect()
    }

    /// How files are read.
    pub fn read_options(&self) -> Result<ReadOptions> {
        let Settings { fields, limits, .. } = &self.settings;
        let usual = FieldMapping::default();
        let names = |names: &Option<Vec<String>>, usual| names.clone().unwrap_or(usual);
        let fields = FieldMapping {
            id: names(&fields.id, usual.id),
            title: names(&fields.title, usual.title),
            text: names(&fields.text, usual.text),
            date: names(&fields.date, usual.date),
            source: names(&fields.source, usual.source),
            url: names(&fields.url, usual.url),
        };
        let usual = Limits::default();
        let limits = Limits {
            bytes: limits.size.map_or(usual.bytes, |size| size.0),
            text: limits.text.map_or(usual.text, |size| size.0),
            unpacked: limits.unpacked.map_or(usual.unpacked, |size| size.0),
            depth: limits.depth.unwrap_or(usual.depth),
            time: limits.time.map_or(usual.time, |time| time.0),
        };
        let folders = Folders::new(self.settings.root.iter().map(|root| self.rules(root)).collect())?;
        let mut options = ReadOptions { limits, fields, folders, ..ReadOptions::default() };
        #[cfg(feature = "converters")]
        options.converters.extend(self.settings.converter.iter().map(ConverterSettings::converter));
        #[cfg(feature = "sqlite")]
        options.databases.extend(self.settings.sqlite.iter().map(|database| {
            vestnik::corpus::DatabaseQuery { file: database.file.clone(), query: database.query.clone() }
        }));
        Ok(options)
    }

    fn rules(&self, root: &Root) -> FolderRules {
        let mut sources: Vec<(String, String)> = root
            .sources
            .iter()
            .map(|(folder, source)| (format!("/{}", folder.trim_start_matches('/')), source.clone()))
            .collect();
        // The last rule that matches counts, so the deepest folder goes last.
        sources.sort_by_key(|(folder, _)| folder.len());
        FolderRules {
            folder: self.folder.join(&root.path),
            include: root.include.clone(),
            exclude: root.exclude.clone(),
            source: root.source.clone(),
            sources,
        }
    }
}

#[cfg(feature = "converters")]
impl ConverterSettings {
    fn converter(&self) -> vestnik::corpus::Converter {
        let usual = vestnik::corpus::Converter::default();
        vestnik::corpus::Converter {
            extensions: self
                .extensions
                .iter()
                .map(|name| name.trim_start_matches('.').to_lowercase())
                .collect(),
            mime: self.mime.clone(),
            command: self.command.clone(),
            time: self.time.map_or(usual.time, |time| time.0),
            bytes: self.size.map_or(usual.bytes, |size| size.0),
        }
    }
}

/// Reads settings; the fault names the line, from 1.
fn parse(text: &str) -> Result<Settings, (Option<u64>, String)> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().and_then(|span| {
            let before = text.get(..span.start)?;
            u64::try_from(before.matches('\n').count() + 1).ok()
        });
        (line, explain(error.message()))
    })
}

/// Adds the closest valid key to serde's message about an unknown one.
fn explain(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field ") else {
        return format!("{message}; correct it");
    };
    // The names stand between backticks: the unknown one first, then the valid ones.
    let mut names = rest.split('`').skip(1).step_by(2);
    let unknown = names.next().unwrap_or_default();
    let known: Vec<&str> = names.collect();
    let closest = known
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(unknown, a).total_cmp(&strsim::jaro_winkler(unknown, b)));
    match closest {
        Some(closest) => {
            format!(
                "there is no key `{unknown}`; did you mean `{closest}`? The keys here are {}",
                known.join(", ")
            )
        }
        None => format!("there is no key `{unknown}`; remove it"),
    }
}

/// Refuses a project file that was found and not named, where it belongs to neither the caller nor root: it runs commands
/// and names folders to read and to write, and anyone may put one into a folder such as `/tmp`.
#[cfg(unix)]
fn refuse_foreign(file: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let owner = fs::metadata(file).map_err(|source| Error::Read { path: file.to_owned(), source })?.uid();
    if owner == 0 || owner == rustix::process::getuid().as_raw() {
        return Ok(());
    }
    bail!(
        "{} belongs to another user (uid {owner}) and may run commands; if you trust it, name it: --config {0}",
        file.display()
    )
}

#[cfg(not(unix))]
fn refuse_foreign(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_in_the_docs_is_read() {
        let docs = include_str!("../../../docs/project-file.md");
        let example = docs.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let settings = parse(example).unwrap_or_else(|fault| panic!("{fault:?}"));
        let project = Project { folder: "/archive".into(), settings };
        assert_eq!(project.index(), Some("/archive/index".into()));
        assert_eq!(project.roots(), [PathBuf::from("/archive/releases"), "/archive/wire".into()]);
        let options = project.read_options().unwrap();
        assert_eq!(options.fields.title, ["headline", "title"]);
        assert_eq!(options.limits.bytes, 128 << 20);
        #[cfg(feature = "converters")]
        assert_eq!(options.converters[0].command, ["antiword", "-m", "UTF-8.txt", "{path}"]);
        #[cfg(feature = "sqlite")]
        assert_eq!(options.databases[0].file, "archive.db");
        let [releases, _] = &options.folders.rules().collect::<Vec<_>>()[..] else { panic!("{options:?}") };
        assert_eq!(releases.sources.last().unwrap(), &("/mid/archive".to_owned(), "Архив МИД".to_owned()));
    }

    #[test]
    fn nothing_has_to_be_set() {
        let project = Project { folder: PathBuf::new(), settings: parse("").unwrap() };
        assert_eq!(project.read_options().unwrap(), ReadOptions::default());
        assert_eq!((project.index(), project.roots()), (None, Vec::new()));
    }

    #[test]
    fn faults_name_the_line_and_the_closest_key() {
        let table = [
            ("indx = 'a'", 1, "there is no key `indx`; did you mean `index`?"),
            ("\n[[roots]]\npath = 'a'", 2, "there is no key `roots`; did you mean `root`?"),
            ("[[root]]\npath = 'a'\nexlude = ['b']", 3, "did you mean `exclude`?"),
            ("[fields]\nheadline = ['a']", 2, "there is no key `headline`"),
            ("[limits]\nsize = '64X'", 2, "is not a size"),
            ("[limits]\ntimes = '64s'", 2, "did you mean `time`?"),
            ("[limits]\ntime = 20", 2, "invalid type: integer `20`, expected a string"),
            ("[[root]]\ninclude = ['a']", 1, "missing field `path`"),
            ("index = ", 1, "correct it"),
        ];
        for (text, line, reason) in table {
            let (found, message) = parse(text).unwrap_err();
            assert_eq!(found, Some(line), "{text}: {message}");
            assert!(message.contains(reason), "{text}: {message}");
        }
    }
}
