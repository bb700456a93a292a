//! Finds the words, phrases and proximity pairs of a query in a text.
//!
//! Follows the plan as the index does, but on the text itself. Chooses no passages.

use std::{cell::OnceCell, collections::HashMap, ops::Range};

use super::{
    display_text::{DisplayText, WordSpan},
    matched_tokens::MatchedTokens,
    phrase_pattern::{Found, PhrasePattern, pairs},
    term_table::{MatchedWords, Strength, TermTable},
};
use crate::{
    analysis::{Channel, Checkpoints, TermCache, TokenRef, TokenStream},
    search::{
        plan::{self, Node, Pattern, Plan, Role, Scope},
        positions::PhraseShape,
    },
};

/// How many matching tokens of a text are considered, from its beginning. A release never has as many: without a
/// limit, 60 MB of one word take 1.1 GB to highlight.
pub(super) const MAX_TOKENS: usize = 50_000;

/// A match of a word, phrase or pair in a text.
pub(super) struct Match {
    /// Its clause.
    pub clause: usize,
    /// Its tokens, a range of `Matches::matched`.
    tokens: Range<usize>,
    strength: Strength,
}

/// A title or a body to find matches in.
#[derive(Clone)]
pub(super) struct Subject<'t> {
    pub text: &'t str,
    pub scope: Scope,
    pub display: &'t DisplayText,
    /// Where to look; none: everywhere.
    pub positions: Option<KnownPositions<'t>>,
}

/// All positions of the query's terms in a text, as the index knows them.
#[derive(Clone)]
pub(super) struct KnownPositions<'t> {
    /// In order.
    pub positions: &'t [TermPosition],
    /// The words that each term matches.
    pub terms: &'t TermTable,
    /// Checkpoints of the text.
    pub landmarks: Checkpoints<'t>,
}

/// A position of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TermPosition {
    pub position: u32,
    pub term: u32,
}

/// What an occurrence of a term means for the clauses, one bit for each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TermRole {
    /// The clauses that it matches in full.
    pub full: u64,
    /// The clauses that it is a hint of, if it matches none better. It is not highlighted in a text that matches
    /// all of them in full.
    pub hints: Option<u64>,
}

/// Finds a query in texts.
pub(super) struct QueryMatcher<'p> {
    words: Vec<&'p plan::Word>,
    /// Built on demand: the index mostly knows all positions.
    keys: OnceCell<Keys<'p>>,
    patterns: Vec<(usize, Pattern)>,
    units: Vec<(usize, Unit)>,
    /// The phrase of each clause that is a word of a phrase.
    phrases: Vec<(usize, usize)>,
}

/// The words that each term of the query matches.
type Keys<'p> = HashMap<&'p str, MatchedWords, foldhash::fast::RandomState>;

/// What is matched as one.
enum Unit {
    Word(usize),
    Phrase(PhrasePattern),
    Near { sides: [PhrasePattern; 2], within: u32 },
}

/// The matches in a text. Reusable for one text after the other.
#[derive(Default)]
#[expect(clippy::struct_field_names, reason = "the matches are what the struct is for")]
pub(super) struct Matches {
    tokens: MatchedTokens,
    pub matches: Vec<Match>,
    /// The tokens of all matches.
    matched: Vec<usize>,
}

