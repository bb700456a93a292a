//! Hostile files cost only themselves: an error, and memory within bounds.

use std::{fs, io::Write};

use flate2::{Compression, write::GzEncoder};
use rustix::time::{ClockId, clock_gettime};
use vestnik::corpus::{Limits, ReadOptions};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    folder::{gzipped, zipped},
    read, read_bytes, read_with,
};

/// The peak of this process's memory, in bytes. Linux keeps it in /proc.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or(0) << 10
}

/// Seconds of CPU time that this thread has taken. Other work on the machine does not change them.
fn cpu_seconds() -> i64 {
    clock_gettime(ClockId::ThreadCPUTime).tv_sec
}

/// `size` bytes of one letter, in a stream.
fn letters(size: u64) -> impl std::io::Read {
    std::io::Read::take(std::io::repeat(b'a'), size)
}

fn gzip_bomb(size: u64) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    std::io::copy(&mut letters(size), &mut gzip).unwrap();
    gzip.finish().unwrap()
}

/// A zip with one part of `size` letters between two tags.
fn package_bomb(part: &str, others: &[(&str, &str)], size: u64) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in others {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.start_file(part, SimpleFileOptions::default()).unwrap();
    std::io::copy(&mut letters(size), &mut zip).unwrap();
    zip.finish().unwrap().into_inner()
}

/// A file of bad records costs no more than its first thousand, and says how many there are.
#[test]
fn many_failures_are_counted() {
    let duplicates = "{\"id\":1,\"title\":\"а\"}\n".repeat(3001);
    for (name, text, releases) in [("a.jsonl", "1\n".repeat(3000), 0), ("b.jsonl", duplicates, 1)] {
        let (read, failures) = read_bytes(name, text.as_bytes());
        assert_eq!((read.len(), failures.len()), (releases, 1001));
        let last = failures.last().unwrap().to_string();
        assert!(last.contains("2000 more parts cannot be read"), "{last}");
    }
}

/// Small files that would take gigabytes, hours or the stack.
#[test]
fn what_multiplies_is_refused_or_cut() {
    let zip = |parts: &[(&str, &str)]| zipped_at(parts);
    let spine = "<itemref idref='a'/>".repeat(50_000);
    let book = format!(
        "<package><metadata><title>Т</title></metadata><manifest><item id='a' href='a.xhtml'/></manifest>\
         <spine>{spine}</spine></package>"
    );
    let chapter = format!("<html><body><p>{}</p></body></html>", "Слово дело. ".repeat(2000));
    let epub = zip(&[
        (
            "META-INF/container.xml",
            "<container><rootfiles><rootfile full-path='a.opf'/></rootfiles></container>",
        ),
        ("a.opf", &book),
        ("a.xhtml", &chapter),
    ]);
    let nested =
        |levels| "MIME-Version: 1.0\nContent-Type: message/rfc822\n\n".repeat(levels) + "Subject: а\n\nб";
    let parts = "Subject: а\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n".to_owned()
        + &"--b\n\n".repeat(500_000);
    let headers = "Subject: а\nFrom: a@b\n".to_owned() + &"X: v\n".repeat(500_000) + "\nб";
    let names: Vec<String> = (0..300_000).map(|number| format!("c{number}")).collect();
    let columns = format!("title,text,{}\nа,б\n", names.join(","));
    let hyphens = "Т\n".to_owned() + &"ы-".repeat(500_000);
    let table: [(&str, Vec<u8>, usize, &str); 8] = [
        ("a.epub", epub, 1, ""),
        ("0.eml", nested(1000).into_bytes(), 0, "containers deep"),
        ("a.eml", nested(100_000).into_bytes(), 0, "more than 1000 messages within messages"),
        ("b.eml", parts.into_bytes(), 0, "more than 100000 parts"),
        ("c.eml", headers.into_bytes(), 0, "more than 300000 headers"),
        ("a.csv", columns.into_bytes(), 0, "more than 16384 cells"),
        ("b.csv", format!("title,text\nа,б\n{}\nв,г\n", ",".repeat(9 << 20)).into_bytes(), 1, "delimiters"),
        ("a.txt", hyphens.into_bytes(), 1, ""),
    ];
    for (name, bytes, expected, message) in table {
        let started = cpu_seconds();
        let (releases, failures) = read_bytes(name, &bytes);
        let seconds = cpu_seconds() - started;
        assert!(seconds < 60, "{name}: {seconds} s");
        let size: usize = releases.iter().map(|release| release.body.len()).sum();
        assert!(size < 2 << 20, "{name}: {size}");
        assert_eq!(releases.len(), expected, "{name}: {failures:?}");
        let first = failures.first().map(ToString::to_string).unwrap_or_default();
        assert!(first.contains(message) && first.is_empty() == message.is_empty(), "{name}: {first}");
    }
}

