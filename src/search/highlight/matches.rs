//! Finds the words, phrases and proximity pairs of a query in a text.
//!
//! Follows the plan as the index does, but on the text itself. Chooses no passages.

use std::{collections::HashMap, convert::Infallible, ops::Range};

use super::{
    display_text::DisplayText,
    matched_tokens::{MatchedTokens, Strength},
    phrases::{Found, find_pairs, find_phrase},
};
use crate::{
    analysis::{Channel, Checkpoints, TermCache, TokenRef, TokenStream},
    index::matches_pattern,
    search::plan::{Node, Plan, Role, Scope, Word},
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
    pub terms: &'t [MatchedWords],
    /// Checkpoints of the text.
    pub checkpoints: Checkpoints<'t>,
}

/// A position of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TermPosition {
    pub position: u32,
    /// Its index.
    pub term: usize,
}

/// The words that a term matches, by their index.
pub(super) type MatchedWords = Vec<(usize, Strength)>;

/// Finds a query in texts.
pub(super) struct QueryMatcher<'p> {
    /// The words of the query, each once.
    words: Vec<&'p Word>,
    /// The words that each term matches.
    keys: HashMap<&'p str, MatchedWords, foldhash::fast::RandomState>,
    patterns: Vec<(usize, &'p str)>,
    /// The clauses that make hits, with the indices of their words.
    clauses: Vec<(usize, Node<usize>)>,
    /// The phrase of each clause that is a word of a phrase.
    phrases: Vec<(usize, usize)>,
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
            keys: HashMap::default(),
            patterns: Vec::new(),
            clauses: Vec::new(),
            phrases: Vec::new(),
        };
        for (at, clause) in plan.clauses.iter().enumerate().filter(|(_, clause)| clause.role.makes_hit()) {
            let Ok(node) = clause.node.try_map(&mut |word| Ok::<_, Infallible>(matcher.word(word)));
            matcher.clauses.push((at, node));
            if let Role::PhraseWord(phrase) = clause.role {
                matcher.phrases.push((at, phrase));
            }
        }
        matcher
    }

    /// The index of a word.
    fn word(&mut self, word: &'p Word) -> usize {
        if let Some(known) = self.words.iter().position(|known| *known == word) {
            return known;
        }
        let at = self.words.len();
        self.words.push(word);
        // Words with the same first letters are not highlighted: most are other words.
        let terms = word.terms.iter().filter(|term| !term.is_truncated());
        let terms = terms.map(|term| (term, Strength::of(term)));
        let otherwise = word.otherwise.iter().map(|term| (term, Strength::of(term).min(Strength::Weak)));
        for (term, strength) in terms.chain(otherwise) {
            self.keys.entry(term.key.as_str()).or_default().push((at, strength));
        }
        self.patterns.extend(word.pattern.as_deref().map(|pattern| (at, pattern)));
        at
    }

    /// Finds all matches in a text, in no order. Weak matches count only for clauses without full ones, and words
    /// of a phrase only where the phrase does not match.
    pub fn find(&self, forms: &mut TermCache, out: &mut Matches, subject: Subject) {
        let display = subject.display;
        self.read(forms, out, subject);
        for (clause, node) in &self.clauses {
            out.add_node(*clause, node, display);
        }
        let clauses = self.clauses.last().map_or(0, |(last, _)| last + 1);
        let (mut found, mut full) = (vec![false; clauses], vec![false; clauses]);
        for of in &out.matches {
            found[of.clause] = true;
            full[of.clause] |= of.strength == Strength::Full;
        }
        let in_phrase = |clause| self.phrases.iter().any(|&(word, phrase)| word == clause && found[phrase]);
        out.matches.retain(|of| (of.strength == Strength::Full || !full[of.clause]) && !in_phrase(of.clause));
    }

    /// The words that a term matches.
    pub fn words_of(&self, key: &str) -> MatchedWords {
        let mut words = self.keys.get(key).cloned().unwrap_or_default();
        if let Some(form) = key.strip_prefix(Channel::Exact.letter()) {
            let patterns = self.patterns.iter().filter(|(_, pattern)| matches_pattern(pattern, form));
            words.extend(patterns.map(|&(word, _)| (word, Strength::Full)));
        }
        words
    }

    /// Collects the tokens that match words.
    fn read(&self, forms: &mut TermCache, out: &mut Matches, subject: Subject) {
        let Subject { text, scope, display, positions } = subject;
        out.clear(self.words.len());
        let mut tokens = TokenStream::new(text);
        let Some(KnownPositions { positions, terms, mut checkpoints }) = positions else {
            while out.tokens.len() < MAX_TOKENS
                && let Some(token) = tokens.next(forms)
            {
                self.add_token(token, scope, display, out);
            }
            return;
        };
        for here in positions.chunk_by(|one, other| one.position == other.position).take(MAX_TOKENS) {
            let position = here[0].position;
            if let Some(checkpoint) = checkpoints.last_until(position) {
                tokens.resume(checkpoint);
            }
            // The index knows the terms of a word that is a single token.
            if let Some(word) = tokens.take_word(position) {
                let words = here.iter().flat_map(|here| &terms[here.term]);
                self.add_words(words, scope, (position, display.displayed(&(word.start..word.end))), out);
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
        let words: Vec<_> = token.form.terms().flat_map(|term| self.words_of(term.key())).collect();
        if !words.is_empty() {
            let span = display.displayed(&(token.span.start..token.span.end));
            self.add_words(&words, scope, (token.position, span), out);
        }
    }

    /// Adds a token at a position to the words that it matches in this scope.
    fn add_words<'m>(
        &self,
        words: impl IntoIterator<Item = &'m (usize, Strength)>,
        scope: Scope,
        (position, span): (u32, Range<usize>),
        out: &mut Matches,
    ) {
        let is_in_scope = |word: usize| [Scope::Anywhere, scope].contains(&self.words[word].scope);
        let mut words = words.into_iter().filter(|&&(word, _)| is_in_scope(word)).peekable();
        if words.peek().is_some() {
            words.for_each(|&(word, strength)| out.tokens.add_word(word, strength));
            out.tokens.push(position, span);
        }
    }
}

