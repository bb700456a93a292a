//! `vestnik search`: asks the index one query or many and prints the hits.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde_json::json;
use vestnik::{
    DateSpan, Query,
    eval::{TestQuery, read_queries, write_run},
    query::{Expr, Field},
    search::{Explanation, Hit, Options, Results, Searcher, SnippetOptions, Sort, Weights},
};

use crate::{
    arguments,
    exit::Exit,
    location::IndexLocation,
    options::{JSON_VERSION, dates},
    terminal::{FAINT, STRONG, Terminal, marked, styled},
};

/// What a release of the newest day gains with `--recent`, as a part of its score.
const RECENCY: f32 = 0.3;

/// Search: every word is wanted, in any of its forms
///
/// Releases with all the words come first; where these are few, releases with some of them follow,
/// and each says what it lacks.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Args {
    /// The query; several words are taken as one query
    #[arg(required_unless_present = "queries", allow_hyphen_values = false)]
    query: Vec<String>,

    #[command(flatten)]
    location: IndexLocation,

    /// How many hits to print at most
    #[arg(long, default_value_t = 10, value_name = "N")]
    limit: usize,

    /// How many of the best hits to leave out
    #[arg(long, default_value_t = 0, value_name = "N")]
    offset: usize,

    /// What comes first
    #[arg(long, value_enum, default_value_t = By::Relevance)]
    sort: By,

    /// Only releases from this day, month or year on
    #[arg(long, value_name = "DATE", value_parser = dates)]
    from: Option<DateSpan>,

    /// Only releases up to this day, month or year
    #[arg(long, value_name = "DATE", value_parser = dates)]
    to: Option<DateSpan>,

    /// Only releases whose source has these words
    #[arg(long, value_name = "WORDS")]
    source: Option<String>,

    /// Which releases are hits
    #[arg(long = "match", value_enum, default_value_t = Matching::Best, value_name = "WHICH")]
    matching: Matching,

    /// How to print the hits
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Ask all queries of a file: JSON Lines with `_id` or `id` and `text`
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    queries: Option<PathBuf>,

    /// Print how the query was understood, and where each hit's score came from
    #[arg(long)]
    explain: bool,

    /// Refuse a query that has something doubtful in it, such as a quotation mark without its pair
    #[arg(long)]
    strict: bool,

    /// Let newer releases gain a little
    #[arg(long)]
    recent: bool,

    /// Print titles only
    #[arg(long)]
    no_snippets: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// The most relevant
    Relevance,
    /// The latest
    Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Matching {
    /// Those that have all the words
    All,
    /// The best there are
    Best,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For reading
    Text,
    /// JSON Lines: a hit a line, then a summary
    Json,
    /// A run as trec_eval reads it
    Trec,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let options = options(args)?;
    let queries = match &args.queries {
        Some(file) => read_queries(file)?,
        None => vec![TestQuery { id: "1".into(), text: arguments::joined(&args.query) }],
    };
    let index = args.location.open_or_build(terminal)?;
    let recency = if args.recent { RECENCY } else { 0.0 };
    let searcher = Searcher::with_weights(&index, Weights { recency, ..Weights::default() })?;
    let mut found = false;
    for query in &queries {
        let parsed = parse(query, args)?;
        if args.explain {
            terminal.warn(format_args!("understood as: {}", parsed.explain().trim_end()));
        }
        if parsed.is_empty() && options.dates.is_empty() {
            terminal.warn(format_args!(
                "nothing to look for in {:?}; give a word of letters or digits",
                shortened(&query.text)
            ));
        }
        let results =
            searcher.search(&parsed, &options).with_context(|| format!("query {:?}", query.text))?;
        found |= !results.hits.is_empty();
        match args.format {
            Format::Text => print_text(&results, query, args, terminal)?,
            Format::Json => print_json(&results, query, args, terminal)?,
            Format::Trec => {
                let ranked = results.hits.iter().map(|hit| (run_id(hit), hit.score));
                write_run(terminal.answers(), &query.id, "vestnik", ranked)?;
            }
        }
    }
    Ok(if found { Exit::Done } else { Exit::Nothing })
}

fn options(args: &Args) -> Result<Options> {
    let mut dates = Vec::new();
    if let Some(from) = args.from {
        dates.push(DateSpan { from: from.from, to: None });
    }
    if let Some(to) = args.to {
        dates.push(DateSpan { from: None, to: to.to });
    }
    if let (Some(from), Some(to)) = (args.from.and_then(|span| span.from), args.to.and_then(|span| span.to))
        && from > to
    {
        bail!("--from {from} is after --to {to}; swap them");
    }
    Ok(Options {
        limit: args.limit,
        offset: args.offset,
        sort: match args.sort {
            By::Relevance => Sort::Relevance,
            By::Date => Sort::Date,
        },
        match_all: args.matching == Matching::All,
        dates,
        explain: args.explain,
        snippets: (!args.no_snippets && args.format != Format::Trec).then(SnippetOptions::default),
        ..Options::default()
    })
}

