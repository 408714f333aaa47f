use std::ffi::OsString;

use anyhow::Result;

use crate::args::{InspectArgs, ShapeArgs};
use crate::exit::Exit;
use crate::format;
use crate::inspection::Inspection;
use crate::sources::For;
use crate::{convert, run};

/// The plan of a source as an outline; for a script, its options.
pub fn run(args: &InspectArgs) -> Result<Exit> {
    if let [only] = args.input.inputs.as_slice()
        && is_script(only)
    {
        let mut passed: Vec<OsString> = Vec::new();
        if args.execution_requirements {
            passed.push("--execution-requirements".into());
        }
        for pair in &args.input.environments {
            passed.push("-e".into());
            passed.push(pair.into());
        }
        passed.push(only.into());
        return Ok(run::inspect(&passed));
    }
    let converted = convert::plan(&args.input, &ShapeArgs::default(), For::Script)?;
    if args.format.is_json() {
        format::print(&Inspection::of(&converted.plan))?;
        return Ok(Exit::Success);
    }
    crate::stdout::write(&loadwright_scenario::outline(&converted.plan));
    Ok(Exit::Success)
}

fn is_script(input: &str) -> bool {
    let lower = input.to_ascii_lowercase();
    [".js", ".ts", ".mjs", ".cjs", ".mts", ".tar"].iter().any(|end| lower.ends_with(end))
}
