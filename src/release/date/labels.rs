//! The words that stand around a publication date: labels, bylines, times of day and counters.
//!
//! Covers the languages of `months`. Words are in lower case, with ё written as е.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    months,
    tokens::{Kind as TokenKind, Token},
    word_set::{WordSet, words},
};

/// What makes a date in a text the date of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Position {
    /// Behind a label such as «Опубликовано».
    Labelled,
    /// Behind a place, or before a dash at the beginning.
    Dateline,
    /// Alone between separators.
    Alone,
    /// Behind a label such as «Обновлено».
    Updated,
}

/// What a label says about the date behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// That the text was published then.
    Published,
    /// That the text was last changed then.
    Updated,
}

impl Kind {
    pub(super) fn position(self) -> Position {
        match self {
            Self::Published => Position::Labelled,
            Self::Updated => Position::Updated,
        }
    }
}

/// A label and its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Labels of one or more words, separated by `|`.
const PUBLISHED: &str = "опубликовано|опубликована|дата публикации|дата размещения|дата выхода|дата добавления|\
    дата создания|время публикации|размещено|размещена|выпущено|добавлено|добавлена|создано|выложено|пресс-релиз от|пресс релиз от|\
    новость от|новости от|сообщение от|публикация от|запись от|статья от|дата новости|дата пресс-релиза|\
    опубліковано|опублікована|дата публікації|розміщено|додано|апублікавана|апублікавана ў|дата публікацыі|\
    размешчана|жарияланды|жарияланған|жарияланған күні|жариялау күні|e'lon qilingan|e'lon qilingan sana|\
    e'lon qilindi|joylashtirilgan|joylangan|chop etilgan|nashr etilgan|эълон қилинган|эълон қилинди|\
    жойлаштирилган|чоп этилган|\
    published|first published|publication date|date published|posted|date posted|created|created on|written|\
    originally published|pub date|release date|added|submitted|\
    veröffentlicht|veröffentlichung|veröffentlichungsdatum|erstveröffentlichung|erschienen|erstellt|publiziert|\
    geschrieben|gepostet|eingestellt|verfasst|pressemitteilung vom|meldung vom|artikel vom|beitrag vom|\
    publié|publiée|posté|mis en ligne|publicado|publicada|pubblicato|pubblicata|publicerad|geplaatst|\
    gepubliceerd|opublikowano|dodano|data publikacji";
/// Labels that need a colon behind them, for they have other uses.
const DATE: &str = "дата|date|datum|fecha|data|день|күні|sana|сана|sanasi|дата и время|дата/время|\
    добавил|добавила|разместил|разместила|опубликовал|опубликовала";
const UPDATED: &str = "обновлено|обновлена|изменено|дата изменения|дата обновления|последнее обновление|\
    последнее изменение|отредактировано|оновлено|змінено|абноўлена|зменена|жаңартылған|жаңартылды|yangilangan|\
    o'zgartirilgan|янгиланган|ўзгартирилган|updated|last updated|last update|modified|last modified|edited|\
    date modified|aktualisiert|zuletzt aktualisiert|letzte aktualisierung|aktualisierung|stand|geändert|\
    zuletzt geändert|letzte änderung|zuletzt bearbeitet|bearbeitet|update|mis à jour|mise à jour|modifié|\
    actualizado|atualizado|aggiornato|bijgewerkt|zaktualizowano";

static BYLINES: WordSet = LazyLock::new(|| {
    words("by von par por door od автор авторы текст корреспондент author autor auteur redaktion author's")
});
static COUNTERS: WordSet = LazyLock::new(|| {
    words(
        "просмотр просмотра просмотров просмотры комментарий комментария комментариев комментарии \
    коммент views view comments comment kommentare kommentar min минут минуты минута minuten minutes lesezeit shares \
    reads переглядів коментарів kommentieren commentaires comentarios no leave reply keine hits aufrufe read reading",
    )
});
static RUBRICS: WordSet = LazyLock::new(|| {
    words(
        "новости новость пресс релиз сообщение статья публикация news press release новини yangiliklar хабар",
    )
});
static TIME_WORDS: WordSet = LazyLock::new(|| {
    words(
        "ч час часа часов мин минут мск msk utc gmt cet cest mez mesz est edt pst pdt et h hrs uhr am \
    pm a m p часов time местного времени год года році uhrzeit",
    )
});
static BEFORE_CLOCK: WordSet = LazyLock::new(|| words("в о у at um à a alle om kl соат сағат soat о об klo"));
static BEFORE_DATE: WordSet =
    LazyLock::new(|| words("on am le el il den the vom dem in op den от das published posted"));
