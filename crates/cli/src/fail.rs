use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// An error as people need it: what failed and where, and what to do next.
pub fn text(error: &anyhow::Error) -> String {
    let mut said = format!("{error:#}");
    let io = error.chain().find_map(|e| e.downcast_ref::<std::io::Error>());
    // the number says nothing that the words do not
    while let Some((before, (number, after))) =
        said.split_once(" (os error ").and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        said = format!("{before}{after}");
    }
    if said.contains("\nhelp: ") {
        return format!("error: {said}");
    }
    let path = named(&said);
    match io.and_then(|e| help(e.kind(), path.as_deref(), said.contains("failed to write"))) {
        Some(help) => format!("error: {said}\nhelp: {help}"),
        None => format!("error: {said}"),
    }
}

/// The file of `failed to read FILE: reason`.
fn named(said: &str) -> Option<PathBuf> {
    let rest = ["failed to read ", "failed to write ", "failed to make "]
        .iter()
        .find_map(|verb| said.split_once(verb).map(|(_, rest)| rest))?;
    Some(PathBuf::from(rest.rsplit_once(": ").map_or(rest, |(path, _)| path)))
}

fn help(kind: ErrorKind, path: Option<&Path>, writes: bool) -> Option<String> {
    Some(match kind {
        ErrorKind::NotFound if writes => "the folder has to be there first".to_owned(),
        ErrorKind::NotFound => {
            let path = path?;
            match near(path) {
                Some(other) => format!("did you mean {}?", other.display()),
                None if path.is_absolute() => "check the name".to_owned(),
                None => {
                    let here = std::env::current_dir().unwrap_or_default();
                    format!("there is no such file in {}", here.display())
                }
            }
        }
        ErrorKind::PermissionDenied if writes => {
            "choose another place, or change who may write there".to_owned()
        }
        ErrorKind::PermissionDenied => "change who may read it".to_owned(),
        ErrorKind::IsADirectory => "name a file, not a folder".to_owned(),
        ErrorKind::StorageFull => "make room on the disk, or choose another place".to_owned(),
        ErrorKind::AddrInUse => "choose another port with --listen, or :0 for any that is free".to_owned(),
        _ => return None,
    })
}

/// The file beside the missing one whose name is most like its own.
fn near(path: &Path) -> Option<PathBuf> {
    let wanted = path.file_name()?.to_str()?.to_lowercase();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let name = entries
        .flatten()
        .filter_map(|e| e.file_name().into_string().ok())
        .map(|name| (distance(&wanted, &name.to_lowercase()), name))
        .filter(|(d, name)| *d <= 1 + wanted.len().min(name.len()) / 8)
        .min()?
        .1;
    Some(folder.map_or_else(|| PathBuf::from(&name), |f| f.join(&name)))
}

/// How many characters one has to change, add or take away.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut last = i;
        let mut left = i + 1;
        for (cb, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            left = (last + usize::from(ca != *cb)).min(above + 1).min(left + 1);
            last = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// A whole number from 1, with words that say so.
pub fn from_one(text: &str) -> Result<i64, String> {
    text.parse().ok().filter(|n| *n >= 1).ok_or_else(|| "give a whole number from 1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_single_characters() {
        assert_eq!(distance("api.yaml", "api.yml"), 1);
        assert_eq!(distance("shop.har", "shop.har"), 0);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn the_number_of_an_error_goes_and_help_comes() {
        use anyhow::Context as _;
        let missing = std::fs::read("/nowhere/at/all").context("failed to read /nowhere/at/all");
        let said = missing.map_err(|e| text(&e)).expect_err("no such file");
        assert_eq!(
            said,
            "error: failed to read /nowhere/at/all: No such file or directory\nhelp: check the name"
        );
    }
}
