//! The names of months and weekdays in the languages that press archives of the region are written in.
//!
//! Russian in every case, Ukrainian, Belarusian, Kazakh and Uzbek (Cyrillic and Latin), and the western
//! languages that saved web pages use. Names are in lower case, with ё written as е. The month names follow
//! the Unicode CLDR.

use std::{collections::HashMap, sync::LazyLock};

use foldhash::fast::RandomState;

use super::word_set::{WordSet, words};

/// The endings of «январь» and its like.
const SOFT: &[&str] = &["ь", "я", "ю", "е", "ем"];
/// The endings of «март» and «август».
const HARD: &[&str] = &["", "а", "у", "е", "ом"];

/// Stem and endings of the Russian name, January first.
const RUSSIAN: [(&str, &[&str]); 12] = [
    ("январ", SOFT),
    ("феврал", SOFT),
    ("март", HARD),
    ("апрел", SOFT),
    ("ма", &["й", "я", "ю", "е", "ем"]),
    ("июн", SOFT),
    ("июл", SOFT),
    ("август", HARD),
    ("сентябр", SOFT),
    ("октябр", SOFT),
    ("ноябр", SOFT),
    ("декабр", SOFT),
];

/// Names and abbreviations that do not decline here, January first: abbreviated Russian; Ukrainian;
/// Belarusian; Kazakh; Uzbek in Latin letters; English; German; French; Spanish, Portuguese and Italian;
/// Polish.
const OTHERS: [&str; 12] = [
    "янв січень січня січ студзень студзеня студз қаңтар қаң yanvar january jan januar jänner janvier janv \
     enero ene janeiro gennaio gen styczeń stycznia",
    "фев февр лютий лютого лют люты лютага ақпан ақп fevral february feb februar feber février févr fevrier \
     febrero fevereiro fev febbraio luty lutego",
    "мар березень березня бер сакавік сакавіка сак наурыз нау mart march mar märz mrz maerz mars marzo \
     março marco marzec marca",
    "апр квітень квітня квіт красавік красавіка крас сәуір сәу aprel april apr avril avr abril abr aprile \
     kwiecień kwietnia",
    "травень травня трав траўня мамыр мам may mai mayo maio maggio mag maj maja",
    "июн червень червня черв чэрвень чэрвеня чэрв маусым мау iyun june jun juni juin junio junho giugno giu \
     czerwiec czerwca",
    "июл липень липня лип ліпень ліпеня ліп шілде шіл iyul july jul juli juillet juil julio julho luglio lug \
     lipiec lipca",
    "авг серпень серпня серп жнівень жніўня жніў тамыз там avgust august aug août aout agosto ago sierpień \
     sierpnia",
    "сен сент вересень вересня вер верасень верасня верас қыркүйек қыр sentabr sentyabr september sept sep \
     septembre septiembre setiembre setembro settembre set wrzesień września",
    "окт жовтень жовтня жовт кастрычнік кастрычніка каст қазан қаз oktabr oktyabr october oct oktober okt \
     octobre octubre outubro out ottobre ott październik października",
    "ноя нояб листопад листопада лист лістапад лістапада ліст қараша қар noyabr november nov novembre \
     noviembre novembro listopad listopada",
    "дек грудень грудня груд снежань снежня снеж желтоқсан жел dekabr december dec dezember dez décembre déc \
     decembre diciembre dic dezembro dicembre grudzień grudnia",
];

/// Case endings that Uzbek and Kazakh add to the name of a month: «13 майда», «13-mayda», «13 мамырда».
const AGGLUTINATED: [&str; 12] =
    ["да", "де", "та", "те", "даги", "дағы", "дегі", "тағы", "da", "dagi", "ning", "нинг"];

/// Nominative, accusative where it differs, and abbreviations.
static WEEKDAYS: WordSet = LazyLock::new(|| {
    words(
        "понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье \
    пн вт ср чт пт сб вс понеділок вівторок середа середу четвер п'ятниця п’ятниця субота суботу неділя неділю \
    панядзелак аўторак серада чацвер пятніца субота нядзеля дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі \
    жексенбі душанба сешанба чоршанба пайшанба жума шанба якшанба dushanba seshanba chorshanba payshanba juma \
    shanba yakshanba monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs \
    fri sat sun montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so \
    lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo \
    lunedì martedì mercoledì giovedì venerdì sabato domenica",
    )
});

/// The number of each month by its names. Every word after a number is looked up here.
static NUMBERS: LazyLock<HashMap<String, i8, RandomState>> = LazyLock::new(|| {
    let months = (1..).zip(RUSSIAN.iter().zip(OTHERS));
    let named = months.flat_map(|(number, ((stem, endings), others))| {
        let russian = endings.iter().map(move |ending| format!("{stem}{ending}"));
        let names = russian.chain(others.split_ascii_whitespace().map(str::to_owned));
        names.map(move |name| (name, number))
    });
    named.collect()
});

/// The number of the month, from 1, by its name in lower case.
pub(super) fn number(name: &str) -> Option<i8> {
    NUMBERS.get(name).copied().or_else(|| {
        let stems = AGGLUTINATED.iter().filter_map(|ending| name.strip_suffix(ending));
        stems.filter(|stem| stem.chars().count() > 2).find_map(|stem| NUMBERS.get(stem).copied())
    })
}

/// Whether a word in lower case names a day of the week.
pub(super) fn is_weekday(word: &str) -> bool {
    WEEKDAYS.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_numbers() {
        let table = [
            ("январь", Some(1)),
            ("январем", Some(1)),
            ("янв", Some(1)),
            ("феврале", Some(2)),
            ("фев", Some(2)),
            ("февр", Some(2)),
            ("март", Some(3)),
            ("мартом", Some(3)),
            ("апрелю", Some(4)),
            ("май", Some(5)),
            ("мая", Some(5)),
            ("маем", Some(5)),
            ("may", Some(5)),
            ("июнь", Some(6)),
            ("июн", Some(6)),
            ("июля", Some(7)),
            ("августа", Some(8)),
            ("aug", Some(8)),
            ("сент", Some(9)),
            ("sept", Some(9)),
            ("октябре", Some(10)),
            ("нояб", Some(11)),
            ("декабрь", Some(12)),
            ("december", Some(12)),
            ("травня", Some(5)),
            ("траўня", Some(5)),
            ("лістапада", Some(11)),
            ("желтоқсан", Some(12)),
            ("мамырда", Some(5)),
            ("mayda", Some(5)),
            ("oktyabr", Some(10)),
            ("märz", Some(3)),
            ("ма", None),
            ("майский", None),
            ("марта-апреля", None),
            ("январ", None),
            ("да", None),
            ("", None),
        ];
        for (name, expected) in table {
            assert_eq!(number(name), expected, "{name}");
        }
    }
}