/// A database of an author may name a view like the table that the project file asks for.
#[test]
fn a_row_without_end_and_rows_without_end_are_stopped() {
    let numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x";
    let long = "replace(hex(zeroblob(50000)), '00', 'слово ')";
    let table = [
        (format!("{numbers} AS title, x AS text FROM n WHERE x < 0"), "interrupted"),
        (format!("{numbers} AS title, {long} AS text FROM n"), "500 times its size"),
    ];
    for (view, expected) in table {
        let folder = tempfile::tempdir().unwrap();
        let database = rusqlite::Connection::open(folder.path().join("a.db")).unwrap();
        database.execute_batch(&format!("CREATE VIEW news AS {view}")).unwrap();
        drop(database);
        let query = "SELECT * FROM news".to_owned();
        let limits = Limits { time: std::time::Duration::from_secs(2), ..Limits::default() };
        let databases = vec![vestnik::corpus::DatabaseQuery { file: "a.db".to_owned(), query }];
        let options = ReadOptions { limits, databases, ..ReadOptions::default() };
        let (_, failures) = read_with(folder.path(), "a.db", &options);
        assert_eq!(failures.len(), 1, "{failures:?}");
        assert!(failures[0].to_string().contains(expected), "{failures:?}");
    }
}

/// One test after another in one process, so that the peak is that of the worst.
#[test]
fn bombs_are_errors_within_bounded_memory() {
    const GB: u64 = 1 << 30;
    let content_types = ("[Content_Types].xml", "<Types/>");
    let workbook = (
        "xl/workbook.xml",
        "<workbook xmlns:r='r'><sheets><sheet name='a' sheetId='1' r:id='rId1'/></sheets></workbook>",
    );
    let container = (
        "META-INF/container.xml",
        "<container><rootfiles><rootfile full-path='a.opf'/></rootfiles></container>",
    );
    let nested = zipped(&[("a.zip".to_owned(), zipped(&[("b.txt.gz".to_owned(), gzip_bomb(GB))]))]);
    let table = [
        ("a.txt.gz", gzip_bomb(GB), "bomb"),
        ("a.jsonl.gz", gzip_bomb(GB), "bomb"),
        ("a.csv.gz", gzip_bomb(GB), "bomb"),
        ("a.mbox.gz", gzip_bomb(GB), "bomb"),
        ("a.tar.gz", gzip_bomb(GB), "damaged archive"),
        ("a.zip", nested, "bomb"),
        ("a.docx", package_bomb("word/document.xml", &[content_types], GB), "unpacks to more than"),
        (
            "a.odt",
            package_bomb("content.xml", &[("mimetype", "application/vnd.oasis.opendocument.text")], GB),
            "unpacks to",
        ),
        (
            "a.xlsx",
            package_bomb("xl/worksheets/sheet1.xml", &[content_types, workbook], GB),
            "unpacks to more than",
        ),
        ("a.epub", package_bomb("a.opf", &[container], GB), "unpacks to more than"),
    ];
    let before = peak();
    for (name, bytes, expected) in table {
        let started = cpu_seconds();
        let (releases, failures) = read_bytes(name, &bytes);
        assert!(releases.is_empty(), "{name}");
        let message = failures.first().map(ToString::to_string).unwrap_or_default();
        assert!(message.contains(expected), "{name}: {message}");
        let seconds = cpu_seconds() - started;
        assert!(seconds < 60, "{name}: {seconds} s");
    }
    let grown = peak().saturating_sub(before) >> 20;
    assert!(grown < 256, "{grown} MB more");
}

