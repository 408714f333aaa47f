/// A field of a CSV file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CsvField {
    /// Without quotes; without the spaces around it when it has none.
    pub text: String,
    pub quoted: bool,
}

/// The records of a CSV file (RFC 4180), at most `most`, the header among them.
///
/// A byte order mark, blank lines and spaces around fields do not count; fields in quotes may hold anything, and quotes
/// doubled.
pub fn csv_records(text: &str, most: usize) -> Vec<Vec<CsvField>> {
    let mut out = Vec::new();
    let mut record: Vec<CsvField> = Vec::new();
    let mut field = CsvField::default();
    let mut inside = false;
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while out.len() < most {
        let Some(c) = chars.next() else { break };
        match c {
            '"' if inside && chars.peek() == Some(&'"') => {
                chars.next();
                field.text.push('"');
            }
            '"' if inside => inside = false,
            '"' if field.text.trim().is_empty() && !field.quoted => {
                field = CsvField { text: String::new(), quoted: true };
                inside = true;
            }
            ',' if !inside => record.push(finished(&mut field)),
            '\n' | '\r' if !inside => {
                if c == '\r' && chars.peek() == Some(&'\n') {
                    chars.next();
                }
                let blank = record.is_empty() && field.text.trim().is_empty() && !field.quoted;
                let last = finished(&mut field);
                if !blank {
                    record.push(last);
                    out.push(std::mem::take(&mut record));
                }
            }
            ' ' | '\t' if field.quoted && !inside => {}
            c => field.text.push(c),
        }
    }
    if out.len() < most && (!record.is_empty() || !field.text.trim().is_empty() || field.quoted) {
        record.push(finished(&mut field));
        out.push(record);
    }
    out
}

fn finished(field: &mut CsvField) -> CsvField {
    let mut out = std::mem::take(field);
    if !out.quoted {
        out.text = out.text.trim().to_owned();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, most: usize) -> Vec<Vec<String>> {
        csv_records(text, most).into_iter().map(|r| r.into_iter().map(|f| f.text).collect()).collect()
    }

    #[test]
    fn quotes_marks_and_line_ends_are_read_as_spreadsheets_write_them() {
        let text = "\u{feff}user, \"pass, word\" ,note\r\n\r\nann,\"a\"\"b,\nc\", x y \rbob,,";
        assert_eq!(
            of(text, 9),
            [["user", "pass, word", "note"], ["ann", "a\"b,\nc", "x y"], ["bob", "", ""]]
        );
        assert_eq!(of(text, 2).len(), 2);
        assert_eq!(of("a\n\"open", 9), [["a"], ["open"]]);
        assert!(of("", 9).is_empty());
    }
}
