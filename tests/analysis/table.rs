//! Reading the tables: one case a line, columns parted by `|`, remarks behind `# `.

/// Characters that nobody sees, by the names that the tables give them.
const UNSEEN: &[(&str, &str)] = &[
    ("{мягкий}", "\u{AD}"),
    ("{ударение}", "\u{301}"),
    ("{кратка}", "\u{306}"),
    ("{две точки}", "\u{308}"),
    ("{неразрывный}", "\u{A0}"),
    ("{узкий}", "\u{202F}"),
    ("{нулевой}", "\u{200B}"),
    ("{bom}", "\u{FEFF}"),
    ("{строка}", "\n"),
    ("{crlf}", "\r\n"),
    ("{слияние}", "\u{2060}"),
    ("{дефис}", "\u{2010}"),
    ("{цифровое тире}", "\u{2012}"),
    ("{минус}", "\u{2212}"),
    ("{тонкий}", "\u{2009}"),
    ("{вставка}", "\u{202A}"),
    ("{изолят}", "\u{2066}"),
    ("{конец изолята}", "\u{2069}"),
];

/// The cases of a table, each with the number of its line, its columns trimmed.
pub fn cases<const COLUMNS: usize>(table: &str) -> Vec<(usize, [String; COLUMNS])> {
    let mut cases = Vec::new();
    for (number, line) in (1..).zip(table.lines()) {
        if line.is_empty() || line == "#" || line.starts_with("# ") {
            continue;
        }
        let columns: Vec<String> = line.split('|').map(|column| spelt_out(column.trim())).collect();
        let columns: [String; COLUMNS] =
            columns.try_into().unwrap_or_else(|_| panic!("line {number} has not {COLUMNS} columns: {line}"));
        cases.push((number, columns));
    }
    cases
}

fn spelt_out(column: &str) -> String {
    let mut text = column.to_owned();
    for (name, character) in UNSEEN {
        text = text.replace(name, character);
    }
    text
}

/// Fails with all complaints at once.
pub fn check(cases: usize, least: usize, complaints: &[String]) {
    assert!(cases >= least, "the table has {cases} cases, fewer than {least}");
    assert!(
        complaints.is_empty(),
        "{} of {cases} cases differ:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
