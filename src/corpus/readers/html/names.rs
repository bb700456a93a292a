//! What the name, class and id of an element say about the text in it.

use scraper::ElementRef;

/// Words in classes and ids of texts that are never part of the article.
#[rustfmt::skip]
const FOREIGN: &[&str] = &[
    "addthis", "addtoany", "authorbio", "authorbox", "breadcrumb", "breadcrumbs", "byline", "comment",
    "commentlist", "comments", "consent", "cookie", "cookies", "copyright", "disqus", "footnotes",
    "mostread", "newsletter", "outbrain", "paywall", "readmore", "recommend", "recommendations",
    "recommended", "related", "relatedposts", "respond", "saboxplugin", "seealso", "share", "sharedaddy",
    "sharing", "similar", "subscribe", "subscription", "taboola",
];

/// Those of comments.
#[rustfmt::skip]
const COMMENTS: &[&str] = &[
    "comment", "commentlist", "comments", "disqus", "respond",
];

/// How the classes of comments begin in uCoz, which have no word for them, in lower case.
const UCOZ_COMMENTS: [&str; 4] = ["cblock", "cmessage", "canswer", "coment"];

/// Words in classes and ids of texts that are seldom part of the article.
#[rustfmt::skip]
const ASIDE: &[&str] = &[
    "ad", "ads", "advert", "also", "anzeige", "author", "authors", "banner", "bio", "bottom", "box",
    "caption", "carousel", "cart", "contact", "copy", "credit", "credits", "date", "disclaimer", "donate",
    "donation", "download", "feed", "feedback", "foot", "footer", "form", "formular", "gallery", "hidden",
    "infobox", "kontakt", "latest", "latestnews", "legal", "legende", "links", "login", "menu", "meta",
    "metadata", "modal", "more", "nav", "navi", "navigation", "next", "othernews", "pager", "pagination",
    "partner", "partners", "partnerships", "popular", "popup", "postmeta", "prev", "previous", "print",
    "product", "products", "promo", "promotion", "rating", "register", "reklama", "rss",
    "shop", "sidebar", "signup", "slider", "social", "sponsor", "sponsored", "subscribeform", "tag", "tags",
    "teaser", "teasers", "time", "toc", "toolbar", "tools", "topnav", "trending", "vote", "votes", "voting",
    "werbung", "widget",
];

/// Words that show that the element is there for the layout, so that the words above say less.
#[rustfmt::skip]
const LAYOUT: &[&str] = &[
    "article", "body", "col", "column", "container", "content", "entry", "has", "inner", "layout", "main",
    "no", "outer", "page", "post", "row", "site", "story", "text", "with", "without", "wrapper",
];

/// Words in classes and ids of articles.
#[rustfmt::skip]
const ARTICLE: &[&str] = &[
    "article", "articlebody", "body", "content", "entry", "post", "story", "text",
];

/// Classes and ids of the article itself, without hyphens and underscores.
#[rustfmt::skip]
const ARTICLES: &[&str] = &[
    "articlebody", "articlecontent", "articletext", "btext", "contentbody", "contenttext", "detailtext",
    "entrycontent", "fieldnamebody", "maintext", "newsbody", "newscontent", "newsdetail", "newstext",
    "pagecontent", "postbody", "postcontent", "postentry", "posttext", "storybody", "storycontent",
    "storytext", "textcontent",
];

