use loadwright_diagnostic::{Diagnostic, Diagnostics};
use loadwright_import::Tree;
use loadwright_scenario::{Lifetime, Part, Text, VarName, VarSource, Variable};

use crate::codes;
use crate::document::{Document, Node, Version};

/// Where the script points when nobody says: the port that most frameworks develop on.
const LOCAL: &str = "http://localhost:8080";

/// The default address of the API, without a final slash.
pub(crate) fn base_url(document: &Document<'_>, diagnostics: &mut Diagnostics) -> String {
    let root = document.root();
    let url = match document.version {
        Version::Swagger2 => swagger(&root, document),
        _ => {
            let servers: Vec<Node<'_>> = root.get("servers").map(|s| s.items().collect()).unwrap_or_default();
            if let [_, second, ..] = servers.as_slice() {
                let others = servers.len() - 1;
                let message =
                    format!("the document lists {others} more server{}", if others == 1 { "" } else { "s" });
                diagnostics.push(Diagnostic::new(&codes::SERVER_CHOICE, message, second.origin()));
            }
            servers.first().and_then(server_url)
        }
    };
    let url = url.unwrap_or_default();
    if url.contains("://") {
        return url.trim_end_matches('/').to_owned();
    }
    // a relative server is relative to where the document was read from
    let origin = document.files.address.as_deref().and_then(|a| {
        let (scheme, rest) = a.split_once("://")?;
        Some(format!("{scheme}://{}", rest.split('/').next()?))
    });
    if origin.is_none() {
        let message = format!("the document gives no server address; the script uses {LOCAL}");
        diagnostics.push(
            Diagnostic::new(&codes::NO_SERVER, message, root.origin())
                .with_help("set it with -e BASE_URL=https://… or in the first lines of the script"),
        );
    }
    let base = origin.unwrap_or_else(|| LOCAL.to_owned());
    let path = url.trim_start_matches('.').trim_matches('/');
    if path.is_empty() { base } else { format!("{base}/{path}") }
}

/// The address of a server object, its variables filled with their defaults.
pub(crate) fn server_url(server: &Node<'_>) -> Option<String> {
    let mut url = server.text("url")?.to_owned();
    for (name, variable) in server.get("variables").iter().flat_map(|v| v.fields().collect::<Vec<_>>()) {
        let default = variable
            .value
            .get("default")
            .map(plain)
            .or_else(|| variable.value.get("enum").and_then(|e| e.item(0)).map(plain));
        url = url.replace(&format!("{{{name}}}"), default.as_deref().unwrap_or(name));
    }
    // a variable that nobody declares stands for its own name
    Some(url.trim().replace(['{', '}'], ""))
}

/// An address relative to the document's own server.
pub(crate) fn absolute(url: &str, base: &str) -> String {
    if url.contains("://") {
        return url.trim_end_matches('/').to_owned();
    }
    let host = base
        .split_once("://")
        .map_or(base.len(), |(scheme, rest)| scheme.len() + 3 + rest.find('/').unwrap_or(rest.len()));
    let origin = base.get(..host).unwrap_or(base);
    let path = url.trim_start_matches('.').trim_matches('/');
    if path.is_empty() { origin.to_owned() } else { format!("{origin}/{path}") }
}

/// The first server with its variables as holes; `None` when it has none.
pub(crate) fn base_text(document: &Document<'_>) -> Option<Text> {
    let (url, names) = templated(document)?;
    let mut text = Text::default();
    let mut rest = url.trim_end_matches('/');
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, after) = after.split_once('}')?;
        if names.iter().any(|n| n.0 == name) {
            text.push(Part::Var(variable_name(name)));
        } else {
            text.push_str(name);
        }
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// The variables of the first server, from the environment or with the document's defaults.
pub(crate) fn server_variables(document: &Document<'_>) -> Vec<Variable> {
    let Some((_, names)) = templated(document) else { return Vec::new() };
    names
        .into_iter()
        .map(|(name, node)| {
            let allowed: Vec<String> = node
                .get("enum")
                .iter()
                .flat_map(|e| e.items().map(|v| plain(v.value)).collect::<Vec<_>>())
                .collect();
            let default = node.value.get("default").map(plain).or_else(|| allowed.first().cloned());
            let note = (!allowed.is_empty()).then(|| format!("One of {}.", allowed.join(", ")));
            Variable {
                source: VarSource::Environment {
                    name: variable_name(&name).0.into(),
                    default: Some(Text::literal(default.unwrap_or_else(|| name.clone()))),
                },
                name: variable_name(&name),
                lifetime: Lifetime::Iteration,
                secret: false,
                note,
                origin: node.origin(),
            }
        })
        .collect()
}

/// The first server's address as the document writes it, and the variables that stand in it.
fn templated<'a>(document: &Document<'a>) -> Option<(&'a str, Vec<(String, Node<'a>)>)> {
    let server = document.root().get("servers")?.items().next()?;
    let url = server.text("url")?.trim();
    let names: Vec<(String, Node<'a>)> = server
        .get("variables")?
        .fields()
        .filter(|(name, _)| url.contains(&format!("{{{name}}}")))
        .map(|(name, node)| (name.to_owned(), node))
        .collect();
    (url.contains("://") && !names.is_empty()).then_some((url, names))
}

/// `region` → `SERVER_REGION`
fn variable_name(name: &str) -> VarName {
    let mut out = String::from("SERVER_");
    let mut lower = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            lower = false;
            out.push('_');
            continue;
        }
        if c.is_ascii_uppercase() && lower {
            out.push('_');
        }
        lower = c.is_ascii_lowercase();
        out.push(c.to_ascii_uppercase());
    }
    VarName::new(out)
}

fn plain(value: &Tree<'_>) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn swagger(root: &Node<'_>, document: &Document<'_>) -> Option<String> {
    let host = root.text("host").map(str::trim).filter(|h| !h.is_empty());
    let base = root.text("basePath").unwrap_or_default();
    let schemes: Vec<&str> = root
        .value
        .get("schemes")
        .and_then(Tree::as_array)
        .into_iter()
        .flatten()
        .filter_map(Tree::as_str)
        .collect();
    let scheme = if schemes.contains(&"https") || schemes.is_empty() {
        document
            .files
            .address
            .as_deref()
            .and_then(|a| a.split("://").next())
            .filter(|_| schemes.is_empty())
            .unwrap_or("https")
    } else {
        schemes.iter().copied().find(|s| s.starts_with("http")).unwrap_or("https")
    };
    let base = base.trim_matches('/');
    match host {
        Some(host) => {
            let host = host.split("://").last().unwrap_or(host).trim_end_matches('/');
            Some(format!("{scheme}://{host}/{base}"))
        }
        None => Some(base.to_owned()),
    }
}
