use std::io;

use loadwright_import::Bytes;

/// What is read at once.
const SIZE: usize = 256 * 1024;

/// A part of a file in memory: what is being looked at, always in one piece.
pub(crate) struct Window<'s> {
    source: &'s Bytes<'s>,
    buffer: Vec<u8>,
    /// Bytes of the file before those in the buffer.
    before: u64,
    /// What is looked at begins here, and what is known ends there.
    at: usize,
    end: usize,
}

impl<'s> Window<'s> {
    pub fn new(source: &'s Bytes<'s>, at: u64) -> Self {
        Self { source, buffer: vec![0; SIZE], before: at, at: 0, end: 0 }
    }

    /// Looks at another place of the file.
    pub fn go_to(&mut self, place: u64) {
        let inside = place.checked_sub(self.before).and_then(|n| usize::try_from(n).ok());
        match inside.filter(|n| *n <= self.end) {
            Some(n) => self.at = n,
            None => (self.before, self.at, self.end) = (place, 0, 0),
        }
    }

    /// The place in the file of what is looked at.
    pub fn place(&self) -> u64 {
        self.before + self.at as u64
    }

    /// Everything from here on that is in memory.
    pub fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..self.end).unwrap_or_default()
    }

    /// So many bytes from here on.
    pub fn first(&self, count: usize) -> &[u8] {
        self.buffer.get(self.at..self.at + count).unwrap_or_default()
    }

    /// Goes on; what lies behind may be forgotten.
    pub fn skip(&mut self, count: usize) {
        self.at = (self.at + count).min(self.end);
    }

    pub fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.at >= self.end && !self.more()? {
            return Ok(None);
        }
        Ok(self.buffer.get(self.at).copied())
    }

    /// Makes what follows known, and keeps everything from here on. `false` at the end of the file.
    pub fn more(&mut self) -> io::Result<bool> {
        if self.at > 0 {
            self.buffer.copy_within(self.at..self.end, 0);
            self.before += self.at as u64;
            self.end -= self.at;
            self.at = 0;
        }
        if self.end > self.buffer.len() / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        } else if self.end < SIZE / 2 && self.buffer.len() > SIZE {
            // one long entry is no reason to hold on to its room
            self.buffer.truncate(SIZE);
            self.buffer.shrink_to_fit();
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let count = self.source.read_at(self.before + self.end as u64, room)?;
        self.end += count;
        Ok(count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_is_in_one_piece() {
        let text: Vec<u8> = (0..SIZE * 5).map(|i| (i % 251) as u8).collect();
        let source = Bytes::Text(&text);
        let mut window = Window::new(&source, 0);
        let mut seen = Vec::new();
        for step in [1, SIZE - 1, SIZE * 2 + 7, 3, SIZE, SIZE * 2] {
            while window.rest().len() < step && window.more().expect("bytes") {}
            let count = step.min(window.rest().len());
            assert_eq!(window.place(), seen.len() as u64);
            seen.extend_from_slice(window.first(count));
            window.skip(count);
        }
        assert!(seen == text);
        assert_eq!(window.peek().ok(), Some(None));
        for place in [SIZE * 5 - 1, 3, SIZE * 3] {
            window.go_to(place as u64);
            assert_eq!(window.peek().ok(), Some(text.get(place).copied()), "{place}");
        }
    }
}
