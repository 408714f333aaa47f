use std::path::{Path, PathBuf};

/// Compares what came out with what is committed, and reports every difference at the end.
///
/// With `LOADWRIGHT_BLESS=1` the committed files are rewritten instead; the review reads the diff.
#[derive(Debug, Default)]
pub struct Golden {
    wrong: Vec<String>,
}

impl Golden {
    /// Checks one file below a case's `expected` folder.
    pub fn check(&mut self, case: &Path, file: &str, got: &str) {
        let path = case.join("expected").join(file);
        if std::env::var_os("LOADWRIGHT_BLESS").is_some() {
            bless(&path, got);
            return;
        }
        let want = std::fs::read_to_string(&path).unwrap_or_default();
        if want != got {
            let line = want
                .lines()
                .zip(got.lines())
                .position(|(a, b)| a != b)
                .unwrap_or_else(|| want.lines().count().min(got.lines().count()));
            let show = |text: &str| text.lines().nth(line).unwrap_or("<end>").to_owned();
            self.wrong.push(format!(
                "{} differs at line {}\n  expected: {}\n  got:      {}",
                path.display(),
                line + 1,
                show(&want),
                show(got)
            ));
        }
    }

    /// Records any other failure beside the differences.
    pub fn fail(&mut self, what: String) {
        self.wrong.push(what);
    }

    /// Panics with everything that was wrong.
    pub fn finish(self) {
        assert!(
            self.wrong.is_empty(),
            "{}\n\n`cargo xtask bless` accepts the new output",
            self.wrong.join("\n\n")
        );
    }
}

fn bless(path: &PathBuf, got: &str) {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    }
    std::fs::write(path, got).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}
