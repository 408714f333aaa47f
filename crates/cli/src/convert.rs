use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use loadwright_diagnostic::{Diagnostics, SourceId};
use loadwright_generate::{GenerateOptions, GenerateRequest, Generated, Layout, TARGETS, Target};
use loadwright_import::Source;
use loadwright_scenario::{Evidence, TestPlan, for_each_request};
use loadwright_transform::{Found, PASSES, PassOptions, rules_to_text};

use crate::args::{ConvertArgs, FindingArgs, InputArgs, ShapeArgs};
use crate::conversion::Conversion;
use crate::exit::Exit;
use crate::keep::{Looked, Made};
use crate::progress::Progress;
use crate::sources::For;
use crate::{format, keep, memory, merge, render, report_file, sources};

/// Bytes from which on a body is easier to read in a file of its own.
const LONG_BODY: usize = 500;

/// From so many recorded answers on it pays to start a thread for them.
const MANY: usize = 500;

/// A plan that is ready to be written, with everything that was found on the way.
pub struct Converted {
    pub plan: TestPlan,
    pub evidence: Evidence,
    pub diagnostics: Diagnostics,
    pub sources: Vec<Source>,
    /// Every file that was read, by what findings and variables call it.
    pub files: BTreeMap<SourceId, PathBuf>,
    pub found: Found,
}

pub fn run(args: &ConvertArgs) -> Result<Exit> {
    if sources::are_short_recordings(&args.input) {
        memory::relaxed();
    }
    let mut progress = Progress::new(args.findings.quiet, args.findings.verbose);
    let mut converted = plan_watched(&args.input, &args.shape, For::Script, &mut progress)?;
    progress.begin("writing the script");
    // recorded answers take room and no script has them; rules are for those who ask
    let asked = args.shape.recording.write_rules.is_some() || args.findings.report.is_some();
    let rules = asked || args.format.is_json();
    let found = if rules { Found::default() } else { std::mem::take(&mut converted.found) };
    let spare = (std::mem::take(&mut converted.evidence), found);
    let mut generated = std::thread::scope(|scope| {
        // taking those of a long recording to pieces takes time, which the other core has
        if spare.0.exchanges.len() >= MANY {
            scope.spawn(move || drop(spare));
        }
        generate(&converted, &args.shape, args.output.as_deref())
    })?;
    converted.diagnostics.append(&mut generated.diagnostics);
    progress.done(&format!("wrote {} files for {}", generated.files.len(), args.shape.target));
    drop(progress);
    let generated = args.bundle.apply(generated, args.output.as_deref())?;
    let mut conflicts = 0;
    let json = args.format.is_json();
    match &args.output {
        Some(path) => {
            let made = made(&converted, &generated, &args.shape);
            if args.keep.check || args.keep.diff {
                return looked(&keep::look(path, &made, &args.keep)?, &converted, json);
            }
            conflicts = keep::write(path, &made, &args.keep)?;
        }
        None if json => {}
        None => {
            std::io::stdout()
                .write_all(generated.script().as_bytes())
                .context("failed to write to standard output")?;
            for file in generated.files.iter().skip(1) {
                eprintln!("note: {} belongs beside the script; -o FILE writes it", file.path);
            }
        }
    }
    if let Some(path) = &args.shape.recording.write_rules {
        std::fs::write(path, rules_to_text(&converted.found.rules))
            .with_context(|| format!("failed to write {}", path.display()))?;
    }
    let exit = finish(&converted, &args.findings)?;
    if json {
        format::print(&Conversion::written(&converted, &generated, args.output.as_deref(), conflicts))?;
    }
    // the process ends here: taking large plans to pieces first would only take time
    std::mem::forget((converted, generated));
    Ok(if conflicts > 0 { Exit::Incomplete } else { exit })
}

fn looked(looked: &Looked, converted: &Converted, json: bool) -> Result<Exit> {
    let exit = if matches!(looked, Looked::Outdated(_)) { Exit::Outdated } else { Exit::Success };
    if json {
        format::print(&Conversion::looked(converted, looked))?;
        return Ok(exit);
    }
    match looked {
        Looked::Current => {}
        Looked::Outdated(changes) => crate::stdout::write(&keep::listed(changes)),
        Looked::Difference(text) => crate::stdout::write(text),
    }
    Ok(exit)
}

/// Reads the inputs and runs the passes.
pub fn plan(input: &InputArgs, shape: &ShapeArgs, purpose: For) -> Result<Converted> {
    plan_watched(input, shape, purpose, &mut Progress::new(true, false))
}

