//! The tar format (POSIX ustar), as far as archives of scripts need it: regular files, long names by prefix or by a `path` record.

const BLOCK: usize = 512;

/// The bytes of a tar file with these members.
pub fn write<'a>(members: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in members {
        if name.len() > 100 {
            // the record counts its own digits
            let rest = format!(" path={name}\n");
            let mut length = rest.len() + 1;
            while length != rest.len() + length.to_string().len() {
                length = rest.len() + length.to_string().len();
            }
            entry(&mut out, "././@PaxHeader", b'x', format!("{length}{rest}").as_bytes());
        }
        entry(&mut out, name, b'0', content);
    }
    out.resize(out.len() + 2 * BLOCK, 0);
    out
}

fn entry(out: &mut Vec<u8>, name: &str, kind: u8, content: &[u8]) {
    let mut head = [0u8; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| head[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &name.as_bytes()[..name.len().min(100)]);
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", content.len()).as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    out.extend_from_slice(&head);
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
}

/// Whether bytes look like a tar file.
pub fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// The regular files of a tar file.
pub fn read(bytes: &[u8]) -> Result<Vec<(String, &[u8])>, String> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut long = None;
    while let Some(head) = bytes.get(at..at + BLOCK) {
        if head.iter().all(|b| *b == 0) {
            break;
        }
        let text = |from: usize, to: usize| {
            let field = &head[from..to];
            let end = field.iter().position(|b| *b == 0).unwrap_or(field.len());
            String::from_utf8_lossy(&field[..end]).trim().to_owned()
        };
        let size = usize::from_str_radix(&text(124, 136), 8)
            .map_err(|_| "the archive is damaged: a size is no number")?;
        let start = at + BLOCK;
        let content = start
            .checked_add(size)
            .and_then(|end| bytes.get(start..end))
            .ok_or("the archive is damaged: it ends within a file")?;
        match head[156] {
            b'x' => {
                let records = String::from_utf8_lossy(content);
                long = records
                    .lines()
                    .find_map(|record| record.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned));
            }
            b'L' => {
                long = Some(String::from_utf8_lossy(content).trim_end_matches('\0').to_owned());
            }
            b'0' | 0 => {
                let (prefix, name) = (text(345, 500), text(0, 100));
                let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
                out.push((long.take().unwrap_or(name), content));
            }
            _ => long = None,
        }
        at = start + size.next_multiple_of(BLOCK);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{is_tar, read, write};

    #[test]
    fn what_is_written_can_be_read() {
        let long = format!("file/{}/x.js", "deep/".repeat(60));
        let members: [(&str, &[u8]); 3] = [("metadata.json", b"{}"), ("data", &[7; 513]), (&long, b"")];
        let bytes = write(members);
        assert!(is_tar(&bytes) && bytes.len() % 512 == 0);
        let back = read(&bytes).expect("a sound archive");
        assert_eq!(back, members.map(|(n, c)| (n.to_owned(), c)));
        assert!(read(&bytes[..1600]).is_err());
        assert!(!is_tar(b"export default function () {}"));
    }
}
