//! Builds a plan from the expression of a query.

use super::{
    Clause, MAX_WORDS, Node, PATTERN_WORDS, PHRASE_WORDS, Phrase, Plan, Role, Scope, Word,
    expansion::{Inherited, PlainWord, is_sentence, plain_word, plain_words, word},
};
use crate::{
    analysis::{self, TermCache, Token},
    query::{Expr, Field, Form, Query},
    search::weights,
};

impl Plan {
    /// Expands the words of a query.
    pub fn new(query: &Query, forms: &mut TermCache) -> Self {
        let mut builder = Builder { forms, plan: Self::default(), words: 0, phrases: 0, known: Vec::new() };
        builder.add(
            &query.expr,
            Inherited { scope: Scope::Anywhere, weight: 1.0, required: false, is_caseless: true },
        );
        let mut plan = builder.plan;
        if plan.clauses.iter().all(|clause| clause.role == Role::Function) {
            plan.clauses.iter_mut().for_each(|clause| clause.role = Role::Content);
        }
        let content = plan.clauses.iter().filter(|clause| clause.role.is_content()).count();
        if !weights::TRUNCATED_WORDS.contains(&content) {
            plan.clauses.iter_mut().for_each(|clause| clause.node.remove_truncated());
        }
        for clause in plan.clauses.iter_mut().filter(|clause| clause.role == Role::Function) {
            clause.node.multiply_weight(weights::FUNCTION);
        }
        plan
    }
}

/// How many plain words can have phrases as alternatives: reading positions costs more than all else.
const MAX_PHRASES: usize = 16;

struct Builder<'f> {
    forms: &'f mut TermCache,
    plan: Plan,
    /// How many words the plan has, and how many plain words with phrases as alternatives.
    words: usize,
    phrases: usize,
    /// The clauses of plain words, and what these inherited.
    known: Vec<(usize, Inherited)>,
}

