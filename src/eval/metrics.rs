//! How good the answers to judged queries are: nDCG, MRR, success and recall of rankings, and precision,
//! recall and F1 of whole result sets, each as `trec_eval` counts it.
//!
//! Works on ids and grades alone: it never searches, never reads a file and never rounds.

use std::collections::BTreeMap;

use serde::Serialize;

/// The judgments of one query: a release's id and its grade.
///
/// A grade of 1 or more is relevant, more is better; 0 and less is not relevant, and neither is an id
/// that is absent.
pub type Judged = BTreeMap<String, i32>;

/// The judgments of many queries, by query id.
pub type Qrels = BTreeMap<String, Judged>;

/// What was found for many queries, by query id: release ids, best first, none of them twice.
pub type Run = BTreeMap<String, Vec<String>>;

/// How good one ranking is, or the mean of that over many queries. Every figure is in 0..=1.
///
/// The figures are those of `trec_eval` 9 by the names given below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// `ndcg_cut_10`, see [`ndcg`].
    pub ndcg_10: f64,
    /// `recip_rank` of a ranking cut after 10: one over the rank of the first relevant release, or 0.
    pub mrr_10: f64,
    /// `success_1`: 1 where the first release is relevant, else 0.
    pub success_1: f64,
    /// `recall_100`: the share of all relevant releases that stands among the first 100.
    pub recall_100: f64,
}

impl Scores {
    /// Scores one ranking, best release first. Everything is 0 where nothing is judged relevant.
    pub fn of<S: AsRef<str>>(ranked: &[S], judged: &Judged) -> Self {
        let first = ranked.iter().take(10).position(|id| is_relevant(id.as_ref(), judged));
        Self {
            ndcg_10: ndcg(ranked, judged, 10),
            mrr_10: first.map_or(0.0, |before| ratio(1, before + 1)),
            success_1: if first == Some(0) { 1.0 } else { 0.0 },
            recall_100: ratio(hits(ranked.iter().take(100), judged), relevant(judged)),
        }
    }
}

/// The normalised discounted cumulative gain of the first `k` releases, in 0..=1; 0 where nothing is
/// judged relevant.
///
/// As `trec_eval`'s `ndcg_cut`: the gain is the grade itself (not 2^grade - 1), negative grades count 0,
/// the discount at rank r is log2(r + 1), and the ideal ranking is that of all judged releases, found or
/// not. Method: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4),
/// 2002, with the discount that starts at the second rank.
pub fn ndcg<S: AsRef<str>>(ranked: &[S], judged: &Judged, k: usize) -> f64 {
    let mut grades: Vec<i32> = judged.values().copied().collect();
    grades.sort_unstable_by(|one, other| other.cmp(one));
    let ideal = gain(grades.into_iter().take(k));
    if ideal <= 0.0 {
        return 0.0;
    }
    gain(ranked.iter().take(k).map(|id| grade(id.as_ref(), judged))) / ideal
}

/// How good one unranked result set is, or the mean of that over many queries. Every figure is in 0..=1.
///
/// The figures are those of `trec_eval` 9 by the names given below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SetScores {
    /// `set_P`: the share of the found releases that is relevant; 0 where nothing is found.
    pub precision: f64,
    /// `set_recall`: the share of the relevant releases that is found.
    pub recall: f64,
    /// `set_F`: the harmonic mean of the two; 0 where both are 0.
    ///
    /// As a mean over queries it is the mean of each query's F1, not the F1 of the means.
    pub f1: f64,
}

impl SetScores {
    /// Scores one result set, in any order. Everything is 0 where nothing is judged relevant.
    pub fn of<S: AsRef<str>>(found: &[S], judged: &Judged) -> Self {
        let hits = hits(found.iter(), judged);
        let relevant = relevant(judged);
        Self {
            precision: ratio(hits, found.len()),
            recall: ratio(hits, relevant),
            f1: ratio(2 * hits, found.len() + relevant),
        }
    }
}

/// The scores of the rankings for many judged queries.
///
/// Counts every query with at least one relevant judgment; one without an answer counts 0 (`trec_eval -c`).
/// Unlike `trec_eval -c`, a query whose judgments are all irrelevant is left out, for no answer could score.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RankedReport {
    /// The mean over `queries`; all 0 where there is none.
    pub mean: Scores,
    /// Each query's scores, by its id.
    pub queries: BTreeMap<String, Scores>,
}

impl RankedReport {
    /// Scores what was found for the judged queries; what was found for others does not count.
    pub fn new(qrels: &Qrels, run: &Run) -> Self {
        let queries = answered(qrels, run).map(|(id, judged, ids)| (id.clone(), Scores::of(ids, judged)));
        let queries: BTreeMap<_, _> = queries.collect();
        let mean = Scores {
            ndcg_10: mean(&queries, |scores| scores.ndcg_10),
            mrr_10: mean(&queries, |scores| scores.mrr_10),
            success_1: mean(&queries, |scores| scores.success_1),
            recall_100: mean(&queries, |scores| scores.recall_100),
        };
        Self { mean, queries }
    }
}

