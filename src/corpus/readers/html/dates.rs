//! The date of a page: which of the places that name one is the day of publication.
//!
//! Collects candidates from structured data and from the visible lines around the headline, and leaves the
//! choice to [`find_date`]. The line that shows the date next to the headline is trusted most: the metadata of
//! many sites hold the day on which the page was created, or the day in UTC.

mod frame;
mod lines;
mod locale;

use scraper::ElementRef;
use serde_json::Value;

use crate::release::{Date, DateContext, DateOrigin, Dating, DayOrder, find_date};
use frame::is_outside;
use lines::Lines;
use locale::{day_order, language, local_midnight};

/// Names of `meta` elements that hold the day of publication, the most specific ones first.
const PUBLISHED: &str = "article:published_time og:published_time og:article:published_time article:published \
    datepublished date_published publish-date publish_date publishdate published_date publication_date \
    publicationdate parsely-pub-date sailthru.date rnews:datepublished dc.date.issued dcterms.issued \
    dc.date.created dcterms.created dc.date dcterms.date citation_publication_date citation_date \
    prism.publicationdate pubdate pub_date cxenseparse:recs:publishtime article_date_original date datecreated \
    created creation_date";
/// Names of those that hold the day of the last change.
const UPDATED: &str = "article:modified_time og:updated_time og:article:modified_time datemodified lastmod \
    last-modified dcterms.modified dc.date.modified modified_time";
/// Members of JSON-LD objects that hold the day of publication, the most specific one first.
const LD_PUBLISHED: [&str; 3] = ["datePublished", "dateCreated", "uploadDate"];
/// How deep JSON-LD may be nested.
const LD_DEPTH: usize = 32;

/// The date of a page.
///
/// `url` is the address of the page where it names one, and `title` what its head calls it.
pub(super) fn of_page(
    root: ElementRef<'_>,
    url: Option<&str>,
    titles: &[String],
    context: &DateContext,
) -> Dating {
    let language = language(root);
    let mut facts = Facts::of(root, &language);
    let lines = Lines::of(root, titles);
    let (context, byline) = byline(&lines, facts.published_on(context), day_order(&language), context);
    if byline.is_none() {
        facts.prefer(|date| lines.show(date, &context), &context);
    }
    let mut candidates = facts.candidates();
    candidates.extend(url.map(|url| (DateOrigin::Url, url)));
    candidates.extend(byline.map(|line| (DateOrigin::Byline, line)));
    let dating = find_date(&candidates, &context);
    match dating.found {
        Some(found) if found.origin < DateOrigin::Label => Dating { found: Some(found), ..dating },
        // Text is searched only where it can win, for that is the costly part.
        _ => {
            candidates.extend(lines.candidates(&context).map(|line| (DateOrigin::Text, line)));
            // «Заголовок - 13 Мая 2024 - Сайт»
            candidates.extend(titles.iter().map(|title| (DateOrigin::Text, title.as_str())));
            find_date(&candidates, &context)
        }
    }
}

/// The line that shows the date of the page, and the context in which it is read.
///
/// The order of day and month in `05/06/2024` is the one that agrees with the metadata, whatever the language: some
/// sites in German or Spanish write the month first. The language decides where no metadata do.
fn byline<'l>(
    lines: &'l Lines,
    published: Option<Date>,
    by_language: DayOrder,
    context: &DateContext,
) -> (DateContext, Option<&'l str>) {
    let ordered = |order| DateContext { order, ..*context };
    let agrees = |date: Date| published.and_then(|published| published.since(date).ok());
    for context in [DayOrder::DayFirst, DayOrder::MonthFirst].map(ordered) {
        let found = lines.byline(&context);
        if let Some((date, line)) = found
            && agrees(date).is_some_and(|apart| apart.get_days().abs() <= 1)
        {
            return (context, Some(line));
        }
    }
    // A line without a year next to the day in the metadata, which is that in UTC.
    for day in published.iter().flat_map(|day| [day.yesterday(), day.tomorrow()]).flatten() {
        let context = DateContext { year: Some(day.year()), ..ordered(DayOrder::DayFirst) };
        let found = lines.byline(&context);
        if let Some((date, line)) = found
            && date == day
        {
            return (context, Some(line));
        }
    }
    let by_language = ordered(by_language);
    // A date whose order is open contradicts the others at the headline, whichever it is.
    let consistent = lines.byline(&ordered(DayOrder::DayFirst)).is_some();
    let certain = lines.byline(&ordered(DayOrder::Unknown)).filter(|_| consistent);
    let found = certain
        .or_else(|| (by_language.order != DayOrder::Unknown).then(|| lines.byline(&by_language)).flatten());
    (by_language, found.map(|(_, line)| line))
}

