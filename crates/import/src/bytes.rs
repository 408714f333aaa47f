use std::fs::File;
use std::io;

/// The content of a source, to be read from any place, by several threads at once.
#[derive(Debug)]
pub enum Bytes<'s> {
    File(File),
    Text(&'s [u8]),
}

impl Bytes<'_> {
    /// Reads from a place on, as much as comes at once; nothing behind the end.
    pub fn read_at(&self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => loop {
                match read_file_at(file, at, out) {
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    other => return other,
                }
            },
            Self::Text(text) => {
                let rest = usize::try_from(at).ok().and_then(|at| text.get(at..)).unwrap_or_default();
                let n = rest.len().min(out.len());
                if let (Some(out), Some(rest)) = (out.get_mut(..n), rest.get(..n)) {
                    out.copy_from_slice(rest);
                }
                Ok(n)
            }
        }
    }

    /// Reads exactly as much as there is room for.
    pub fn read_exact_at(&self, mut at: u64, mut out: &mut [u8]) -> io::Result<()> {
        while !out.is_empty() {
            let n = self.read_at(at, out)?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            out = out.get_mut(n..).unwrap_or_default();
            at += n as u64;
        }
        Ok(())
    }
}

#[cfg(unix)]
fn read_file_at(file: &File, at: u64, out: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, at)
}

#[cfg(windows)]
fn read_file_at(file: &File, at: u64, out: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, out, at)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn files_and_texts_are_read_from_any_place() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"0123456789").expect("written");
        for bytes in [Bytes::File(file), Bytes::Text(b"0123456789")] {
            let mut out = [0; 4];
            bytes.read_exact_at(3, &mut out).expect("bytes");
            assert_eq!(&out, b"3456");
            assert_eq!(bytes.read_at(8, &mut out).ok(), Some(2));
            assert_eq!(bytes.read_at(10, &mut out).ok(), Some(0));
            assert_eq!(bytes.read_at(99, &mut out).ok(), Some(0));
            assert!(bytes.read_exact_at(8, &mut out).is_err());
        }
    }
}
