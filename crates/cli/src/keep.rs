use std::borrow::Cow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use loadwright_generate::Generated;
use loadwright_generate::keep::{Base, Changes, Lock, Operations, Packed, Syntax, difference, merge};
use loadwright_scenario::TestPlan;

/// What happens to a script that stands there already.
#[derive(Debug, Args, Default)]
pub struct KeepArgs {
    /// Write nothing; exit code 3 when the source has moved on, with the operations that did
    #[arg(long, requires = "output", conflicts_with_all = ["diff", "overwrite"], help_heading = "Output")]
    pub check: bool,
    /// Write nothing; show what would change in the files that are there
    #[arg(long, requires = "output", conflicts_with = "overwrite", help_heading = "Output")]
    pub diff: bool,
    /// Discard edits of an earlier output instead of merging them
    #[arg(long, requires = "output", help_heading = "Output")]
    pub overwrite: bool,
}

/// One file with its content, ready to be written.
struct Planned<'g> {
    path: PathBuf,
    content: Cow<'g, [u8]>,
    conflicts: usize,
    /// What stands there and would be lost.
    backup: Option<PathBuf>,
}

/// What is to be written, and what it was made from.
pub struct Made<'m> {
    pub plan: &'m TestPlan,
    pub generated: &'m Generated,
    /// As in `--target NAME`.
    pub target: &'m str,
    pub source: String,
}

impl Made<'_> {
    /// What the next conversion to the same place is compared with.
    fn lock(&self) -> Lock {
        self.lock_with(Operations::of(self.plan), Packed::of(self.generated))
    }

    fn lock_with(&self, operations: Operations, files: Packed) -> Lock {
        Lock::new(operations, files, self.target, &self.source)
    }
}

/// Writes the script and what belongs beside it. Edits since the last conversion are merged in; conflicts give their number.
pub fn write(output: &Path, made: &Made<'_>, args: &KeepArgs) -> Result<usize> {
    let planned = plan(output, made, args.overwrite)?;
    let (conflicts, operations, files) = std::thread::scope(|scope| {
        let files = scope.spawn(|| Packed::of(made.generated));
        (write_all(&planned), Operations::of(made.plan), files.join())
    });
    let files = files.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let conflicts = conflicts?;
    write_file(&lock_path(output), made.lock_with(operations, files).to_text().as_bytes())?;
    Ok(conflicts)
}

fn write_all(planned: &[Planned<'_>]) -> Result<usize> {
    let mut conflicts = 0;
    for file in planned {
        if let Some(parent) = file.path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("failed to make {}", parent.display()))?;
        }
        if let Some(backup) = &file.backup {
            std::fs::copy(&file.path, backup)
                .with_context(|| format!("failed to write {}", backup.display()))?;
            eprintln!(
                "note: {} was not made from this source, or nobody knows from what; it is kept as {}",
                file.path.display(),
                backup.display()
            );
        }
        write_file(&file.path, &file.content)?;
        if file.conflicts > 0 {
            conflicts += file.conflicts;
            eprintln!(
                "warning: {}: {} of your edits and changes of the source meet: your lines stand, the new ones follow as \
                 comments between <<<<<<< and >>>>>>>",
                file.path.display(),
                file.conflicts
            );
        }
    }
    Ok(conflicts)
}

/// Writes only what is not there yet, so that nobody who watches the files is woken for nothing.
fn write_file(path: &Path, content: &[u8]) -> Result<()> {
    let same_size = std::fs::metadata(path).is_ok_and(|m| m.len() == content.len() as u64);
    if same_size && std::fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    std::fs::write(path, content).with_context(|| format!("failed to write {}", path.display()))
}

/// What `--check` and `--diff` see.
pub enum Looked {
    /// Nothing would change.
    Current,
    /// The source has moved on; no operation among the changes means that something beside them did.
    Outdated(Changes),
    /// What would change in the files, as a unified diff.
    Difference(String),
}

/// `--check` and `--diff`: what would change, without changing it.
pub fn look(output: &Path, made: &Made<'_>, args: &KeepArgs) -> Result<Looked> {
    if args.diff {
        let mut out = String::new();
        for file in plan(output, made, false)? {
            let old = std::fs::read(&file.path).unwrap_or_default();
            let (old, new) = (String::from_utf8_lossy(&old), String::from_utf8_lossy(&file.content));
            if old != new {
                out.push_str(&format!("--- {0}\n+++ {0}\n", file.path.display()));
                out.extend(difference(&old, &new).lines().skip(2).flat_map(|l| [l, "\n"]));
            }
        }
        return Ok(Looked::Difference(out));
    }
    let Some(old) = read_lock(output)? else {
        bail!(
            "{} does not exist: there is nothing to compare with\nhelp: convert once without --check",
            lock_path(output).display()
        );
    };
    let lock = made.lock();
    Ok(if old.same_files(&lock) { Looked::Current } else { Looked::Outdated(old.changes(&lock)) })
}