/// The dates in the structured data of a page.
#[derive(Default)]
struct Facts {
    /// How good a place is, 0 the best, and the date as written there.
    published: Vec<(usize, String)>,
    updated: Vec<String>,
}

impl Facts {
    fn of(root: ElementRef<'_>, language: &str) -> Self {
        let mut facts = Self::default();
        for element in root.descendent_elements() {
            match element.value().name() {
                "meta" => facts.meta(element),
                "script" => facts.script(element),
                name => facts.marked(element, name == "time"),
            }
        }
        facts.published.sort_by_key(|(rank, _)| *rank);
        facts.drop_placeholders();
        for (_, text) in &mut facts.published {
            if let Some(local) = local_midnight(text, language) {
                *text = local;
            }
        }
        facts
    }

    /// Removes `2004-01-01` and the like, the default of some systems, where another year is named for the last
    /// change.
    fn drop_placeholders(&mut self) {
        let context = DateContext::now();
        let day =
            |text: &str| find_date(&[(DateOrigin::Updated, text)], &context).found.map(|found| found.date);
        let years: Vec<i16> = self.updated.iter().filter_map(|text| day(text)).map(Date::year).collect();
        let is_placeholder =
            |date: Date| (date.month(), date.day()) == (1, 1) && years.iter().any(|year| *year > date.year());
        self.published.retain(|(_, text)| !day(text).is_some_and(is_placeholder));
    }

    /// Moves the first day of publication that the page also displays to the front, where there are several.
    fn prefer(&mut self, is_shown: impl Fn(Date) -> bool, context: &DateContext) {
        let day =
            |text: &str| find_date(&[(DateOrigin::Metadata, text)], context).found.map(|found| found.date);
        let days: Vec<Option<Date>> = self.published.iter().map(|(_, text)| day(text)).collect();
        if days.iter().flatten().any(|date| Some(date) != days.iter().flatten().next())
            && let Some(shown) = days.iter().position(|day| day.is_some_and(&is_shown))
        {
            let shown = self.published.remove(shown);
            self.published.insert(0, shown);
        }
    }

    /// The day of publication by the structured data alone.
    fn published_on(&self, context: &DateContext) -> Option<Date> {
        let published: Vec<_> =
            self.published.iter().map(|(_, text)| (DateOrigin::Metadata, text.as_str())).collect();
        find_date(&published, context).found.map(|found| found.date)
    }

    fn candidates(&self) -> Vec<(DateOrigin, &str)> {
        let published = self.published.iter().map(|(_, text)| (DateOrigin::Metadata, text.as_str()));
        published.chain(self.updated.iter().map(|text| (DateOrigin::Updated, text.as_str()))).collect()
    }

    fn meta(&mut self, meta: ElementRef<'_>) {
        let Some(content) = meta.attr("content") else { return };
        for name in ["property", "name", "itemprop"].iter().filter_map(|kind| meta.attr(kind)) {
            let name = name.trim().to_ascii_lowercase();
            let place = |list: &str| list.split_ascii_whitespace().position(|listed| listed == name);
            if let Some(place) = place(PUBLISHED) {
                return self.published.push((10 + place, content.to_owned()));
            }
            if place(UPDATED).is_some() {
                return self.updated.push(content.to_owned());
            }
        }
    }

    fn script(&mut self, script: ElementRef<'_>) {
        let is_json = |kind: &str| kind.trim().eq_ignore_ascii_case("application/ld+json");
        if script.attr("type").is_some_and(is_json) {
            let text: String = script.text().collect();
            // A broken block costs only itself: the page has other places.
            if let Ok(value) = serde_json::from_str(text.trim()) {
                self.linked(&value, LD_DEPTH);
            }
        }
    }

    /// The dates in JSON-LD: those of articles before those of pages before any other.
    fn linked(&mut self, value: &Value, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if let Value::Array(items) = value {
            for item in items {
                self.linked(item, depth);
            }
        }
        let Value::Object(object) = value else { return };
        let kind = object.get("@type").map(Value::to_string).unwrap_or_default();
        if ["Comment", "Event", "Review"].iter().any(|other| kind.contains(other)) {
            return;
        }
        let rank = match &kind {
            kind if ["Article", "BlogPosting", "Report"].iter().any(|own| kind.contains(own)) => 0,
            kind if kind.contains("WebPage") => 1,
            _ => 2,
        };
        let text = |name: &&str| object.get(*name).and_then(Value::as_str).map(str::to_owned);
        self.published.extend(LD_PUBLISHED.iter().find_map(text).map(|text| (rank, text)));
        self.updated.extend(text(&"dateModified"));
        for value in object.values() {
            self.linked(value, depth);
        }
    }

