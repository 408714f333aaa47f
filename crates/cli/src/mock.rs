use std::collections::BTreeMap;

use anyhow::Result;
use loadwright_mock::{Mock, Server, serve};
use loadwright_scenario::{TestPlan, VarSource};

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
    plan.variables
        .iter()
        .filter_map(|v| match &v.source {
            VarSource::Environment { name, default: Some(default) } => {
                let literal = default.as_literal()?;
                let (_, rest) = literal.split_once("://").filter(|(s, _)| matches!(*s, "http" | "https"))?;
                let path = rest.find('/').and_then(|i| rest.get(i..)).unwrap_or_default();
                Some((name.clone(), format!("http://{}{}", server.address, path.trim_end_matches('/'))))
            }
            _ => None,
        })
        .collect()
}
