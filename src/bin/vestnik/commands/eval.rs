//! `vestnik eval`: measures the quality of search on judged queries.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use vestnik::{
    Index,
    eval::{
        Evaluation, Judgments, Qrels, Releases, TestQuery, evaluate, qrels_file, read_qrels, read_queries,
        write_run,
    },
};

use crate::{
    exit::Exit,
    location::{IndexLocation, default_corpus},
    terminal::Terminal,
};

/// How many of the worst queries `--per-query` lists.
const WORST: usize = 30;

/// Measure the quality of search on judged queries
///
/// Without DIR, runs the judgments of the corpus (judgments.toml) on the index. With DIR, indexes a set in
/// BEIR layout (corpus.jsonl, queries.jsonl, qrels.tsv) in memory or in --index. The measures are defined as in
/// trec_eval.
#[derive(clap::Args)]
pub struct Args {
    /// A folder in BEIR layout
    dir: Option<PathBuf>,

    /// The index folder; with DIR, the folder to index its corpus in [default: index; with DIR, memory]
    #[arg(long, value_name = "DIR")]
    index: Option<PathBuf>,

    /// Write the rankings as a run file for trec_eval
    #[arg(long, value_name = "FILE")]
    run: Option<PathBuf>,

    /// List the queries with the lowest scores
    #[arg(long)]
    per_query: bool,
}

pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Exit> {
    let (index, queries, qrels) = match &args.dir {
        Some(dir) => beir(dir, args, terminal)?,
        None => shipped(args, terminal)?,
    };
    let searcher = index.searcher()?;
    let total = queries.len();
    let evaluation = evaluate(&searcher, &queries, &qrels, |done| {
        terminal.progress(format!("query {} of {total}", done + 1));
    })?;
    terminal.end_progress();
    if let Some(path) = &args.run {
        write_file(path, &evaluation)?;
    }
    print(&evaluation, terminal)?;
    if args.per_query {
        print_worst(&evaluation, &queries, terminal)?;
    }
    Ok(Exit::Done)
}

type Set = (Index, Vec<TestQuery>, Qrels);

fn shipped(args: &Args, terminal: &mut Terminal) -> Result<Set> {
    let index = IndexLocation::named(args.index.clone()).open_or_build(terminal)?;
    let file = default_corpus().join("judgments.toml");
    let judgments = Judgments::read(&file)?;
    let searcher = index.searcher()?;
    judgments.check(|id| searcher.release(id).is_ok())?;
    let queries = judgments.queries().iter().map(|judged| judged.query.clone()).collect();
    Ok((index, queries, judgments.qrels()))
}

fn beir(dir: &Path, args: &Args, terminal: &mut Terminal) -> Result<Set> {
    let queries = read_queries(&dir.join("queries.jsonl"))?;
    let qrels = read_qrels(&qrels_file(dir)?)?;
    let releases: Vec<_> = Releases::open(dir)?.collect::<Result<_, _>>()?;
    terminal.progress(format!("indexing {} releases of {}", releases.len(), dir.display()));
    let index = match &args.index {
        Some(folder) => Index::open_or_create(folder)?,
        None => Index::in_memory()?,
    };
    index.ingest(releases)?;
    Ok((index, queries, qrels))
}

fn write_file(path: &Path, evaluation: &Evaluation) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let mut file = BufWriter::new(File::create(path).with_context(failed)?);
    for (query, ranked) in &evaluation.run {
        let ranked = ranked.iter().map(|(id, score)| (id.as_str(), *score));
        write_run(&mut file, query, "vestnik", ranked).with_context(failed)?;
    }
    file.flush().with_context(failed)
}

fn print(evaluation: &Evaluation, terminal: &mut Terminal) -> Result<()> {
    let (ranked, set) = (&evaluation.ranked, &evaluation.all_words);
    let lines = [
        ("queries", ranked.queries.len().to_string()),
        ("nDCG@10", format!("{:.4}", ranked.mean.ndcg_10)),
        ("MRR@10", format!("{:.4}", ranked.mean.mrr_10)),
        ("success@1", format!("{:.4}", ranked.mean.success_1)),
        ("recall@100", format!("{:.4}", ranked.mean.recall_100)),
        ("all words: precision", format!("{:.4}", set.mean.precision)),
        ("all words: recall", format!("{:.4}", set.mean.recall)),
        ("all words: F1", format!("{:.4}", set.mean.f1)),
        ("all words: queries without a hit", set.empty.len().to_string()),
        ("all words: queries without a relevant hit", set.missed.len().to_string()),
    ];
    for (name, value) in lines {
        terminal.line(format_args!("{name:<42} {value:>7}"))?;
    }
    Ok(())
}

fn print_worst(evaluation: &Evaluation, queries: &[TestQuery], terminal: &mut Terminal) -> Result<()> {
    let mut worst: Vec<_> =
        evaluation.ranked.queries.iter().filter(|(_, scores)| scores.ndcg_10 < 1.0).collect();
    worst.sort_by(|(a, x), (b, y)| x.ndcg_10.total_cmp(&y.ndcg_10).then_with(|| a.cmp(b)));
    terminal.line("")?;
    terminal.line("nDCG@10  all words: found  query")?;
    for (id, scores) in worst.into_iter().take(WORST) {
        let text = queries.iter().find(|query| query.id == *id).map_or("", |query| &query.text);
        let recall = evaluation.all_words.queries.get(id).map_or(0.0, |scores| scores.recall);
        terminal.line(format_args!("{:>7.4}  {recall:>16.4}  {id}: {text}", scores.ndcg_10))?;
    }
    Ok(())
}
