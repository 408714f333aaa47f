use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use loadwright_scenario::{TestPlan, for_each_request};
use serde::{Deserialize, Serialize};

use crate::Generated;

/// The version of the lock file that this program writes and reads.
const VERSION: u32 = 1;

/// What a conversion made: the base of the next merge, and what tells whether the source has moved on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub version: u32,
    /// As in `--target NAME`.
    pub target: String,
    pub source: String,
    /// Fingerprint by operation; an operation that comes several times has one for all.
    pub operations: BTreeMap<String, String>,
    /// Content by path: deflate (RFC 1951), then base64.
    files: BTreeMap<String, String>,
}

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("this is no lock file: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("this lock file is of version {0}, which a newer program wrote")]
    Version(u32),
}

/// How the operations of two conversions differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

impl Lock {
    pub fn new(plan: &TestPlan, generated: &Generated, target: &str, source: &str) -> Self {
        let mut operations: BTreeMap<String, u64> = BTreeMap::new();
        for_each_request(plan, &mut |r| {
            let mut plain = r.clone();
            // where a request stands in its source is nothing that it does
            plain.origin = Default::default();
            for e in &mut plain.extractions {
                e.origin = Default::default();
            }
            for c in &mut plain.checks {
                c.origin = Default::default();
            }
            for s in plain.before.iter_mut().chain(&mut plain.after) {
                s.origin = Default::default();
            }
            let hash = operations.entry(r.operation(&plan.http)).or_insert(FNV_START);
            *hash = fnv(*hash, format!("{plain:?}").as_bytes());
        });
        Self {
            version: VERSION,
            target: target.to_owned(),
            source: source.to_owned(),
            operations: operations.into_iter().map(|(n, h)| (n, format!("{h:016x}"))).collect(),
            files: generated.files.iter().map(|f| (f.path.clone(), packed(&f.content))).collect(),
        }
    }

    pub fn parse(text: &str) -> Result<Self, LockError> {
        let lock: Self = serde_json::from_str(text)?;
        if lock.version > VERSION {
            return Err(LockError::Version(lock.version));
        }
        Ok(lock)
    }

    /// Ends with a line feed; the same conversion gives the same bytes.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// What was written to a path.
    pub fn base(&self, path: &str) -> Option<Vec<u8>> {
        unpacked(self.files.get(path)?)
    }

    /// Whether the same files came out.
    pub fn same_files(&self, newer: &Self) -> bool {
        self.files.len() == newer.files.len()
            && self.files.keys().all(|path| self.base(path) == newer.base(path))
    }

    /// What became of the operations since.
    pub fn changes(&self, newer: &Self) -> Changes {
        let mut out = Changes::default();
        for (name, hash) in &newer.operations {
            match self.operations.get(name) {
                None => out.added.push(name.clone()),
                Some(old) if old != hash => out.changed.push(name.clone()),
                Some(_) => {}
            }
        }
        out.removed =
            self.operations.keys().filter(|n| !newer.operations.contains_key(*n)).cloned().collect();
        out
    }
}

fn packed(content: &[u8]) -> String {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    // writing to memory does not fail
    let _ = encoder.write_all(content);
    STANDARD.encode(encoder.finish().unwrap_or_default())
}

fn unpacked(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text).ok()?;
    let mut out = Vec::new();
    // a lock file is small; a bomb in it is cut off
    flate2::read::DeflateDecoder::new(bytes.as_slice()).take(1 << 28).read_to_end(&mut out).ok()?;
    Some(out)
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: the same on every machine and in every version.
fn fnv(mut hash: u64, bytes: &[u8]) -> u64 {
    for b in bytes {
        hash = (hash ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GeneratedFile;

    #[test]
    fn a_lock_gives_back_what_it_was_made_from() {
        let content = "export default function () {}\n".repeat(100).into_bytes();
        let file = GeneratedFile { path: "a.js".into(), content: content.clone() };
        let generated = Generated { files: vec![file], ..Generated::default() };
        let lock = Lock::new(&TestPlan::default(), &generated, "k6", "a.yaml");
        let text = lock.to_text();
        assert!(text.len() < 500, "{text}");
        let read = Lock::parse(&text).expect("a lock");
        assert_eq!(read.base("a.js"), Some(content));
        assert!(read.same_files(&lock) && read.changes(&lock).is_empty());
        assert!(Lock::parse("{}").is_err());
    }
}
