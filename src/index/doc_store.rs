//! How a release lies in the store: what it says, as plain bytes, and behind that the layout and the
//! landmarks of its body.
//!
//! Reading it copies nothing before a release is asked for. Tantivy's part is to keep the bytes.

use std::borrow::Cow;

use encoding_rs::UTF_8;
use jiff::{Span, civil::date};
use serde::{Deserialize, Serialize};
use tantivy::{directory::OwnedBytes, schema::Field};

use crate::{
    analysis::{CheckpointWriter, Checkpoints, DisplayEdits, DisplayMap},
    release::{Date, Origin, Release},
};

/// What tantivy writes before each document's first value: that there is one value and, behind the
/// field's number, that it is bytes. No other field is stored.
const ONE_VALUE: u8 = 0x81;
const OF_BYTES: u8 = 4;

/// A release as it was stored.
pub(crate) struct StoredDoc {
    bytes: OwnedBytes,
}

/// A stored release, read in place.
pub(crate) struct ReleaseView<'r> {
    /// Its title and its body.
    pub title: Cow<'r, str>,
    pub body: Cow<'r, str>,
    /// How the body is shown, and its landmarks, as they are written.
    layout: &'r [u8],
    landmarks: &'r [u8],
    said: EncodedRelease<'r, &'r [u8]>,
    /// How many bytes say so.
    length: usize,
}

/// A stored release, read whole and free of the store.
pub(crate) struct LoadedRelease {
    pub release: Release,
    layout: Box<[u8]>,
    landmarks: Box<[u8]>,
}

/// Everything that a release says, in Postcard's form of these fields. Title and body are written as strings
/// and read as bytes, which is the same form: `encoding_rs` sees much faster that they are UTF-8.
#[derive(Serialize, Deserialize)]
struct EncodedRelease<'r, B> {
    id: &'r str,
    title: B,
    body: B,
    /// Days from 1970-01-01.
    date: Option<i64>,
    source: Option<&'r str>,
    url: Option<&'r str>,
    record: Option<&'r str>,
    origin: Option<EncodedOrigin<'r>>,
    /// As JSON; empty where there is nothing.
    extra: &'r str,
}

#[derive(Serialize, Deserialize)]
struct EncodedOrigin<'r> {
    root: &'r str,
    file: &'r str,
    line: Option<u64>,
    part: Option<&'r str>,
    reader: Option<&'r str>,
    encoding: Option<&'r str>,
    date_origin: Option<&'r str>,
    #[serde(borrow)]
    notes: Vec<&'r str>,
}

impl<'r> EncodedRelease<'r, &'r str> {
    fn of(release: &'r Release, extra: &'r str) -> Result<Self, String> {
        let place = |origin: &'r Origin| {
            let root =
                origin.root.to_str().ok_or_else(|| format!("{} is not UTF-8", origin.root.display()))?;
            Ok::<_, String>(EncodedOrigin {
                root,
                file: &origin.file,
                line: origin.line,
                part: origin.part.as_deref(),
                reader: origin.reader.as_deref(),
                encoding: origin.encoding.as_deref(),
                date_origin: origin.date_origin.as_deref(),
                notes: origin.notes.iter().map(String::as_str).collect(),
            })
        };
        Ok(Self {
            id: &release.id,
            title: &release.title,
            body: &release.body,
            date: release.date.map(day_number),
            source: release.source.as_deref(),
            url: release.url.as_deref(),
            record: release.record.as_deref(),
            origin: release.origin.as_ref().map(place).transpose()?,
            extra,
        })
    }
}

/// All that a release says, as bytes: always the same ones, for digests are taken of them.
pub(super) fn encode(release: &Release) -> Result<Vec<u8>, String> {
    let extra = if release.extra.is_empty() {
        String::new()
    } else {
        serde_json::to_string(&release.extra).map_err(|error| error.to_string())?
    };
    postcard::to_stdvec(&EncodedRelease::of(release, &extra)?).map_err(|error| error.to_string())
}

/// What to store behind what a release says.
pub(super) fn encode_display(layout: &DisplayMap, landmarks: &CheckpointWriter) -> Result<Vec<u8>, String> {
    let layout = layout.written();
    let length = postcard::to_stdvec(&layout.len()).map_err(|error| error.to_string())?;
    Ok([&length, layout, landmarks.written()].concat())
}

