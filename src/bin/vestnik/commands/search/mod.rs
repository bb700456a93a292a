//! `vestnik search`: asks the index one query or many and prints the hits.

mod json;
mod text;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use vestnik::{
    DateSpan, Query,
    eval::{TestQuery, read_queries, write_run},
    query::{Expr, Field},
    search::{Hit, Options, Searcher, SnippetOptions, Sort, Weights},
};

use crate::{
    arguments,
    exit::Exit,
    location::IndexLocation,
    options::dates,
    terminal::{Terminal, shortened},
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
                shortened(&query.text, 60)
            ));
        }
        let results =
            searcher.search(&parsed, &options).with_context(|| format!("query {:?}", query.text))?;
        found |= !results.hits.is_empty();
        match args.format {
            Format::Text => text::print(&results, query, args.queries.is_some(), terminal)?,
            Format::Json => json::print(&results, query, args.offset, terminal)?,
            Format::Trec => {
                let ranked = results.hits.iter().map(|hit| (run_id(hit), hit.score));
                let mut run = Vec::new();
                write_run(&mut run, &query.id, "vestnik", ranked)?;
                String::from_utf8_lossy(&run).lines().try_for_each(|line| terminal.line(line))?;
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
