use std::collections::BTreeSet;

use indexmap::IndexMap;
use loadwright_scenario::{
    Lifetime, Text, VarName, VarSource, Variable, for_each_request, for_each_request_mut,
};

use crate::{Pass, PassContext};

/// More addresses than this are written out where they are used.
const MOST: usize = 8;

/// Addresses that stand in requests as text become variables that the environment can set: the busiest is `BASE_URL`.
pub(crate) struct HoistBases;

impl Pass for HoistBases {
    fn name(&self) -> &'static str {
        "hoist-bases"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        if cx.plan.carried.is_some() {
            return;
        }
        let mut counts: IndexMap<String, usize> = IndexMap::new();
        for_each_request(cx.plan, &mut |r| {
            if let Some(base) = r.request.url.base.as_literal().filter(|b| is_origin(b)) {
                *counts.entry(base.to_owned()).or_default() += 1;
            }
        });
        counts.sort_by(|_, a, _, b| b.cmp(a));
        let mut taken: BTreeSet<String> =
            cx.plan.variables.iter().map(|v| v.name.as_str().to_lowercase()).collect();
        taken.extend(cx.plan.variables.iter().filter_map(|v| match &v.source {
            VarSource::Environment { name, .. } => Some(name.to_lowercase()),
            _ => None,
        }));
        let there = cx.plan.variables.iter().filter(|v| is_address(&v.source)).count();
        let mut names: IndexMap<String, VarName> = IndexMap::new();
        for base in counts.into_keys().take(MOST.saturating_sub(there)) {
            let main = cx.plan.http.base.is_none();
            let env = if main { "BASE_URL".to_owned() } else { env_name(&base) };
            let name = VarName::new(if main { "baseUrl" } else { env.as_str() });
            if !taken.insert(env.to_lowercase()) || (main && !taken.insert(name.as_str().to_lowercase())) {
                continue;
            }
            if main {
                cx.plan.http.base = Some(name.clone());
            }
            cx.plan.variables.push(Variable {
                name: name.clone(),
                source: VarSource::Environment { name: env, default: Some(Text::literal(base.clone())) },
                lifetime: Lifetime::default(),
                secret: false,
                note: None,
                origin: loadwright_diagnostic::Origin::default(),
            });
            names.insert(base, name);
        }
        for_each_request_mut(cx.plan, &mut |r| {
            let known = r.request.url.base.as_literal().and_then(|b| names.get(b));
            if let Some(name) = known.cloned() {
                r.request.url.base = Text::var(name.0);
            }
        });
    }
}

/// A variable that the importer made of an address.
fn is_address(source: &VarSource) -> bool {
    matches!(source, VarSource::Environment { default: Some(t), .. } if t.as_literal().is_some_and(is_origin))
}

/// `https://host:port` and nothing behind it, no credentials in it.
fn is_origin(base: &str) -> bool {
    let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
    rest.is_some_and(|host| !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ']))
}

/// `https://api.shop.example:8443` → `API_SHOP_EXAMPLE_8443_URL`; `http://{{mail}}` → `MAIL_URL`.
fn env_name(base: &str) -> String {
    let host = base.split_once("://").map_or(base, |(_, h)| h);
    let words: Vec<&str> =
        host.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let name = words.join("_").to_ascii_uppercase();
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("HOST_{name}") } else { name };
    if name.ends_with("URL") { name } else { format!("{name}_URL") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_host() {
        for (base, expected) in [
            ("https://api.shop.example:8443", "API_SHOP_EXAMPLE_8443_URL"),
            ("http://127.0.0.1", "HOST_127_0_0_1_URL"),
            ("http://{{mail}}", "MAIL_URL"),
            ("http://{{mail_url}}", "MAIL_URL"),
        ] {
            assert_eq!(env_name(base), expected);
        }
        assert!(is_origin("https://a.test"));
        for base in ["https://u:p@a.test", "https://a.test/v1", "a.test", "https://"] {
            assert!(!is_origin(base), "{base}");
        }
    }
}
