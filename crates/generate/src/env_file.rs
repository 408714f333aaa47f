use std::fmt::Write as _;

use loadwright_scenario::{VarSource, Variable};

use crate::GeneratedFile;

/// What has to be set before the script can run, with the values that are no secrets; none when there is no secret.
pub(crate) fn example(variables: &[Variable]) -> Option<GeneratedFile> {
    let mut out = String::new();
    let mut secrets = false;
    for v in variables {
        let (name, default) = match &v.source {
            VarSource::Environment { name, default } => (name, default.as_ref()),
            VarSource::Switched { name: Some(name), .. } => (name, None),
            VarSource::Switched { name: None, .. } | VarSource::Constant(_) | VarSource::Captured { .. } => {
                continue;
            }
        };
        secrets |= v.secret;
        if let Some(note) = &v.note {
            for line in crate::js::comment_lines(note, 100) {
                let _ = writeln!(out, "#{}", line.trim_start_matches('/'));
            }
        }
        let value = default.filter(|_| !v.secret).and_then(|d| d.as_literal()).unwrap_or_default();
        let _ = writeln!(out, "{name}={}", value.replace(['\n', '\r'], " "));
    }
    secrets.then(|| GeneratedFile { path: ".env.example".to_owned(), content: out.into_bytes() })
}
