use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use loadwright_mock::{Answer, Asked, Mock, Server, Watch, serve, serve_watched};
use loadwright_scenario::{Part, TestPlan, Text, VarSource};

use crate::args::{MockArgs, ShapeArgs};
use crate::convert::{self, Converted};
use crate::exit::Exit;
use crate::sources::For;

/// Answers as a source says until it is interrupted.
pub fn run(args: &MockArgs) -> Result<Exit> {
    let converted = convert::plan(&args.input, &ShapeArgs::default(), For::Mock)?;
    let (server, operations) = match &args.log {
        None => start(&converted, args.listen)?,
        Some(path) => {
            let mock = Mock::new(converted.evidence.clone());
            let operations = mock.operations();
            (serve_watched(mock, args.listen, log(path)?)?, operations)
        }
    };
    println!("http://{}", server.address);
    eprintln!("answering {operations} operations on http://{}; Ctrl-C ends", server.address);
    for (name, value) in environment(&converted.plan, &server) {
        eprintln!("  {name}={value}");
    }
    server.wait();
    Ok(Exit::Success)
}

/// Writes each request and the status of its answer as a line of JSON.
fn log(path: &Path) -> Result<Watch> {
    let file = std::fs::File::create(path).with_context(|| format!("failed to write {}", path.display()))?;
    let file = Mutex::new(file);
    Ok(Arc::new(move |asked: &Asked, answer: &Answer| {
        let line = serde_json::json!({
            "method": asked.method,
            "path": asked.path,
            "query": asked.query,
            "headers": asked.headers,
            "body": String::from_utf8_lossy(&asked.body),
            "status": answer.status,
        });
        // a full disk is no reason to stop answering
        let _ = writeln!(file.lock().unwrap_or_else(PoisonError::into_inner), "{line}");
    }))
}

/// Starts a mock of what the source knows.
pub fn start(converted: &Converted, address: std::net::SocketAddr) -> Result<(Server, usize)> {
    let mock = Mock::new(converted.evidence.clone());
    let operations = mock.operations();
    Ok((serve(mock, address)?, operations))
}

/// The environment that points a script at the mock: each variable that holds an address.
pub fn environment(plan: &TestPlan, server: &Server) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for v in &plan.variables {
        let VarSource::Environment { name, default: Some(default) } = &v.source else { continue };
        let literal = filled(plan, default, 0);
        let address = literal.split_once("://").filter(|(s, _)| matches!(*s, "http" | "https"));
        let Some((_, rest)) = address else { continue };
        let path = rest.find('/').and_then(|i| rest.get(i..)).unwrap_or_default();
        let address = format!("http://{}{}", server.address, path.trim_end_matches('/'));
        // the first variable that reads a name is the main one
        out.entry(name.clone()).or_insert(address);
    }
    out
}

/// A text with the defaults of the variables that it names.
fn filled(plan: &TestPlan, text: &Text, depth: usize) -> String {
    let part = |p: &Part| match p {
        Part::Literal(t) => t.to_string(),
        Part::Var(name) => match plan.variables.iter().find(|v| v.name == *name).map(|v| &v.source) {
            Some(VarSource::Environment { default: Some(t), .. } | VarSource::Constant(t)) if depth < 5 => {
                filled(plan, t, depth + 1)
            }
            _ => String::new(),
        },
        Part::Column(_) | Part::Generated(_) => String::new(),
    };
    text.0.iter().map(part).collect()
}