/// What has moved on, for people.
pub fn listed(changes: &Changes) -> String {
    if changes.is_empty() {
        return "changed outside the operations: options, variables or helpers\n".to_owned();
    }
    let mut out = String::new();
    for (word, names) in
        [("added", &changes.added), ("changed", &changes.changed), ("removed", &changes.removed)]
    {
        for name in names {
            out.push_str(&format!("{word:<8} {name}\n"));
        }
    }
    out
}

fn lock_path(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn read_lock(output: &Path) -> Result<Option<Lock>> {
    let path = lock_path(output);
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let lock = Lock::parse(&text)
        .with_context(|| format!("{}: delete it to start anew, or give --overwrite", path.display()))?;
    Ok(Some(lock))
}

fn plan<'g>(output: &Path, made: &Made<'g>, overwrite: bool) -> Result<Vec<Planned<'g>>> {
    let folder = output
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    if !folder.is_dir() {
        bail!(
            "failed to write {}: the folder {} does not exist\nhelp: make the folder first",
            output.display(),
            folder.display()
        );
    }
    if output.is_dir() {
        bail!(
            "failed to write {0}: it is a folder\nhelp: name a file in it, such as {1}",
            output.display(),
            output.join("test.js").display()
        );
    }
    let lock = if overwrite { None } else { read_lock(output)? };
    let other_source = lock.as_ref().is_some_and(|l| l.source != made.source || l.target != made.target);
    let mut out = Vec::new();
    for (i, file) in made.generated.files.iter().enumerate() {
        let path = if i == 0 { output.to_path_buf() } else { beside(&folder, &file.path)? };
        let base = lock.as_ref().and_then(|l| l.base(&file.path));
        let old = if overwrite { None } else { std::fs::read(&path).ok() };
        let mut planned = Planned { path, content: Cow::Borrowed(&file.content), conflicts: 0, backup: None };
        match (old, base) {
            (None, _) => {}
            (Some(old), _) if old == file.content => {}
            (Some(old), Some(base)) if base.is(&old) => {}
            // names are a set: nothing in it can be in conflict
            (Some(old), _) if i > 0 && file.path.ends_with(".env.example") => {
                planned.content = joined(&old, &file.content).into();
            }
            // the script of another source has nothing in common with this one
            (Some(_), Some(_)) if i == 0 && other_source => planned.backup = Some(free_name(output)),
            (Some(old), Some(Base::Content(base))) => merged(&mut planned, &base, &old, &file.path),
            // a module of ours that somebody has changed stays, and whoever did has to look at what is new in it
            (Some(old), Some(base)) => {
                planned.conflicts = usize::from(!base.is(&file.content));
                planned.content = old.into();
            }
            // the list of packages is the user's own once it is there
            (Some(old), None) if i > 0 && file.path == "package.json" => {
                let wanted = compact(&file.content);
                eprintln!("note: {} stays as it is; the script wants: {wanted}", planned.path.display());
                planned.content = old.into();
            }
            // a companion of another script of the same folder is the same module
            (Some(_), None) if i > 0 => {}
            (Some(_), None) => planned.backup = Some(free_name(output)),
        }
        out.push(planned);
    }
    Ok(out)
}

fn merged(planned: &mut Planned<'_>, base: &[u8], old: &[u8], name: &str) {
    if old == base {
        return;
    }
    if *planned.content == *base {
        planned.content = old.to_vec().into();
        return;
    }
    let texts = (std::str::from_utf8(base), std::str::from_utf8(old), std::str::from_utf8(&planned.content));
    let (Ok(base), Ok(ours), Ok(theirs)) = texts else {
        // bytes cannot be merged: the user's stay
        planned.content = old.to_vec().into();
        planned.conflicts = 1;
        return;
    };
    let result = merge(base, ours, theirs, Syntax::of(name));
    planned.conflicts = result.conflicts;
    planned.content = result.text.into_bytes().into();
}

/// Names of an environment file that are not there yet are added at its end.
fn joined(old: &[u8], new: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(old).into_owned();
    let has = |name: &str| text.lines().any(|l| l.split('=').next() == Some(name));
    let mut out = text.clone();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    for line in String::from_utf8_lossy(new).lines() {
        if line.split_once('=').is_some_and(|(name, _)| !has(name)) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.into_bytes()
}

fn free_name(output: &Path) -> PathBuf {
    let named = |n: usize| {
        let mut name = output.as_os_str().to_owned();
        name.push(if n == 0 { ".orig".to_owned() } else { format!(".orig{n}") });
        PathBuf::from(name)
    };
    (0..1000).map(named).find(|p| !p.exists()).unwrap_or_else(|| named(1000))
}

/// A companion never leaves the folder of its script, whatever a source called it.
fn beside(folder: &Path, name: &str) -> Result<PathBuf> {
    let relative = Path::new(name);
    let inside = relative
        .components()
        .all(|c| matches!(c, std::path::Component::Normal(_) | std::path::Component::CurDir));
    if !inside {
        bail!("the source names the file {name}, which is outside the script's folder");
    }
    Ok(folder.join(relative))
}

/// JSON in one line.
fn compact(content: &[u8]) -> String {
    String::from_utf8_lossy(content).split_whitespace().collect::<Vec<_>>().join(" ")
}
