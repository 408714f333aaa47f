use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::args_verdict::{CoverageArgs, LayoutArgs, VerdictArgs};
use crate::bundle::BundleArgs;
use crate::examples;
use crate::format::FormatArgs;
use crate::keep::KeepArgs;
use crate::load_args::LoadArgs;

/// Turns Postman collections, OpenAPI documents and HAR recordings into k6 load tests, and runs them.
#[derive(Debug, Parser)]
#[command(name = "loadwright", version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  loadwright test openapi.yaml --mock           write a test, run it against a built-in mock
  loadwright convert shop.postman_collection.json -e staging.postman_environment.json -o test.js
  loadwright convert archive.har -o test.js
  loadwright run test.js --vus 10 --duration 30s

Exit codes: 0 passed, 1 usage or files, 2 losses or conflicts, 3 the source has moved on, 99 thresholds failed.
`loadwright explain exit-codes` has all.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a script from a Postman collection, an OpenAPI document or a HAR recording
    #[command(after_help = examples::CONVERT)]
    Convert(ConvertArgs),
    /// Convert and run at once; with --mock against answers from the source itself
    #[command(after_help = examples::TEST)]
    Test(TestArgs),
    /// Answer on loopback as the source says
    #[command(after_help = examples::MOCK)]
    Mock(MockArgs),
    /// Show what a source becomes, or the options of a script
    #[command(after_help = examples::INSPECT)]
    Inspect(InspectArgs),
    /// Write a recording without its secrets, safe to share
    #[command(after_help = examples::REDACT)]
    Redact(crate::redact::RedactArgs),
    /// Explain a finding by its code
    #[command(after_help = examples::EXPLAIN)]
    Explain {
        /// A code such as postman/unsupported-api; none lists them all
        code: Option<String>,
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Write the templates of a target, to change and to give to --templates
    #[command(after_help = examples::TEMPLATES)]
    Templates(crate::templates::TemplatesArgs),
    /// Write completions for a shell
    #[command(after_help = examples::COMPLETIONS)]
    Completions { shell: clap_complete::Shell },
    /// Write the manual pages
    #[command(after_help = examples::MAN)]
    Man {
        /// The folder that they go to
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Look at the limits of this machine: file descriptors, ports, cores, memory, clock
    #[command(after_help = examples::DOCTOR)]
    Doctor(crate::doctor::DoctorArgs),
    /// Print the JSON Schema of a file that this program reads or writes; none lists them
    #[command(after_help = examples::SCHEMA)]
    Schema {
        name: Option<String>,
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Compare two results that `run --out result=FILE` wrote; exit code 99 when the second is worse
    #[command(after_help = examples::COMPARE)]
    Compare(CompareArgs),
    /// Count which operations of a document some runs have requested; exit code 99 below --min
    #[command(after_help = examples::COVERAGE)]
    Coverage(CoverageArgs),
    /// Print the version
    Version {
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Write a first script
    New(crate::new::NewArgs),
    /// Pack a script with all that it reads into one file; `run` takes it
    #[command(disable_help_flag = true)]
    Archive {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<std::ffi::OsString>,
    },
    /// Run a k6 script
    #[command(disable_help_flag = true)]
    Run {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<std::ffi::OsString>,
    },
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The older result
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The newer result
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// Response times may grow by this many percent
    #[arg(long, default_value_t = 10.0, value_name = "PERCENT", help_heading = "Verdict")]
    pub tolerance: f64,
    #[command(flatten)]
    pub format: FormatArgs,
}

#[derive(Debug, Args)]
pub struct ConvertArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub shape: ShapeArgs,
    /// Where the script goes; files that it needs go beside it. Standard output without it
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub keep: KeepArgs,
    #[command(flatten)]
    pub bundle: BundleArgs,
    #[command(flatten)]
    pub findings: FindingArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// What to read and which part of it.
#[derive(Debug, Args, Default)]
pub struct InputArgs {
    /// Files, URLs, or - for standard input; FILE=N gives a file a weight among several
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Read the inputs as this format instead of looking at their content
    #[arg(long, value_name = "FORMAT", value_parser = ["postman", "openapi", "har"], help_heading = "Input")]
    pub from: Option<String>,
    /// Environment file of the collection; may be repeated
    #[arg(short = 'e', long = "environment", value_name = "FILE", help_heading = "Input")]
    pub environments: Vec<PathBuf>,
    /// Check that answers have the status of the collection's saved examples
    #[arg(long, help_heading = "Input")]
    pub example_checks: bool,
    /// Globals file of the collection
    #[arg(short = 'g', long, value_name = "FILE", help_heading = "Input")]
    pub globals: Option<PathBuf>,
    /// Rows of test data, CSV or JSON
    #[arg(short = 'd', long, value_name = "FILE", help_heading = "Input")]
    pub data: Option<PathBuf>,
    /// Only this folder; may be repeated
    #[arg(long, value_name = "NAME", help_heading = "Selection")]
    pub folder: Vec<String>,
    /// Only items whose name, path, tag, operation id or method matches the glob; may be repeated
    #[arg(long, visible_alias = "only", value_name = "GLOB", help_heading = "Selection")]
    pub include: Vec<String>,
    /// Not the items that match the glob; may be repeated
    #[arg(long, visible_alias = "skip", value_name = "GLOB", help_heading = "Selection")]
    pub exclude: Vec<String>,
    /// Only methods that change nothing
    #[arg(long, help_heading = "Selection")]
    pub safe_only: bool,
    /// Keep images, styles, scripts and fonts of a recording
    #[arg(long, help_heading = "Selection")]
    pub include_static: bool,
    /// Keep this host of a recording; may be repeated
    #[arg(long = "host", value_name = "HOST", help_heading = "Selection")]
    pub hosts: Vec<String>,
    /// Keep the recorded order and send one request after the other
    #[arg(long, help_heading = "Selection")]
    pub keep_order: bool,
    /// Seed for made-up sample values
    #[arg(long, default_value_t = 1, value_name = "N", help_heading = "Values")]
    pub seed: u64,
    /// Sample optional properties too
    #[arg(long, help_heading = "Values")]
    pub all_properties: bool,
    /// Fetch remote references of the document
    #[arg(long, help_heading = "Input")]
    pub fetch: bool,
}

/// What the script is to be like.
#[derive(Debug, Args, Default)]
pub struct ShapeArgs {
    /// The tool that the script is for
    #[arg(long, default_value = "k6", value_name = "TOOL", help_heading = "Output")]
    pub target: String,
    /// The language of k6 scripts; an output that ends in .ts is TypeScript without it
    #[arg(long, default_value = "js", value_parser = ["js", "ts"], value_name = "LANG", help_heading = "Output")]
    pub lang: String,
    /// Where long bodies go: inline, or files beside the script
    #[arg(long, default_value = "inline", value_parser = ["inline", "files"], value_name = "PLACE", help_heading = "Output")]
    pub bodies: String,
    /// Folder with templates of your own; `loadwright templates eject` writes ours there
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub templates: Option<PathBuf>,
    #[command(flatten)]
    pub load: LoadArgs,
    #[command(flatten)]
    pub layout: LayoutArgs,
    /// Leave out an improvement of the plan by name; may be repeated
    #[arg(long = "skip-pass", value_name = "NAME", help_heading = "Output")]
    pub skip_pass: Vec<String>,
    /// Leave out one inference by the name that its finding shows; may be repeated
    #[arg(long = "skip-rule", value_name = "NAME", help_heading = "Output")]
    pub skip_rule: Vec<String>,
    /// Do not look for values that flow from responses into later requests
    #[arg(long, help_heading = "Output")]
    pub no_correlate: bool,
    #[command(flatten)]
    pub recording: crate::args_recording::RecordingArgs,
}

#[derive(Debug, Args, Default)]
pub struct FindingArgs {
    /// Write all findings as JSON
    #[arg(long, value_name = "FILE", help_heading = "Findings")]
    pub report: Option<PathBuf>,
    /// Fail with exit code 2 when anything was dropped, approximated or stubbed
    #[arg(long, help_heading = "Findings")]
    pub strict: bool,
    /// Say nothing but errors
    #[arg(short, long, help_heading = "Findings")]
    pub quiet: bool,
    /// Show every finding, else each kind is shown a few times; and what was decided and how long it took
    #[arg(short, long, help_heading = "Findings")]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub struct TestArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub shape: ShapeArgs,
    #[command(flatten)]
    pub findings: FindingArgs,
    #[command(flatten)]
    pub format: FormatArgs,
    /// Keep the script here; else it is written beside the input's name in the current folder
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Answer from the source itself on loopback
    #[arg(long, help_heading = "Run")]
    pub mock: bool,
    /// Run this script instead of the one that is written: the same source, your own edits
    #[arg(long, value_name = "FILE", help_heading = "Run")]
    pub script: Option<PathBuf>,
    /// Write the results as JSON, in k6's shape
    #[arg(long, value_name = "FILE", help_heading = "Run")]
    pub summary_export: Option<PathBuf>,
    /// Send requests to this address instead of the document's server
    #[arg(long, value_name = "URL", help_heading = "Run")]
    pub base_url: Option<String>,
    #[command(flatten)]
    pub verdict: VerdictArgs,
    /// Environment variables from a file of NAME=value lines, such as a filled-in .env.example
    #[arg(long, value_name = "FILE", help_heading = "Run")]
    pub env_file: Option<PathBuf>,
    /// Environment variable for the script; may be repeated
    #[arg(long = "env", value_name = "NAME=VALUE", help_heading = "Run")]
    pub env: Vec<String>,
}

#[derive(Debug, Args)]
pub struct MockArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// Where to listen; loopback unless another address is given
    #[arg(long, default_value = "127.0.0.1:0", value_parser = address, value_name = "ADDR:PORT", help_heading = "Server")]
    pub listen: std::net::SocketAddr,
    /// Write each request that arrives, and the status of its answer, as a line of JSON
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    pub log: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct InspectArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// For a script: also the greatest number of VUs and the total duration
    #[arg(long)]
    pub execution_requirements: bool,
    #[command(flatten)]
    pub format: FormatArgs,
}

fn address(text: &str) -> Result<std::net::SocketAddr, String> {
    text.parse().map_err(|_| "give an address and a port up to 65535, such as 127.0.0.1:8080".to_owned())
}
