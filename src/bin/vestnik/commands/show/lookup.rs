//! Finds the release that a name means: an id, a path as `search` prints it, or the end of either.

use std::path::{Path, absolute};

use anyhow::Result;
use vestnik::{Error, Index, Release, Searcher};

/// How many ids a message lists.
const MAX_LISTED: usize = 5;

/// Ids less similar than this are not suggested; 1 is equal.
const MIN_SIMILARITY: f64 = 0.75;

/// What a name means.
pub enum Found {
    Release(Box<Release>),
    /// Several releases have names with this ending; the first ids, and how many there are.
    Several(Vec<String>, usize),
    /// No release; the most similar ids.
    Nothing(Vec<String>),
}

/// Looks up a name. Only a name that is no id reads the ids of all releases.
pub fn find(name: &str, index: &Index, searcher: &Searcher) -> Result<Found> {
    if let Some(release) = by_id(name, searcher)? {
        return Ok(Found::Release(release));
    }
    let (path, line) = split_line(name);
    let roots = index.commit_info()?.roots;
    let full = absolute(path).unwrap_or_default();
    let below_root = roots.iter().find_map(|root| full.strip_prefix(root).ok()).and_then(Path::to_str);
    for path in below_root.into_iter().chain((path != name).then_some(path)) {
        if let Some(release) = by_id(path, searcher)? {
            return Ok(Found::Release(release));
        }
    }
    let mut ids = searcher.ids()?;
    ids.sort_unstable();
    if let Some(line) = line {
        for path in below_root.into_iter().chain([path]) {
            if let Some(release) = by_line(path, line, &ids, searcher)? {
                return Ok(Found::Release(release));
            }
        }
    }
    let mut matches = with_ending(&ids, name);
    if matches.is_empty() {
        matches = with_ending(&ids, path);
    }
    match matches[..] {
        [] => Ok(Found::Nothing(similar(&ids, name))),
        [id] => Ok(by_id(id, searcher)?.map_or_else(|| Found::Nothing(Vec::new()), Found::Release)),
        _ => Ok(Found::Several(owned(&matches), matches.len())),
    }
}

fn by_id(id: &str, searcher: &Searcher) -> Result<Option<Box<Release>>> {
    match searcher.release(id) {
        Ok(release) => Ok(Some(Box::new(release))),
        Err(Error::UnknownRelease(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The release in a line of a file with many; its id begins with the file's path and `#`.
fn by_line(path: &str, line: u64, ids: &[String], searcher: &Searcher) -> Result<Option<Box<Release>>> {
    let start = format!("{path}#");
    let first = ids.partition_point(|id| *id < start);
    for id in ids.iter().skip(first).take_while(|id| id.starts_with(&start)) {
        let release = by_id(id, searcher)?;
        let origin = release.as_ref().and_then(|release| release.origin.as_ref());
        if origin.is_some_and(|origin| origin.line == Some(line)) {
            return Ok(release);
        }
    }
    Ok(None)
}

/// A path and the line after its last colon.
fn split_line(name: &str) -> (&str, Option<u64>) {
    match name.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?))) {
        Some((path, line)) => (path, Some(line)),
        None => (name, None),
    }
}

/// The ids with an ending; those where it begins a part of the path, if there are any.
fn with_ending<'i>(ids: &'i [String], ending: &str) -> Vec<&'i str> {
    let ending = ending.trim_start_matches("./");
    let all: Vec<&str> = ids.iter().map(String::as_str).filter(|id| id.ends_with(ending)).collect();
    let begins_part = |id: &&&str| id.strip_suffix(ending).is_some_and(|before| before.ends_with(['/', '#']));
    let parts: Vec<&str> = all.iter().filter(begins_part).copied().collect();
    if ending.is_empty() {
        Vec::new()
    } else if parts.is_empty() {
        all
    } else {
        parts
    }
}

/// A shorter part of a name is in too many names.
const SHORTEST_PART: usize = 3;

/// The ids whose last part, or its end, is most similar to that of the name, or contains it; most similar first.
fn similar(ids: &[String], name: &str) -> Vec<String> {
    let last = |text: &str| text.rsplit(['/', '#']).next().unwrap_or_default().to_lowercase();
    let wanted = last(name);
    let letters = wanted.chars().count();
    let similarity = |last: String| {
        if letters >= SHORTEST_PART && last.contains(&wanted) {
            return 1.0;
        }
        let end = last.char_indices().rev().nth(letters.saturating_sub(1)).map_or(0, |(at, _)| at);
        strsim::jaro_winkler(&last, &wanted).max(strsim::jaro_winkler(&last[end..], &wanted))
    };
    let mut rated: Vec<(f64, &str)> = ids
        .iter()
        .map(|id| (similarity(last(id)), id.as_str()))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .collect();
    rated.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    owned(&rated.iter().map(|(_, id)| *id).collect::<Vec<_>>())
}

fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().take(MAX_LISTED).map(|id| (*id).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 5] = ["b.txt", "c.jsonl#1", "c.jsonl#21", "un/2024-most.txt", "un/2025-most.txt"];

    fn ids() -> Vec<String> {
        IDS.map(str::to_owned).to_vec()
    }

    #[test]
    fn endings() {
        let table: [(&str, &[&str]); 8] = [
            ("2024-most.txt", &["un/2024-most.txt"]),
            ("./un/2024-most.txt", &["un/2024-most.txt"]),
            ("most.txt", &["un/2024-most.txt", "un/2025-most.txt"]),
            ("4-most.txt", &["un/2024-most.txt"]),
            ("1", &["c.jsonl#1"]),
            ("21", &["c.jsonl#21"]),
            ("нет", &[]),
            ("", &[]),
        ];
        for (ending, expected) in table {
            assert_eq!(with_ending(&ids(), ending), expected, "{ending}");
        }
    }

    #[test]
    fn suggestions() {
        assert_eq!(similar(&ids(), "corpus/un/2024-mots.txt"), ["un/2024-most.txt", "un/2025-most.txt"]);
        assert_eq!(similar(&ids(), "5-mots.txt"), ["un/2025-most.txt", "un/2024-most.txt"]);
        assert_eq!(similar(&ids(), "2025"), ["un/2025-most.txt"]);
        assert_eq!(similar(&ids(), "совсем другое"), Vec::<String>::new());
    }

    #[test]
    fn lines() {
        let table =
            [("c.jsonl:12", "c.jsonl", Some(12)), ("c.jsonl", "c.jsonl", None), ("a:b.txt", "a:b.txt", None)];
        for (name, path, line) in table {
            assert_eq!(split_line(name), (path, line), "{name}");
        }
    }
}
