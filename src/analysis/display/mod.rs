//! What is stored next to a text so that a part of it can be shown and marked without reading all of it.
//!
//! `display_map` says how the text is shown and where its sentences begin, `checkpoints` lets the tokenizer
//! start in the middle. Both are written as `varint`s.

mod checkpoints;
mod display_map;
mod plain;
mod varint;

pub(crate) use checkpoints::{Checkpoint, CheckpointWriter, Checkpoints};
pub(crate) use display_map::{DisplayEdits, DisplayMap};
