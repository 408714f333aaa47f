use indexmap::IndexMap;
use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_scenario::{Lifetime, Part, Text, VarName, VarSource, Variable};

use crate::codes;
use crate::operation::Operation;
use crate::server::{absolute, server_url};

/// Servers of single operations and paths, each a variable at the head of the script.
///
/// `BASE_URL`, when somebody sets it, counts for all of them: a test against a staging system must not reach the live one
/// by accident. Their own environment variables come first.
#[derive(Default)]
pub(crate) struct OwnServers {
    list: IndexMap<String, OwnServer>,
}

#[derive(Debug, Clone)]
pub(crate) struct OwnServer {
    pub variable: VarName,
    pub address: String,
    environment: String,
    origin: Origin,
}

impl OwnServers {
    /// The server of an operation when it is another one than the document's.
    pub fn of(
        &mut self,
        operation: &Operation<'_>,
        base: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<OwnServer> {
        let node = operation.node.get("servers").or_else(|| operation.path_item.get("servers"))?;
        let first = node.items().next()?;
        let address = absolute(&server_url(&first)?, base);
        if address == base {
            return None;
        }
        let others: Vec<String> = self.list.values().map(|s| s.environment.clone()).collect();
        let server = self.list.entry(address.clone()).or_insert_with(|| {
            let environment = environment(&address, &others);
            OwnServer { variable: VarName::new(&environment), address, environment, origin: node.origin() }
        });
        let message = format!(
            "{} {} is sent to {}; {} changes that",
            operation.method, operation.path, server.address, server.environment
        );
        diagnostics.push(Diagnostic::new(&codes::SERVER_OVERRIDE, message, node.origin()));
        Some(server.clone())
    }

    pub fn variables(self) -> impl Iterator<Item = Variable> {
        self.list.into_values().flat_map(|s| {
            let fallback = VarName::new(format!("{} default", s.environment));
            let variable = |name: VarName, environment: &str, default: Text| Variable {
                name,
                source: VarSource::Environment { name: environment.to_owned(), default: Some(default) },
                lifetime: Lifetime::Iteration,
                secret: false,
                note: None,
                origin: s.origin.clone(),
            };
            [
                variable(fallback.clone(), "BASE_URL", Text::literal(s.address)),
                variable(s.variable, &s.environment, Text::from(Part::Var(fallback))),
            ]
        })
    }
}

/// `https://uploads.example.com/v1` → `UPLOADS_BASE_URL`
fn environment(address: &str, taken: &[String]) -> String {
    let rest = address.split_once("://").map_or(address, |(_, r)| r);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let path = rest.find('/').and_then(|i| rest.get(i..)).unwrap_or_default();
    let labels = host.split('.').chain(path.split('/').rev());
    let word = labels
        .filter(|l| l.chars().any(|c| c.is_ascii_alphabetic()) && !matches!(*l, "www" | "api" | "localhost"))
        .map(|l| l.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase())
        .find(|l| !l.is_empty() && !l.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or_else(|| "OTHER".to_owned());
    let mut name = format!("{word}_BASE_URL");
    let mut n = 2;
    while taken.contains(&name) {
        name = format!("{word}{n}_BASE_URL");
        n += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_called_by_their_host() {
        assert_eq!(environment("https://uploads.example.com/v1", &[]), "UPLOADS_BASE_URL");
        assert_eq!(environment("https://api.example.com", &[]), "EXAMPLE_BASE_URL");
        assert_eq!(environment("http://127.0.0.1:9/v2/files", &[]), "FILES_BASE_URL");
        assert_eq!(environment("https://uploads.x/b", &["UPLOADS_BASE_URL".to_owned()]), "UPLOADS2_BASE_URL");
    }
}