/// Writes what tantivy keeps of a document that has this one value, as [`StoredDoc::of`] reads it. Tantivy's own
/// way from a document there goes byte by byte.
pub(super) fn write_document(field: Field, stored: &[u8], to: &mut Vec<u8>) {
    to.push(ONE_VALUE);
    to.extend_from_slice(&field.field_id().to_le_bytes());
    to.push(OF_BYTES);
    // Seven bits to a byte, the last of them marked.
    let mut length = stored.len();
    while length >= 0x80 {
        to.push(length.to_le_bytes()[0] & 0x7F);
        length >>= 7;
    }
    to.push(length.to_le_bytes()[0] | 0x80);
    to.extend_from_slice(stored);
}

/// A short digest of everything that a release says, from BLAKE3: two releases that differ in
/// anything have different digests but for one chance in 2⁶⁴.
pub(super) fn digest(said: &[u8]) -> u64 {
    let hash = blake3::hash(said);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// Days from 1970-01-01, negative before it.
pub(crate) fn day_number(day: Date) -> i64 {
    i64::from((day - date(1970, 1, 1)).get_days())
}

/// The inverse of [`day_number`].
fn day_of(number: i64) -> Result<Date, jiff::Error> {
    date(1970, 1, 1).checked_add(Span::new().try_days(number)?)
}

impl StoredDoc {
    /// From what tantivy keeps of a document; none where that is not one value of bytes.
    pub fn of(document: &OwnedBytes, field: Field) -> Option<Self> {
        let rest = document.strip_prefix(&[ONE_VALUE])?.strip_prefix(&field.field_id().to_le_bytes())?;
        let rest = rest.strip_prefix(&[OF_BYTES])?;
        // The number of bytes, seven bits to a byte, the last of them marked.
        let last = rest.iter().position(|&byte| byte & 0x80 != 0)?;
        let length = rest.len() - last - 1;
        let from = document.len() - length;
        Some(Self { bytes: document.slice(from..document.len()) })
    }

    /// Reads it, without the rest of it that only a whole release needs.
    pub fn record(&self) -> Result<ReleaseView<'_>, String> {
        ReleaseView::read(&self.bytes)
    }

    /// Reads all of it.
    pub fn whole(&self) -> Result<LoadedRelease, String> {
        let record = self.record()?;
        Ok(LoadedRelease {
            release: record.release()?,
            layout: record.layout.into(),
            landmarks: record.landmarks.into(),
        })
    }

    /// Reads it and holds it against the digest that was taken when it was written.
    pub fn check(&self, digest: u64) -> Result<Release, String> {
        let record = self.record()?;
        let (said, notes) = self.bytes.split_at(record.length);
        let anew = encode_display(&DisplayMap::of(&record.body), &CheckpointWriter::of(&record.body).0)?;
        if self::digest(said) != digest || anew != notes {
            return Err("is not what was written".to_owned());
        }
        record.release()
    }
}

impl LoadedRelease {
    /// How the body is shown.
    pub fn seams(&self) -> DisplayEdits<'_> {
        DisplayEdits::new(&self.layout)
    }

    /// Checkpoints of the body.
    pub fn landmarks(&self) -> Checkpoints<'_> {
        Checkpoints::new(&self.landmarks)
    }
}

impl<'r> ReleaseView<'r> {
    /// Reads what a release says, with or without notes behind it.
    pub fn read(bytes: &'r [u8]) -> Result<Self, String> {
        let read = |reason: &dyn std::fmt::Display| format!("cannot be read as it is stored: {reason}");
        let (said, notes) =
            postcard::take_from_bytes::<EncodedRelease<&[u8]>>(bytes).map_err(|error| read(&error))?;
        let notes_read =
            if notes.is_empty() { Ok(Default::default()) } else { postcard::take_from_bytes(notes) };
        let (layout, landmarks): (&[u8], &[u8]) = notes_read.map_err(|error| read(&error))?;
        let text = |bytes| UTF_8.decode_without_bom_handling_and_without_replacement(bytes);
        let (title, body) = text(said.title).zip(text(said.body)).ok_or_else(|| read(&"is not UTF-8"))?;
        let length = bytes.len() - notes.len();
        Ok(ReleaseView { title, body, layout, landmarks, said, length })
    }