    /// `itemprop` and `<time>`, where they belong to the page's own text.
    fn marked(&mut self, element: ElementRef<'_>, is_time: bool) {
        let property = element.attr("itemprop").unwrap_or_default();
        let published = ["datePublished", "dateCreated"].contains(&property);
        let modified = property == "dateModified";
        if !(published || modified || is_time) || is_outside(element) {
            return;
        }
        let machine = element.attr("datetime").or_else(|| element.attr("content"));
        let text = machine.map_or_else(|| element.text().collect(), str::to_owned);
        let class = element.attr("class").unwrap_or_default().to_ascii_lowercase();
        let modified = modified || class.contains("modified") || class.contains("updated");
        if modified && !published && !class.contains("published") {
            self.updated.push(text);
        } else {
            let rank = if published || element.attr("pubdate").is_some() { 100 } else { 101 };
            self.published.push((rank, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::*;

    #[test]
    fn pages_are_dated() {
        // The page; its date, where it was found, and the text there.
        let table = [
            ("<meta name=date content=2024-05-13>", "2024-05-13 metadata"),
            ("<META NAME='DC.date' CONTENT='13.05.2024'>", "2024-05-13 metadata"),
            (
                "<meta property='article:published_time' content='2024-05-13T10:00:00+05:00'>",
                "2024-05-13 metadata",
            ),
            ("<meta property='article:modified_time' content='2024-05-13'>", "2024-05-13 updated"),
            ("<meta itemprop=datePublished content='2024-05-13'>", "2024-05-13 metadata"),
            ("<span itemprop=datePublished>13 мая 2024 г.</span>", "2024-05-13 metadata"),
            ("<time itemprop=datePublished datetime=2024-05-13>вчера</time>", "2024-05-13 metadata"),
            ("<time datetime=2024-05-13>вчера</time>", "2024-05-13 metadata"),
            ("<time class='entry-date updated' datetime=2024-05-13>вчера</time>", "2024-05-13 updated"),
            ("<div class=comments><time datetime=2020-01-01></time></div>", "-"),
            (
                "<nav><time datetime=2020-01-01></time></nav><time datetime=2024-05-13></time>",
                "2024-05-13 metadata",
            ),
            ("<time datetime=вчера></time><meta name=pubdate content=2024-05-13>", "2024-05-13 metadata"),
            ("<meta name=date content=' '><time datetime=2024-05-13></time>", "2024-05-13 metadata"),
            ("<meta name=date content=вчера>", "-"),
            (
                r#"<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-05-13"}</script>"#,
                "2024-05-13 metadata",
            ),
            (
                r#"<script type="application/ld+json">{"@graph":[{"@type":"WebPage","datePublished":"2023-01-01"},
                   {"@type":"Article","datePublished":"2024-05-13"},{"@type":"Event","datePublished":"2022-01-01"}]}</script>"#,
                "2024-05-13 metadata",
            ),
            (
                r#"<script type="application/ld+json">{"datePublished":</script><time datetime=2024-05-13>"#,
                "2024-05-13 metadata",
            ),
            // The line at the headline against the metadata.
            (
                "<meta name=date content=2024-05-12><h1>Мир</h1><p>13 мая 2024 г., 10:00<p>Текст",
                "2024-05-13 byline",
            ),
            ("<h1>Мир</h1><div class=news-date>13.05.2024</div><p>Текст", "2024-05-13 byline"),
            ("<div>13.05.2024 | Новости</div><h1>Мир</h1><p>Текст", "2024-05-13 byline"),
            ("<h1>Мир</h1><p>Ташкент, 13 мая 2024 года. Сегодня состоялась встреча.", "2024-05-13 byline"),
            ("<h1>Мир</h1><p>Форум состоится 13 мая 2024 года в Ташкенте.", "-"),
            ("<h1>Мир</h1><p>12.05.2024</p><p>13.05.2024</p>", "2024-05-12 text"),
            ("<h1>Мир</h1><p>Текст<div class=related><p>13.05.2024</div>", "-"),
            ("<h1>Мир</h1><footer>13.05.2020</footer>", "2020-05-13 byline"),
            ("<html lang=en-US><h1>Peace</h1><p>05/06/2024", "2024-05-06 byline"),
            ("<html lang=en><h1>Peace</h1><p>05/04/2024", "2024-04-05 text"),
            // A label anywhere in the page's own text.
            (
                "<h1>Мир</h1><p>1<p>2<p>3<p>4<p>5<p>6<p>7<p>8<p>9<p>1<p>2<p>3<p>4<p>5<p>6<p>7<p>8<p>9<p>1<p>2<p>3<p>4<p>5<p>6<p>7\
                 <p>8<p>9<p>1<p>2<p>3<p>4<p>5<p>Опубликовано: 13.05.2024",
                "2024-05-13 label",
            ),
        ];
        check(&table);
    }

    #[test]
    fn uncertain_dates_are_decided_by_the_rest_of_the_page() {
        // As above.
        let table = [
            // An order of day and month that is open: the metadata decide, then the language.
            (
                "<html lang=de><meta name=date content=2024-05-02><h1>Мир</h1><p>05/01/2024",
                "2024-05-01 byline",
            ),
            (
                "<meta name=date content=2024-05-04T02:00:00Z><h1>Мир</h1><p>03/05/2024<p>29/04/2024",
                "2024-05-04 metadata",
            ),
            ("<meta name=date content=2024-05-04T02:00:00Z><h1>Мир</h1><p>03/05/2024", "2024-05-03 byline"),
            ("<html lang=es><h1>Мир</h1><p>03/05/2024", "2024-05-03 byline"),
            ("<title>Встреча - 13 Мая 2024 - Сайт</title><h1>Встреча</h1><p>Текст", "2024-05-13 text"),
            ("<title>Концерт 13 мая 2024 года - Сайт</title><h1>Концерт</h1><p>Текст", "-"),
            // A line without a year at the headline.
            (
                "<meta name=date content=2024-02-09T23:40:00Z><h1>Мир</h1><p>10 ФЕВ, 02:40",
                "2024-02-10 byline",
            ),
            (
                "<meta name=date content=2023-12-31T22:10:00Z><h1>Мир</h1><p>1 января, 03:10",
                "2024-01-01 byline",
            ),
            (
                "<meta name=date content=2024-02-09T23:40:00Z><h1>Мир</h1><p>10 марта, 02:40",
                "2024-02-09 metadata",
            ),
            // Local midnight in UTC; other instants are days in UTC.
            ("<html lang=ru><meta name=date content=2024-05-12T21:00:00.000Z>", "2024-05-13 metadata"),
            ("<html lang=ru><meta name=date content=2024-05-12T21:00:01Z>", "2024-05-12 metadata"),
            ("<html lang=en><meta name=date content=2024-05-12T21:00:00Z>", "2024-05-12 metadata"),
            ("<html lang=uz><meta name=date content=2024-05-12T19:00:00+00:00>", "2024-05-13 metadata"),
            // A default in place of a date.
            (
                "<meta name=date content=2004-01-01><meta name=lastmod content=2019-06-13>",
                "2019-06-13 updated",
            ),
            (
                "<meta name=date content=2024-01-01><meta name=lastmod content=2024-01-02>",
                "2024-01-01 metadata",
            ),
            // Of several days of publication the one that is displayed.
            (
                "<meta name=date content=2024-05-12><meta name=dc.date content=2024-05-13><h1>Мир</h1>\
                 <p>Обновлено: 13.05.2024",
                "2024-05-13 metadata",
            ),
            ("<h1>Мир</h1><time itemprop=dateModified>14.05.2024</time><p>13.05.2024", "2024-05-13 byline"),
            // A date in a separate element, next to the author.
            ("<h1>Мир</h1><p><b>Иван Петров</b> <span>13.05.2024 10:00</span></p>", "2024-05-13 byline"),
            ("<h1>Мир</h1><p>Форум пройдёт <b>13.05.2024</b></p>", "-"),
            // The headline in the text, not its invisible copy around the logo.
            (
                "<title>Встреча в Ташкенте</title><h1>Встреча в Ташкенте</h1><ul><li>1<li>2<li>3<li>4<li>5<li>6\
                 <li>7<li>8<li>9</ul><article><h2>Встреча в Ташкенте</h2><p>13.05.2024</article>",
                "2024-05-13 byline",
            ),
        ];
        check(&table);
    }

    fn check(table: &[(&str, &str)]) {
        let context = DateContext::on("2024-06-01".parse().unwrap());
        for (page, expected) in table {
            let html = Html::parse_document(page);
            let title = page.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
            let titles: Vec<String> = title.map(str::to_owned).into_iter().collect();
            let found = of_page(html.root_element(), None, &titles, &context).found;
            let found = found.map_or_else(
                || "-".to_owned(),
                |found| {
                    format!(
                        "{} {}",
                        found.date,
                        serde_json::to_value(found.origin).unwrap().as_str().unwrap()
                    )
                },
            );
            assert_eq!(found, *expected, "{page}");
        }
    }
}
