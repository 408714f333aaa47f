//! Secret sources from the command line: `file=path`, `mock=name=value,…`.

use std::collections::BTreeMap;

/// Reads every source; the default one comes first.
pub fn read(sources: &[String]) -> Result<Vec<(String, BTreeMap<String, String>)>, String> {
    let mut out: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    for source in sources {
        let (kind, config) = source.split_once('=').unwrap_or((source, ""));
        let mut name = None;
        let mut default = false;
        let mut rest = Vec::new();
        for item in config.split(',') {
            match item.split_once('=') {
                Some(("name", value)) => name = Some(value.to_owned()),
                None if item == "default" => default = true,
                _ => rest.push(item),
            }
        }
        let values = match kind {
            "mock" => rest.iter().filter_map(|item| pair(item)).collect(),
            "file" => {
                let path = rest.first().map_or("", |item| item.strip_prefix("filename=").unwrap_or(item));
                let text = std::fs::read_to_string(path)
                    .map_err(|e| format!("cannot read the secrets file {path}: {e}"))?;
                text.lines().filter(|l| !l.trim_start().starts_with('#')).filter_map(pair).collect()
            }
            other => {
                return Err(format!(
                    "no secret source for type \"{other}\", available types are: [file mock]"
                ));
            }
        };
        let name = name.unwrap_or_else(|| "default".to_owned());
        if out.iter().any(|(n, _)| *n == name) {
            return Err(format!("secret source name '{name}' is used more than once"));
        }
        if default {
            out.insert(0, (name, values));
        } else {
            out.push((name, values));
        }
    }
    Ok(out)
}

/// Every secret that the sources hold, longest first; sources that cannot be read have none.
pub fn values(sources: &[String]) -> Vec<String> {
    let known = read(sources).unwrap_or_default();
    let mut out: Vec<String> = known.into_iter().flat_map(|(_, values)| values.into_values()).collect();
    out.retain(|v| !v.is_empty());
    out.sort_by_key(|v| std::cmp::Reverse(v.len()));
    out
}

fn pair(item: &str) -> Option<(String, String)> {
    let (key, value) = item.split_once('=')?;
    let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
    Some((key.trim().to_owned(), value.to_owned()))
}
