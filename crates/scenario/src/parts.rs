use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::Part;

/// The parts of a text in order. Nearly every text has one part or none: these need no memory of their own.
#[derive(Clone, Default)]
pub struct Parts(Held);

#[derive(Clone, Default)]
enum Held {
    #[default]
    None,
    One(Part),
    // behind one more pointer, so that the usual text is no larger than its part
    #[expect(clippy::box_collection, reason = "a list is three words, which is all that a part has")]
    Many(Box<Vec<Part>>),
}

impl Parts {
    pub fn as_slice(&self) -> &[Part] {
        match &self.0 {
            Held::None => &[],
            Held::One(part) => std::slice::from_ref(part),
            Held::Many(parts) => parts,
        }
    }

    pub fn as_mut_slice(&mut self) -> &mut [Part] {
        match &mut self.0 {
            Held::None => &mut [],
            Held::One(part) => std::slice::from_mut(part),
            Held::Many(parts) => parts,
        }
    }

    pub fn push(&mut self, part: Part) {
        self.0 = match std::mem::take(&mut self.0) {
            Held::None => Held::One(part),
            Held::One(first) => Held::Many(Box::new(vec![first, part])),
            Held::Many(mut parts) => {
                parts.push(part);
                Held::Many(parts)
            }
        };
    }
}

impl Deref for Parts {
    type Target = [Part];

    fn deref(&self) -> &[Part] {
        self.as_slice()
    }
}

impl DerefMut for Parts {
    fn deref_mut(&mut self) -> &mut [Part] {
        self.as_mut_slice()
    }
}

impl From<Part> for Parts {
    fn from(part: Part) -> Self {
        Self(Held::One(part))
    }
}

impl Extend<Part> for Parts {
    fn extend<I: IntoIterator<Item = Part>>(&mut self, parts: I) {
        parts.into_iter().for_each(|p| self.push(p));
    }
}

impl FromIterator<Part> for Parts {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        let mut out = Self::default();
        out.extend(parts);
        out
    }
}

impl IntoIterator for Parts {
    type Item = Part;
    type IntoIter = std::iter::Chain<std::option::IntoIter<Part>, std::vec::IntoIter<Part>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self.0 {
            Held::None => (None, Vec::new()),
            Held::One(part) => (Some(part), Vec::new()),
            Held::Many(parts) => (None, *parts),
        };
        one.into_iter().chain(many)
    }
}

impl<'a> IntoIterator for &'a Parts {
    type Item = &'a Part;
    type IntoIter = std::slice::Iter<'a, Part>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_slice().iter()
    }
}

impl<'a> IntoIterator for &'a mut Parts {
    type Item = &'a mut Part;
    type IntoIter = std::slice::IterMut<'a, Part>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_mut_slice().iter_mut()
    }
}

impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Parts {}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, Text, VarName};

    #[test]
    fn a_text_is_three_words() {
        let word = size_of::<usize>();
        assert_eq!(size_of::<Part>(), 3 * word);
        assert_eq!(size_of::<Text>(), 3 * word);
        assert_eq!(size_of::<Option<Text>>(), 3 * word);
        assert_eq!(size_of::<Field>(), 6 * word);
    }

    #[test]
    fn however_many_parts_there_are_they_stay_in_order() {
        let of = |n: usize| (0..n).map(|i| Part::Var(VarName::new(i.to_string())));
        for n in 0..4 {
            let mut parts: Parts = of(n).collect();
            assert!(parts.iter().cloned().eq(of(n)) && parts.iter_mut().count() == n);
            assert!(parts.into_iter().eq(of(n)));
        }
    }
}