fn plan_watched(
    input: &InputArgs,
    shape: &ShapeArgs,
    purpose: For,
    progress: &mut Progress,
) -> Result<Converted> {
    passes_exist(&shape.skip_pass)?;
    let mut read = sources::import_all(input, purpose, progress)?;
    let mut diagnostics = Diagnostics::new();
    let mut evidence = Evidence::default();
    let mut plan: Option<TestPlan> = None;
    let mut kept = Vec::new();
    let several = read.len() > 1;
    let journeys = read.iter().any(|r| !r.imported.evidence.unordered);
    let is_document = |r: &sources::Read| journeys && r.imported.evidence.unordered;
    // a document beside something that was done describes it instead of adding to it
    let (documents, mut read): (Vec<_>, Vec<_>) = read.drain(..).partition(is_document);
    for r in documents {
        for journey in &mut read {
            loadwright_transform::join(&mut journey.imported.plan, &r.imported.plan, &mut diagnostics);
        }
        evidence.extend(r.imported.evidence);
        diagnostics.extend(r.imported.diagnostics);
        kept.push(r.source);
    }
    lend_to_recordings(&mut read, &mut kept, &mut diagnostics)?;
    evidence.unordered = evidence.unordered && read.is_empty();
    for mut r in read.drain(..) {
        if several {
            merge::name_scenario(&mut r.imported.plan, &r.source.name);
        }
        if let Some(first) = &plan {
            merge::without_clashes(first, &mut r.imported.plan);
        }
        diagnostics.extend(r.imported.diagnostics);
        evidence.extend(r.imported.evidence);
        plan = Some(match plan {
            None => r.imported.plan,
            Some(first) => merge(first, r.imported.plan),
        });
        kept.push(r.source);
    }
    let mut plan = plan.context("no input")?;
    let mut skip = shape.skip_pass.clone();
    if shape.no_correlate {
        skip.push("correlate".to_owned());
    }
    let options = PassOptions {
        load: shape.load.options()?,
        skip,
        skip_rules: shape.skip_rule.clone(),
        keep_order: input.keep_order,
        rules: shape.recording.read_rules()?,
        other: sources::import_other(input, shape.recording.diff_with.as_deref())?,
        think_time: shape.recording.think_time.unwrap_or_default(),
        batches: !shape.recording.no_batch,
    };
    progress.begin("improving the plan");
    let mut done = |pass: &str| progress.done(&format!("pass {pass}"));
    let found =
        loadwright_transform::apply_watched(&mut plan, &evidence, &mut diagnostics, &options, &mut done);
    Ok(Converted { plan, evidence, diagnostics, sources: kept, files: sources::files(input), found })
}

/// A collection beside a recording of the same requests gives its credentials and assertions to them; one that has
/// nothing to do with it stays a scenario of its own.
fn lend_to_recordings(
    read: &mut Vec<sources::Read>,
    kept: &mut Vec<Source>,
    diagnostics: &mut Diagnostics,
) -> Result<()> {
    let is_recording = |r: &sources::Read| r.imported.evidence.recorded;
    if !read.iter().any(is_recording) {
        return Ok(());
    }
    let (mut recordings, collections): (Vec<_>, Vec<_>) = read.drain(..).partition(is_recording);
    let mut others = Vec::new();
    for mut collection in collections {
        let mut known = 0;
        for r in &mut recordings {
            let (plan, evidence) = (&mut r.imported.plan, &r.imported.evidence);
            merge::without_clashes(plan, &mut collection.imported.plan);
            known += loadwright_transform::lend(plan, evidence, &collection.imported.plan, diagnostics);
        }
        if known > 0 {
            diagnostics.extend(collection.imported.diagnostics);
            kept.push(collection.source);
            continue;
        }
        if collection.imported.plan.carried.is_some() {
            anyhow::bail!(
                "{} has no request of the recording, and its scripts need Postman's API: both cannot be in one script\n\
                 help: convert it to a script of its own",
                collection.source.name
            );
        }
        others.push(collection);
    }
    read.extend(recordings);
    read.extend(others);
    read.sort_by_key(|r| r.source.id);
    Ok(())
}

fn passes_exist(names: &[String]) -> Result<()> {
    let known: Vec<&str> = PASSES.iter().map(|p| p.name()).collect();
    match names.iter().find(|n| !known.contains(&n.as_str())) {
        Some(name) => anyhow::bail!("--skip-pass {name}: there are {}", known.join(", ")),
        None => Ok(()),
    }
}

