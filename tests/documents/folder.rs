//! A folder of every kind of file, some of them broken: the summary accounts for each.

use std::{fs, io::Write, path::Path};

use flate2::{Compression, write::GzEncoder};
use vestnik::{Index, corpus::Corpus};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{fixtures, names, read};

const MAIL: &str = "From: =?utf-8?B?0J/RgNC10YHRgS3RgdC70YPQttCx0LA=?= <press@mid.example>\r\n\
    Subject: =?utf-8?Q?=D0=9C=D0=B8=D1=80_=D0=B4=D0?=\r\n =?utf-8?Q?=BE=D0=BC=D1=83?=\r\n\
    Date: Mon, 13 May 2024 15:30:00 +0500\r\nMessage-ID: <1@mid.example>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=windows-1251\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\n=CF=F0=E8=E2=E5=F2, =\r\n=EC=E8=F0.\r\n--b\r\n\
    Content-Type: text/html; charset=utf-8\r\nContent-Disposition: attachment; filename=\"page.html\"\r\n\r\n\
    <html><title>Вложение</title><p>Текст вложения.</p></html>\r\n--b--\r\n";

const FEED: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\" xmlns:yandex=\"http://news.yandex.ru\">\
    <channel><title>МЧС</title><item><title>Учения &amp;laquo;Щит&amp;raquo;</title><link>https://m.example/1</link>\
    <pubDate>Mon, 13 May 2024 15:30:00 +0500</pubDate><description>Кратко.</description>\
    <yandex:full-text>Полный текст об учениях & тренировках.</yandex:full-text></item>\
    <item><title>Паводок</title><guid>2</guid><description><![CDATA[<p>Вода <b>спала</b>.</p>]]></description></item>\
    </channel></rss>";

/// Small files of the kinds that need no tool to be made.
pub fn written() -> Vec<(String, Vec<u8>)> {
    let table = "title;text;date\n\"Мир; дому\";\"Привет,\nмир\";13.05.2024\nДа;Нет;2024-05-14\n";
    let markdown = "---\ntitle: Мир\ndate: 2024-05-13\n---\n\n# Мир\n\nДа *и* нет.\n";
    let mailbox = format!(
        "From press Mon May 13 10:30:00 2024\n{MAIL}\nFrom a Mon May 13\nFrom: a@b\nSubject: Да\n\n>From нет\n"
    );
    let texts = [
        ("table.csv", table.to_owned()),
        ("table.tsv", table.replace(';', "\t").replace("Мир\t", "Мир;")),
        ("text.md", markdown.to_owned()),
        ("feed.xml", FEED.to_owned()),
        ("mail.eml", MAIL.to_owned()),
        ("mail.mbox", mailbox),
    ];
    let mut files: Vec<(String, Vec<u8>)> =
        texts.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    let inner = files.clone();
    files.push(("all.zip".to_owned(), zipped(&inner)));
    let tar = tarred(&inner);
    files.push(("all.tar.gz".to_owned(), gzipped(&tar)));
    files.push(("all.tar".to_owned(), tar));
    files.push(("feed.xml.zst".to_owned(), zstd::encode_all(FEED.as_bytes(), 3).unwrap()));
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(table.as_bytes()).unwrap();
    files.push(("table.csv.bz2".to_owned(), bzip2.finish().unwrap()));
    files.push(("news.sqlite".to_owned(), database()));
    files
}

pub fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(format!("папка/{name}"), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn tarred(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        // A name that needs the extension for long names.
        tar.append_data(&mut header, format!("{}/{name}", "папка".repeat(12)), &bytes[..]).unwrap();
    }
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    tar.append_link(&mut link, "link.txt", "/etc/passwd").unwrap();
    tar.into_inner().unwrap()
}

pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn database() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    let database = rusqlite::Connection::open(&path).unwrap();
    database
        .execute_batch(
            "CREATE TABLE news (id INTEGER PRIMARY KEY, title TEXT, text TEXT, date TEXT);
             INSERT INTO news VALUES (7, 'Мир', 'Привет', '2024-05-13'), (8, 'Да', 'Нет', NULL);",
        )
        .unwrap();
    drop(database);
    fs::read(path).unwrap()
}

/// What a file gives, one line for each release and failure.
fn shown(root: &Path, name: &str) -> Vec<String> {
    let (releases, failures) = read(root, name);
    let releases = releases.into_iter().map(|release| {
        let date = release.date.map(|date| date.to_string()).unwrap_or_default();
        let source = release.source.unwrap_or_default();
        format!("{}|{}|{}|{date}|{source}", release.id, release.title, release.body.replace('\n', "/"))
    });
    releases.chain(failures.into_iter().map(|failure| format!("failed: {failure}"))).collect()
}

