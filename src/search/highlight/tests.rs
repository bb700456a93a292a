//! Queries, texts and what is shown of them.

mod properties;

use std::sync::LazyLock;

use super::*;
use crate::{
    Index, Query, Release,
    analysis::{Analyzer, DisplayMap},
    index::Snapshot,
    search::{Options, plan::Plan, topk::BoundQuery, weights::Weights},
};

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().unwrap());

/// Query | text with the highlights in brackets | another one. Or query | length in characters | text with the fragments
/// in braces. An asterisk stands for [`FILLER`].
const SNIPPETS: &str = r#"
Ташкент | Встреча прошла в [Ташкенте]. | [Ташкентские] послы рады. | Ташкентские послы едут в [Ташкент].
Ташкент | www.tashkent.uz и tashkent
ташкентский | Встреча прошла в Ташкенте, [ташкентские] послы рады.
встреча Ташкент | [Встречи] в [Ташкенте].
встреча в Ташкенте | В город приехали. [Встреча] в [Ташкенте].
и не | Да [и] [не] только.
"встреча в Ташкенте" | [Встреча]. [В] [Ташкенте] была [встреча] [в] [Ташкенте] и встреча у Ташкента.
"встреча в Ташкенте" | [Ташкент]. [Встреча] послов. | [Встреча] послов [Ташкента].
"вода вода"~2 | [Вода] и только [вода], а там [вода]. | Одна [вода].
"стать сталь"~0 | Выплавка [стали].
вода /3 вода | [Вода], дом, [вода], дом, дом, дом, дом, вода.
"синяя вода" /2 дом | [Синяя] [вода] и [дом].
"синяя вода" /1 вода | Синяя вода.
"встреча Ташкент"~2 | Ташкент ждал: в [Ташкенте] прошла новая [встреча]. Ещё одна встреча сорвалась, как и ждал Ташкент.
встреча /3 Ташкент | Ташкент. Нас ждёт большая длинная дорога. [Встреча] в [Ташкенте].
заголовок:Ташкент встреча | [Встреча] в Ташкенте.
источник:УзА Ташкент | УзА сообщает из [Ташкента].
Ташкент -футбол | Футбол в [Ташкенте].
вода|газ | [Вода], нефть и [газ].
вода И энергия | Водные ресурсы: [вода] и [энергия].
!Ташкенте | Ташкент: в [Ташкенте] тепло.
!"в Ташкенте" | Ташкент: [в] [Ташкенте] тепло.
!"тепло дома" | Всюду тепло. Дома стоят, и [тепло] [дома].
дипло* | [Дипломаты] обсудили [дипломатию], не диван.
Мирзи?ев | Президент [Мирзиёев] встретил Мирзиева.
Петербург | В Санкт-[Петербурге] тепло.
нормативно-правовой | [Нормативно-правовые] акты и [правовые] нормы.
13.05.2024 | Закон от [13.05.2024] г. и от [13] [мая] [2024] года.
ООН | Совет [ООН] и [оон].
Воронков | Главой КТУ Владимиром [Воронко́вым].
uza.uz | Сайт https://[uza].[uz]/ru и почта info@[uza].[uz]
процент | Рост на 5[%] за год.
«водная политика» | [Водной] [политике] — да; политика водная.
"большой стол" | Большой столь, [большого] [стола] нет. | [Большой] [столь].
поле | [Полы] вымыты. | [Поле] и [полы].
вода|"природный газ" | Газ и [вода]; [природного] [газа] мало.
Абдулазиз Камилов | [А]. [Камилов] и [Абдулазиз] Хафизович [Камилов].
!ёлка | Елки и [елка].
(вода НЕ газ) | [Вода] и газ.
"чистая вода" /5 "природный газ" | [Чистая] [вода] и [природный] [газ]. [Природный] [газ]. Вода чистая.
zzz | 40 | {Тут ничего подходящего.} Тут вторая строка, длинная. Третья.
zzz | 10 | {Достоприме}чательности
zzz | 20 | {Да. Это длинное} предложение о том и о сём.
Ташкент | 50 | Первое предложение о погоде и о людях. {Второе о том, что в [Ташкенте] тепло.} Третье о другом городе.
Ташкент | 30 | Очень длинное предложение без точек, в середине {про [Ташкент] и потом ещё долго} о другом.
вода газ | 80 | {[Вода] нужна всем людям.} * {[Газ] нужен не всем.}
вода газ | 200 | [Вода] нужна всем людям. * [Газ] нужен не всем.
вода | 60 | Вода нужна всем людям. * {[Вода], [вода] и [вода].}
"встреча в Ташкенте" погода | 60 | {[Погода] хорошая.} * Прошла всеми {нами [встреча] [в] [Ташкенте], о которой говорили.}
"встреча в Ташкенте" | 12 | Прошла {[встреча] [в]} Ташкенте.
достопримечательность | 10 | Много {[достоприме]}чательностей.
Ташкент | 40 | Эта часть ни о чём. {[ТАШКЕНТ] и далее, а потом совсем другой} разговор о погоде.
встреча Камилов | 90 | * {Вчера в г. Ташкент прошла [встреча] А. [Камилова] с послами.} Потом все долго-долго расходились.
вода | 25 | {[Вода]. Потом много иных} слов и ещё слов.
вода газ нефть | 90 | {[Вода] нужна всем людям тут. Всем и везде нужен [газ].} * {[Нефть] дорога.}
вода газ нефть уголь | 90 | {[Вода] нужна тут всем людям.} * {[Газ] не всем людям тут.} * {[Нефть] всегда в цене.} * Уголь.
"встреча в Ташкенте" | 50 | {[Встреча] [в] [Ташкенте] и дальше о погоде,} встреча в Ташкенте и всё.
газ "вчерашняя встреча послов в Ташкенте" нефть | 100 | {[Газ] и [вчерашняя] [встреча] [послов] [в] [Ташкенте].} * Тут очень длинное начало, где {[вчерашняя] [встреча] [послов] [в] [Ташкенте] и [нефть], и} достопримечательности.
вода газ | 60 | Вода, вода, а дальше ни о чём. * {А здесь и [вода], и даже [газ].} *
вода | 60 | Вода одна. * {Здесь [вода] и ещё [вода].} *
вода газ | 60 | Вода и совсем потом, много позже, газ. * {А здесь и [вода], и даже [газ].} *
вода | 30 | {[Вода] одна и только одна.} Она же, вода, одна и только одна. *
"#;

