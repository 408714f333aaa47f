use std::path::{Path, PathBuf};

/// One fixture directory: an input and what is expected of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// `postman/shop`
    pub name: String,
    pub folder: PathBuf,
    /// The file called `input.*`.
    pub input: PathBuf,
    /// Further arguments, one a line, from the file `args`; `{}` is the folder.
    pub args: Vec<String>,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default()
}

/// Every case of a fixture family, by name. Panics when there is none: a test over nothing proves nothing.
pub fn cases(family: &str) -> Vec<Case> {
    let folder = root().join("fixtures").join(family);
    let mut out: Vec<Case> = std::fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .flatten()
        .filter(|e| e.path().is_dir())
        .map(|e| case(family, e.path()))
        .collect();
    assert!(!out.is_empty(), "no case in {}", folder.display());
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

fn case(family: &str, folder: PathBuf) -> Case {
    let input = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path())
        .find(|p| p.file_stem().is_some_and(|s| s == "input"))
        .unwrap_or_else(|| panic!("{} has no input.*", folder.display()));
    let args = std::fs::read_to_string(folder.join("args")).unwrap_or_default();
    let args =
        args.lines().filter(|l| !l.is_empty()).map(|l| l.replace("{}", &folder.to_string_lossy())).collect();
    let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Case { name: format!("{family}/{name}"), folder, input, args }
}