#[test]
fn each_kind_gives_its_releases() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in written() {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let of_table = |name: &str| {
        [format!("{name}#L2|Мир; дому|Привет,/мир|2024-05-13|"), format!("{name}#L4|Да|Нет|2024-05-14|")]
    };
    let of_feed = |name: &str| {
        [
            format!(
                "{name}#https://m.example/1|Учения «Щит»|Полный текст об учениях & тренировках.|2024-05-13|МЧС"
            ),
            format!("{name}#2|Паводок|Вода спала.||МЧС"),
        ]
    };
    let of_mail = |name: &str| {
        [
            format!("{name}|Мир дому|Привет, мир.|2024-05-13|Пресс-служба"),
            format!("{name}#page.html|Вложение|Текст вложения.||"),
        ]
    };
    let of_mailbox = |name: &str| {
        let [first, second] = of_mail(&format!("{name}#1@mid.example"));
        vec![first, second, format!("{name}#message 2|Да|From нет||a@b")]
    };
    let of_text = |name: &str| [format!("{name}|Мир|Да и нет.|2024-05-13|")];
    let of_all = |archive: &str, folder: &str| {
        let name = |name: &str| format!("{archive}#{folder}/{name}");
        [
            of_table(&name("table.csv")).to_vec(),
            of_table(&name("table.tsv")).to_vec(),
            of_text(&name("text.md")).to_vec(),
            of_feed(&name("feed.xml")).to_vec(),
            of_mail(&name("mail.eml")).to_vec(),
            of_mailbox(&name("mail.mbox")),
        ]
        .concat()
    };
    let long = "папка".repeat(12);
    let table: [(&str, Vec<String>); 12] = [
        ("table.csv", of_table("table.csv").to_vec()),
        ("table.tsv", of_table("table.tsv").to_vec()),
        ("text.md", of_text("text.md").to_vec()),
        ("feed.xml", of_feed("feed.xml").to_vec()),
        ("mail.eml", of_mail("mail.eml").to_vec()),
        ("mail.mbox", of_mailbox("mail.mbox")),
        ("all.zip", of_all("all.zip", "папка")),
        ("all.tar", of_all("all.tar", &long)),
        ("all.tar.gz", of_all("all.tar.gz#all.tar", &long)),
        ("feed.xml.zst", of_feed("feed.xml.zst#feed.xml").to_vec()),
        ("table.csv.bz2", of_table("table.csv.bz2#table.csv").to_vec()),
        (
            "news.sqlite",
            vec!["news.sqlite#7|Мир|Привет|2024-05-13|".to_owned(), "news.sqlite#8|Да|Нет||".to_owned()],
        ),
    ];
    for (name, expected) in table {
        assert_eq!(shown(folder.path(), name), expected, "{name}");
    }
}

/// Made by LibreOffice from a CSV file: text in shared strings, days as numbers with a format.
#[test]
fn a_spreadsheet_gives_its_rows() {
    let expected = ["table.xlsx#R2|Мир, дому|Привет|2024-05-13|", "table.xlsx#R3|Да|Нет, да|2024-05-14|"];
    assert_eq!(shown(&fixtures(), "table.xlsx"), expected);
}

#[test]
fn a_summary_accounts_for_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let real = fixtures().join("files");
    let real = names(&real).into_iter().map(|name| (name.clone(), fs::read(real.join(name)).unwrap()));
    let kinds: Vec<(String, Vec<u8>)> = real.chain(written()).collect();
    let (mut whole, mut broken) = (0_u64, 0_u64);
    for round in 0..12 {
        for (name, bytes) in &kinds {
            fs::write(folder.path().join(format!("{round:02}-{name}")), bytes).unwrap();
            whole += 1;
        }
    }
    // Formats that are of no use without their end.
    for name in ["notes-0-lo.docx", "notes-0-lo.odt", "noted-0-pandoc.epub", "all.zip", "news.sqlite"] {
        let (_, bytes) = kinds.iter().find(|(kind, _)| kind == name).unwrap();
        fs::write(folder.path().join(format!("broken-{name}")), &bytes[..bytes.len() / 2]).unwrap();
        broken += 1;
    }
    fs::write(folder.path().join("other.exe"), "MZ").unwrap();
    let photos = tarred(&[("a.png".to_owned(), b"\x89PNG".to_vec())]);
    fs::write(folder.path().join("photos.tar"), photos).unwrap();
    std::os::unix::fs::symlink("/etc", folder.path().join("outside")).unwrap();
    let refused = broken + 1;
    let index = tempfile::tempdir().unwrap();
    let index = Index::open_or_create(index.path()).unwrap();
    let corpus = Corpus::open(&[folder.path().to_owned()], &[]).unwrap();
    let mut failed = Vec::new();
    let summary = vestnik::index::sync(&index, &corpus, false, &mut |event, _| {
        if let vestnik::index::Event::Failed(error) = event {
            failed.push(error.to_string());
        }
    })
    .unwrap();
    assert_eq!(failed.len() as u64, refused, "{failed:#?}");
    let listed: Vec<String> = index.failures().unwrap().iter().map(ToString::to_string).collect();
    failed.sort();
    assert_eq!(listed, failed);
    // An archive that holds nothing to read counts as ignored, and not as read.
    assert_eq!((summary.failed, summary.ignored), (refused, 2));
    assert_eq!(summary.read.files, whole + broken, "{failed:#?}");
    assert_eq!(summary.total, summary.added);
    let again = vestnik::index::sync(&index, &corpus, false, &mut |_, _| {}).unwrap();
    let seen = (again.same_files + again.read.files, again.failed, again.ignored);
    assert_eq!(seen, (whole + broken, refused, 2));
    assert_eq!(index.failures().unwrap().len() as u64, refused);
}
