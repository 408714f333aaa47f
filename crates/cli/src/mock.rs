use std::collections::BTreeMap;

use anyhow::Result;
use loadwright_mock::{Mock, Server, serve};
use loadwright_scenario::{Part, TestPlan, Text, VarSource};

use crate::args::{MockArgs, ShapeArgs};
use crate::convert::{self, Converted};
use crate::exit::Exit;

/// Answers as a source says until it is interrupted.
pub fn run(args: &MockArgs) -> Result<Exit> {
    let converted = convert::plan(&args.input, &ShapeArgs::default())?;
    let (server, operations) = start(&converted, args.listen)?;
    println!("http://{}", server.address);
    eprintln!("answering {operations} operations on http://{}; Ctrl-C ends", server.address);
    for (name, value) in environment(&converted.plan, &server) {
        eprintln!("  {name}={value}");
    }
    server.wait();
    Ok(Exit::Success)
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
        Part::Literal(t) => t.clone(),
        Part::Var(name) => match plan.variables.iter().find(|v| v.name == *name).map(|v| &v.source) {
            Some(VarSource::Environment { default: Some(t), .. } | VarSource::Constant(t)) if depth < 5 => {
                filled(plan, t, depth + 1)
            }
            _ => String::new(),
        },
        Part::Column { .. } | Part::Generated(_) => String::new(),
    };
    text.0.iter().map(part).collect()
}