#[test]
fn a_million_levels_are_read_without_recursion() {
    const LEVELS: usize = 1_000_000;
    const FEWER: usize = LEVELS / 4;
    let nested = |open: &str, close: &str| format!("{}Мир{}", open.repeat(LEVELS), close.repeat(LEVELS));
    let docx = |body: &str| {
        let xml = format!("<w:document xmlns:w='w'><w:body>{body}</w:body></w:document>");
        zipped_at(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", &xml)])
    };
    let rtf = format!("{{\\rtf1 {}}}", nested("{", "}"));
    let table = [
        ("a.rtf", rtf.into_bytes(), true),
        ("b.docx", docx(&nested("<w:sdt><w:t>", "</w:t></w:sdt>")), true),
        (
            "c.docx",
            docx(&format!(
                "{}{}",
                "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>а</w:t></w:r></w:p>".repeat(FEWER),
                "</w:tc></w:tr></w:tbl>".repeat(FEWER)
            )),
            true,
        ),
        (
            "d.docx",
            docx(&format!(
                "{}{}",
                "<w:p><w:r><w:txbxContent>".repeat(FEWER),
                "</w:txbxContent></w:r></w:p>".repeat(FEWER)
            )),
            false,
        ),
        (
            "e.xml",
            format!("<rss><item><title>Мир</title><a>{}</a></item></rss>", nested("<b>", "</b>"))
                .into_bytes(),
            true,
        ),
        ("f.md", nested(">", "").into_bytes(), true),
        ("g.md", format!("---\na: {}\n---\nМир", "[".repeat(100_000)).into_bytes(), true),
    ];
    for (name, bytes, expected) in table {
        let started = cpu_seconds();
        let (releases, failures) = read_bytes(name, &bytes);
        assert_eq!(!releases.is_empty(), expected, "{name}: {failures:?}");
        let seconds = cpu_seconds() - started;
        assert!(seconds < 60, "{name}: {seconds} s");
    }
}

fn zipped_at(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_cell_in_the_far_corner_costs_one_cell() {
    let sheet = "<worksheet><sheetData>\
        <row r='1'><c r='A1' t='inlineStr'><is><t>title</t></is></c></row>\
        <row r='2'><c r='A2' t='inlineStr'><is><t>Мир</t></is></c></row>\
        <row r='1048576'><c r='XFD1048576' t='inlineStr'><is><t>Даль</t></is></c></row>\
        </sheetData></worksheet>";
    let relations = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>\
        <Relationship Id='rId1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet' Target='worksheets/sheet1.xml'/></Relationships>";
    let root = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>\
        <Relationship Id='rId1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>";
    let book = "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' \
        xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'>\
        <sheets><sheet name='a' sheetId='1' r:id='rId1'/></sheets></workbook>";
    let bytes = zipped_at(&[
        ("[Content_Types].xml", "<Types/>"),
        ("xl/workbook.xml", book),
        ("_rels/.rels", root),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/worksheets/sheet1.xml", sheet),
    ]);
    let before = peak();
    let (releases, failures) = read_bytes("a.xlsx", &bytes);
    let titles: Vec<&str> = releases.iter().map(|release| release.title.as_str()).collect();
    assert_eq!(titles, ["Мир"], "{failures:?}");
    assert!(peak() - before < 64 << 20);
}

#[test]
fn containers_end_at_their_depth() {
    let mut bytes = "Мир".as_bytes().to_vec();
    let mut name = "a.txt".to_owned();
    for _ in 0..12 {
        bytes = gzipped(&bytes);
        name += ".gz";
    }
    let (releases, failures) = read_bytes(&name, &bytes);
    assert!(releases.is_empty());
    assert!(failures[0].to_string().contains("nested more than 8 containers deep"), "{failures:?}");
}

#[test]
fn what_all_containers_unpack_to_is_limited() {
    let texts: Vec<(String, Vec<u8>)> =
        (0..40).map(|number| (format!("{number}.txt"), "Мир ".repeat(50_000).into_bytes())).collect();
    let options =
        ReadOptions { limits: Limits { unpacked: 4 << 20, ..Limits::default() }, ..ReadOptions::default() };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.zip"), zipped(&texts)).unwrap();
    let (releases, failures) = read_with(folder.path(), "a.zip", &options);
    assert!((5..15).contains(&releases.len()), "{}", releases.len());
    assert!(failures[0].to_string().contains("unpacks to more than 4 MB"), "{failures:?}");
    assert_eq!(read(folder.path(), "a.zip").0.len(), 40);
}

/// A PDF of one page with these drawing instructions, compressed.
fn pdf(instructions: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(instructions).unwrap();
    let packed = zlib.finish().unwrap();
    let mut stream = format!("<</Filter/FlateDecode/Length {}>>stream\n", packed.len()).into_bytes();
    stream.extend(&packed);
    stream.extend(b"\nendstream");
    let resources = "<</Font<</F 4 0 R>>>>";
    let objects: [&[u8]; 5] = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        &format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 5 0 R/Resources{resources}>>")
            .into_bytes(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        &stream,
    ];
    let (mut file, mut places) = (b"%PDF-1.4\n".to_vec(), Vec::new());
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n", number + 1).bytes());
        file.extend(*object);
        file.extend(b"\nendobj\n");
    }
    let table = file.len();
    file.extend(b"xref\n0 6\n0000000000 65535 f \n");
    for place in places {
        file.extend(format!("{place:010} 00000 n \n").bytes());
    }
    file.extend(format!("trailer<</Size 6/Root 1 0 R>>\nstartxref\n{table}\n%%EOF").bytes());
    file
}

#[test]
#[cfg(all(feature = "cli", target_os = "linux"))]
fn a_pdf_is_read_within_limits_in_a_process_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let time = std::time::Duration::from_secs(20);
    let options = ReadOptions {
        isolate: Some(env!("CARGO_BIN_EXE_vestnik").into()),
        limits: Limits { time, ..Limits::default() },
        ..ReadOptions::default()
    };
    let page = b"BT /F 12 Tf 50 700 Td (A press release of today) Tj ET";
    // Twelve million pieces of text: gigabytes in memory.
    let bomb = [&b"BT /F 12 Tf 50 700 Td "[..], &b"(a) Tj ".repeat(12 << 20)].concat();
    fs::write(folder.path().join("page.pdf"), pdf(page)).unwrap();
    fs::write(folder.path().join("bomb.pdf"), pdf(&bomb)).unwrap();
    let (releases, failures) = read_with(folder.path(), "page.pdf", &options);
    assert_eq!(
        releases.first().map(|release| release.title.as_str()),
        Some("A press release of today"),
        "{failures:?}"
    );
    let before = peak();
    let (releases, failures) = read_with(folder.path(), "bomb.pdf", &options);
    assert!(releases.is_empty());
    assert!(failures[0].to_string().contains("made its reader fail"), "{failures:?}");
    assert!(peak() - before < 64 << 20);
}
