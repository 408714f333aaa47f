//! Tag sets: sorted, immutable, cheap to share and to compare.

use std::sync::Arc;

use crate::index::mix_text;

/// A sorted set of tags. Cloning is one counter; the hash of the content is made once.
#[derive(Clone, Debug)]
pub struct Tags(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    hash: u64,
    pairs: Box<[(Arc<str>, Arc<str>)]>,
}

impl Default for Tags {
    fn default() -> Self {
        Self::new([])
    }
}

impl PartialEq for Tags {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.hash == other.0.hash && self.0.pairs == other.0.pairs)
    }
}

impl Eq for Tags {}

impl Tags {
    /// Later pairs win over earlier ones of the same key.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut list: Vec<(Arc<str>, Arc<str>)> = Vec::new();
        for (key, value) in pairs {
            insert(&mut list, key.into(), value.into());
        }
        Self::from_sorted(list)
    }

    /// A copy with these tags set; the same handle when nothing changes.
    pub fn with<'a>(&self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut list: Option<Vec<(Arc<str>, Arc<str>)>> = None;
        for (key, value) in pairs {
            let unchanged = match &list {
                None => self.get(key) == Some(value),
                Some(_) => false,
            };
            if !unchanged {
                insert(list.get_or_insert_with(|| self.0.pairs.to_vec()), key.into(), value.into());
            }
        }
        list.map_or_else(|| self.clone(), Self::from_sorted)
    }

    /// A copy without a tag.
    pub fn without(&self, key: &str) -> Self {
        if self.get(key).is_none() {
            return self.clone();
        }
        Self::from_sorted(self.0.pairs.iter().filter(|(k, _)| &**k != key).cloned().collect())
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        let at = self.0.pairs.binary_search_by(|(k, _)| (**k).cmp(key)).ok()?;
        self.0.pairs.get(at).map(|(_, v)| &**v)
    }

    /// In order of keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.pairs.iter().map(|(k, v)| (&**k, &**v))
    }

    pub fn len(&self) -> usize {
        self.0.pairs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.pairs.is_empty()
    }

    /// Equal for equal sets.
    pub(crate) fn hash(&self) -> u64 {
        self.0.hash
    }

    fn from_sorted(pairs: Vec<(Arc<str>, Arc<str>)>) -> Self {
        let hash = pairs.iter().fold(0, |h, (key, value)| mix_text(mix_text(h, key), value));
        Self(Arc::new(Inner { hash, pairs: pairs.into_boxed_slice() }))
    }
}

fn insert(list: &mut Vec<(Arc<str>, Arc<str>)>, key: Arc<str>, value: Arc<str>) {
    match list.binary_search_by(|(k, _)| k.cmp(&key)) {
        Ok(at) => list[at].1 = value,
        Err(at) => list.insert(at, (key, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_pairs_win_and_unchanged_sets_are_shared() {
        let base = Tags::new([("b", "1"), ("a", "2"), ("b", "3")]);
        assert_eq!(base.iter().collect::<Vec<_>>(), [("a", "2"), ("b", "3")]);
        assert!(Arc::ptr_eq(&base.with([("a", "2")]).0, &base.0));
        assert_eq!(Tags::new([("a", "2"), ("b", "3")]).hash(), base.hash());
        let more = base.with([("c", "4"), ("a", "5")]);
        assert_eq!(more.iter().collect::<Vec<_>>(), [("a", "5"), ("b", "3"), ("c", "4")]);
        assert_eq!(more.without("c").get("c"), None);
        assert_eq!(base.get("a"), Some("2"));
    }
}
