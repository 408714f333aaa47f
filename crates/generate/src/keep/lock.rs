use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use loadwright_crew::hands;
use serde::{Deserialize, Serialize};

use super::operations::{Operations, comparable, paragraphs};
use crate::{Generated, GeneratedFile};

/// The version of the lock file that this program writes and reads.
const VERSION: u32 = 2;

/// What a conversion made: the base of the next merge, and what tells whether the source has moved on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub version: u32,
    /// As in `--target NAME`.
    pub target: String,
    pub source: String,
    /// Fingerprint by operation, as [`Operations`] makes them.
    pub operations: BTreeMap<String, String>,
    /// By path: the content (deflate, RFC 1951, then base64), or `fnv1a:` and a fingerprint for modules of this program.
    files: BTreeMap<String, String>,
}

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("this is no lock file: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("this lock file is of version {0}, which a newer program wrote")]
    Version(u32),
}

/// Files as a lock keeps them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packed(BTreeMap<String, String>);

impl Packed {
    /// Takes all cores for a moment when the files are long.
    pub fn of(generated: &Generated) -> Self {
        let kept = |f: &GeneratedFile| {
            let shared = generated.shared.contains(&f.path);
            (f.path.clone(), if shared { fingerprint(&f.content) } else { packed(&f.content) })
        };
        Self(generated.files.iter().map(kept).collect())
    }
}

/// What is known of a file that an earlier conversion wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    Content(Vec<u8>),
    /// Enough to see whether somebody has changed it, for files that nobody is meant to.
    Fingerprint(String),
}

