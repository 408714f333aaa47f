use loadwright_import::{Tree, read};

/// One entry that is not JSON by the book: comments, trailing commas, bytes and escapes that are no characters.
pub(crate) fn lenient(raw: &[u8]) -> Option<Tree<'static>> {
    let text = String::from_utf8_lossy(raw);
    let tree = |text: &str| read::json_tree(text).map(Tree::into_owned).ok();
    tree(&text).or_else(|| tree(&without_lone_surrogates(&text)))
}

/// Half a surrogate pair is no character: recorders write it for text that was cut in the middle.
fn without_lone_surrogates(text: &str) -> String {
    let unit = |at: usize| {
        text.get(at..at + 6).and_then(|s| s.strip_prefix("\\u")).and_then(|h| u16::from_str_radix(h, 16).ok())
    };
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while let Some(c) = text.get(i..).and_then(|s| s.chars().next()) {
        match unit(i) {
            Some(0xd800..=0xdbff) if matches!(unit(i + 6), Some(0xdc00..=0xdfff)) => {
                out.push_str(text.get(i..i + 12).unwrap_or_default());
                i += 12;
            }
            Some(0xd800..=0xdfff) => {
                out.push_str("\\ufffd");
                i += 6;
            }
            _ if c == '\\' => {
                let pair = text.get(i..).map_or(1, |s| s.chars().take(2).map(char::len_utf8).sum());
                out.push_str(text.get(i..i + pair).unwrap_or_default());
                i += pair;
            }
            _ => {
                out.push(c);
                i += c.len_utf8();
            }
        }
    }
    out
}
