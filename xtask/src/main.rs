//! The project's own chores: `cargo xtask help` lists them.

mod bench;
mod check;
mod conservation;
mod convert;
mod first_run;
mod gates;
mod inputs;
mod newman;
mod ratchet;
mod targets;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask ci                       format, lints, tidy, tests
cargo xtask lint                     the same without the tests
cargo xtask tidy                     crate edges, file sizes, unfinished code
cargo xtask bless                    accept the new output of the golden tests
cargo xtask conformance --cases DIR  run a conformance suite against the release build
cargo xtask corpus --dir DIR         run the converter gates of a corpus against the release build
cargo xtask bodies --dir DIR         every body made from the documents of a folder, judged by a validator of its own
cargo xtask first-run --dir DIR      every document of a folder against the built-in mock, as a share of operations
cargo xtask conservation --dir DIR   what a walker of its own counts in each file = what the plan and the findings hold
cargo xtask targets [--bin PATH]     run the Locust and Artillery output of the fixtures, compare what they send with k6's
cargo xtask newman PATH [--bin PATH] run the fixtures pm-* under newman (PATH is its program) and compare every test
cargo xtask bench [--k6 PATH] [--oha PATH]
                                     requests per CPU-second beside peers, as a table
cargo xtask bench convert [--peer PATH]… [--large MB] [--bin PATH]
                                     time and memory of converting large inputs beside peers, as a table
cargo xtask dist                     one static binary for this machine, in target/dist";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("xtask: {e:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let flag =
        |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).map(String::as_str);
    match args.first().map(String::as_str) {
        Some("ci") => check::ci(),
        Some("lint") => check::lint(),
        Some("tidy") => tidy::tidy(),
        Some("bless") => check::bless(),
        Some("conformance") => gates::conformance(flag("--cases"), args),
        Some("corpus") => gates::corpus(flag("--dir"), args),
        Some("bodies") => first_run::bodies(flag("--dir")),
        Some("first-run") => first_run::first_run(flag("--dir"), args),
        Some("conservation") => conservation::conservation(flag("--dir"), flag("--bin")),
        Some("targets") => targets::targets(flag("--bin")),
        Some("newman") => newman::newman(args.get(1).map(String::as_str), flag("--bin")),
        Some("bench") if args.get(1).is_some_and(|a| a == "convert") => {
            let given = args.windows(2).filter(|w| w.first().is_some_and(|f| f == "--peer"));
            let peers: Vec<&str> = given.filter_map(|w| w.get(1)).map(String::as_str).collect();
            convert::convert(&peers, flag("--large"), flag("--bin"))
        }
        Some("bench") => bench::bench(flag("--k6"), flag("--oha")),
        Some("dist") => check::dist(),
        None | Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(())
        }
        Some(other) => bail!("no chore is called {other}\n{HELP}"),
    }
}