    /// How the body is displayed.
    pub fn display_edits(&self) -> DisplayEdits<'r> {
        DisplayEdits::new(self.layout)
    }

    /// Checkpoints of the body.
    pub fn checkpoints(&self) -> Checkpoints<'r> {
        Checkpoints::new(self.landmarks)
    }

    /// Its id.
    pub fn id(&self) -> &'r str {
        self.said.id
    }

    /// Its day, in days from 1970-01-01.
    pub fn day(&self) -> Option<i64> {
        self.said.date
    }

    /// Its publisher.
    pub fn source(&self) -> Option<&'r str> {
        self.said.source
    }

    /// The corpus folder and the file below it that it was read from.
    pub fn origin(&self) -> Option<(&'r str, &'r str)> {
        self.said.origin.as_ref().map(|place| (place.root, place.file))
    }

    /// All of it.
    pub fn release(&self) -> Result<Release, String> {
        let said = &self.said;
        let read = |reason: String| format!("cannot be read as it is stored: {reason}");
        let extra = match said.extra {
            "" => serde_json::Map::new(),
            extra => serde_json::from_str(extra).map_err(|error| read(error.to_string()))?,
        };
        Ok(Release {
            id: said.id.to_owned(),
            title: self.title.clone().into_owned(),
            body: self.body.clone().into_owned(),
            date: said.date.map(day_of).transpose().map_err(|error| read(error.to_string()))?,
            source: said.source.map(str::to_owned),
            url: said.url.map(str::to_owned),
            record: said.record.map(str::to_owned),
            origin: said.origin.as_ref().map(|place| Origin {
                root: place.root.into(),
                file: place.file.to_owned(),
                line: place.line,
                part: place.part.map(str::to_owned),
                reader: place.reader.map(str::to_owned),
                encoding: place.encoding.map(str::to_owned),
                date_origin: place.date_origin.map(str::to_owned),
                notes: place.notes.iter().map(|&note| note.to_owned()).collect(),
            }),
            extra,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        index::{Index, Snapshot},
        release::day,
    };

    fn rich() -> Release {
        let extra = serde_json::json!({ "б": [1, null, "«да»"], "а": { "в": 1.5 } });
        Release {
            date: Some(day("1969-12-31").unwrap()),
            source: Some("УзА".into()),
            url: Some("https://uza.uz/1".into()),
            record: Some("17".into()),
            origin: Some(Origin {
                root: "/корпус".into(),
                file: "а/б.json".into(),
                line: Some(3),
                part: Some("в#17".into()),
                reader: Some("json".into()),
                encoding: Some("windows-1251".into()),
                date_origin: Some("field date".into()),
                notes: vec!["2 bytes were replaced".into()],
            }),
            extra: extra.as_object().cloned().unwrap(),
            ..Release::new("1", "Встреча в Ташкенте", "Стороны обсудили вопросы. ".repeat(40))
        }
    }

    fn stored(bytes: Vec<u8>) -> StoredDoc {
        StoredDoc { bytes: OwnedBytes::new(bytes) }
    }

    fn written(release: &Release) -> (Vec<u8>, u64) {
        let said = encode(release).unwrap();
        let digest = digest(&said);
        let notes =
            encode_display(&DisplayMap::of(&release.body), &CheckpointWriter::of(&release.body).0).unwrap();
        ([said, notes].concat(), digest)
    }

    #[test]
    fn releases_come_back_from_an_index_as_they_were() {
        let releases = [rich(), Release::new("2", "", ""), Release::new("3", "Заголовок", "Текст")];
        let index = Index::in_memory().unwrap();
        index.ingest(releases.clone()).unwrap();
        let snapshot = Snapshot::open(&index).unwrap();
        for release in releases {
            let address = snapshot.find(&release.id).unwrap().unwrap();
            assert_eq!(snapshot.release(address).unwrap(), release);
            snapshot.segment(address.segment).check(address.doc).unwrap();
        }
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let (bytes, digest) = written(&rich());
        assert_eq!(stored(bytes.clone()).check(digest), Ok(rich()));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(stored(changed).check(digest).is_err(), "byte {at}");
            assert!(stored(bytes[..at].to_vec()).check(digest).is_err(), "{at} bytes");
        }
    }

    proptest! {
        #[test]
        fn any_texts_come_back(id in any::<String>(), title in any::<String>(), body in any::<String>(), day in -900_000_i64..900_000) {
            let release = Release { date: day_of(day).ok(), ..Release::new(id, title, body) };
            let (bytes, digest) = written(&release);
            prop_assert_eq!(stored(bytes).check(digest), Ok(release));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>()) {
            _ = stored(bytes).check(0);
        }
    }
}