static SETTLEMENTS: WordSet =
    LazyLock::new(|| words("г гор город с пос аул м смт қ ш шаҳри shahri қаласы н д на им де la de"));

/// A label of a list, its kind, and whether it needs a colon.
type Listed = (&'static str, Kind, bool);

/// All labels by their first word, so that most words of a text are looked up once.
static LABELS: LazyLock<HashMap<&str, Vec<Listed>>> = LazyLock::new(|| {
    let lists =
        [(PUBLISHED, Kind::Published, false), (DATE, Kind::Published, true), (UPDATED, Kind::Updated, false)];
    let mut labels: HashMap<&str, Vec<Listed>> = HashMap::new();
    for (list, kind, colon) in lists {
        for label in list.split('|') {
            let first = label.split(SEPARATORS).next().unwrap_or_default();
            labels.entry(first).or_default().push((label, kind, colon));
        }
    }
    labels
});

/// What separates the words of a label.
const SEPARATORS: [char; 3] = [' ', '-', '/'];

/// The last label in tokens.
pub(super) fn last(tokens: &[Token<'_>]) -> Option<Label> {
    let mut found: Option<Label> = None;
    for start in 0..tokens.len() {
        // A label inside a longer one, as «дата» in «дата публикации», is not another label.
        if found.is_some_and(|label| start < label.end) {
            continue;
        }
        found = label_at(tokens, start).or(found);
    }
    found
}

fn label_at(tokens: &[Token<'_>], start: usize) -> Option<Label> {
    let first = tokens.get(start).filter(|token| token.kind == TokenKind::Word)?;
    let mut longest: Option<Label> = None;
    for &(label, kind, colon) in LABELS.get(&*first.folded)? {
        let Some(end) = phrase_end(tokens, start, label) else { continue };
        let has_colon =
            tokens.get(end).is_some_and(|token| token.is_mark(':')) || start == 0 && end == tokens.len();
        if (!colon || has_colon) && longest.is_none_or(|longest| longest.end < end) {
            longest = Some(Label { kind, start, end });
        }
    }
    longest
}

/// The place after a phrase that stands at `at`.
fn phrase_end(tokens: &[Token<'_>], mut at: usize, phrase: &str) -> Option<usize> {
    for word in phrase.split(SEPARATORS) {
        if tokens.get(at).is_some_and(|token| token.is_mark('-') || token.is_mark('/')) {
            at += 1;
        }
        if tokens.get(at)?.folded != word {
            return None;
        }
        at += 1;
    }
    Some(at)
}

fn is_word(token: &Token<'_>, set: &WordSet) -> bool {
    token.kind == TokenKind::Word && set.contains(&*token.folded)
}

pub(super) fn is_weekday(token: &Token<'_>) -> bool {
    token.kind == TokenKind::Word && months::is_weekday(&token.folded)
}

/// A word for the kind of a text or for the list that it stands in.
pub(super) fn is_rubric(token: &Token<'_>) -> bool {
    is_word(token, &RUBRICS)
}

/// Whether tokens begin with the word before an author's name.
pub(super) fn is_byline(tokens: &[Token<'_>]) -> bool {
    tokens.iter().find(|token| token.kind == TokenKind::Word).is_some_and(|token| is_word(token, &BYLINES))
}

/// Whether tokens begin with a number of views, comments or minutes.
pub(super) fn is_counter(tokens: &[Token<'_>]) -> bool {
    tokens.iter().take(3).any(|token| is_word(token, &COUNTERS))
}

/// A unit of time, a time zone, or the like behind a clock.
pub(super) fn is_time_word(token: &Token<'_>) -> bool {
    is_word(token, &TIME_WORDS)
}

/// A preposition before a time of day.
pub(super) fn is_before_clock(token: &Token<'_>) -> bool {
    is_word(token, &BEFORE_CLOCK)
}

/// An article or preposition before a date that has a label or stands alone.
pub(super) fn is_before_date(token: &Token<'_>) -> bool {
    is_word(token, &BEFORE_DATE)
}

/// An abbreviation or particle in the name of a place.
pub(super) fn is_settlement(word: &str) -> bool {
    SETTLEMENTS.contains(word)
}