/// The scores of the result sets for many judged queries; counts the same queries as [`RankedReport`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SetReport {
    /// The mean over `queries` (macro-average: each query weighs the same); all 0 where there is none.
    pub mean: SetScores,
    /// Each query's scores, by its id.
    pub queries: BTreeMap<String, SetScores>,
    /// The ids of the queries that found nothing at all.
    pub empty: Vec<String>,
    /// The ids of the queries with no relevant release among the found; those of `empty` are among them.
    pub missed: Vec<String>,
}

impl SetReport {
    /// Scores what was found for the judged queries; what was found for others does not count.
    pub fn new(qrels: &Qrels, run: &Run) -> Self {
        let mut report = Self::default();
        for (id, judged, ids) in answered(qrels, run) {
            let scores = SetScores::of(ids, judged);
            if ids.is_empty() {
                report.empty.push(id.clone());
            }
            if scores.recall <= 0.0 {
                report.missed.push(id.clone());
            }
            report.queries.insert(id.clone(), scores);
        }
        report.mean = SetScores {
            precision: mean(&report.queries, |scores| scores.precision),
            recall: mean(&report.queries, |scores| scores.recall),
            f1: mean(&report.queries, |scores| scores.f1),
        };
        report
    }
}

/// The queries that count, each with its judgments and with what was found for it, be that nothing.
fn answered<'a>(
    qrels: &'a Qrels,
    run: &'a Run,
) -> impl Iterator<Item = (&'a String, &'a Judged, &'a [String])> {
    qrels
        .iter()
        .filter(|(_, judged)| relevant(judged) > 0)
        .map(|(id, judged)| (id, judged, run.get(id).map_or(&[][..], Vec::as_slice)))
}

fn grade(id: &str, judged: &Judged) -> i32 {
    judged.get(id).copied().unwrap_or(0)
}

fn is_relevant(id: &str, judged: &Judged) -> bool {
    grade(id, judged) > 0
}

fn relevant(judged: &Judged) -> usize {
    judged.values().filter(|grade| **grade > 0).count()
}

fn hits<'a, S: AsRef<str> + 'a>(ids: impl Iterator<Item = &'a S>, judged: &Judged) -> usize {
    ids.filter(|id| is_relevant(id.as_ref(), judged)).count()
}

/// The discounted sum of grades that stand in the order of their ranks.
fn gain(grades: impl Iterator<Item = i32>) -> f64 {
    (2_u32..)
        .zip(grades)
        .map(|(next_rank, grade)| f64::from(grade.max(0)) / f64::from(next_rank).log2())
        .sum()
}

fn mean<T>(queries: &BTreeMap<String, T>, figure: impl Fn(&T) -> f64) -> f64 {
    queries.values().map(figure).sum::<f64>() * ratio(1, queries.len())
}