/// Several sources become scenarios beside each other.
fn merge(mut first: TestPlan, mut second: TestPlan) -> TestPlan {
    // scripts of two collections run in one go, over one set of scopes
    if let (true, Some(scenario)) = (first.carried.is_some(), first.scenarios.first_mut()) {
        scenario.steps.extend(second.scenarios.drain(..).flat_map(|s| s.steps));
    }
    for mut scenario in second.scenarios {
        let mut n = 2;
        let base = scenario.name.clone();
        while first.scenarios.iter().any(|s| s.name == scenario.name) {
            scenario.name = format!("{base}_{n}");
            n += 1;
        }
        first.scenarios.push(scenario);
    }
    for v in second.variables {
        if !first.variables.iter().any(|o| o.name == v.name) {
            first.variables.push(v);
        }
    }
    first.carried = match (first.carried.take(), second.carried) {
        (Some(a), Some(b)) => Some(a.merge(b)),
        (a, b) => a.or(b),
    };
    first.setup.extend(second.setup);
    first.datasets.extend(second.datasets);
    first.thresholds.extend(second.thresholds);
    first
}

pub fn generate(converted: &Converted, shape: &ShapeArgs, output: Option<&Path>) -> Result<Generated> {
    let target: &dyn Target = *TARGETS.iter().find(|t| t.name() == shape.target).with_context(|| {
        let names: Vec<&str> = TARGETS.iter().map(|t| t.name()).collect();
        format!("--target {}: there are {}", shape.target, names.join(", "))
    })?;
    let source_name = source_name(converted);
    let file_name = output.and_then(|p| p.file_name()).map_or_else(
        || if shape.lang == "ts" { "script.ts".to_owned() } else { target.file_name().to_owned() },
        |n| n.to_string_lossy().into_owned(),
    );
    if shape.lang == "ts" && !file_name.ends_with(".ts") {
        anyhow::bail!(
            "--lang ts: {file_name} does not end in .ts\nhelp: an output that does is TypeScript by itself"
        );
    }
    let layout = match shape.layout.layout.as_deref() {
        Some("split") => Layout::Split,
        _ => Layout::Single,
    };
    let options = GenerateOptions {
        file_name,
        source_name,
        inputs: inputs(converted, output),
        layout,
        long_bodies: (shape.bodies == "files").then_some(LONG_BODY),
        templates: crate::templates::read(shape.templates.as_deref())?,
    };
    target.generate(&GenerateRequest { plan: &converted.plan, options }).map_err(|e| {
        let folder = shape.templates.as_ref().map_or_else(String::new, |f| format!("{}/", f.display()));
        anyhow::anyhow!("{folder}{e}")
    })
}

/// The inputs as the script names them: relative to its own folder.
fn inputs(converted: &Converted, output: Option<&Path>) -> BTreeMap<SourceId, String> {
    let folder = output.and_then(Path::parent).filter(|p| !p.as_os_str().is_empty());
    converted
        .files
        .iter()
        .filter_map(|(id, path)| {
            let seen = match folder {
                None => path.clone(),
                Some(folder) => relative(&folder.canonicalize().ok()?, &path.canonicalize().ok()?),
            };
            Some((*id, seen.to_str()?.replace('\\', "/")))
        })
        .collect()
}

/// How one gets from a folder to a file; both are absolute.
fn relative(folder: &Path, file: &Path) -> PathBuf {
    let shared = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| std::path::Component::ParentDir);
    up.chain(file.components().skip(shared)).collect()
}

/// What was made from which sources.
pub fn made<'m>(converted: &'m Converted, generated: &'m Generated, shape: &'m ShapeArgs) -> Made<'m> {
    Made { plan: &converted.plan, generated, target: &shape.target, source: source_name(converted) }
}

fn source_name(converted: &Converted) -> String {
    let names =
        converted.sources.iter().map(|s| s.name.rsplit(['/', '\\']).next().unwrap_or(&s.name).to_owned());
    names.collect::<Vec<_>>().join(", ")
}

/// Prints the findings and the count, writes the report, decides about `--strict`.
pub fn finish(converted: &Converted, args: &FindingArgs) -> Result<Exit> {
    let list = &converted.diagnostics;
    if let Some(path) = &args.report {
        report_file::write(path, converted)?;
    }
    if !args.quiet {
        let sources: Vec<&Source> = converted.sources.iter().collect();
        eprint!("{}", render::findings(list, &sources, args.verbose));
        eprintln!("{}", summary(converted));
    }
    let lossy = list.iter().any(|d| d.fate.is_lossy());
    Ok(if args.strict && lossy { Exit::Incomplete } else { Exit::Success })
}

fn summary(converted: &Converted) -> String {
    let (mut requests, mut checks, mut extractions) = (0, 0, 0);
    for_each_request(&converted.plan, &mut |r| {
        requests += 1;
        checks += r.checks.len();
        extractions += r.extractions.len();
    });
    let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    format!(
        "converted {}, {}, {}: {}",
        plural(requests, "request"),
        plural(checks, "check"),
        plural(extractions, "extraction"),
        render::fates(&converted.diagnostics)
    )
}