/// How lines begin that stand above related links, forms and other boilerplate, in lower case.
#[rustfmt::skip]
const BOILERPLATE: &[&str] = &[
    "читайте также", "смотрите также", "см. также", "по теме", "ещё по теме", "еще по теме",
    "материалы по теме", "другие новости", "другие материалы", "последние новости", "главные новости",
    "новости по теме", "похожие", "популярн", "самое читаемое", "самое популярное", "рекомендуем",
    "поделиться", "подписывайтесь", "подпишитесь", "подписаться", "комментарии", "оставить комментарий",
    "добавить комментарий", "всего комментариев", "просмотров:", "версия для печати", "возврат к списку",
    "вернуться к списку", "назад к списку",
    "наши партнеры", "наши партнёры", "реклама", "теги:", "метки:", "нашли ошибку", "related",
    "you might also", "you may also", "more from", "more on", "more articles", "more stories", "more news",
    "read more", "read also", "read next", "see also", "share this", "share on", "recommended", "popular",
    "most read", "trending", "latest", "subscribe", "sign up", "newsletter", "comments", "leave a reply",
    "leave a comment", "about the author", "advertisement", "tags:", "follow us", "das könnte",
    "auch interessant", "mehr zum thema", "lesen sie auch", "weitere", "ähnliche", "verwandte", "teilen",
    "anzeige", "werbung", "über den autor", "à lire", "lire aussi", "sur le même sujet", "partager",
    "articles liés", "vous aimerez", "leer también", "te puede interesar", "relacionad", "compartir",
    "leia também", "leia mais", "leggi anche", "condividi", "zobacz także", "czytaj także",
];
/// How paragraphs begin that are about the site and not by its authors, in lower case.
#[rustfmt::skip]
const IMPRINT: &[&str] = &[
    "©", "(c) ", "copyright", "все права защищены", "все права на материалы", "свидетельство о регистрации",
    "зарегистрировано роскомнадзором", "регистрационный номер", "при использовании материалов",
    "при полном или частичном", "при цитировании", "при перепечатке", "использование материалов",
    "любое использование материалов", "перепечатка материалов", "редакция не несёт", "редакция не несет",
    "мнение редакции", "адрес редакции", "учредитель", "мы используем cookie", "мы используем файлы cookie",
    "мы используем куки", "этот сайт использует", "сайт использует", "наш сайт использует", "на сайте используются",
    "продолжая пользоваться", "продолжая использовать", "оставаясь на сайте", "we use cookies",
    "this site uses cookies", "this website uses cookies", "all rights reserved",
];
/// A longer line is a sentence, not the heading of a box, in characters.
const LONGEST_LINE: usize = 60;

/// What an element's names say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties of one element")]
pub(super) struct Names {
    /// The quality that its text starts with.
    pub base: f32,
    /// What speaks against text in it, 0 or less, and for it.
    pub against: f32,
    pub towards: f32,
    /// 1 to 6 for headings.
    pub heading: u8,
    /// Whether it is the article by its name.
    pub is_article: bool,
    /// Whether it groups other elements.
    pub is_box: bool,
    /// Whether it has neither class nor id.
    pub is_plain: bool,
    /// Whether it is a list or a table.
    pub is_list: bool,
    /// Whether it holds the comments of readers.
    pub is_comments: bool,
    /// Whether it is a part of a list or a table.
    pub is_item: bool,
    /// `html` or `body`.
    pub is_root: bool,
}

impl Names {
    pub fn of(element: ElementRef<'_>) -> Self {
        let name = element.value().name();
        let heading = match name {
            "h1" => 1,
            "h2" => 2,
            "h3" | "h4" | "h5" | "h6" => 3,
            _ => 0,
        };
        let mut names = Self {
            base: match name {
                "p" | "blockquote" | "pre" => -0.05,
                "li" | "dd" | "dt" | "td" | "th" => -0.35,
                _ if heading > 0 => -0.2,
                _ => -0.55,
            },
            heading,
            is_box: matches!(
                name,
                "div" | "section" | "aside" | "header" | "form" | "article" | "nav" | "footer"
            ),
            is_list: matches!(name, "ul" | "ol" | "table" | "dl"),
            is_item: matches!(name, "li" | "tr" | "td" | "th" | "dt" | "dd" | "tbody" | "thead"),
            is_root: matches!(name, "html" | "body"),
            is_plain: element.attr("class").is_none() && element.attr("id").is_none(),
            ..Self::default()
        };
        let (mut foreign, mut aside, mut layout, mut article) = (false, false, false, false);
        for value in ["class", "id", "role"].iter().filter_map(|kind| element.attr(kind)) {
            each_word(value, |word| {
                foreign |= is_in(FOREIGN, word);
                names.is_comments |= is_in(COMMENTS, word);
                aside |= is_in(ASIDE, word);
                layout |= is_in(LAYOUT, word);
                article |= is_in(ARTICLE, word);
            });
        }
        let classes = element.attr("class").unwrap_or_default().split_ascii_whitespace();
        if { classes }.any(is_ucoz_comment) {
            (foreign, names.is_comments) = (true, true);
        }
        names.against = match (foreign, aside, layout) {
            (true, _, _) => -2.0,
            (_, true, true) => -0.35,
            (_, true, false) => -0.9,
            _ => 0.0,
        };
        names.against -= match name {
            "aside" | "nav" | "footer" => 1.5,
            "figcaption" => 2.5,
            "form" => 0.2,
            _ => 0.0,
        };
        let is_body = element.attr("itemprop").is_some_and(|property| property.contains("articleBody"));
        let is_main = matches!(name, "article" | "main")
            || element.attr("role").is_some_and(|role| matches!(role, "main" | "article"));
        names.towards = if is_body { 0.8 } else { 0.0 }
            + if is_main { 0.3 } else { 0.0 }
            + if article { 0.15 } else { 0.0 };
        names.is_article = !names.is_root && (is_body || names_article(element));
        names
    }
}

