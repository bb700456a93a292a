//! Every number that shapes ranking, by name and with its reason. Nothing else lives here.
//!
//! Figures were chosen on `../shared/eval` (names, xquad-sentences, xquad-paragraphs); none of them
//! is fitted to a single set.

/// The parameters of BM25F that a caller may set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// How soon more mentions of a word stop counting for more; 0 to 3.
    ///
    /// 1.2 is usual (Robertson & Zaragoza 2009, § 3.5); releases are short and seldom repeat a word without
    /// need, so one mention already says much. Between 0.9 and 1.2 little changes on any set.
    pub k1: f32,
    /// How much a long body is held against it; 0 (not at all) to 1 (fully). 0.75 is usual; a long release
    /// is more often thorough than wordy, and all three sets gain a little from 0.6.
    pub body_b: f32,
    /// The same for titles. Titles differ little in length for reasons that matter, so it is smaller.
    pub title_b: f32,
    /// How many mentions in the body one in the title is worth; 1 or more.
    pub title: f32,
    /// How much words that stand near each other in order add, against their own weight; 0 is off.
    ///
    /// Sequential dependence (Metzler & Croft 2005), on the best few hundred releases only.
    pub proximity: f32,
    /// How much a release of the newest day gains over one of long ago, as a part of its score; 0 is off.
    ///
    /// Half of it is left after a year (`HALF_LIFE`). Off by default: who looks for an event wants the
    /// release about it, however old.
    pub recency: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { k1: 1.0, body_b: 0.6, title_b: 0.4, title: 2.0, proximity: 0.6, recency: 0.0 }
    }
}

/// A word met in its dictionary form, or in a form that shares one with it.
pub(crate) const LEMMA: f32 = 1.0;
/// A word met by its stem only: as likely another word as a form that the dictionary misses.
pub(crate) const STEM: f32 = 0.4;
/// A word met by the Russian spelling of its letters, «Тоқаев» for «Токаев»: identical letters come first.
pub(crate) const RESPELLED: f32 = 0.8;
/// A designation met in letters of the other alphabet that look the same, «C-300» for «С-300».
pub(crate) const LOOK_ALIKE: f32 = 0.9;
/// A word met by a lemma that another one of the same form makes unlikely, «см» for «смотреть».
pub(crate) const UNLIKELY: f32 = 0.3;
/// A place met as its adjective, «пермский» for «Пермь»: near, but said of something else.
pub(crate) const PLACE: f32 = 0.25;
/// A given name met as its initial before the surname: seldom someone else.
pub(crate) const INITIAL: f32 = 0.5;
/// A preposition or a pronoun among content words: a hint, which questions gain from.
pub(crate) const FUNCTION: f32 = 0.4;

/// Up to this many content words, releases with all of them come before the others. Measured: strict
/// tiers gain on names and short topics and lose on pasted headlines and questions.
pub(crate) const TIERED_WORDS: usize = 4;

/// How many of the best releases are looked at again for words that stand near each other. Fewer under test,
/// so that small corpora have more than these.
pub(crate) const RESCORED_DOCS: usize = if cfg!(test) { 20 } else { 200 };

/// After so many days half of the gain from being new is gone.
pub const HALF_LIFE: f32 = 365.0;

/// Up to this many content words the nearness of words counts.
pub(crate) const PROXIMITY_WORDS: usize = 4;

/// Words this far apart, in words, are still near each other (Metzler & Croft use 4 per word).
pub(crate) const WINDOW: u32 = 8;

/// What standing near in any order is worth against standing side by side in order.
pub(crate) const UNORDERED: f32 = 0.3;

/// From so many surface forms on, a prefix or pattern is too vague for the nearness of its words to count.
pub(crate) const PROXIMITY_EXPANSIONS: usize = 8;

/// How many surface forms a prefix or pattern stands for at most: the commonest ones.
pub(crate) const MAX_EXPANSIONS: usize = 256;

/// Upper bounds are computed in another order than scores, and floats round: a bound is raised by this
/// factor, so that pruning never loses a release to a rounding error.
pub(crate) const BOUND_SLACK: f32 = 1.000_01;
