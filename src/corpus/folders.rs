//! Rules for folders: which files of a folder are read, and who published them.
//!
//! Patterns have the syntax of `.gitignore` files and are matched against paths below the folder.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::error::{Error, Result};

/// What a caller may decide about the files of one folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderRules {
    /// The folder, absolute.
    pub folder: PathBuf,
    /// Only files that match one of these patterns are read; all files where there are none.
    pub include: Vec<String>,
    /// Files and folders that match one of these patterns are skipped, even if `include` matches them.
    pub exclude: Vec<String>,
    /// The source of releases that name none.
    pub source: Option<String>,
    /// The same for the files that match a pattern; of several that match, the last one counts.
    pub sources: Vec<(String, String)>,
}

/// Rules for any number of folders, with their patterns compiled. Of folders inside one another, the rules of
/// the innermost count.
#[derive(Clone, Default)]
pub struct Folders {
    rules: Vec<(FolderRules, Patterns)>,
}

#[derive(Clone, Debug)]
struct Patterns {
    include: Option<Gitignore>,
    exclude: Gitignore,
    sources: Vec<Gitignore>,
}

impl Folders {
    /// Compiles rules. Folders that exist are resolved, symbolic links included.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] where a pattern is malformed.
    pub fn new(rules: Vec<FolderRules>) -> Result<Self> {
        let compiled = rules.into_iter().map(|mut rules| {
            rules.folder = rules.folder.canonicalize().unwrap_or(rules.folder);
            let sources = rules.sources.iter().map(|(pattern, _)| patterns(std::slice::from_ref(pattern)));
            let compiled = Patterns {
                include: (!rules.include.is_empty()).then(|| patterns(&rules.include)).transpose()?,
                exclude: patterns(&rules.exclude)?,
                sources: sources.collect::<Result<_>>()?,
            };
            Ok((rules, compiled))
        });
        Ok(Self { rules: compiled.collect::<Result<_>>()? })
    }

    /// The rules that were given, with their folders resolved.
    pub fn rules(&self) -> impl Iterator<Item = &FolderRules> {
        self.rules.iter().map(|(rules, _)| rules)
    }

    /// Whether a file is to be read, or a folder entered.
    pub(super) fn admit(&self, path: &Path, is_folder: bool) -> bool {
        let Some((_, patterns, below)) = self.of(path) else { return true };
        let matches =
            |patterns: &Gitignore| patterns.matched_path_or_any_parents(below, is_folder).is_ignore();
        let excluded = matches(&patterns.exclude);
        // A folder that does not match may hold files that do.
        !excluded && (is_folder || patterns.include.as_ref().is_none_or(matches))
    }

    /// The source of releases that name none.
    pub(super) fn source(&self, path: &Path) -> Option<&str> {
        let (rules, patterns, below) = self.of(path)?;
        let mut matching = patterns.sources.iter().zip(&rules.sources).rev();
        let named =
            matching.find(|(pattern, _)| pattern.matched_path_or_any_parents(below, false).is_ignore());
        named.map(|(_, (_, source))| source.as_str()).or(rules.source.as_deref())
    }

    /// The rules for a path and the path below their folder.
    fn of<'s, 'p>(&'s self, path: &'p Path) -> Option<(&'s FolderRules, &'s Patterns, &'p Path)> {
        let inside = self.rules.iter().filter_map(|(rules, patterns)| {
            let below = path.strip_prefix(&rules.folder).ok()?;
            (!below.as_os_str().is_empty()).then_some((rules, patterns, below))
        });
        inside.min_by_key(|(.., below)| below.as_os_str().len())
    }
}

impl fmt::Debug for Folders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rules()).finish()
    }
}

impl PartialEq for Folders {
    fn eq(&self, other: &Self) -> bool {
        self.rules().eq(other.rules())
    }
}

impl Eq for Folders {}

fn patterns(lines: &[String]) -> Result<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    for line in lines {
        builder.add_line(None, line).map_err(|error| malformed(line, &error))?;
    }
    builder.build().map_err(|error| malformed(&lines.join(", "), &error))
}

fn malformed(pattern: &str, error: &ignore::Error) -> Error {
    Error::Value { what: "pattern", value: pattern.to_owned(), reason: format!("{error}; correct it") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(include: &[&str], exclude: &[&str], sources: &[(&str, &str)]) -> Folders {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let rules = FolderRules {
            folder: "/c".into(),
            include: texts(include),
            exclude: texts(exclude),
            source: Some("УзА".to_owned()),
            sources: sources.iter().map(|(pattern, name)| ((*pattern).into(), (*name).into())).collect(),
        };
        let inner = FolderRules { folder: "/c/own".into(), ..FolderRules::default() };
        Folders::new(vec![rules, inner]).unwrap()
    }

    #[test]
    #[expect(clippy::type_complexity, reason = "a table")]
    fn patterns_choose_files() {
        let table: [(&[&str], &[&str], &str, bool, bool); 13] = [
            (&[], &[], "/c/a.txt", false, true),
            (&["*.html"], &[], "/c/un/a.html", false, true),
            (&["*.html"], &[], "/c/un/a.txt", false, false),
            (&["*.html"], &[], "/c/un", true, true),
            (&["/un/"], &[], "/c/un/old/a.txt", false, true),
            (&["/un/"], &[], "/c/old/un/a.txt", false, false),
            (&["/un/", "!*.tmp"], &[], "/c/un/a.tmp", false, false),
            (&[], &["drafts/"], "/c/un/drafts", true, false),
            (&[], &["drafts/"], "/c/un/drafts/a.txt", false, false),
            (&[], &["*.txt", "!a.txt"], "/c/a.txt", false, true),
            (&["*.txt"], &["b*"], "/c/b.txt", false, false),
            (&["*.html"], &["*"], "/elsewhere/a.txt", false, true),
            (&["*.html"], &["*"], "/c/own/a.txt", false, true),
        ];
        for (include, exclude, path, is_folder, expected) in table {
            let folders = folders(include, exclude, &[]);
            assert_eq!(folders.admit(Path::new(path), is_folder), expected, "{include:?} {exclude:?} {path}");
        }
    }

    #[test]
    fn sources_follow_folders() {
        let folders = folders(&[], &[], &[("/mid/", "МИД"), ("*.html", "сайт"), ("/mid/old/", "Архив МИД")]);
        let table = [
            ("/c/a.txt", Some("УзА")),
            ("/c/mid/a.txt", Some("МИД")),
            ("/c/mid/a.html", Some("сайт")),
            ("/c/mid/old/a.html", Some("Архив МИД")),
            ("/c/own/a.txt", None),
            ("/elsewhere/a.txt", None),
        ];
        for (path, expected) in table {
            assert_eq!(folders.source(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn a_malformed_pattern_is_named() {
        let rules = FolderRules { exclude: vec!["[z-a]".to_owned()], ..FolderRules::default() };
        let message = Folders::new(vec![rules]).unwrap_err().to_string();
        assert!(message.starts_with("pattern \"[z-a]\": "), "{message}");
    }
}