fn parse(query: &TestQuery, args: &Args) -> Result<Query> {
    let mut parsed = if args.strict { Query::parse_strict(&query.text)? } else { Query::parse(&query.text) };
    if let Some(source) = &args.source {
        let source = Query::words(source).expr.in_field(Field::Source);
        parsed = Expr::should([parsed.expr, source]).into();
    }
    Ok(parsed)
}

/// What a run calls a release: the id of its own record where it has one.
fn run_id(hit: &Hit) -> &str {
    hit.release.record.as_deref().unwrap_or(&hit.release.id)
}

fn print_text(results: &Results, query: &TestQuery, args: &Args, terminal: &mut Terminal) -> Result<()> {
    if args.queries.is_some() {
        terminal.line(styled(STRONG, format_args!("{}: {}", query.id, query.text)))?;
    }
    terminal.line(styled(FAINT, counted(results)))?;
    for hit in &results.hits {
        terminal.line("")?;
        print_hit(hit, terminal)?;
    }
    if args.queries.is_some() {
        terminal.line("")?;
    }
    Ok(())
}

fn counted(results: &Results) -> String {
    let releases = match results.total.value {
        0 => "no release has all the words".to_owned(),
        1 => "1 release has all the words".to_owned(),
        n => format!("{n} releases have all the words"),
    };
    let partial = results.hits.iter().filter(|hit| !hit.missing.is_empty()).count();
    if partial == 0 { releases } else { format!("{releases}; {partial} of those below have some of them") }
}

fn print_hit(hit: &Hit, terminal: &mut Terminal) -> Result<()> {
    let release = &hit.release;
    let title =
        marked(&release.title, hit.title_highlights.iter().map(|range| range.start..range.end), STRONG);
    terminal.line(format_args!("{:>3}. {title}", hit.rank))?;
    let date = release.date.map(|date| date.strftime("%d.%m.%Y").to_string());
    let path = release.origin.as_ref().map_or_else(|| release.id.clone(), |_| place_of(hit));
    let facts: Vec<String> = date.into_iter().chain(release.source.clone()).chain([path]).collect();
    terminal.line(format_args!("     {}", styled(FAINT, facts.join(" · "))))?;
    for fragment in hit.snippet.iter().flat_map(|snippet| &snippet.fragments) {
        let text = marked(
            &fragment.text,
            fragment.highlights.iter().map(|range| range.start..range.end),
            anstyle::Style::new(),
        );
        let before = if fragment.truncated_start { "… " } else { "" };
        let behind = if fragment.truncated_end { " …" } else { "" };
        terminal.line(format_args!("     {before}{text}{behind}"))?;
    }
    if !hit.missing.is_empty() {
        terminal.line(format_args!(
            "     {}",
            styled(FAINT, format_args!("lacks: {}", hit.missing.join(", ")))
        ))?;
    }
    if let Some(explanation) = &hit.explanation {
        print_explanation(hit.score, explanation, terminal)?;
    }
    Ok(())
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
        let mentions = if mentions.is_empty() { "not there".to_owned() } else { mentions.join("; ") };
        terminal.line(format_args!(
            "       {:.3}  {} (rarity {:.2}): {mentions}",
            clause.score, clause.text, clause.idf
        ))?;
    }
    terminal
        .line(format_args!("       {:.3}  for words near each other, and for being new", explanation.bonus))
}

/// Where the release lies: the path as seen from here, with the line or record in it.
fn place_of(hit: &Hit) -> String {
    let Some(origin) = &hit.release.origin else { return hit.release.id.clone() };
    let path = origin.path();
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&here).unwrap_or(&path).display().to_string();
    match origin.line {
        Some(line) => format!("{path}:{line}"),
        None => path,
    }
}

fn print_json(results: &Results, query: &TestQuery, args: &Args, terminal: &mut Terminal) -> Result<()> {
    for hit in &results.hits {
        let mut line = json!({ "v": JSON_VERSION, "type": "hit", "query": query.id });
        let fields = serde_json::to_value(hit)?;
        if let (Some(line), serde_json::Value::Object(fields)) = (line.as_object_mut(), fields) {
            line.extend(fields);
        }
        terminal.line(line)?;
    }
    terminal.line(json!({
        "v": JSON_VERSION,
        "type": "summary",
        "query": query.id,
        "text": query.text,
        "total": results.total,
        "hits": results.hits.len(),
        "offset": args.offset,
    }))
}

/// The beginning of a text that may be very long.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
