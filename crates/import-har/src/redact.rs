use std::io::{self, Write};

use loadwright_import::{ImportError, Source};
use serde_json::{Value, json};

use crate::disguise::Swap;
use crate::importer::bytes;
use crate::node::Node;
use crate::parse::lenient;
use crate::secrets::Secrets;
use crate::stream::{self, Raw};

/// How much was taken out of a recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redacted {
    pub entries: usize,
    /// Different values.
    pub values: usize,
}

/// Writes a recording without its secrets: tokens, cookies, passwords and keys, wherever they stand. Each is replaced by
/// a text of the same length and shape, the same one everywhere, so that what flows from responses into requests still
/// does. The file is read twice, entry by entry.
pub fn redact(source: &Source, out: &mut dyn Write) -> Result<Redacted, ImportError> {
    let fail = |e: io::Error| ImportError::new(format!("failed to redact {}: {e}", source.name));
    let bytes = bytes(source)?;
    let mut secrets = Secrets::default();
    let frame = stream::read(&bytes, &mut |raw| {
        if let Some(entry) = parsed(raw) {
            secrets.collect(&entry, "");
        }
    })
    .map_err(fail)?;
    if !frame.has_entries {
        return Err(ImportError::new("the file has no log.entries: this is no HTTP archive"));
    }
    let swap =
        Swap::of(&secrets).map_err(|e| ImportError::new(format!("failed to redact {}: {e}", source.name)))?;
    let mut pages = Value::Array(frame.pages);
    swap.value(&mut pages, "");
    let head =
        json!({ "name": if frame.creator.is_empty() { "unknown" } else { &frame.creator }, "version": "" });
    let version = frame.version.as_deref().unwrap_or("1.2");
    let mut first = Some(format!(
        "{{\"log\":{{\"version\":{},\"creator\":{head},\"comment\":\"secrets were replaced\",\"pages\":{pages},\"entries\":[\n",
        json!(version)
    ));
    let mut done = Redacted { entries: 0, values: swap.count() };
    let mut problem = None;
    stream::read(&bytes, &mut |raw| {
        let Some(mut entry) = parsed(raw).filter(|_| problem.is_none()) else { return };
        swap.value(&mut entry, "");
        let before = first.take().unwrap_or_else(|| ",\n".to_owned());
        if let Err(e) = write!(out, "{before}{entry}") {
            problem = Some(e);
        }
        done.entries += 1;
    })
    .map_err(fail)?;
    if let Some(e) = problem {
        return Err(fail(e));
    }
    writeln!(out, "{}\n]}}}}", first.unwrap_or_default()).map_err(fail)?;
    Ok(done)
}

fn parsed(raw: Raw<'_>) -> Option<Value> {
    raw.node.map(Node::to_value).or_else(|| Some(lenient(raw.bytes)?.to_value()))
}