impl Base {
    /// Whether this is what was written.
    pub fn is(&self, content: &[u8]) -> bool {
        match self {
            Self::Content(bytes) => bytes == content,
            Self::Fingerprint(text) => *text == fingerprint(content),
        }
    }
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
    /// `files` are what was made, packed.
    pub fn new(operations: Operations, files: Packed, target: &str, source: &str) -> Self {
        Self {
            version: VERSION,
            target: target.to_owned(),
            source: source.to_owned(),
            operations: operations.0,
            files: files.0,
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
    pub fn base(&self, path: &str) -> Option<Base> {
        let text = self.files.get(path)?;
        if text.starts_with(MARK) {
            return Some(Base::Fingerprint(text.clone()));
        }
        unpacked(text).map(Base::Content)
    }

    /// Whether the same files came out.
    pub fn same_files(&self, newer: &Self) -> bool {
        self.files.len() == newer.files.len()
            && self.files.keys().all(|path| match (self.base(path), newer.base(path)) {
                (Some(Base::Content(a)), Some(b)) | (Some(b), Some(Base::Content(a))) => b.is(&a),
                (a, b) => a == b,
            })
    }

    /// What became of the operations since. Where an older program has made the fingerprints in another way, an operation
    /// has changed when the scripts say something else about it.
    pub fn changes(&self, newer: &Self) -> Changes {
        let mut out = Changes::default();
        let mut scripts = None;
        for (name, hash) in &newer.operations {
            match self.operations.get(name) {
                None => out.added.push(name.clone()),
                Some(old) if old == hash => {}
                Some(old) if comparable(old, hash) => out.changed.push(name.clone()),
                Some(_) => {
                    let (then, now) = scripts.get_or_insert_with(|| (self.texts(), newer.texts()));
                    if paragraphs(then, name) != paragraphs(now, name) {
                        out.changed.push(name.clone());
                    }
                }
            }
        }
        out.removed =
            self.operations.keys().filter(|n| !newer.operations.contains_key(*n)).cloned().collect();
        out
    }

    /// The content of every file that is text.
    fn texts(&self) -> Vec<String> {
        let content = |path: &String| match self.base(path)? {
            Base::Content(bytes) => String::from_utf8(bytes).ok(),
            Base::Fingerprint(_) => None,
        };
        self.files.keys().filter_map(content).collect()
    }
}

/// How a fingerprint begins; base64 has no colon.
const MARK: &str = "fnv1a:";

fn fingerprint(content: &[u8]) -> String {
    format!("{MARK}{:016x}:{}", fnv(FNV_START, content), content.len())
}

/// Bytes that are packed at once: the pieces of a long script on all cores.
const PIECE: usize = 256 * 1024;

fn packed(content: &[u8]) -> String {
    if content.len() <= PIECE {
        return STANDARD.encode(deflated(content, true));
    }
    let pieces: Vec<&[u8]> = content.chunks(PIECE).collect();
    let share = pieces.len().div_ceil(hands());
    let last = pieces.len() - 1;
    let deflate = |(n, some): (usize, &[&[u8]])| -> Vec<u8> {
        let out: Vec<_> = some.iter().enumerate().map(|(i, p)| deflated(p, n * share + i == last)).collect();
        out.concat()
    };
    let out = std::thread::scope(|scope| {
        let mut shares = pieces.chunks(share).enumerate();
        let mine = shares.next();
        let others: Vec<_> = shares.map(|some| scope.spawn(move || deflate(some))).collect();
        let mut out = mine.map(deflate).unwrap_or_default();
        for hand in others {
            out.extend(hand.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        out
    });
    STANDARD.encode(out)
}

/// A deflate stream, or a piece of one that ends at a byte and that another one can follow.
fn deflated(content: &[u8], is_last: bool) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    // writing to memory does not fail
    let _ = encoder.write_all(content);
    if is_last {
        return encoder.finish().unwrap_or_default();
    }
    let _ = encoder.flush();
    encoder.get_ref().clone()
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

    #[test]
    fn a_lock_gives_back_what_it_was_made_from() {
        let content = "export default function () {}\n".repeat(100).into_bytes();
        let file = GeneratedFile { path: "a.js".into(), content: content.clone() };
        let generated = Generated { files: vec![file], ..Generated::default() };
        let lock = Lock::new(Operations::default(), Packed::of(&generated), "k6", "a.yaml");
        let text = lock.to_text();
        assert!(text.len() < 500, "{text}");
        let read = Lock::parse(&text).expect("a lock");
        assert_eq!(read.base("a.js"), Some(Base::Content(content.clone())));
        let shared = Generated { shared: ["a.js".to_owned()].into(), ..generated };
        let lean = Lock::new(Operations::default(), Packed::of(&shared), "k6", "a.yaml");
        assert!(lean.to_text().len() < 250, "{}", lean.to_text());
        assert!(lean.base("a.js").is_some_and(|b| b.is(&content) && !b.is(b"edited")));
        assert!(lean.same_files(&read) && read.same_files(&lean));
        assert!(read.same_files(&lock) && read.changes(&lock).is_empty());
        assert!(Lock::parse("{}").is_err());
    }

    #[test]
    fn fingerprints_of_an_older_program_leave_the_word_to_the_scripts() {
        let lock = |mark: &str, script: &str| {
            let file = GeneratedFile { path: "a.js".into(), content: script.as_bytes().to_vec() };
            let generated = Generated { files: vec![file], ..Generated::default() };
            let names = ["GET /pets", "GET /pets/{id}", "POST /pets"];
            let operations = names.map(|n| (n.to_owned(), format!("{mark}{:016x}", mark.len())));
            Lock::new(Operations(operations.into()), Packed::of(&generated), "k6", "a.yaml")
        };
        let script = "get('GET /pets');\n\nget('GET /pets/{id}');\n\npost('POST /pets');\n";
        let moved_on = script.replace("get('GET /pets/{id}')", "get(id, 'GET /pets/{id}')");
        let old = lock("", script);
        assert!(old.changes(&lock("2:", script)).is_empty());
        assert_eq!(old.changes(&lock("2:", &moved_on)).changed, ["GET /pets/{id}"]);
        assert_eq!(lock("2:", script).changes(&lock("3:", &moved_on)).changed, ["GET /pets/{id}"]);
        // the same way: they know better than the scripts
        let mut other = lock("2:", script);
        other.operations.insert("POST /pets".to_owned(), "2:00".to_owned());
        assert_eq!(lock("2:", script).changes(&other).changed, ["POST /pets"]);
    }

    #[test]
    fn long_scripts_are_packed_in_pieces() {
        for size in [PIECE, PIECE + 1, 5 * PIECE, 7 * PIECE + 77] {
            let content: Vec<u8> = (0..size).map(|i| (i * i / 7 % 251) as u8).collect();
            assert!(unpacked(&packed(&content)) == Some(content), "{size}");
        }
    }
}
