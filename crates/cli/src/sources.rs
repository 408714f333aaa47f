use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use loadwright_diagnostic::SourceId;
use loadwright_import::{ImportOptions, Imported, Importer, Match, Selection, Source};

use loadwright_scenario::{Evidence, TestPlan};

use crate::args::InputArgs;
use crate::progress::Progress;
use crate::registry::IMPORTERS;
use crate::render;

/// What the inputs are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    Script,
    /// Answers, and judging requests by their schemas.
    Mock,
}

/// One input and what it became.
pub struct Read {
    pub source: Source,
    pub imported: Imported,
    /// The name of the format.
    pub importer: &'static str,
}

/// Opens an input by what the user wrote: a URL, `-`, or a file.
pub fn open(id: SourceId, input: &str) -> Result<Source> {
    if input == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("failed to read standard input")?;
        return Ok(Source::text_of(id, "<stdin>", loadwright_import::read::decode(bytes)));
    }
    if input.starts_with("http://") || input.starts_with("https://") {
        let text = crate::fetch::text(input).map_err(|e| {
            anyhow::anyhow!(
                "failed to fetch {input}: {e}\nhelp: save it to a file when this machine cannot reach it"
            )
        })?;
        return Ok(Source::text_of(id, input, text));
    }
    let path = Path::new(input);
    if path.is_dir() {
        bail!(
            "{input} is a folder\nhelp: name a file in it, such as {}",
            path.join("openapi.yaml").display()
        );
    }
    let known = std::fs::metadata(path).with_context(|| format!("failed to read {input}"))?;
    if !known.is_file() {
        // a pipe gives its bytes once, and only from the beginning
        let bytes = std::fs::read(path).with_context(|| format!("failed to read {input}"))?;
        return Ok(Source::text_of(id, input, loadwright_import::read::decode(bytes)));
    }
    Ok(Source::file(id, input))
}

/// The importer for a source: the one that was asked for, else the surest by content.
pub fn importer_for(source: &Source, from: Option<&str>) -> Result<&'static dyn Importer> {
    if let Some(name) = from {
        return IMPORTERS.iter().copied().find(|i| i.name() == name).context("no such format");
    }
    let mut best: Option<(Match, &'static dyn Importer)> = None;
    for importer in IMPORTERS.iter().copied() {
        let sure = importer.sniff(source);
        if best.is_none_or(|(m, _)| sure > m) {
            best = Some((sure, importer));
        }
        // the others may have to read all of it
        if sure == Match::Yes {
            break;
        }
    }
    match best {
        Some((m, importer)) if m != Match::No => Ok(importer),
        _ => {
            // an unreadable file is a better story than an unknown one
            if let Err(e) = source.value() {
                bail!(render::import_error(source, &e));
            }
            bail!(
                "{}: this is neither a Postman collection nor an OpenAPI document nor a HAR recording\n\
                 help: --from postman|openapi|har reads it as that format anyway",
                source.name
            )
        }
    }
}

/// Reads and imports every input.
pub fn import_all(args: &InputArgs, purpose: For, progress: &mut Progress) -> Result<Vec<Read>> {
    let mut options = options(args)?;
    options.without_schemas = purpose == For::Script;
    options.leave_answers = purpose == For::Script;
    let read = read_all(args, &options, progress)?;
    judge(args, &read)?;
    let recorded = read.iter().any(|r| r.imported.evidence.recorded);
    let journeys = || read.iter().filter(|r| !r.imported.evidence.unordered);
    let several = journeys().count() > 1;
    let plain = journeys().all(|r| r.imported.plan.is_plain());
    let carried = journeys().all(|r| r.imported.plan.carried.is_some());
    // beside a recording a collection only lends what it knows; a document only describes
    if recorded || !several || plain || carried {
        return Ok(read);
    }
    // one program for all of them: what could be plain code runs over the modules too
    options.carry_scripts = true;
    let read = read_all(args, &options, progress)?;
    let journey = |r: &&Read| !r.imported.evidence.unordered;
    if let Some(other) = read.iter().filter(journey).find(|r| r.imported.plan.carried.is_none()) {
        bail!(
            "{} cannot be in one script with a collection whose scripts need Postman's API\n\
             help: convert it to a script of its own",
            other.source.name
        );
    }
    Ok(read)
}

/// What was asked for and cannot be meant: files that nobody reads, and a selection of nothing.
fn judge(args: &InputArgs, read: &[Read]) -> Result<()> {
    let collection = read.iter().any(|r| r.importer == "postman");
    let beside = args.environments.iter().map(|p| ("-e", p)).chain(args.globals.iter().map(|p| ("-g", p)));
    if let (false, Some((flag, path))) = (collection, beside.into_iter().next()) {
        bail!(
            "{flag} {}: environments and globals are read beside Postman collections only\n\
             help: `run` takes -e NAME=VALUE; what a script reads from the environment stands in its .env.example",
            path.display()
        );
    }
    if let (Some(path), false) = (&args.data, read.iter().any(|r| r.importer != "openapi")) {
        bail!(
            "-d {}: rows of data fill recordings and collections; a document has no values that they could stand for\n\
             help: read the file in the script, with a SharedArray",
            path.display()
        );
    }
    let selects = !args.folder.is_empty() || !args.include.is_empty() || !args.exclude.is_empty();
    let mut steps = 0;
    for r in read {
        steps += r.imported.plan.scenarios.iter().map(|s| s.steps.len()).sum::<usize>();
    }
    if selects && steps == 0 {
        bail!(
            "nothing is left to convert: no item is selected by --folder, --include and --exclude\n\
             help: `loadwright inspect {}` shows the names",
            args.inputs.first().map_or("INPUT", String::as_str)
        );
    }
    Ok(())
}

