//! Prints hits for reading.

use anyhow::Result;
use vestnik::{
    Origin,
    eval::TestQuery,
    search::{Explanation, Hit, Results},
};

use crate::terminal::{Line, Terminal, shortened};

/// The longest title, source or path that is printed, in characters.
const MAX_FIELD: usize = 300;

/// Prints the results of a query; `named` with the query's id and text above it.
pub fn print(results: &Results, query: &TestQuery, named: bool, terminal: &mut Terminal) -> Result<()> {
    if named {
        let text = shortened(&query.text, MAX_FIELD);
        terminal.line(Line::new().bold(format_args!("{}: {text}", query.id)))?;
    }
    terminal.line(Line::new().faint(count(results)))?;
    for hit in &results.hits {
        terminal.line("")?;
        print_hit(hit, terminal)?;
    }
    if named {
        terminal.line("")?;
    }
    Ok(())
}

fn count(results: &Results) -> String {
    let releases = match results.total.value {
        0 => "no release has all the words".to_owned(),
        1 => "1 release has all the words".to_owned(),
        n => format!("{n} releases have all the words"),
    };
    let partial = results.hits.iter().filter(|hit| !hit.missing.is_empty()).count();
    if partial == 0 { releases } else { format!("{releases}; {partial} of those below have only some") }
}

fn print_hit(hit: &Hit, terminal: &mut Terminal) -> Result<()> {
    let release = hit.release()?;
    let title = shortened(&release.title, MAX_FIELD);
    let marks = hit.title_highlights.iter().map(|mark| mark.start..mark.end);
    terminal.line(Line::new().plain(format_args!("{:>3}. ", hit.rank)).bold_highlighted(&title, marks))?;
    let date = release.date.map(|date| date.strftime("%d.%m.%Y").to_string());
    let path = release.origin.as_ref().map_or_else(|| release.id.clone(), path);
    let facts = date.into_iter().chain(release.source.clone()).chain([path]);
    let facts: Vec<_> = facts.map(|fact| shortened(&fact, MAX_FIELD).into_owned()).collect();
    terminal.line(indented().faint(facts.join(" · ")))?;
    for fragment in hit.snippet.iter().flat_map(|snippet| &snippet.fragments) {
        let marks = fragment.highlights.iter().map(|mark| mark.start..mark.end);
        let before = if fragment.truncated_start { "… " } else { "" };
        let behind = if fragment.truncated_end { " …" } else { "" };
        terminal.line(indented().plain(before).highlighted(&fragment.text, marks).plain(behind))?;
    }
    if !hit.missing.is_empty() {
        let missing = hit.missing.join(", ");
        terminal.line(indented().faint(format_args!("missing: {}", shortened(&missing, MAX_FIELD))))?;
    }
    if let Some(explanation) = &hit.explanation {
        print_explanation(hit.score, explanation, terminal)?;
    }
    Ok(())
}

fn indented() -> Line {
    Line::new().plain("     ")
}

fn print_explanation(score: f32, explanation: &Explanation, terminal: &mut Terminal) -> Result<()> {
    terminal.line(format_args!("     score {score:.3}:"))?;
    for clause in &explanation.clauses {
        let mentions: Vec<String> = clause
            .terms
            .iter()
            .map(|mention| {
                format!("{} ×{} in the title, ×{} in the body", mention.term, mention.title, mention.body)
            })
            .collect();
        let mentions = if mentions.is_empty() { "no match".to_owned() } else { mentions.join("; ") };
        terminal.line(format_args!(
            "       {:.3}  {} (idf {:.2}): {mentions}",
            clause.score, clause.text, clause.idf
        ))?;
    }
    terminal
        .line(format_args!("       {:.3}  for the positions of words and for the date", explanation.bonus))
}

/// The path of a release relative to the current folder, with its line where the file has several releases.
fn path(origin: &Origin) -> String {
    let path = origin.path();
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&here).unwrap_or(&path).display().to_string();
    match origin.line {
        Some(line) => format!("{path}:{line}"),
        None => path,
    }
}
