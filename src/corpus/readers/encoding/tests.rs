//! Russian in every encoding: tables, mixed files, and every shipped release.

use std::{fs, path::Path};

use encoding_rs::{IBM866, ISO_8859_5, KOI8_R, KOI8_U, WINDOWS_1251, X_MAC_CYRILLIC};
use proptest::prelude::*;

use super::*;

const TEXT: &str = "В Ташкенте обсудили опыт реинтеграции возвращенцев. Встреча прошла «в рабочем порядке».";

const ENCODINGS: [&str; 13] = [
    "UTF-8",
    "UTF-8 BOM",
    "UTF-16LE",
    "UTF-16LE BOM",
    "UTF-16BE",
    "UTF-16BE BOM",
    "UTF-32LE BOM",
    "UTF-32BE BOM",
    "windows-1251",
    "KOI8-R",
    "IBM866",
    "ISO-8859-5",
    "x-mac-cyrillic",
];

/// The text in an encoding; none where the encoding lacks one of its characters.
fn encoded(text: &str, encoding: &str) -> Option<Vec<u8>> {
    let marked =
        |text: &str| if encoding.ends_with(" BOM") { format!("\u{FEFF}{text}") } else { text.to_owned() };
    let text = &marked(text);
    let wide = |bytes: fn(u32) -> Vec<u8>| Some(text.chars().map(u32::from).flat_map(bytes).collect());
    let single = |encoding: &'static Encoding| {
        let (bytes, _, lossy) = encoding.encode(text);
        (!lossy).then(|| bytes.into_owned())
    };
    match encoding.trim_end_matches(" BOM") {
        "UTF-8" => Some(text.clone().into_bytes()),
        "UTF-16LE" => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "UTF-16BE" => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        "UTF-32LE" => wide(|c| c.to_le_bytes().to_vec()),
        "UTF-32BE" => wide(|c| c.to_be_bytes().to_vec()),
        "windows-1251" => single(WINDOWS_1251),
        "KOI8-R" => single(KOI8_R),
        "KOI8-U" => single(KOI8_U),
        "IBM866" => single(IBM866),
        "ISO-8859-5" => single(ISO_8859_5),
        "x-mac-cyrillic" => single(X_MAC_CYRILLIC),
        other => panic!("{other}"),
    }
}

/// The text with only those characters that every encoding of the table has.
fn everywhere(text: &str) -> String {
    let replaced = text.chars().map(|c| match c {
        '«' | '»' | '“' | '”' | '„' => '"',
        '—' | '–' | '−' | '\u{2011}' => '-',
        '’' | '‘' => '\'',
        '\u{A0}' | '\u{202F}' | '\u{2009}' => ' ',
        c => c,
    });
    replaced
        .filter(|c| ENCODINGS.iter().all(|encoding| encoded(&c.to_string(), encoding).is_some()))
        .collect()
}

#[test]
fn declarations_count_only_where_they_make_sense() {
    let cp1251 = || encoded(TEXT, "windows-1251").unwrap();
    let plain = everywhere(TEXT);
    // Text, its bytes, the declared charset and the encoding that is found.
    let mut table: Vec<(&str, Vec<u8>, Option<&str>, &str)> = vec![
        (TEXT, TEXT.as_bytes().to_vec(), Some("windows-1251"), "UTF-8"),
        (TEXT, encoded(TEXT, "UTF-16BE BOM").unwrap(), Some("windows-1251"), "UTF-16BE"),
        ("Plain ASCII.", b"Plain ASCII.".to_vec(), Some("koi8-r"), "UTF-8"),
        ("", Vec::new(), None, "UTF-8"),
        ("Café à Genève", b"Caf\xE9 \xE0 Gen\xE8ve".to_vec(), None, "windows-1252"),
        ("Müller und Söhne", b"M\xFCller und S\xF6hne".to_vec(), Some("iso-8859-1"), "windows-1252"),
        ("日本の新聞", b"\x93\xFA\x96{\x82\xCC\x90V\x95\xB7".to_vec(), Some("shift_jis"), "Shift_JIS"),
    ];
    let labels = [
        "iso-8859-1",
        "windows-1252",
        "latin1",
        "us-ascii",
        "koi8-r",
        "koi8-u",
        "ibm866",
        "iso-8859-5",
        "x-mac-cyrillic",
        "utf-8",
        "utf-16",
        "windows-1250",
        "windows-1254",
        "windows-1253",
        "iso-8859-2",
        "iso-8859-15",
        "gb2312",
        "shift_jis",
        "euc-kr",
        "big5",
        "x-user-defined",
        "none",
        "",
        "macintosh",
    ];
    table.extend(labels.map(|label| (TEXT, cp1251(), Some(label), "windows-1251")));
    for name in ["KOI8-R", "IBM866", "ISO-8859-5", "x-mac-cyrillic"] {
        for label in [None, Some("windows-1251"), Some("iso-8859-1"), Some(name)] {
            table.push((&plain, encoded(&plain, name).unwrap(), label, name));
        }
    }
    for (text, bytes, declared, encoding) in table {
        let decoded = decode(&bytes, declared).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding), "declared {declared:?}");
    }
}