fn read_all(args: &InputArgs, options: &ImportOptions, progress: &mut Progress) -> Result<Vec<Read>> {
    args.inputs
        .iter()
        .enumerate()
        .map(|(i, input)| {
            let id = SourceId(u16::try_from(i).unwrap_or(u16::MAX));
            let (input, weight) = weighted(input);
            progress.begin(&format!("reading {input}"));
            let source = open(id, input)?;
            let importer = importer_for(&source, args.from.as_deref())?;
            let mut imported = importer
                .import(&source, options)
                .map_err(|e| anyhow::anyhow!(render::import_error(&source, &e)))?;
            for scenario in &mut imported.plan.scenarios {
                scenario.weight = weight.unwrap_or(scenario.weight);
            }
            let why = if args.from.is_some() { "as --from says" } else { "by its content" };
            progress.done(&format!("read {input} as {}, {why}: {} bytes", importer.name(), source.size()));
            Ok(Read { source, imported, importer: importer.name() })
        })
        .collect()
}

/// `browse.har=70` is the file `browse.har` with a weight, unless there is a file of that very name.
fn weighted(input: &str) -> (&str, Option<u32>) {
    let is_file = |name: &str| Path::new(name).is_file();
    input
        .rsplit_once('=')
        .filter(|(name, _)| is_file(name) && !is_file(input))
        .and_then(|(name, n)| Some((name, Some(n.parse().ok().filter(|n| *n > 0)?))))
        .unwrap_or((input, None))
}

/// Whether the inputs are recordings by their names, and together of a size that leaves memory to spare.
pub fn are_short_recordings(args: &InputArgs) -> bool {
    const SHORT: u64 = 64 * 1024 * 1024;
    let size = |input: &String| {
        let path = Path::new(weighted(input).0);
        let named = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("har"));
        if named { std::fs::metadata(path).ok().map(|file| file.len()) } else { None }
    };
    args.inputs.iter().map(size).sum::<Option<u64>>().is_some_and(|size| size < SHORT)
}

/// Another recording of the same journey, for comparison only.
pub fn import_other(args: &InputArgs, other: Option<&str>) -> Result<Option<Arc<(TestPlan, Evidence)>>> {
    let Some(input) = other else { return Ok(None) };
    let source = open(SourceId(COMPANIONS - 1), input)?;
    let imported = importer_for(&source, args.from.as_deref())?
        .import(&source, &options(args)?)
        .map_err(|e| anyhow::anyhow!(render::import_error(&source, &e)))?;
    let (mut plan, evidence) = (imported.plan, imported.evidence);
    loadwright_transform::group_urls(&mut plan, &evidence);
    Ok(Some(Arc::new((plan, evidence))))
}

/// The number of the first companion file: environments from here on, then globals and data.
const COMPANIONS: u16 = 1000;

/// Every file that an import reads, under the number that origins have.
pub fn files(args: &InputArgs) -> BTreeMap<SourceId, PathBuf> {
    let number = |from: u16, i: usize| SourceId(from.saturating_add(u16::try_from(i).unwrap_or(u16::MAX)));
    let named = args.inputs.iter().map(|i| weighted(i).0);
    let inputs = named.map(PathBuf::from).enumerate().map(|(i, p)| (number(0, i), p));
    let environments = args.environments.iter().cloned().enumerate().map(|(i, p)| (number(COMPANIONS, i), p));
    let globals = args.globals.iter().cloned().map(|p| (number(COMPANIONS, 100), p));
    inputs.chain(environments).chain(globals).filter(|(_, p)| p.is_file()).collect()
}

fn options(args: &InputArgs) -> Result<ImportOptions> {
    let extra = |n: usize| SourceId(u16::try_from(usize::from(COMPANIONS) + n).unwrap_or(u16::MAX));
    let file = |n: usize, path: &PathBuf| -> Result<Source> {
        std::fs::metadata(path).with_context(|| format!("failed to read {}", path.display()))?;
        Ok(Source::file(extra(n), path))
    };
    Ok(ImportOptions {
        carry_scripts: false,
        without_schemas: true,
        leave_answers: true,
        example_checks: args.example_checks,
        environments: args.environments.iter().enumerate().map(|(i, p)| file(i, p)).collect::<Result<_>>()?,
        globals: args.globals.as_ref().map(|p| file(100, p)).transpose()?,
        data: args.data.as_ref().map(|p| file(101, p)).transpose()?,
        select: Selection {
            folders: args.folder.clone(),
            include: args.include.clone(),
            exclude: args.exclude.clone(),
            safe_only: args.safe_only,
        },
        seed: args.seed,
        include_static: args.include_static,
        hosts: args.hosts.clone(),
        keep_order: args.keep_order,
        all_properties: args.all_properties,
        fetch: args.fetch,
        fetcher: Some(crate::fetch::text),
        folder: args.inputs.first().and_then(|i| Path::new(i).parent()).map(Into::into),
    })
}
