use super::plan::Plan;
use crate::analysis::Analyzer;
use serde::Serialize;
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snippet {
    pub fragments: Vec<Fragment>,
    pub opening: bool,
}
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fragment {
    pub text: String,
    pub marks: Vec<Mark>,
    pub cut_before: bool,
    pub cut_behind: bool,
}
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    pub start: usize,
    pub end: usize,
    pub start_char: usize,
    pub end_char: usize,
}
#[derive(Clone, Debug)]
pub struct SnippetOptions {
    pub fragments: usize,
    pub length: usize,
}
impl Default for SnippetOptions {
    fn default() -> Self {
        Self { fragments: 3, length: 300 }
    }
}
pub(crate) struct Marker;
impl Marker {
    pub fn new(_: &Plan) -> Self {
        Self
    }
    pub fn title(&self, _: &Analyzer, _: &str) -> Vec<Mark> {
        vec![]
    }
    pub fn body(&self, _: &Analyzer, _: &str, _: &SnippetOptions) -> Snippet {
        Snippet { fragments: vec![], opening: true }
    }
}
