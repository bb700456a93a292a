//! The constants of ranking, each with its reason and its measurement. Nothing else is here.
//!
//! They were chosen together on texts of all lengths, nDCG@10: headlines (1,084 headlines of news and releases),
//! names (1,073 names in 254 news texts), sentences and paragraphs (1,190 questions), and speeches (800 sentences
//! that were cut out of 4,000 speeches of 300 to 1,500 words). The differences below are in thousandths, against the
//! other constants as they are. No constant is fitted to a single set.

use std::ops::RangeInclusive;

/// The parameters of ranking that a caller can set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// How soon further occurrences of a word stop adding to the score; 0 to 3.
    ///
    /// 1.2 is usual (Robertson & Zaragoza 2009, § 3.5), and loses 1.9 on headlines, 2.7 on sentences and 1.2 on names
    /// against 1.0. The range from 0.8 to 1.0 is flat: 0.9 gains 0.9 on names and loses 0.4 on paragraphs.
    pub k1: f32,
    /// How much the length of a body lowers its score; 0 (not at all) to 1 (in proportion).
    ///
    /// 0.75 is usual. With 20 words added to each length, which lowers the effect on short texts, 0.8 is as good on
    /// headlines and names as 0.7 is without, and gains 0.9 on sentences, 2.3 with a `LEAD` of 0.5. The optimum is flat:
    /// 0.85 with 30 words and 0.9 with 50 change nothing by more than 0.4.
    pub body_b: f32,
    /// The same for titles, whose lengths differ less.
    pub title_b: f32,
    /// How many occurrences in the body one in the title counts as; 1 or more.
    pub title: f32,
    /// How much adjacent query words that are near each other add, as a share of their own score; 0 is off.
    ///
    /// Sequential dependence (Metzler & Croft 2005) on the best few hundred releases. 1.0 instead of 0.6 gains 5.8 on
    /// names, and loses 0.7 on sentences and 1.4 on paragraphs; 1.2 gains 0.9 more on names and loses everywhere else.
    pub proximity: f32,
    /// How much a release of the newest day gains over one of long ago, as a share of its score; 0 is off. Dates after
    /// tomorrow gain nothing.
    ///
    /// Half of the gain is left after a year (`HALF_LIFE`). Off by default: a search for an event wants the release
    /// about it, whatever its age.
    pub recency: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { k1: 0.9, body_b: 0.8, title_b: 0.4, title: 2.0, proximity: 1.0, recency: 0.0 }
    }
}

/// A word matched by its dictionary form.
pub(crate) const LEMMA: f32 = 1.0;
/// A word matched by its stem only, which is as likely another word. 0.3 gains 0.7 on speeches and loses 0.5 on
/// headlines; 0.6 loses 2.6 on speeches and 0.8 on sentences.
pub(crate) const STEM: f32 = 0.4;
/// A release with none of a word's terms, in a query of more than [`FULL_PROXIMITY_WORDS`] content words, that has a
/// word with the same first five letters: «финансист» for «финансирование». Against none: sentences +4.3, headlines
/// +3.3, paragraphs +0.6. Six letters gain nothing on headlines; in short queries, whose hits are expected to have the
/// words, they gain 1 on names.
pub(crate) const TRUNCATED: f32 = 0.25;
/// Queries of this many content words match first letters. In longer ones other words make up for one that differs:
/// 5 and more instead gain 0.2 on headlines and 0.5 on sentences, and read the longest posting lists of the index for
/// every pasted headline.
pub(crate) const TRUNCATED_WORDS: RangeInclusive<usize> = FULL_PROXIMITY_WORDS + 1..=PROXIMITY_WORDS;
/// A word met by the Russian spelling of its letters, «Тоқаев» for «Токаев»: identical letters come first.
pub(crate) const RESPELLED: f32 = 0.8;
/// A designation met in letters of the other alphabet that look the same, «C-300» for «С-300».
pub(crate) const LOOK_ALIKE: f32 = 0.9;
/// A word met by a lemma that another one of the same form makes unlikely, «см» for «смотреть».
pub(crate) const UNLIKELY: f32 = 0.3;
/// A place matched by its adjective, «пермский» for «Пермь»: related, but not the place.
pub(crate) const PLACE: f32 = 0.25;
/// A given name matched by its initial before the surname, which is seldom another person.
pub(crate) const INITIAL: f32 = 0.5;
/// A function word among content words. 0.6 instead of 0.4 gains 1.6 on sentences and 0.5 on paragraphs, and loses
/// 0.4 on headlines; 0.2 loses 2.2 on sentences.
pub(crate) const FUNCTION: f32 = 0.6;

