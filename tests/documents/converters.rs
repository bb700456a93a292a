//! External converters: files of their extensions are found and read, each failure with its reason.

use std::{fs, time::Duration};

use vestnik::corpus::{Converter, Corpus, Found, ReadOptions};

use super::{folder::zipped, read_with};

fn converter(extension: &str, command: &[&str]) -> Converter {
    let command = command.iter().map(|&part| part.to_owned()).collect();
    Converter {
        extensions: vec![extension.to_owned()],
        command,
        time: Duration::from_secs(5),
        ..Converter::default()
    }
}

#[test]
fn files_are_read_through_commands() {
    let folder = tempfile::tempdir().unwrap();
    let page = "<html><title>Мир</title><body><p>Привет, мир.</p></body></html>";
    let files =
        [("a.doc", "Мир\n\nДа"), ("b.scan", page), ("c.bad", ""), ("d.none", ""), ("e.txt", "Дом\n\nНет")];
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    fs::write(folder.path().join("f.zip"), zipped(&[("g.doc".to_owned(), "Миру".as_bytes().to_vec())]))
        .unwrap();
    let options = ReadOptions {
        converters: vec![
            converter("doc", &["cat", "{path}"]),
            converter("scan", &["cat", "{path}"]),
            converter("bad", &["ls", "/no/such/file"]),
        ],
        ..ReadOptions::default()
    };
    let corpus = Corpus::open(&[folder.path().to_owned()], &[]).unwrap().with_options(options.clone());
    let found: Vec<String> = corpus
        .files()
        .map(|found| match found {
            Found::File(file) => file.name,
            Found::PassedOver(path) => format!("over {}", path.file_name().unwrap().display()),
            Found::Failed(error) => error.to_string(),
        })
        .collect();
    assert_eq!(found, ["a.doc", "b.scan", "c.bad", "over d.none", "e.txt", "f.zip"]);
    let table = [
        ("a.doc", "a.doc|Мир|Да"),
        ("b.scan", "b.scan|Мир|Привет, мир."),
        ("e.txt", "e.txt|Дом|Нет"),
        ("f.zip", "f.zip#папка/g.doc|Миру|"),
    ];
    for (name, expected) in table {
        let (releases, failures) = read_with(folder.path(), name, &options);
        let shown =
            releases.iter().map(|release| format!("{}|{}|{}", release.id, release.title, release.body));
        assert_eq!(shown.collect::<Vec<_>>(), [expected], "{failures:?}");
    }
    let (_, failures) = read_with(folder.path(), "c.bad", &options);
    assert!(
        failures[0].to_string().contains("c.bad: cannot be converted: \"ls\" ended with"),
        "{failures:?}"
    );
}
