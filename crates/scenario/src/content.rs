use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// The bytes of an answer: at hand, or left where they were found, to be read when somebody wants them.
///
/// Two contents are equal when their bytes are.
#[derive(Clone, Default)]
pub struct Content(Kept);

/// Where answers were left.
pub trait Archive: fmt::Debug + Send + Sync {
    /// The bytes at a place that the archive itself gave out; none when they are not there any more.
    fn read(&self, place: Place) -> Vec<u8>;
}

/// A piece of an archive, in the archive's own bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub start: u64,
    pub length: u32,
}

#[derive(Clone)]
enum Kept {
    Here(Vec<u8>),
    There(Arc<dyn Archive>, Place),
}

impl Default for Kept {
    fn default() -> Self {
        Self::Here(Vec::new())
    }
}

impl Content {
    /// What is read from the archive each time.
    pub fn in_archive(archive: Arc<dyn Archive>, place: Place) -> Self {
        Self(Kept::There(archive, place))
    }

    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match &self.0 {
            Kept::Here(bytes) => Cow::Borrowed(bytes),
            Kept::There(archive, place) => Cow::Owned(archive.read(*place)),
        }
    }

    /// About how many bytes there are, without reading them.
    pub fn size(&self) -> usize {
        match &self.0 {
            Kept::Here(bytes) => bytes.len(),
            Kept::There(_, place) => place.length as usize,
        }
    }

    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Kept::Here(bytes) => bytes.is_empty(),
            Kept::There(archive, place) => archive.read(*place).is_empty(),
        }
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Kept::Here(bytes))
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self(Kept::Here(text.as_bytes().to_vec()))
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Content").field(&String::from_utf8_lossy(&self.bytes())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Letters(&'static [u8]);

    impl Archive for Letters {
        fn read(&self, place: Place) -> Vec<u8> {
            let start = place.start as usize;
            self.0.get(start..start + place.length as usize).unwrap_or_default().to_vec()
        }
    }

    #[test]
    fn what_was_left_is_what_is_at_hand() {
        let archive = Arc::new(Letters(b"abcdef"));
        let of = |start, length| Content::in_archive(archive.clone(), Place { start, length });
        assert_eq!(of(1, 3), Content::from("bcd"));
        assert_ne!(of(1, 3), of(2, 3));
        assert_eq!((of(1, 3).size(), of(1, 3).is_empty(), of(9, 3).is_empty()), (3, false, true));
        assert!(Content::default().is_empty());
    }
}
