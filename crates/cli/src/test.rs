use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::args::TestArgs;
use crate::exit::Exit;
use crate::keep::KeepArgs;
use crate::sources::For;
use crate::{convert, keep, mock, run, verdict};

/// Writes the script, then runs it; with `--mock` against answers from the source.
pub fn run(args: &TestArgs) -> Result<Exit> {
    let mut converted =
        convert::plan(&args.input, &args.shape, if args.mock { For::Mock } else { For::Script })?;
    if args.shape.target != "k6" {
        bail!(
            "test runs k6 scripts; `loadwright convert --target {}` writes the other ones",
            args.shape.target
        );
    }
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| script_name(args.input.inputs.first().map_or("", String::as_str)));
    let mut generated = convert::generate(&converted, &args.shape, Some(&output))?;
    converted.diagnostics.append(&mut generated.diagnostics);
    let made = convert::made(&converted, &generated, &args.shape);
    let conflicts = keep::write(&output, &made, &KeepArgs::default())?;
    let strict = convert::finish(&converted, &args.findings)?;
    if conflicts > 0 {
        return Ok(Exit::Incomplete);
    }
    if strict != Exit::Success {
        return Ok(strict);
    }
    if !args.findings.quiet {
        eprintln!(
            "wrote {}: edit it and run it again with `loadwright run {}`",
            output.display(),
            output.display()
        );
    }
    let mut passed: Vec<OsString> = Vec::new();
    let server = if args.mock {
        let loopback = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let (server, operations) = mock::start(&converted, loopback)?;
        if !args.findings.quiet {
            eprintln!("a mock of {operations} operations answers on http://{}", server.address);
        }
        for (name, value) in mock::environment(&converted.plan, &server) {
            passed.extend(["-e".into(), format!("{name}={value}").into()]);
        }
        Some(server)
    } else {
        None
    };
    if let Some(url) = &args.base_url {
        passed.extend(["-e".into(), format!("BASE_URL={}", url.trim_end_matches('/')).into()]);
    }
    if let Some(file) = &args.env_file {
        passed.extend(["--env-file".into(), file.into()]);
    }
    for pair in &args.env {
        passed.extend(["-e".into(), pair.into()]);
    }
    let mut flag = |name: &str, value: Option<String>| {
        passed.extend(value.map(|v| OsString::from(format!("{name}={v}"))));
    };
    if args.script.is_some() {
        // a script of the user's own has a load of its own
        let load = &args.shape.load;
        flag("--vus", load.vus.map(|n| n.to_string()));
        flag("--duration", load.duration.clone());
        flag("--iterations", load.iterations.map(|n| n.to_string()));
    }
    flag("--summary-export", args.summary_export.as_ref().map(|p| p.display().to_string()));
    if args.findings.quiet {
        passed.push("--quiet".into());
    }
    if args.format.is_json() {
        // the verdict is what is printed; the run speaks on standard error
        passed.push("--quiet".into());
        passed.push("--summary-mode=disabled".into());
    }
    passed.push(absolute(args.script.as_ref().unwrap_or(&output))?.into_os_string());
    let mut judged = None;
    let exit = run::run_and(&passed, &mut |summary| {
        let first = verdict::judge(&converted, summary);
        if !args.findings.quiet && !args.format.is_json() {
            verdict::show(&first);
        }
        judged = Some(first);
    });
    if let (Some(path), Some(first)) = (&args.verdict.verdict, &judged) {
        verdict::write(path, first)?;
    }
    if let (true, Some(first)) = (args.format.is_json(), &judged) {
        crate::format::print(first)?;
    }
    drop(server);
    Ok(exit)
}

/// `shop.postman_collection.json` becomes `shop.js` in the current folder.
fn script_name(input: &str) -> PathBuf {
    let file =
        Path::new(input).file_name().map_or_else(|| "test".to_owned(), |n| n.to_string_lossy().into_owned());
    let stem =
        file.split('.').next().filter(|s| !s.is_empty() && *s != "-" && *s != "<stdin>").unwrap_or("test");
    // `input.yaml` in a folder of its own is known by the folder's name
    let stem = match (stem, Path::new(input).parent().and_then(Path::file_name)) {
        ("input" | "openapi" | "spec" | "swagger", Some(folder)) => folder.to_string_lossy().into_owned(),
        _ => stem.to_owned(),
    };
    PathBuf::from(format!("{stem}.js"))
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("failed to find {}", path.display()))
}