impl Builder<'_> {
    fn add(&mut self, expr: &Expr, inherited: Inherited) {
        let (expr, inherited) = unwrapped(expr, inherited);
        if inherited.scope == Scope::Source {
            let filter = self.node(expr, inherited);
            return self.plan.filters.extend(filter);
        }
        match expr {
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
            Expr::Date(span) => self.plan.dates.push(*span),
            Expr::Word { text, form: Form::Any } => self.add_plain(text, inherited, None),
            Expr::Phrase { text, form: Form::Any, .. } if !inherited.required => {
                self.add_phrase(expr, text, inherited);
            }
            other => _ = self.add_node(other, inherited, Role::Content),
        }
    }

    /// Adds an expression as one clause, unless the plan has it; returns the index of a new clause.
    fn add_node(&mut self, expr: &Expr, inherited: Inherited, role: Role) -> Option<usize> {
        let node = self.node(expr, inherited)?;
        let required = inherited.required;
        if self.plan.clauses.iter().any(|clause| clause.required == required && clause.node == node) {
            return None;
        }
        let text = Query { expr: expr.clone() }.to_string();
        self.plan.clauses.push(Clause { text, node, role, required });
        Some(self.plan.clauses.len() - 1)
    }

    /// Adds an optional phrase: it adds to the score of its words, which count where it does not match.
    fn add_phrase(&mut self, expr: &Expr, text: &str, inherited: Inherited) {
        let weighted = Inherited { weight: inherited.weight * weights::PHRASE, ..inherited };
        let Some(clause) = self.add_node(expr, weighted, Role::Phrase) else { return };
        match self.plan.clauses.get_mut(clause) {
            Some(Clause { node: Node::Phrase(_), .. }) => self.add_plain(text, inherited, Some(clause)),
            // A phrase of one word is that word.
            Some(Clause { role, node, .. }) => {
                *role = Role::Content;
                node.multiply_weight(1.0 / weights::PHRASE);
            }
            None => {}
        }
    }

    /// Adds adjacent plain words, each once. They are analysed as one text, because «1 000,5», «В. Воронков» and a
    /// query in capitals have their meaning only together. `phrase` is the clause of the phrase that they are
    /// words of.
    fn add_plain(&mut self, text: &str, inherited: Inherited, phrase: Option<usize>) {
        let tokens = self.forms.analyze(text);
        self.plan.clauses.reserve(tokens.len());
        let inherited = Inherited { is_caseless: !is_sentence(&tokens), ..inherited };
        for PlainWord { first, text, content } in plain_words(&tokens) {
            let role = match (content, phrase) {
                (false, _) => Role::Function,
                (true, Some(phrase)) => Role::PhraseWord(phrase),
                (true, None) => Role::Content,
            };
            let clauses = &mut self.plan.clauses;
            let is_known =
                |known: &&(usize, Inherited)| known.1 == inherited && clauses[known.0].text == text;
            if let Some(&(known, _)) = self.known.iter().find(is_known) {
                if role == Role::Content {
                    clauses[known].role = role;
                }
                continue;
            }
            // The words of a phrase are counted with it.
            if phrase.is_none() && !self.take_words(1) {
                continue;
            }
            let node = self.plain_node(&tokens, first, inherited);
            self.known.push((self.plan.clauses.len(), inherited));
            let required = inherited.required;
            self.plan.clauses.push(Clause { text: text.to_owned(), node, role, required });
        }
    }

    /// The node of a plain word. Alternatives that are phrases, as for «п.н.с.» and given names, are limited.
    fn plain_node(&mut self, tokens: &[Token], first: usize, inherited: Inherited) -> Node {
        let mut node = plain_word(self.forms, tokens, first, inherited);
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
        if has_room {
            self.words += count;
        } else {
            self.plan.ignored_words += count;
        }
        has_room
    }

    /// An expression as a node; none if it has no searchable part.
    fn node(&mut self, expr: &Expr, inherited: Inherited) -> Option<Node> {
        let (expr, inherited) = unwrapped(expr, inherited);
        match expr {
            Expr::Should(parts) | Expr::All(parts) => {
                let mut all = one_or(parts.iter().filter_map(|part| self.node(part, inherited)), Node::All)?;
                for part in parts {
                    if let Expr::Not(part) = part
                        && let Some(part) = self.excluded(part, inherited)
                    {
                        all = Node::Except(Box::new(all), Box::new(part));
                    }
                }
                Some(all)
            }
            Expr::Any(parts) => one_or(parts.iter().filter_map(|part| self.node(part, inherited)), Node::Any),
            // An exclusion alone selects nothing.
            Expr::Not(_) => None,
            Expr::Word { text, form: Form::Any } => self.word(text, inherited),
            Expr::Word { text, form: Form::Exact } => {
                self.phrase(text, Form::Exact, None, inherited).map(simplified)
            }
            Expr::Phrase { text, form, slop } => self.phrase(text, *form, *slop, inherited).map(simplified),
            Expr::Near { .. } if !self.take_words(PHRASE_WORDS) => None,
            Expr::Near { left, right, within } => Some(Node::Near {
                left: self.side(left, inherited)?,
                right: self.side(right, inherited)?,
                within: *within,
                weight: inherited.weight,
            }),
            Expr::Prefix(text) => self.pattern(&format!("{text}*"), inherited),
            Expr::Pattern(text) => self.pattern(text, inherited),
            Expr::Date(span) => Some(Node::Dated(*span)),
            // Unwrapped above.
            Expr::InField { .. } | Expr::Boost { .. } => None,
        }
    }

    /// A word, which may be several tokens: all of them, except function words among others.
    fn word(&mut self, text: &str, inherited: Inherited) -> Option<Node> {
        let tokens = self.forms.analyze(text);
        let any_content = plain_words(&tokens).any(|word| word.content);
        let words = plain_words(&tokens).filter(|word| word.content || !any_content);
        let node =
            |PlainWord { first, .. }| self.take_words(1).then(|| self.plain_node(&tokens, first, inherited));
        one_or(words.filter_map(node), Node::All)
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
        Some(Phrase { slots: slots.collect(), slop, in_sentence, weight: inherited.weight })
    }

    /// What to exclude: of several words, any.
    fn excluded(&mut self, expr: &Expr, inherited: Inherited) -> Option<Node> {
        match expr {
            Expr::Should(parts) => {
                one_or(parts.iter().filter_map(|part| self.node(part, inherited)), Node::Any)
            }
            other => self.node(other, inherited),
        }
    }

    /// One side of a proximity operator.
    fn side(&mut self, expr: &Expr, inherited: Inherited) -> Option<Phrase> {
        match expr {
            Expr::Word { text, form } | Expr::Phrase { text, form, .. } => {
                self.phrase(text, *form, None, inherited)
            }
            _ => None,
        }
    }

    fn pattern(&mut self, text: &str, inherited: Inherited) -> Option<Node> {
        let pattern = Some(self.forms.analyzer().fold(text));
        let word = Word { pattern, ..Word::new(Vec::new(), inherited) };
        self.take_words(PATTERN_WORDS).then_some(Node::Word(word))
    }
}