/// `part` in `whole`; nothing of nothing is 0.
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judged(grades: &[(&str, i32)]) -> Judged {
        grades.iter().map(|(id, grade)| ((*id).to_owned(), *grade)).collect()
    }

    #[track_caller]
    fn assert_close(got: &[f64], expected: &[f64], within: f64) {
        let close = got.iter().zip(expected).all(|(one, other)| (one - other).abs() < within);
        assert!(close && got.len() == expected.len(), "got {got:?}, expected {expected:?}");
    }

    fn figures(ranked: &[String], judged: &Judged) -> [f64; 7] {
        let (scores, set) = (Scores::of(ranked, judged), SetScores::of(ranked, judged));
        let Scores { ndcg_10, mrr_10, success_1, recall_100 } = scores;
        [ndcg_10, mrr_10, success_1, recall_100, set.precision, set.recall, set.f1]
    }

    /// Judged: a 3, b 2, c 0, d 1. Found: x, b, a, c, in this order.
    ///
    /// DCG   = 2/log2(3) + 3/log2(4) = 1.261860 + 1.5 = 2.761860 (x and c gain nothing);
    /// ideal = 3/log2(2) + 2/log2(3) + 1/log2(4) = 3 + 1.261860 + 0.5 = 4.761860 (d, not found, counts too);
    /// nDCG  = 2.761860 / 4.761860 = 0.579996.
    /// The first relevant release is the second: MRR 1/2, success 0. Two of three relevant are found:
    /// recall 2/3. Two of four found are relevant: precision 1/2. F1 = 2 * 2 / (4 + 3) = 4/7.
    #[test]
    fn figures_worked_by_hand() {
        let judged = judged(&[("a", 3), ("b", 2), ("c", 0), ("d", 1)]);
        let got = figures(&["x", "b", "a", "c"].map(str::to_owned), &judged);
        assert_close(&got, &[0.579_996, 0.5, 0.0, 2.0 / 3.0, 0.5, 2.0 / 3.0, 4.0 / 7.0], 1e-6);
    }

    #[test]
    fn the_cut_of_ndcg_holds_for_the_ideal_too() {
        let judged = judged(&[("a", 1), ("b", 1), ("c", 1)]);
        assert_close(&[ndcg(&["a", "b"], &judged, 2), ndcg(&["a"], &judged, 0)], &[1.0, 0.0], 1e-12);
    }

    /// Random rankings without ties, scored by `pytrec_eval` (package pytrec-eval-terrier): how many were
    /// found, the (rank, grade) of those judged, the grades of those judged but not found, and the figures.
    /// Each release is named after its rank. An excerpt of a comparison over 400 queries.
    #[test]
    fn figures_of_trec_eval() {
        type Row = (usize, &'static [(usize, i32)], &'static [i32], [f64; 7]);
        #[rustfmt::skip]
        let rows: [Row; 10] = [
            (1, &[(1, 2)], &[], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
            (3, &[(1, -1), (2, -1), (3, -1)], &[0, 2, 0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            (8, &[(1, 2), (5, 3), (6, 1), (8, 3)], &[0, 2], [0.625_005, 1.0, 1.0, 0.8, 0.5, 0.8, 0.615_385]),
            (12, &[(1, 3), (6, 1), (9, -1)], &[1],
             [0.812_458, 1.0, 1.0, 0.666_667, 0.166_667, 0.666_667, 0.266_667]),
            (12, &[(1, 0), (9, 0), (10, 2)], &[1, 1, 1, 1],
             [0.146_419, 0.1, 0.0, 0.2, 0.083_333, 0.2, 0.117_647]),
            (25, &[(1, 0), (7, 1), (11, 0), (17, -1), (23, 3)], &[1, 2],
             [0.064_195, 0.142_857, 0.0, 0.5, 0.08, 0.5, 0.137_931]),
            (60, &[(4, 0), (11, 1), (15, 1), (48, 1)], &[0, 2, 1, 0, 1],
             [0.0, 0.0, 0.0, 0.5, 0.05, 0.5, 0.090_909]),
            (105, &[(18, -1), (28, 1), (33, 1), (58, -1), (103, 3)], &[1, 2, 1],
             [0.0, 0.0, 0.0, 0.333_333, 0.028_571, 0.5, 0.054_054]),
            (105, &[(39, 0), (78, -1), (101, 1)], &[], [0.0, 0.0, 0.0, 0.0, 0.009_524, 1.0, 0.018_868]),
            (140, &[(7, 2), (23, 3), (37, -1), (100, 2), (119, 1)], &[1],
             [0.109_66, 0.142_857, 0.0, 0.6, 0.028_571, 0.8, 0.055_172]),
        ];
        for (found, ranks, missing, expected) in rows {
            let ranked: Vec<String> = (1..=found).map(|rank| rank.to_string()).collect();
            let mut judged: Judged = ranks.iter().map(|(rank, grade)| (rank.to_string(), *grade)).collect();
            judged.extend(missing.iter().enumerate().map(|(at, grade)| (format!("missing {at}"), *grade)));
            assert_close(&figures(&ranked, &judged), &expected, 1e-6);
        }
    }

    #[test]
    fn means_count_what_has_a_relevant_judgment() {
        let good = judged(&[("a", 1), ("b", 1)]);
        let qrels: Qrels = [
            ("complete", good.clone()),
            ("absent", good.clone()),
            ("empty", good.clone()),
            ("wrong", good),
            ("hopeless", judged(&[("a", 0), ("b", -1)])),
        ]
        .map(|(id, judged)| (id.to_owned(), judged))
        .into();
        let run: Run =
            [("complete", "a b"), ("empty", ""), ("wrong", "x y"), ("hopeless", "a"), ("unjudged", "a")]
                .map(|(id, ids)| (id.to_owned(), ids.split_whitespace().map(str::to_owned).collect()))
                .into();

        let ranked = RankedReport::new(&qrels, &run);
        assert_eq!(ranked.queries.len(), 4);
        let quarter = Scores { ndcg_10: 0.25, mrr_10: 0.25, success_1: 0.25, recall_100: 0.25 };
        assert_eq!(ranked.mean, quarter);

        let sets = SetReport::new(&qrels, &run);
        assert_eq!(sets.mean, SetScores { precision: 0.25, recall: 0.25, f1: 0.25 });
        assert_eq!(sets.empty, ["absent", "empty"]);
        assert_eq!(sets.missed, ["absent", "empty", "wrong"]);
    }

    #[test]
    fn nothing_judged_means_zero() {
        assert_eq!(RankedReport::new(&Qrels::new(), &Run::new()), RankedReport::default());
        assert_eq!(SetReport::new(&Qrels::new(), &Run::new()), SetReport::default());
        assert_close(&figures(&[], &Judged::new()), &[0.0; 7], 1e-12);
    }

    proptest! {
        #[test]
        fn figures_lie_between_0_and_1(
            found in prop::collection::btree_set(0..300_u32, 0..150),
            grades in prop::collection::btree_map(0..300_u32, i32::MIN..=i32::MAX, 0..30),
        ) {
            let ranked: Vec<String> = found.iter().map(u32::to_string).collect();
            let judged: Judged = grades.iter().map(|(id, grade)| (id.to_string(), *grade)).collect();
            for figure in figures(&ranked, &judged) {
                prop_assert!((0.0..=1.0 + 1e-12).contains(&figure), "{figure}");
            }
        }
    }
}
