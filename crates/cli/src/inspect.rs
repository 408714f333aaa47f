use anyhow::Result;

use crate::args::{InspectArgs, ShapeArgs};
use crate::convert;
use crate::exit::Exit;

/// The plan of a source as an outline; for a script, its options.
pub fn run(args: &InspectArgs) -> Result<Exit> {
    let converted = convert::plan(&args.input, &ShapeArgs::default())?;
    print!("{}", loadwright_scenario::outline(&converted.plan));
    Ok(Exit::Success)
}
