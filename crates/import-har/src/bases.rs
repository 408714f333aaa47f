use indexmap::IndexMap;
use loadwright_diagnostic::Origin;
use loadwright_import::split_url;
use loadwright_scenario::{EcoString, Lifetime, Text, VarName, VarSource, Variable};

use crate::entry::Entry;

/// More hosts than this are written out where they are used.
const MOST_VARIABLES: usize = 8;

/// One variable for each scheme and host, the busiest first; the rest is written out.
pub(crate) fn bases_of(kept: &[&Entry], root: &Origin) -> (IndexMap<EcoString, Text>, Vec<Variable>) {
    let mut bases: IndexMap<EcoString, Text> = IndexMap::new();
    let mut counts: IndexMap<String, usize> = IndexMap::new();
    for e in kept.iter().filter(|e| !e.is_websocket) {
        *counts.entry(base_key(e)).or_default() += 1;
    }
    counts.sort_by(|_, a, _, b| b.cmp(a));
    let mut out: Vec<Variable> = Vec::new();
    for (i, base) in counts.into_keys().enumerate() {
        if i >= MOST_VARIABLES {
            bases.insert(base.as_str().into(), Text::literal(base));
            continue;
        }
        let env = if i == 0 { "BASE_URL".to_owned() } else { env_name(&base) };
        let name = if i == 0 { "baseUrl".to_owned() } else { env.clone() };
        if out.iter().any(|v| v.name.as_str() == name) {
            bases.insert(base.as_str().into(), Text::literal(base));
            continue;
        }
        bases.insert(base.as_str().into(), Text::var(name.as_str()));
        out.push(Variable {
            name: VarName::new(name),
            source: VarSource::Environment { name: env, default: Some(Text::literal(base)) },
            lifetime: Lifetime::Iteration,
            secret: false,
            note: None,
            origin: root.clone(),
        });
    }
    (bases, out)
}

/// `https://host:port` as written, without credentials.
pub(crate) fn base_key(entry: &Entry) -> String {
    let url = split_url(&entry.url);
    let host = url.authority.rsplit('@').next().unwrap_or(url.authority);
    format!("{}://{host}", url.scheme.to_ascii_lowercase())
}

/// `https://api.shop.example:8443` → `API_SHOP_EXAMPLE_8443_URL`
fn env_name(base: &str) -> String {
    let host = base.split_once("://").map_or(base, |(_, h)| h);
    let mut out: String =
        host.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert_str(0, "HOST_");
    }
    if base.starts_with("http://") { format!("{out}_HTTP_URL") } else { format!("{out}_URL") }
}