const FILLER: &str = "Дальше идёт длинный текст о погоде, о людях, о странах, о дорогах и о домах, ни о чём.";

/// Query, text, the highlights if it is a title (displayed as it is), and if it is a body.
const SCOPES: &[(&str, &str, &str, &str)] = &[
    ("заголовок:вода газ", "Вода и газ.", "[Вода] и [газ].", "Вода и [газ]."),
    ("текст:вода газ", "Вода и газ.", "Вода и [газ].", "[Вода] и [газ]."),
    ("право", "О пра\u{AD}ве  и\u{A0}долге\n", "О [пра\u{AD}ве]  и\u{A0}долге\n", "О [праве] и долге"),
    ("", " Слово \n\n\u{A0}\t\u{200B} а\u{0}б\n", " Слово \n\n\u{A0}\t\u{200B} а\u{0}б\n", "Слово а б"),
    ("слово", "\u{FEFF}Сло\u{200D}во", "\u{FEFF}[Сло\u{200D}во]", "[Слово]"),
    ("и", "И 👨\u{200D}👩 ❤\u{FE0F}", "[И] 👨\u{200D}👩 ❤\u{FE0F}", "[И] 👨\u{200D}👩 ❤\u{FE0F}"),
    ("", "\u{AD}", "\u{AD}", ""),
];

fn display(text: &str) -> DisplayText {
    let mut display = DisplayText::default();
    display.lay_out(text, DisplayEdits::new(DisplayMap::of(text).written()));
    display
}

/// An index of one release.
fn indexed(title: &str, body: &str) -> Index {
    let index = Index::in_memory().unwrap();
    index.ingest([Release::new("1", title, body)]).unwrap();
    index
}

/// The snippet of the release of an index, and the highlights in its title.
fn highlighted(index: &Index, query: &str, options: &SnippetOptions) -> (Snippet, Vec<Highlight>) {
    let context = Context { snapshot: Snapshot::open(index).unwrap(), weights: Weights::default() };
    let mut forms = ANALYZER.term_cache();
    let plan = Plan::new(&Query::parse(query), &mut forms);
    let bound = BoundQuery::new(&context, &plan, &Options::default()).unwrap();
    let (hit, buffers) = (Address { segment: 0, doc: 0 }, (&mut forms, options));
    let mut highlighter = HitHighlighter::new(&context, &bound.clauses, &[hit], buffers).unwrap();
    context.snapshot.read(hit, |view| Ok(highlighter.hit(view, 0))).unwrap()
}

fn bracketed(text: &str, highlights: &[Highlight]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for highlight in highlights {
        out.extend([&text[at..highlight.start], "[", &text[highlight.start..highlight.end], "]"]);
        at = highlight.end;
    }
    out + &text[at..]
}

/// A displayed body with the fragments of its snippet in braces, unless one fragment is all of it.
fn marked(body: &str, snippet: &Snippet) -> String {
    let (mut out, mut rest) = (String::new(), body);
    for fragment in &snippet.fragments {
        let (before, behind) = rest.split_once(&fragment.text).unwrap();
        let is_cut = [!before.is_empty() || rest.len() < body.len(), !behind.is_empty()];
        assert_eq!(is_cut, [fragment.truncated_start, fragment.truncated_end], "{body}");
        let text = bracketed(&fragment.text, &fragment.highlights);
        out += &if is_cut == [false; 2] { text } else { format!("{before}{{{text}}}") };
        rest = behind;
    }
    out + rest
}

#[test]
fn the_best_fragments_are_shown_with_highlights() {
    for line in SNIPPETS.trim().lines() {
        let (query, texts) = line.split_once(" | ").unwrap();
        let limited = texts.split_once(" | ").and_then(|(length, text)| Some((length.parse().ok()?, text)));
        let (length, texts) = limited.unwrap_or((300, texts));
        let options = SnippetOptions { length, ..SnippetOptions::default() };
        for expected in texts.replace('*', FILLER).split(" | ") {
            let body = expected.replace(['[', ']', '{', '}'], "");
            let (snippet, _) = highlighted(&indexed("", &body), query, &options);
            assert_eq!(marked(&body, &snippet), expected, "{query}");
            assert_eq!(snippet.no_match, !expected.contains('['), "{query}");
        }
    }
}

#[test]
fn titles_and_bodies_are_highlighted() {
    for &(query, text, title, body) in SCOPES {
        let index = indexed(text, text);
        let (snippet, highlights) = highlighted(&index, query, &SnippetOptions::default());
        assert_eq!(bracketed(text, &highlights), title, "{query}");
        let found = snippet.fragments.iter().map(|fragment| bracketed(&fragment.text, &fragment.highlights));
        assert_eq!(found.collect::<String>(), body, "{query}");
    }
}