impl<'p> QueryMatcher<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        let mut matcher = Self {
            words: Vec::new(),
            keys: OnceCell::new(),
            patterns: Vec::new(),
            units: Vec::new(),
            phrases: Vec::new(),
        };
        for (at, clause) in plan.clauses.iter().enumerate().filter(|(_, clause)| clause.role.makes_hit()) {
            matcher.add(at, &clause.node);
            if let Role::PhraseWord(phrase) = clause.role {
                matcher.phrases.push((at, phrase));
            }
        }
        matcher
    }

    fn add(&mut self, clause: usize, node: &'p Node) {
        let unit = match node {
            Node::Word(word) => Unit::Word(self.word(word)),
            Node::Phrase(phrase) => Unit::Phrase(self.phrase(phrase)),
            Node::Near { left, right, within, .. } => {
                Unit::Near { sides: [self.phrase(left), self.phrase(right)], within: *within }
            }
            Node::All(nodes) | Node::Any(nodes) => {
                return nodes.iter().for_each(|node| self.add(clause, node));
            }
            Node::Except(node, _) => return self.add(clause, node),
            Node::Dated(_) => return,
        };
        self.units.push((clause, unit));
    }

    fn phrase(&mut self, phrase: &'p plan::Phrase) -> PhrasePattern {
        let slots = phrase.slots.iter().map(|(offset, word)| (*offset, word));
        let (shape, words) = PhraseShape::new(slots, phrase.slop, |one: &plan::Word, other| one == other);
        let words = words.into_iter().map(|word| self.word(word)).collect();
        PhrasePattern { shape, words, in_sentence: phrase.in_sentence }
    }

    fn word(&mut self, word: &'p plan::Word) -> usize {
        let at = self.words.len();
        self.words.push(word);
        if let Some(pattern) = &word.pattern {
            self.patterns.push((at, Pattern::new(pattern)));
        }
        at
    }

    fn keys(&self) -> &Keys<'p> {
        self.keys.get_or_init(|| {
            let mut keys = Keys::default();
            for (at, word) in self.words.iter().enumerate() {
                let terms = word.terms.iter().map(|term| (term, Strength::of(term)));
                let otherwise =
                    word.otherwise.iter().map(|term| (term, Strength::of(term).min(Strength::Weak)));
                for (term, strength) in terms.chain(otherwise) {
                    keys.entry(&term.key).or_default().push((at, strength));
                }
            }
            keys
        })
    }

    /// Finds all matches in a text, in no order. Weak matches count only for clauses without full ones, and words
    /// of a phrase only where the phrase does not match.
    pub fn find(&self, forms: &mut TermCache, out: &mut Matches, subject: Subject) {
        let display = subject.display;
        self.read(forms, out, subject);
        for (clause, unit) in &self.units {
            match unit {
                Unit::Word(word) => out.add_word(*clause, *word),
                Unit::Phrase(phrase) => {
                    phrase.find(&out.tokens, display).iter().for_each(|found| out.add(*clause, found));
                }
                Unit::Near { sides: [left, right], within } => {
                    let found = pairs(left, right, *within, (&out.tokens, display));
                    found.iter().for_each(|found| out.add(*clause, found));
                }
            }
        }
        if !self.phrases.is_empty() {
            let is_found = |phrase: usize| out.matches.iter().any(|found| found.clause == phrase);
            let dropped: Vec<usize> =
                self.phrases.iter().filter(|(_, phrase)| is_found(*phrase)).map(|(word, _)| *word).collect();
            out.matches.retain(|found| !dropped.contains(&found.clause));
        }
        let Matches { matches, .. } = out;
        if matches.iter().any(|found| found.strength < Strength::Full) {
            let clauses = self.units.iter().map(|(clause, _)| clause + 1).max().unwrap_or(0);
            let mut full = vec![false; clauses];
            for found in &*matches {
                full[found.clause] |= found.strength == Strength::Full;
            }
            matches.retain(|found| found.strength == Strength::Full || !full[found.clause]);
        }
    }

    /// The words that a term matches.
    pub fn words_of(&self, key: &str) -> MatchedWords {
        let mut words = self.keys().get(key).cloned().unwrap_or_default();
        if let Some(form) = key.strip_prefix(Channel::Exact.letter()) {
            words.extend(self.words_with_pattern(form).map(|word| (word, Strength::Full)));
        }
        words
    }

    /// The role of a term that matches these words.
    pub fn role(&self, words: &[(usize, Strength)]) -> TermRole {
        let hints = words.iter().all(|&(_, strength)| strength == Strength::Hint);
        let mut role = TermRole { full: 0, hints: hints.then_some(0) };
        for (clause, unit) in &self.units {
            // Hints never match a phrase.
            let Unit::Word(word) = unit else { continue };
            let Some(&(_, strength)) = words.iter().find(|(of, _)| of == word) else { continue };
            let bit = u32::try_from(*clause).ok().and_then(|clause| 1_u64.checked_shl(clause));
            role.hints = role.hints.zip(bit).map(|(hints, bit)| hints | bit);
            if strength == Strength::Full && self.words[*word].scope == Scope::Anywhere {
                role.full |= bit.unwrap_or(0);
            }
        }
        role
    }

    /// The words whose pattern a surface form matches.
    fn words_with_pattern(&self, form: &str) -> impl Iterator<Item = usize> {
        self.patterns.iter().filter(move |(_, pattern)| pattern.matches(form)).map(|&(word, _)| word)
    }

    /// Collects the tokens that match words.
    fn read(&self, forms: &mut TermCache, out: &mut Matches, subject: Subject) {
        let Subject { text, scope, display, positions } = subject;
        out.clear(self.words.len());
        let mut tokens = TokenStream::new(text);
        let Some(KnownPositions { positions, terms, mut landmarks }) = positions else {
            while out.tokens.len() < MAX_TOKENS
                && let Some(token) = tokens.next(forms)
            {
                self.add_token(token, scope, display, out);
            }
            return;
        };
        for here in positions.chunk_by(|one, other| one.position == other.position).take(MAX_TOKENS) {
            let Some(&TermPosition { position, .. }) = here.first() else { continue };
            if let Some(landmark) = landmarks.last_until(position) {
                tokens.resume(landmark);
            }
            // The index knows the terms of a word that is a single token.
            if let Some(word) = tokens.take_word(position) {
                let words = here.iter().flat_map(|here| terms.get(here.term));
                if self.add_words(words, scope, out) {
                    let span = WordSpan::new(display, &(word.start..word.end));
                    out.tokens.push(position, span);
                }
                continue;
            }
            tokens.pass_to(position);
            while tokens.position() <= position {
                let Some(token) = tokens.next(forms) else { break };
                self.add_token(token, scope, display, out);
            }
        }
    }

    /// Adds a token if it matches a word.
    fn add_token(&self, token: TokenRef, scope: Scope, display: &DisplayText, out: &mut Matches) {
        let mut any = false;
        for term in token.form.terms() {
            any |= self.add_words(self.keys().get(term.key()).into_iter().flatten(), scope, out);
            if term.channel() == Channel::Exact {
                for word in self.words_with_pattern(term.text()) {
                    any |= self.add_words(&[(word, Strength::Full)], scope, out);
                }
            }
        }
        if any {
            let span = WordSpan::new(display, &(token.span.start..token.span.end));
            out.tokens.push(token.position, span);
        }
    }

    /// Adds the next token to the words that it matches in this scope; false if there are none.
    fn add_words<'m>(
        &self,
        words: impl IntoIterator<Item = &'m (usize, Strength)>,
        scope: Scope,
        out: &mut Matches,
    ) -> bool {
        let is_in_scope = |word: usize| [Scope::Anywhere, scope].contains(&self.words[word].scope);
        let mut any = false;
        for &(word, strength) in words.into_iter().filter(|&&(word, _)| is_in_scope(word)) {
            any = true;
            out.tokens.add_word(word, strength);
        }
        any
    }
}

impl Matches {
    /// Clears the matches for a text in which this many words are looked for.
    fn clear(&mut self, words: usize) {
        self.tokens.clear(words);
        self.matches.clear();
        self.matched.clear();
    }

    /// Adds the matches of a word.
    fn add_word(&mut self, clause: usize, word: usize) {
        for &(token, strength) in self.tokens.of_word(word) {
            let at = self.matched.len();
            self.matched.push(token);
            self.matches.push(Match { clause, tokens: at..at + 1, strength });
        }
    }

    /// Adds a match of several words.
    fn add(&mut self, clause: usize, (tokens, strength): &Found) {
        let from = self.matched.len();
        self.matched.extend_from_slice(tokens);
        self.matches.push(Match { clause, tokens: from..self.matched.len(), strength: *strength });
    }

    /// The spans of the words of a match.
    pub fn spans(&self, of: &Match) -> impl Iterator<Item = &WordSpan> {
        self.matched[of.tokens.clone()].iter().map(|&token| self.tokens.span(token))
    }
}