/// Whether a line opens a box of related links, a form or the like.
pub(super) fn opens_boilerplate(line: &str) -> bool {
    if line.len() > 4 * LONGEST_LINE || line.chars().count() >= LONGEST_LINE {
        return false;
    }
    let line = line.to_lowercase();
    BOILERPLATE.iter().any(|start| line.starts_with(start))
}

/// Whether a paragraph is one of an imprint or of a notice about cookies.
pub(super) fn is_imprint(text: &str) -> bool {
    let longest = IMPRINT.iter().map(|start| start.len()).max().unwrap_or_default();
    let start = text.floor_char_boundary(longest);
    let start = text.get(..start).unwrap_or_default().to_lowercase();
    IMPRINT.iter().any(|imprint| start.starts_with(imprint))
}

fn is_ucoz_comment(class: &str) -> bool {
    class.starts_with('c') && UCOZ_COMMENTS.iter().any(|start| class.to_ascii_lowercase().starts_with(start))
}

fn names_article(element: ElementRef<'_>) -> bool {
    let values = [element.attr("class"), element.attr("id")];
    values.into_iter().flatten().flat_map(str::split_ascii_whitespace).any(|value| {
        value.len() < 40 && {
            let value: String = value.chars().filter(|c| !matches!(c, '-' | '_')).collect();
            is_in(ARTICLES, &value.to_ascii_lowercase())
        }
    })
}

/// Calls back with each word of a class: `entryMeta-top` has `entry`, `meta` and `top`.
fn each_word(value: &str, mut word: impl FnMut(&str)) {
    let mut letters = String::new();
    let mut before_lower = false;
    for c in value.chars().chain([' ']) {
        let ends = !c.is_ascii_alphabetic() || (c.is_ascii_uppercase() && before_lower);
        if ends && !letters.is_empty() {
            word(&letters);
            letters.clear();
        }
        if c.is_ascii_alphabetic() {
            letters.push(c.to_ascii_lowercase());
        }
        before_lower = c.is_ascii_lowercase();
    }
}

fn is_in(sorted: &[&str], word: &str) -> bool {
    sorted.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [FOREIGN, COMMENTS, ASIDE, LAYOUT, ARTICLE, ARTICLES] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn classes_fall_into_words() {
        let table = [
            ("entry-meta relatedPosts", "entry meta related posts"),
            ("ArticleBody__text2col", "article body text col"),
            ("RSSFeed x", "rssfeed x"),
            ("", ""),
        ];
        for (class, expected) in table {
            let mut words = Vec::new();
            each_word(class, |word| words.push(word.to_owned()));
            assert_eq!(words.join(" "), expected);
        }
    }

    #[test]
    fn boilerplate_has_usual_openings() {
        for line in ["Читайте также:", "ПОДЕЛИТЬСЯ", "Похожие новости", "Read more"]
        {
            assert!(opens_boilerplate(line), "{line}");
        }
        let sentence = "Популярность национального парка среди туристов выросла в прошлом году вдвое.";
        for line in ["Встреча в Ташкенте", sentence, ""] {
            assert!(!opens_boilerplate(line), "{line}");
        }
    }
}