#[test]
fn short_lines_are_read() {
    // Three capitals alone are letters in more than one encoding, so none of these lines is as short as that.
    let lines = [
        "Встреча в Ташкенте",
        "МЧС РОССИИ ПРЕДУПРЕЖДАЕТ",
        "О выставке",
        "Мир",
        "Заявление ООН",
        "Новости",
        "Президент",
        "Заседание Правительства",
        "Итоги 2023 года",
        "ЦБ РФ: ставка 16%",
        "Юбилей музея",
        "Ёлка в Кремле",
        "ФСБ сообщает",
        "ВЦИОМ: опрос",
        "Пресс-релиз N 15",
        "Apple и Samsung",
        "нефть дорожает",
    ];
    let mut wrong = Vec::new();
    for line in lines {
        for encoding in ENCODINGS {
            let decoded = decode(&encoded(line, encoding).unwrap(), None).unwrap();
            if decoded.text != line {
                wrong.push(format!("{line} in {encoding}: {} as {}", decoded.text, decoded.encoding));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn broken_bytes_cost_only_themselves() {
    let tail = "Редактор отдела новостей";
    let cp1251 = encoded(tail, "windows-1251").unwrap();
    let join = |parts: &[&[u8]]| parts.concat();
    // Bytes, text, and how the note begins.
    let table: [(Vec<u8>, String, &str); 7] = [
        (join(&[TEXT.as_bytes(), b"\n", &cp1251]), format!("{TEXT}\n{tail}"), "24 bytes are not UTF-8 like"),
        (join(&[TEXT.as_bytes(), b" ", &cp1251]), format!("{TEXT} {tail}"), "24 bytes are not UTF-8 like"),
        (
            join(&[TEXT.as_bytes(), b"\xD0 ", TEXT.as_bytes()]),
            format!("{TEXT}\u{FFFD} {TEXT}"),
            "1 bytes are",
        ),
        (join(&[b"\x80", TEXT.as_bytes()]), format!("\u{FFFD}{TEXT}"), "1 bytes are not valid UTF-8"),
        (join(&[TEXT.as_bytes(), b"\xFF\xFF"]), format!("{TEXT}\u{FFFD}\u{FFFD}"), "2 bytes are not valid"),
        (join(&[&[b'a'; 1000], b"\0b"]), format!("{}b", "a".repeat(1000)), "1 zero bytes"),
        (join(&[&[b'a'; 100], b"\0b\x07"]), format!("{}b\x07", "a".repeat(100)), "1 zero bytes"),
    ];
    for (bytes, text, note) in table {
        let decoded = decode(&bytes, Some("windows-1251")).unwrap();
        assert_eq!(decoded.text, text);
        assert!(decoded.notes.iter().any(|found| found.starts_with(note)), "{:?}", decoded.notes);
    }
}

#[test]
fn binary_is_refused() {
    let compressed = [&[b'a'; 300][..], b"\0\x01\x02\x03"].concat();
    let table =
        [&b"PK\x03\x04\x00\x00"[..], b"\xEF\xBB\xBFa\x00b", b"\x7FELF\x02\x01\x01\0\0\0\0\0", &compressed];
    for bytes in table {
        assert!(decode(bytes, Some("utf-8")).unwrap_err().contains("looks binary"), "{bytes:?}");
    }
}

#[test]
fn streams_are_decoded_like_whole_texts() {
    let long = format!("{TEXT} \u{1F5DE}\n").repeat(3000);
    for encoding in ["UTF-16LE BOM", "UTF-16BE", "UTF-32LE BOM", "UTF-32BE BOM", "UTF-8"] {
        for text in [&long, &format!("а{long}")] {
            let bytes = encoded(text, encoding).unwrap();
            let (mut stream, _) = lines(Box::new(&bytes[..])).unwrap();
            let mut read = String::new();
            std::io::Read::read_to_string(&mut stream, &mut read).unwrap();
            assert!(read.trim_start_matches('\u{FEFF}') == text, "{encoding}");
        }
    }
}

/// Reads every text and every headline under the folder in every encoding; returns how many there were and
/// which were not read back letter for letter.
fn conversions(folders: &[&Path]) -> (usize, Vec<String>) {
    let mut texts = Vec::new();
    for folder in folders {
        for found in crate::corpus::Corpus::open(&[folder.to_path_buf()], &[]).unwrap().files() {
            let crate::corpus::Found::File(file) = found else { continue };
            let bytes = fs::read(file.path()).unwrap();
            texts.push((file.name.clone(), decode(&bytes, None).unwrap().text));
            for release in file.releases().unwrap().into_iter().flatten() {
                texts.push((format!("{} title", release.id), release.title));
            }
        }
    }
    let (mut count, mut wrong) = (0, Vec::new());
    for (name, text) in texts {
        let text = everywhere(&text);
        for encoding in ENCODINGS {
            let decoded = decode(&encoded(&text, encoding).unwrap(), None);
            count += 1;
            let same = decoded.as_ref().is_ok_and(|decoded| decoded.text == text);
            if !same {
                let start: String = decoded.map_or_else(|e| e, |d| format!("{}: {:.40}", d.encoding, d.text));
                wrong.push(format!("{name} in {encoding}: {start}"));
            }
        }
    }
    (count, wrong)
}

#[test]
fn every_shipped_release_is_read_in_every_encoding() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let (count, wrong) = conversions(&[&corpus]);
    assert!(count > 1000 && wrong.len() * 1000 <= count * 5, "{} of {count}: {wrong:#?}", wrong.len());
}

#[test]
#[ignore = "needs ../shared"]
fn every_shared_release_is_read_in_every_encoding() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let (count, wrong) =
        conversions(&[&shared.join("seed-release.txt"), &shared.join("releases/debian-news")]);
    println!("{} of {count} were misread: {wrong:#?}", wrong.len());
    assert!(count > 5000 && wrong.len() * 1000 <= count * 5);
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        declared in "[a-z0-9-]{0,12}",
    ) {
        _ = decode(&bytes, Some(&declared));
    }
}
