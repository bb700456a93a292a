//! Builds a plan from the expression of a query.

use super::{
    Clause, MAX_WORDS, Node, PATTERN_WORDS, PHRASE_WORDS, Phrase, Plan, Role, Word,
    expansion::{Inherited, is_content, is_sentence, node_of, word, words_of},
};
use crate::{
    analysis::{self, TermCache, Token},
    query::{Expr, Field, Form, Query},
    search::weights,
};

impl Plan {
    /// Expands the words of a query.
    pub fn new(query: &Query, forms: &mut TermCache) -> Self {
        let mut build = |all_content| {
            let plan = Self::default();
            let mut builder = Builder { forms, all_content, plan, words: 0, phrases: 0, known: Vec::new() };
            builder
                .add(&query.expr, Inherited { scope: None, weight: 1.0, required: false, is_caseless: true });
            builder.plan
        };
        let mut plan = build(false);
        if plan.clauses.iter().all(|clause| clause.role == Role::Function) {
            plan = build(true);
        }
        let content = plan.clauses.iter().filter(|clause| clause.role.is_content()).count();
        plan.truncated = weights::TRUNCATED_WORDS.contains(&content);
        plan
    }
}

/// How many plain words can have phrases as alternatives: reading positions costs more than all else.
const MAX_PHRASES: usize = 16;

struct Builder<'f> {
    forms: &'f mut TermCache,
    /// Whether function words count as content words: the query has no others.
    all_content: bool,
    plan: Plan,
    /// How many words the plan has, and how many plain words with phrases as alternatives.
    words: usize,
    phrases: usize,
    /// The clauses of plain words, and what these inherited.
    known: Vec<(usize, Inherited)>,
}

