//! `vestnik search`: runs one query or many and prints the hits.

mod json;
mod text;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::ValueEnum;
use vestnik::{
    Date, DateSpan, Error, Query,
    eval::{Queries, TestQuery, write_run},
    query::{Expr, Field, Parsed, QueryParser},
    search::{Hit, MAX_WORDS, Options, PATTERN_WORDS, PHRASE_WORDS, Searcher, SnippetOptions, Sort, Weights},
};

use crate::{
    arguments,
    exit::Exit,
    location::IndexLocation,
    options::day,
    terminal::{MAX_SKIPPED, Terminal, shortened, with_causes},
};

/// The share of its score that a release of the newest day gains with `--recent`.
const RECENCY: f32 = 0.3;

/// Search the index
///
/// Words match in every form. Releases with all words of the query come first. If there are few, releases with
/// some of the words follow, and each of them lists the words it lacks.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate flag")]
pub struct Args {
    /// The query; several words form one query
    ///
    /// Write "…" for a phrase, -word to exclude a word, !word for an exact form, a|b for alternatives,
    /// a И b for required words, дипло* or *ведение for parts of words, заголовок:word for the title,
    /// дата:2024 or дата:вчера for a date. A query can have 96 different words; a phrase counts as 8 or more, a
    /// word with a wildcard as 16. What exceeds that is ignored and reported.
    #[arg(required_unless_present = "queries", value_parser = arguments::text)]
    query: Vec<String>,

    #[command(flatten)]
    location: IndexLocation,

    /// Print at most N hits
    #[arg(long, default_value_t = 10, value_name = "N")]
    limit: usize,

    /// Skip the first N hits
    #[arg(long, default_value_t = 0, value_name = "N")]
    offset: usize,

    /// Order of the hits
    #[arg(long, value_enum, default_value_t = By::Relevance)]
    sort: By,

    /// Only releases dated on or after this day, month or year, as in 2024-05-13, "май 2024" or вчера
    #[arg(long, value_name = "DATE")]
    from: Option<String>,

    /// Only releases dated on or before this day, month or year
    #[arg(long, value_name = "DATE")]
    to: Option<String>,

    /// Only releases with these words in the name of their source
    #[arg(long, value_name = "WORDS")]
    source: Option<String>,

    /// Which releases are hits
    #[arg(long = "match", value_enum, default_value_t = Matching::Best, value_name = "WHICH")]
    matching: Matching,

    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Run all queries of a file: JSON Lines with `_id` or `id` and `text`
    ///
    /// A line that cannot be used is reported and skipped; the exit code is then 2.
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    queries: Option<PathBuf>,

    /// Print how the query was understood and how the score of each hit is composed
    #[arg(long)]
    explain: bool,

    /// Reject a query with a mistake in it, such as a quotation mark without its pair
    #[arg(long)]
    strict: bool,

    /// Rank newer releases slightly higher
    #[arg(long)]
    recent: bool,

    /// Print titles without snippets
    #[arg(long)]
    no_snippets: bool,

