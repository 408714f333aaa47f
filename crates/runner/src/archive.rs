//! A script with everything that it reads, in one file: k6's archive layout.
//!
//! `metadata.json` says what the script is called and which options and environment it had; `data` is the script; `file/…` and
//! `https/…` are what it opened and imported, under their addresses.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::tar;

/// An archive, read or to be written.
#[derive(Debug, Default)]
pub struct Archive {
    /// The address of the script.
    pub entry: String,
    /// The options that it was archived with.
    pub options: Value,
    pub env: BTreeMap<String, String>,
    /// Contents by address.
    pub members: BTreeMap<String, Arc<[u8]>>,
}

impl Archive {
    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let pwd = self.entry.rsplit_once('/').map_or("", |(dir, _)| dir);
        let metadata = json!({
            "type": "js",
            "options": self.options,
            "filename": self.entry,
            "pwd": format!("{pwd}/"),
            "env": self.env,
            "compatibilityMode": "extended",
            "k6version": env!("CARGO_PKG_VERSION"),
            "goos": std::env::consts::OS,
        });
        let metadata = serde_json::to_vec_pretty(&metadata).unwrap_or_default();
        let named: Vec<(String, &Arc<[u8]>)> =
            self.members.iter().map(|(address, content)| (name_of(address), content)).collect();
        let mut files: Vec<(&str, &[u8])> = vec![("metadata.json", &metadata)];
        if let Some(script) = self.members.get(&self.entry) {
            files.push(("data", script));
        }
        files.extend(named.iter().map(|(name, content)| (name.as_str(), &***content)));
        tar::write(files)
    }

    /// Reads an archive; `None` when the bytes are something else.
    pub fn read(bytes: &[u8]) -> Option<Result<Self, String>> {
        tar::is_tar(bytes).then(|| Self::from_tar(bytes))
    }

    fn from_tar(bytes: &[u8]) -> Result<Self, String> {
        let files = tar::read(bytes)?;
        let find = |name: &str| files.iter().find(|(n, _)| n == name).map(|(_, content)| *content);
        let metadata = find("metadata.json").ok_or("the archive has no metadata.json")?;
        let metadata: Map<String, Value> = serde_json::from_slice(metadata)
            .map_err(|e| format!("the archive's metadata.json cannot be read: {e}"))?;
        let kind = metadata.get("type").and_then(Value::as_str).unwrap_or("js");
        if kind != "js" {
            return Err(format!("the archive holds a test of the unknown type {kind:?}"));
        }
        let entry = metadata.get("filename").and_then(Value::as_str).ok_or("the archive names no script")?;
        let entry = if entry.contains("://") {
            entry.to_owned()
        } else {
            format!("file:///{}", entry.trim_start_matches('/'))
        };
        let mut members: BTreeMap<String, Arc<[u8]>> = files
            .iter()
            .filter_map(|(name, content)| Some((address_of(name)?, Arc::from(*content))))
            .collect();
        if let Some(data) = find("data") {
            members.entry(entry.clone()).or_insert_with(|| Arc::from(data));
        }
        let env = metadata.get("env").and_then(Value::as_object).into_iter().flatten();
        let env = env.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
        let options = metadata.get("options").cloned().unwrap_or(Value::Null);
        Ok(Self { entry, options, env, members })
    }
}

/// `file:///a/b.js` is the member `file/a/b.js`.
fn name_of(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}/{}", rest.trim_start_matches('/')),
        None => format!("file/{}", address.trim_start_matches('/')),
    }
}

fn address_of(name: &str) -> Option<String> {
    let (scheme, rest) = name.split_once('/')?;
    match scheme {
        "file" => Some(format!("file:///{rest}")),
        "https" => Some(format!("https://{rest}")),
        _ => None,
    }
}
