use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The real program, started in a folder of its own.
#[derive(Debug, Clone)]
pub struct Program {
    binary: PathBuf,
    folder: PathBuf,
}

/// What a finished run printed and returned.
#[derive(Debug)]
pub struct Finished {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    pub fn new(binary: impl Into<PathBuf>, folder: impl Into<PathBuf>) -> Self {
        Self { binary: binary.into(), folder: folder.into() }
    }

    /// Runs it to its end, without colours and without the surroundings' K6_ variables.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Finished {
        finished(&self.command(args).output().unwrap_or_else(|e| panic!("{}: {e}", self.binary.display())))
    }

    /// The same with a text on standard input.
    pub fn run_with_input<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        input: &str,
    ) -> Finished {
        use std::io::Write as _;
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{}: {e}", self.binary.display()));
        if let Some(mut stdin) = child.stdin.take() {
            // a program that refuses its arguments does not read
            let _ = stdin.write_all(input.as_bytes());
        }
        finished(&child.wait_with_output().unwrap_or_else(|e| panic!("{}: {e}", self.binary.display())))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(args).current_dir(&self.folder).env("NO_COLOR", "1").stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("K6_") {
                command.env_remove(name);
            }
        }
        command
    }
}

fn finished(output: &Output) -> Finished {
    Finished {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