impl Matches {
    /// Clears the matches for a text in which this many words are looked for.
    fn clear(&mut self, words: usize) {
        self.tokens.clear(words);
        self.matches.clear();
        self.matched.clear();
    }

    /// Adds the matches of a node.
    fn add_node(&mut self, clause: usize, node: &Node<usize>, display: &DisplayText) {
        match node {
            Node::Word(word) => self.add_word(clause, *word),
            Node::Phrase(phrase) => self.add_all(clause, &find_phrase(phrase, &self.tokens, display)),
            Node::Near { left, right, within, .. } => {
                self.add_all(clause, &find_pairs([left, right], *within, &self.tokens, display));
            }
            Node::All(nodes) | Node::Any(nodes) => {
                nodes.iter().for_each(|node| self.add_node(clause, node, display));
            }
            Node::Except(node, _) => self.add_node(clause, node, display),
            Node::Dated(_) => {}
        }
    }

    /// Adds the matches of a word.
    fn add_word(&mut self, clause: usize, word: usize) {
        for &(token, strength) in self.tokens.of_word(word) {
            let at = self.matched.len();
            self.matched.push(token);
            self.matches.push(Match { clause, tokens: at..at + 1, strength });
        }
    }

    /// Adds matches of several words.
    fn add_all(&mut self, clause: usize, found: &[Found]) {
        for Found { tokens, strength, .. } in found {
            let from = self.matched.len();
            self.matched.extend_from_slice(tokens);
            self.matches.push(Match { clause, tokens: from..self.matched.len(), strength: *strength });
        }
    }

    /// The words of a match, as ranges of the displayed text.
    pub fn words(&self, of: &Match) -> impl Iterator<Item = &Range<usize>> {
        self.matched[of.tokens.clone()].iter().map(|&token| self.tokens.span(token))
    }
}
