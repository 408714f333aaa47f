use serde_json::Value;

/// What a recording holds around its entries.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub version: Option<String>,
    pub creator: String,
    pub pages: Vec<Value>,
    pub options: Option<Value>,
    pub comment: Option<String>,
    /// Whether there was a list of entries at all.
    pub has_entries: bool,
    /// The text ended before the JSON did.
    pub truncated: bool,
}

/// Larger values beside the entries are skipped, not kept.
const MOST_KEPT: usize = 16 * 1024 * 1024;

impl Frame {
    /// Whether anybody asks for the value of this name.
    pub fn wants(key: &str) -> bool {
        matches!(key, "version" | "creator" | "browser" | "pages" | "options" | "comment")
    }

    /// Takes a value as it stands in the file.
    pub fn take(&mut self, key: &str, json: &[u8]) {
        if json.len() >= MOST_KEPT {
            return;
        }
        match (key, serde_json::from_slice(json).unwrap_or(Value::Null)) {
            ("version", v) => self.version = v.as_str().map(str::to_owned),
            ("creator" | "browser", v) => {
                // the typed form where it fits; recorders also write a bare string
                let typed = serde_json::from_value::<har::v1_2::Creator>(v.clone()).ok();
                let text = typed.map(|c| format!("{} {}", c.name, c.version)).or_else(|| match &v {
                    Value::String(s) => Some(s.clone()),
                    other => other.get("name").and_then(Value::as_str).map(str::to_owned),
                });
                if let Some(text) = text.filter(|_| self.creator.is_empty()) {
                    text.trim().clone_into(&mut self.creator);
                }
            }
            ("pages", Value::Array(pages)) => self.pages = pages,
            ("options", v) => self.options = Some(v),
            ("comment", v) => self.comment = v.as_str().map(str::to_owned),
            _ => {}
        }
    }
}