/// The text of a plain word.
fn plain_text(expr: &Expr) -> Option<&str> {
    if let Expr::Word { text, form: Form::Any } = expr { Some(text) } else { None }
}

/// An expression without the fields and boosts around it, and what it inherits from them.
fn unwrapped(mut expr: &Expr, mut inherited: Inherited) -> (&Expr, Inherited) {
    loop {
        match expr {
            Expr::InField { field, expr: inner } => {
                inherited.scope = match field {
                    Field::Title => Scope::Title,
                    Field::Body => Scope::Body,
                    Field::Source => Scope::Source,
                };
                expr = inner;
            }
            Expr::Boost { factor, expr: inner } => {
                inherited.weight *= factor;
                expr = inner;
            }
            _ => return (expr, inherited),
        }
    }
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
    let is_single = phrase.slots.len() == 1;
    match phrase.slots.pop_if(|_| is_single) {
        Some((_, word)) => Node::Word(word),
        None => Node::Phrase(phrase),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analyzer;

    #[test]
    fn repeated_parts_count_once_and_the_number_of_words_is_limited() {
        let mut forms = Analyzer::new().unwrap().term_cache();
        let letters: Vec<char> = "бвгджзклмнпрстфх".chars().collect();
        let word = |at: usize| format!("ква{}о{}", letters[at / 16], letters[at % 16]);
        let distinct = |count: usize| (0..count).map(|at| word(at) + " ").collect::<String>();
        let phrases =
            |count: usize| (0..count).map(|at| format!("\"{} вода\" ", word(at))).collect::<String>();
        // The query; the clauses, the exclusions and the ignored words of its plan.
        let table = [
            ("вода вода".to_owned(), 1, 0, 0),
            ("вода* вода*".to_owned(), 1, 0, 0),
            ("\"вода моста\" \"вода моста\"".to_owned(), 3, 0, 0),
            ("(вода /3 мост) (вода /3 мост)".to_owned(), 1, 0, 0),
            ("мост -вода -вода".to_owned(), 1, 1, 0),
            (distinct(MAX_WORDS + 5), MAX_WORDS, 0, 5),
            // Each phrase has a word that no other has.
            (phrases(MAX_WORDS / PHRASE_WORDS), 1 + 2 * MAX_WORDS / PHRASE_WORDS, 0, 0),
        ];
        for (text, clauses, excluded, ignored) in table {
            let plan = Plan::new(&Query::parse(&text), &mut forms);
            let counts = (plan.clauses.len(), plan.excluded.len(), plan.ignored_words);
            assert_eq!(counts, (clauses, excluded, ignored), "{text}");
        }
    }
}
