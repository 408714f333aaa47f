use loadwright_diagnostic::{Diagnostic, Diagnostics};
use serde_json::Value;

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
                diagnostics.push(Diagnostic::new(&codes::SERVER_CHOICE, message, second.origin.clone()));
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
            Diagnostic::new(&codes::NO_SERVER, message, root.origin.clone())
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
            .or_else(|| variable.value.get("enum").and_then(|e| e.get(0)).map(plain));
        url = url.replace(&format!("{{{name}}}"), default.as_deref().unwrap_or(name));
    }
    // a variable that nobody declares stands for its own name
    Some(url.trim().replace(['{', '}'], ""))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn swagger(root: &Node<'_>, document: &Document<'_>) -> Option<String> {
    let host = root.text("host").map(str::trim).filter(|h| !h.is_empty());
    let base = root.text("basePath").unwrap_or_default();
    let schemes: Vec<&str> = root
        .value
        .get("schemes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
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