/// A phrase, which adds to the score of its words. Releases with the phrase come first in queries of few words anyway;
/// the quoted words of pasted headlines are often inflected or apart in the text. On headlines with random quotation
/// marks 1 loses 0.4 and 2 loses 4.6.
pub(crate) const PHRASE: f32 = 0.3;

/// Up to this many content words, releases that match all of them come before the others. 2 gains 0.9 on headlines and
/// loses 0.8 on speeches, 5 loses 0.2 on headlines; names and questions are not affected. 4 keeps the order that a
/// person who types a few words expects.
pub(crate) const TIERED_WORDS: usize = 4;

/// How many of the best releases by the words that they have are rescored by all criteria; more if more are requested.
/// 100 and 200 change nothing by more than 0.3, also among 20,000 speeches; 30 loses 1.6 on sentences and 0.9 on
/// paragraphs.
pub(crate) const RESCORED_DOCS: usize = 50;

/// The same in queries for a phrase. The best documents are then known after fewer positions are read.
pub(crate) const RESCORED_PHRASE_DOCS: usize = 20;

/// The positions of this many documents are read to count the releases with a phrase. Of phrases of frequent words
/// that is a fraction of all; then the count is a lower bound, since an exact one would take longer than the hits.
pub(crate) const COUNTED_BY_POSITIONS: usize = 1_000;

/// After this many days half of the gain by recency is left.
pub const HALF_LIFE: f32 = 365.0;

/// Up to this many content words, proximity counts in full.
pub(crate) const FULL_PROXIMITY_WORDS: usize = 4;

/// Up to this many content words, proximity counts. 12 gains another 3 on speeches, and reads positions for most
/// pasted headlines.
pub(crate) const PROXIMITY_WORDS: usize = 8;

/// How much proximity counts in queries with more words than [`FULL_PROXIMITY_WORDS`], whose pairs are more often
/// adjacent by chance. Between 0.15 and 0.3, against 0: headlines +1.0, speeches +4, sentences +1, paragraphs +1.5; in
/// full it loses 3.6 on headlines.
pub(crate) const LONG_QUERY_PROXIMITY: f32 = 0.2;

/// To how many of the rescored releases proximity is added in such queries, whose positions take longest to read. All of
/// them instead change nothing by more than 0.3, among 20,000 speeches by 0.6.
pub(crate) const LONG_QUERY_PROXIMITY_DOCS: usize = 20;

/// How much a query word at the beginning of a release adds, as a share of the most that it can score, in queries with
/// more words than [`FULL_PROXIMITY_WORDS`]. Press releases and news begin with what they report, and long queries are
/// headlines and questions about it. Against 0: headlines +0.9, sentences +1.5, paragraphs −0.3, speeches, which report
/// nothing, −1.6. 0.5 gains 0.7 more on headlines and loses 0.5 more on speeches; in short queries it loses 1.5 on names.
pub(crate) const LEAD: f32 = 0.2;

/// A word as far from the beginning as this adds a share of 1/e. 50 and 150 make no difference.
pub(crate) const LEAD_WORDS: f32 = 100.0;

/// Words within this distance are near each other (Metzler & Croft use 4 per word). 5 and 12 lose 0.6 and 1.0 on
/// headlines.
pub(crate) const WINDOW: u64 = 8;

/// How much a pair within the window counts against one in order. 0.5 loses 0.6 on headlines and 1.0 on names; 0.15
/// gains 0.8 on names and loses 0.4 on sentences.
pub(crate) const UNORDERED: f32 = 0.3;

/// A prefix or pattern with at least this many forms is too vague for proximity.
pub(crate) const PROXIMITY_EXPANSIONS: usize = 8;

/// A prefix or pattern expands to at most this many surface forms, the most frequent ones.
pub(crate) const MAX_EXPANSIONS: usize = 256;

/// Upper bounds are raised by this factor, because floats round differently when they are added in another order.
pub(crate) const BOUND_SLACK: f32 = 1.000_01;
