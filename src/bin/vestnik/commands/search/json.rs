//! Prints hits as JSON Lines.

use anyhow::Result;
use serde_json::{Value, json};
use vestnik::{eval::TestQuery, search::Results};

use crate::{options::JSON_VERSION, terminal::Terminal};

/// Prints each hit and then a summary.
pub fn print(results: &Results, query: &TestQuery, offset: usize, terminal: &mut Terminal) -> Result<()> {
    for hit in &results.hits {
        let mut line = json!({ "v": JSON_VERSION, "type": "hit", "query": query.id });
        let fields = serde_json::to_value(hit)?;
        if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), fields) {
            line.extend(fields);
        }
        terminal.json(&line)?;
    }
    terminal.json(&json!({
        "v": JSON_VERSION,
        "type": "summary",
        "query": query.id,
        "text": query.text,
        "total": results.total,
        "hits": results.hits.len(),
        "offset": offset,
    }))
}