    /// The day that вчера, неделя and other relative dates count from [default: the current day]
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<Date>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// Most relevant first
    Relevance,
    /// Newest first
    Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Matching {
    /// Releases with all words
    All,
    /// The best matches, also with some of the words
    Best,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for reading
    Text,
    /// JSON Lines: one object per hit, then a summary
    Json,
    /// Run lines for trec_eval
    Trec,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let parser = args.today.map_or_else(QueryParser::new, |day| QueryParser::new().today(day));
    let options = options(args, &parser)?;
    let index = args.location.open_or_build(terminal)?;
    let recency = if args.recent { RECENCY } else { 0.0 };
    let searcher = Searcher::with_weights(&index, Weights { recency, ..Weights::default() })?;
    let mut search = Search { args, parser, options, searcher };
    let Some(file) = &args.queries else {
        let query = TestQuery { id: "1".into(), text: args.query.join(" ") };
        return Ok(if search.run(&query, terminal)? { Exit::Done } else { Exit::Nothing });
    };
    let (mut found, mut failed, mut total) = (false, 0, 0);
    for query in Queries::open(file)? {
        total += 1;
        // A query that cannot be read or parsed does not stop the others.
        match query.map_err(anyhow::Error::from).and_then(|query| search.run(&query, terminal)) {
            Ok(hits) => found |= hits,
            Err(error) if is_of_query(&error) => {
                failed += 1;
                terminal.skipped(failed, with_causes(&error));
            }
            Err(error) => return Err(error),
        }
    }
    if failed > 0 {
        let shown = MAX_SKIPPED.min(failed);
        terminal.warn(format_args!(
            "{failed} of {total} queries were skipped; the first {shown} are listed above"
        ));
        return Ok(Exit::Partly);
    }
    Ok(if found { Exit::Done } else { Exit::Nothing })
}

/// Whether an error concerns one query only.
fn is_of_query(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<Error>();
    matches!(error, Some(Error::Malformed { .. } | Error::DuplicateId { .. } | Error::Query { .. }))
}

/// What the queries of a run have in common.
struct Search<'a> {
    args: &'a Args,
    parser: QueryParser,
    options: Options,
    searcher: Searcher,
}

impl Search<'_> {
    /// Runs a query and prints its hits. Returns whether there are any.
    fn run(&mut self, query: &TestQuery, terminal: &mut Terminal) -> Result<bool> {
        let args = self.args;
        let parsed = self.parse(query, terminal)?;
        if args.explain {
            parsed.explain().lines().for_each(|line| terminal.warn(format_args!("query: {line}")));
        }
        if parsed.is_empty() && self.options.dates.is_empty() {
            let text = shortened(&query.text, 60);
            terminal.warn(format_args!("the query {text:?} has no words; type at least one letter or digit"));
        }
        let results = self.searcher.search(&parsed, &self.options)?;
        // A release that cannot be read is reported before anything is printed.
        results.hits.iter().try_for_each(|hit| hit.release().map(drop))?;
        if results.ignored_words > 0 {
            terminal.warn(format_args!(
                "{} words of the query were ignored: it can have {MAX_WORDS}; a phrase counts as {PHRASE_WORDS} or \
                 more, a word with a wildcard as {PATTERN_WORDS}",
                results.ignored_words
            ));
        }
        match args.format {
            Format::Text => text::print(&results, query, args.queries.is_some(), terminal)?,
            Format::Json => json::print(&results, query, args.offset, terminal)?,
            Format::Trec => {
                let ranked = results.hits.iter().map(|hit| Ok((run_id(hit)?, hit.score)));
                let mut run = Vec::new();
                write_run(&mut run, &query.id, "vestnik", ranked.collect::<Result<Vec<_>>>()?)?;
                String::from_utf8_lossy(&run).lines().try_for_each(|line| terminal.line(line))?;
            }
        }
        Ok(!results.hits.is_empty())
    }

    fn parse(&self, query: &TestQuery, terminal: &mut Terminal) -> Result<Query> {
        let mut parsed = if self.args.strict {
            self.parser.parse_strict(&query.text)?
        } else {
            let Parsed { query, notes } = self.parser.parse(&query.text);
            notes.iter().for_each(|note| terminal.warn(note));
            query
        };
        if let Some(source) = &self.args.source {
            let source = Query::words(source).into_expr().in_field(Field::Source);
            parsed = Expr::should([parsed.into_expr(), source]).into();
        }
        Ok(parsed)
    }
}

fn options(args: &Args, parser: &QueryParser) -> Result<Options> {
    let days = |text: &Option<String>| text.as_ref().map(|text| parser.parse_days(text)).transpose();
    let (from, to) = (days(&args.from)?.and_then(|days| days.from), days(&args.to)?.and_then(|days| days.to));
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        bail!("--from {from} is after --to {to}; swap them");
    }
    let dates = if from.is_some() || to.is_some() { vec![DateSpan { from, to }] } else { Vec::new() };
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

/// The id of a release in a TREC run: the id of its record if it has one.
fn run_id(hit: &Hit) -> Result<&str> {
    let release = hit.release()?;
    Ok(release.record.as_deref().unwrap_or(&release.id))
}
