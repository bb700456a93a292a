//! The form of a release in the document store: its fields, followed by the display map and the checkpoints
//! of its body.
//!
//! They are read in place: nothing is copied until a whole release is requested.

use std::borrow::Cow;

use encoding_rs::UTF_8;
use jiff::{Span, civil::date};
use serde::{Deserialize, Serialize};

use crate::{
    analysis::{CheckpointWriter, DisplayMap},
    release::{Date, Origin, Release},
};

/// The fields of a release, as Postcard reads them. Title and body are bytes: `encoding_rs` validates UTF-8 much faster.
#[derive(Deserialize)]
pub(super) struct StoredFields<'r> {
    pub id: &'r str,
    title: &'r [u8],
    body: &'r [u8],
    /// Days from 1970-01-01.
    pub date: Option<i64>,
    pub source: Option<&'r str>,
    url: Option<&'r str>,
    record: Option<&'r str>,
    /// In the form of Postcard.
    origin: &'r [u8],
    /// As JSON.
    extra: &'r str,
}

/// A stored release, read in place.
pub(crate) struct ReleaseView<'r> {
    pub title: Cow<'r, str>,
    pub body: Cow<'r, str>,
    /// The encoded display map and checkpoints of the body.
    pub display_map: &'r [u8],
    pub checkpoints: &'r [u8],
    pub(super) fields: StoredFields<'r>,
    /// The number of bytes that the fields take.
    length: usize,
}

/// A release as the document store will contain it, without the data for its display.
pub(super) struct EncodedRelease {
    pub bytes: Vec<u8>,
    /// The digest of these bytes, which is the same for equal releases.
    pub digest: u64,
}

/// Encodes a release.
pub(super) fn encode(release: &Release) -> Result<EncodedRelease, String> {
    let Release { id, title, body, date, source, url, record, origin, extra } = release;
    let extra = serde_json::to_string(extra).map_err(|error| error.to_string())?;
    let origin = origin.as_ref().map(origin_fields).transpose()?;
    let origin = postcard::to_stdvec(&origin).map_err(|error| error.to_string())?;
    let fields = (id, title, body, date.map(day_number), source, url, record, origin, &extra);
    // Room for the texts, the other fields and the display data that is appended later.
    let room = Vec::with_capacity((title.len() + body.len()) * 17 / 16 + extra.len() + 512);
    let bytes = postcard::to_extend(&fields, room).map_err(|error| error.to_string())?;
    Ok(EncodedRelease { digest: digest(&bytes), bytes })
}

/// The fields of an origin in their order. Its own `Serialize`, which is for JSON, leaves out empty ones.
fn origin_fields(origin: &Origin) -> Result<impl Serialize, String> {
    let Origin { root, file, line, part, reader, encoding, date_origin, notes } = origin;
    let root = root.to_str().ok_or_else(|| format!("{} is not UTF-8", root.display()))?;
    Ok((root, file, line, part, reader, encoding, date_origin, notes))
}

/// Encodes the display map and the checkpoints of a body, which the store keeps behind the release.
pub(super) fn encode_display(body: &str, checkpoints: &CheckpointWriter) -> Result<Vec<u8>, String> {
    let map = DisplayMap::of(body);
    let map = map.written();
    let length = postcard::to_stdvec(&map.len()).map_err(|error| error.to_string())?;
    Ok([&length, map, checkpoints.written()].concat())
}

/// The first 64 bits of BLAKE3 of an encoded release: two different releases have the same digest with a
/// probability of 2⁻⁶⁴.
fn digest(encoded: &[u8]) -> u64 {
    blake3::hash(encoded).as_bytes().first_chunk().copied().map_or(0, u64::from_le_bytes)
}

/// Reads a stored release, and compares it with the digest taken when it was written.
pub(super) fn verify(stored: &[u8], expected: u64) -> Result<Release, String> {
    let view = ReleaseView::read(stored)?;
    let (fields, display) = stored.split_at(view.length);
    let expected_display = encode_display(&view.body, &CheckpointWriter::of(&view.body).0)?;
    if digest(fields) != expected || display != expected_display {
        return Err("is not what was written".to_owned());
    }
    view.release()
}

/// Days from 1970-01-01, negative before it.
pub(crate) fn day_number(day: Date) -> i64 {
    i64::from((day - date(1970, 1, 1)).get_days())
}

/// The inverse of [`day_number`].
fn day_of(number: i64) -> Result<Date, jiff::Error> {
    date(1970, 1, 1).checked_add(Span::new().try_days(number)?)
}

impl<'r> ReleaseView<'r> {
    /// Reads an encoded release, with or without the display data behind it.
    pub fn read(bytes: &'r [u8]) -> Result<Self, String> {
        let (fields, display) = postcard::take_from_bytes::<StoredFields>(bytes).map_err(unreadable)?;
        let (display_map, checkpoints): (&[u8], &[u8]) = if display.is_empty() {
            Default::default()
        } else {
            postcard::take_from_bytes(display).map_err(unreadable)?
        };
        let text = |bytes| UTF_8.decode_without_bom_handling_and_without_replacement(bytes);
        let texts = text(fields.title).zip(text(fields.body));
        let (title, body) = texts.ok_or_else(|| unreadable("it is not UTF-8"))?;
        let length = bytes.len() - display.len();
        Ok(ReleaseView { title, body, display_map, checkpoints, fields, length })
    }

    /// Where the release was read.
    pub fn origin(&self) -> Result<Option<Origin>, String> {
        postcard::from_bytes(self.fields.origin).map_err(unreadable)
    }

    /// The whole release.
    pub fn release(&self) -> Result<Release, String> {
        let fields = &self.fields;
        Ok(Release {
            id: fields.id.to_owned(),
            title: self.title.clone().into_owned(),
            body: self.body.clone().into_owned(),
            date: fields.date.map(day_of).transpose().map_err(unreadable)?,
            source: fields.source.map(str::to_owned),
            url: fields.url.map(str::to_owned),
            record: fields.record.map(str::to_owned),
            origin: self.origin()?,
            extra: serde_json::from_str(fields.extra).map_err(unreadable)?,
        })
    }
}

fn unreadable(reason: impl std::fmt::Display) -> String {
    format!("cannot be read from the store: {reason}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_changed_byte_is_noticed() {
        let release = Release::new("1", "Встреча в Ташкенте", "Стороны обсудили вопросы. ".repeat(40));
        let EncodedRelease { mut bytes, digest } = encode(&release).unwrap();
        bytes.extend(encode_display(&release.body, &CheckpointWriter::of(&release.body).0).unwrap());
        assert_eq!(verify(&bytes, digest), Ok(release));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(verify(&changed, digest).is_err(), "byte {at}");
            assert!(verify(&bytes[..at], digest).is_err(), "{at} bytes");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>()) {
            _ = verify(&bytes, 0);
        }
    }
}