impl Builder<'_> {
    /// Adds an expression as clauses and conditions.
    fn add(&mut self, expr: &Expr, inherited: Inherited) {
        if inherited.scope == Some(Field::Source) {
            let filter = self.node(expr, inherited);
            return self.plan.filters.extend(filter);
        }
        match expr {
            Expr::InField { field, expr } => self.add(expr, Inherited { scope: Some(*field), ..inherited }),
            Expr::Boost { factor, expr } => self.add(expr, inherited.boosted(*factor)),
            Expr::Should(parts) | Expr::All(parts) => {
                let required = inherited.required || matches!(expr, Expr::All(_));
                let inherited = Inherited { required, ..inherited };
                let is_plain = |part: &Expr| plain_text(part).is_some();
                for run in parts.chunk_by(|one, next| is_plain(one) && is_plain(next)) {
                    match run.iter().map(plain_text).collect::<Option<Vec<_>>>() {
                        Some(words) => self.add_plain(&words.join(" "), inherited, None),
                        None => run.iter().for_each(|part| self.add(part, inherited)),
                    }
                }
            }
            Expr::Not(part) => {
                let excluded = self.excluded(part, inherited);
                let excluded = excluded.filter(|node| !self.plan.excluded.contains(node));
                self.plan.excluded.extend(excluded);
            }
            Expr::Date(span) => self.plan.filters.push(Node::Dated(*span)),
            Expr::Word { text, form: Form::Any } => self.add_plain(text, inherited, None),
            other => {
                let Some(mut node) = self.node(other, inherited) else { return };
                let mut words = None;
                if let (Expr::Phrase { text, form: Form::Any, .. }, Node::Phrase(phrase)) = (other, &mut node)
                    && !inherited.required
                {
                    // It adds to the score of its words, which count where it does not match.
                    (phrase.weight, words) = (phrase.weight * weights::PHRASE, Some(text));
                }
                let role = if words.is_some() { Role::Phrase } else { Role::Content };
                let (required, clauses) = (inherited.required, &mut self.plan.clauses);
                if clauses.iter().all(|clause| clause.required != required || clause.node != node) {
                    let phrase = Some(clauses.len());
                    let text = Query { expr: other.clone() }.to_string().into();
                    clauses.push(Clause { text, node, role, required });
                    words.into_iter().for_each(|words| self.add_plain(words, inherited, phrase));
                }
            }
        }
    }

    /// Adds adjacent plain words, each once. They are analysed as one text, because «1 000,5», «В. Воронков» and a
    /// query in capitals have their meaning only together. `phrase` is the clause of the phrase that they are
    /// words of.
    fn add_plain(&mut self, text: &str, mut inherited: Inherited, phrase: Option<usize>) {
        let tokens = self.forms.analyze(text);
        let words = words_of(&tokens);
        self.plan.clauses.reserve(words.len());
        self.known.reserve(words.len());
        inherited.is_caseless = !is_sentence(&words);
        for (at, word) in words.iter().enumerate() {
            let (role, inherited) = match phrase {
                _ if !(self.all_content || is_content(word)) => {
                    (Role::Function, inherited.boosted(weights::FUNCTION))
                }
                Some(phrase) => (Role::PhraseWord(phrase), inherited),
                None => (Role::Content, inherited),
            };
            let (text, clauses) = (word[0].surface.as_str(), &mut self.plan.clauses);
            let known = self.known.iter().find(|(at, of)| *of == inherited && &*clauses[*at].text == text);
            if let Some(&(known, _)) = known {
                if role == Role::Content {
                    clauses[known].role = role;
                }
                continue;
            }
            // The words of a phrase are counted with it.
            if phrase.is_some() || self.take_words(1) {
                self.known.push((self.plan.clauses.len(), inherited));
                let node = self.plain_node(&words, at, inherited);
                let required = inherited.required;
                self.plan.clauses.push(Clause { text: text.into(), node, role, required });
            }
        }
    }

    /// The node of a plain word. Alternatives that are phrases, as for «п.н.с.» and given names, are limited.
    fn plain_node(&mut self, words: &[&[Token]], at: usize, inherited: Inherited) -> Node {
        let mut node = node_of(self.forms, words, at, inherited);
        if let Node::Any(alternatives) = &mut node
            && alternatives.iter().any(|alternative| matches!(alternative, Node::Phrase(_)))
        {
            self.phrases += 1;
            if self.phrases > MAX_PHRASES {
                return alternatives.swap_remove(0);
            }
        }
        node
    }

    /// Counts words, if there is room for them.
    fn take_words(&mut self, count: usize) -> bool {
        let has_room = self.words + count <= MAX_WORDS;
        let counter = if has_room { &mut self.words } else { &mut self.plan.ignored_words };
        *counter += count;
        has_room
    }

    /// An expression as a node; none if it has no searchable part.
    fn node(&mut self, expr: &Expr, inherited: Inherited) -> Option<Node> {
        match expr {
            Expr::InField { field, expr } => self.node(expr, Inherited { scope: Some(*field), ..inherited }),
            Expr::Boost { factor, expr } => self.node(expr, inherited.boosted(*factor)),
            Expr::Should(parts) | Expr::All(parts) => {
                let all = self.nodes(parts, inherited, Node::All)?;
                let excluded = parts.iter().filter_map(|part| match part {
                    Expr::Not(part) => self.excluded(part, inherited),
                    _ => None,
                });
                Some(excluded.fold(all, |all, not| Node::Except(Box::new(all), Box::new(not))))
            }
            Expr::Any(parts) => self.nodes(parts, inherited, Node::Any),
            // An exclusion alone selects nothing.
            Expr::Not(_) => None,
            Expr::Word { text, form: Form::Any } => {
                // Of several words, function words among others do not count.
                let tokens = self.forms.analyze(text);
                let words = words_of(&tokens);
                let any_content = words.iter().any(|word| is_content(word));
                let counted = (0..words.len()).filter(|&at| !any_content || is_content(words[at]));
                let node = |at| self.take_words(1).then(|| self.plain_node(&words, at, inherited));
                one_or(counted.filter_map(node), Node::All)
            }
            Expr::Word { text, form } => self.phrase(text, *form, None, inherited).map(simplified),
            Expr::Phrase { text, form, slop } => self.phrase(text, *form, *slop, inherited).map(simplified),
            Expr::Near { .. } if !self.take_words(PHRASE_WORDS) => None,
            Expr::Near { left, right, within } => {
                let mut side = |side: &Expr| match side {
                    Expr::Word { text, form } | Expr::Phrase { text, form, .. } => {
                        self.phrase(text, *form, None, inherited)
                    }
                    _ => None,
                };
                let phrases = [side(left)?, side(right)?];
                Some(Node::Near { phrases, within: *within, weight: inherited.weight })
            }
            Expr::Prefix(text) => self.pattern(&format!("{text}*"), inherited),
            Expr::Pattern(text) => self.pattern(text, inherited),
            Expr::Date(span) => Some(Node::Dated(*span)),
        }
    }

    /// Several expressions as one node.
    fn nodes(&mut self, parts: &[Expr], inherited: Inherited, join: fn(Vec<Node>) -> Node) -> Option<Node> {
        one_or(parts.iter().filter_map(|part| self.node(part, inherited)), join)
    }

    /// A phrase of as many words as there is room for. All of them are significant, also function words, negations and
    /// initials.
    fn phrase(&mut self, text: &str, form: Form, slop: Option<u32>, inherited: Inherited) -> Option<Phrase> {
        let tokens = self.forms.analyze(text);
        let words: Vec<&Token> =
            tokens.iter().filter(|token| !matches!(token.role, analysis::Role::Whole(_))).collect();
        let (words, ignored) = words.split_at(words.len().min(MAX_WORDS - self.words));
        self.plan.ignored_words += ignored.len();
        let is_several = words.len() > 1;
        let cost = if is_several { words.len().max(PHRASE_WORDS) } else { words.len() };
        self.words = MAX_WORDS.min(self.words + cost);
        let first = words.first()?.position;
        let slots =
            words.iter().map(|token| (token.position - first, word(self.forms, token, form, inherited)));
        let in_sentence = form == Form::Exact && is_several;
        let (slots, pairs) = (slots.collect(), Vec::new());
        Some(Phrase { slots, pairs, slop, in_sentence, weight: inherited.weight }.with_pairs(self.forms))
    }

    /// What to exclude: of several words, any.
    fn excluded(&mut self, expr: &Expr, inherited: Inherited) -> Option<Node> {
        match expr {
            Expr::Should(parts) => self.nodes(parts, inherited, Node::Any),
            other => self.node(other, inherited),
        }
    }

    fn pattern(&mut self, text: &str, inherited: Inherited) -> Option<Node> {
        let pattern = Some(self.forms.analyzer().fold(text));
        let word = Word { pattern, ..Word::new(Vec::new(), inherited) };
        self.take_words(PATTERN_WORDS).then_some(Node::Word(word))
    }
}

impl Inherited {
    fn boosted(self, factor: f32) -> Self {
        Self { weight: self.weight * factor, ..self }
    }
}

/// The text of a plain word.
fn plain_text(expr: &Expr) -> Option<&str> {
    if let Expr::Word { text, form: Form::Any } = expr { Some(text) } else { None }
}

/// The only one of some nodes, or a node of them, each once.
fn one_or(all: impl Iterator<Item = Node>, several: fn(Vec<Node>) -> Node) -> Option<Node> {
    let mut nodes = Vec::new();
    for node in all {
        if !nodes.contains(&node) {
            nodes.push(node);
        }
    }
    if nodes.len() > 1 { Some(several(nodes)) } else { nodes.pop() }
}

/// Replaces a phrase of one word by the word.
fn simplified(mut phrase: Phrase) -> Node {
    match phrase.slots.len() {
        1 => Node::Word(phrase.slots.remove(0).1),
        _ => Node::Phrase(phrase),
    }
}
