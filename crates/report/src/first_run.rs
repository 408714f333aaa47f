//! Beyond k6: what became of each operation at the first run of a script, and why it missed.

use loadwright_metrics::{AnswerCount, CheckNode, Summary};
use serde::Serialize;

use crate::style::{TextStyle, pad, width};

/// One operation as the script was written to do it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// `createPet`
    pub name: String,
    pub method: String,
    /// Template: `/pets/{petId}`.
    pub path: String,
    /// The `name` tag of its requests.
    pub tag: String,
    /// Names of its checks.
    pub checks: Vec<String>,
    /// Environment variables that hold what proves who sends.
    pub credentials: Vec<String>,
    /// Values that may be wrong, those in the path first.
    pub doubts: Vec<Doubt>,
}

/// A value that a server may not accept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubt {
    /// `petId`, `query status`, `body name`.
    pub parameter: String,
    /// Why it may be wrong: `made up from the schema`, `createPet gave none`.
    pub why: String,
    /// In doubt only when this check failed.
    pub when: Option<String>,
    pub in_path: bool,
}

/// Passed, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Passed,
    NeedsCredential,
    NeedsData,
    ContractMismatch,
    ServerError,
    NotAttempted,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::NeedsCredential => "needs-credential",
            Self::NeedsData => "needs-data",
            Self::ContractMismatch => "contract-mismatch",
            Self::ServerError => "server-error",
            Self::NotAttempted => "not-attempted",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judged {
    pub operation: String,
    pub method: String,
    pub path: String,
    pub verdict: Verdict,
    /// What is missing: parameters for needs-data, environment variables for needs-credential.
    pub needs: Vec<String>,
    /// Empty for what passed.
    pub reason: String,
    /// Every status that came; 0 is none at all.
    pub statuses: Vec<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FirstRun {
    /// 1; changes when a field changes its meaning.
    pub version: u32,
    pub total: usize,
    pub passed: usize,
    pub operations: Vec<Judged>,
}

/// Judges each operation by the answers and checks of a run.
pub fn first_run(expected: &[Expected], summary: &Summary) -> FirstRun {
    let operations: Vec<Judged> = expected.iter().map(|e| judge(e, summary)).collect();
    let passed = operations.iter().filter(|o| o.verdict == Verdict::Passed).count();
    FirstRun { version: 1, total: operations.len(), passed, operations }
}

fn judge(e: &Expected, summary: &Summary) -> Judged {
    let none = Vec::new();
    let answers = summary.operations.iter().find(|o| o.name == e.tag).map_or(&none, |o| &o.answers);
    let mut own: Vec<&AnswerCount> = answers.iter().filter(|a| *a.method == *e.method).collect();
    if own.is_empty() {
        own = answers.iter().collect();
    }
    let statuses: Vec<u16> = own.iter().map(|a| a.status).collect();
    let failed = |name: &String| summary.checks.iter().find(|c| c.name == *name).filter(|c| c.fails > 0);
    let lost: Vec<&CheckNode> = e.checks.iter().filter_map(failed).collect();
    let (verdict, needs, reason) = reason(e, &own, &lost, &|name| failed(&name.to_owned()).is_some());
    Judged {
        operation: e.name.clone(),
        method: e.method.clone(),
        path: e.path.clone(),
        verdict,
        needs,
        reason,
        statuses,
    }
}

fn reason(
    e: &Expected,
    answers: &[&AnswerCount],
    lost: &[&CheckNode],
    failed: &dyn Fn(&str) -> bool,
) -> (Verdict, Vec<String>, String) {
    // what a redirect led to counts, not the redirect; of several answers the worst
    let last = answers.iter().filter(|a| !(300..400).contains(&a.status)).map(|a| a.status);
    let worst = last.max_by_key(|s| if *s == 0 { u16::MAX } else { *s });
    let Some(status) = worst.or_else(|| answers.first().map(|a| a.status)) else {
        let missing = doubts(e, failed, |d| d.when.is_some());
        let why = match missing.as_slice() {
            [] => "no request was sent".to_owned(),
            list => format!("no request was sent: {}", said(list)),
        };
        return (Verdict::NotAttempted, names(&missing), why);
    };
    match status {
        0 => (Verdict::ServerError, Vec::new(), "no answer".to_owned()),
        200..=299 if lost.is_empty() => (Verdict::Passed, Vec::new(), String::new()),
        // a document may promise other statuses only
        _ if !e.checks.is_empty() && lost.is_empty() && status < 500 => {
            (Verdict::Passed, Vec::new(), String::new())
        }
        200..=299 => {
            let names: Vec<&str> = lost
                .iter()
                .map(|c| c.name.strip_prefix(&format!("{}: ", e.name)).unwrap_or(&c.name))
                .collect();
            (Verdict::ContractMismatch, Vec::new(), format!("{status}, but not: {}", names.join("; ")))
        }
        401 | 403 | 407 => {
            let why = match e.credentials.as_slice() {
                [] => format!("{status}, and the document names no credential"),
                list => format!("{status}; set {}", list.join(", ")),
            };
            (Verdict::NeedsCredential, e.credentials.clone(), why)
        }
        400 | 404 | 409 | 410 | 412 | 413 | 422 | 424 | 428 => {
            let about_path = matches!(status, 404 | 410);
            let mut list = doubts(e, failed, |d| d.in_path == about_path);
            if list.is_empty() {
                list = doubts(e, failed, |_| true);
            }
            if list.is_empty() {
                let why = format!("{status} for a request that the document allows");
                return (Verdict::ContractMismatch, Vec::new(), why);
            }
            (Verdict::NeedsData, names(&list), format!("{status}; {}", said(&list)))
        }
        500.. => (Verdict::ServerError, Vec::new(), status.to_string()),
        _ => (Verdict::ContractMismatch, Vec::new(), format!("{status} is not what the document promises")),
    }
}

fn doubts<'e>(
    e: &'e Expected,
    failed: &dyn Fn(&str) -> bool,
    kind: impl Fn(&Doubt) -> bool,
) -> Vec<&'e Doubt> {
    e.doubts.iter().filter(|d| d.when.as_deref().is_none_or(failed) && kind(d)).collect()
}

fn names(list: &[&Doubt]) -> Vec<String> {
    list.iter().map(|d| d.parameter.clone()).collect()
}

/// `petId: createPet gave none; query from, to: made up from the schema`
fn said(list: &[&Doubt]) -> String {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for d in list {
        match reasons.iter_mut().find(|(why, _)| *why == d.why) {
            Some((_, names)) => names.push(&d.parameter),
            None => reasons.push((&d.why, vec![&d.parameter])),
        }
    }
    let parts: Vec<String> =
        reasons.iter().map(|(why, names)| format!("{}: {why}", names.join(", "))).collect();
    parts.join("; ")
}

/// More operations than this, and those that passed are only counted.
const MOST_ROWS: usize = 60;

/// The table under the summary.
pub fn first_run_text(run: &FirstRun, style: &TextStyle) -> String {
    if run.operations.is_empty() {
        return String::new();
    }
    let mut out = format!("  {} {} \n\n", "█", style.bold("FIRST RUN"));
    let shown: Vec<&Judged> =
        run.operations.iter().filter(|o| run.total <= MOST_ROWS || o.verdict != Verdict::Passed).collect();
    let title = |o: &Judged| format!("{} {}", o.method, o.path);
    let first = shown.iter().map(|o| width(&title(o))).max().unwrap_or(0).min(60);
    let second = shown.iter().map(|o| width(&cell(o))).max().unwrap_or(0).min(60);
    for o in &shown {
        let ok = o.verdict == Verdict::Passed;
        let (title, cell) = (title(o), cell(o));
        let colored = if ok { style.value(&cell) } else { style.bad(&cell) };
        let line = format!(
            "    {} {}  {}  {}",
            style.mark(ok),
            pad(&title, &title, first),
            pad(&cell, &colored, second),
            o.reason
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    if !shown.is_empty() {
        out.push('\n');
    }
    let share = 100.0 * run.passed as f64 / run.total.max(1) as f64;
    out.push_str(&format!("    {} of {} operations passed ({share:.1} %)", run.passed, run.total));
    for kind in [
        Verdict::NeedsCredential,
        Verdict::NeedsData,
        Verdict::ContractMismatch,
        Verdict::ServerError,
        Verdict::NotAttempted,
    ] {
        let n = run.operations.iter().filter(|o| o.verdict == kind).count();
        if n > 0 {
            out.push_str(&format!(", {n} {}", kind.name()));
        }
    }
    out.push_str("\n\n");
    out
}

/// `needs-data(petId)`
fn cell(o: &Judged) -> String {
    match o.needs.as_slice() {
        [] => o.verdict.name().to_owned(),
        [a] => format!("{}({a})", o.verdict.name()),
        [a, b] => format!("{}({a}, {b})", o.verdict.name()),
        [a, b, rest @ ..] => format!("{}({a}, {b}, +{})", o.verdict.name(), rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use loadwright_metrics::OperationSummary;

    use super::*;

    fn ran(status: u16, failed_checks: &[&str]) -> Summary {
        let answers = vec![AnswerCount { method: "GET".into(), status, count: 1 }];
        let check = |n: &&str| CheckNode { name: (*n).to_owned(), fails: 1, ..CheckNode::default() };
        Summary {
            operations: vec![OperationSummary {
                name: "GET /pets/{petId}".to_owned(),
                requests: 1,
                answers,
                ..OperationSummary::default()
            }],
            checks: failed_checks.iter().map(check).collect(),
            ..Summary::default()
        }
    }

    fn read_pet() -> Expected {
        let doubt = |parameter: &str, why: &str, when: Option<&str>, in_path| Doubt {
            parameter: parameter.to_owned(),
            why: why.to_owned(),
            when: when.map(str::to_owned),
            in_path,
        };
        Expected {
            name: "getPet".to_owned(),
            method: "GET".to_owned(),
            path: "/pets/{petId}".to_owned(),
            tag: "GET /pets/{petId}".to_owned(),
            checks: vec!["getPet: status is 200".to_owned()],
            credentials: vec!["API_KEY".to_owned()],
            doubts: vec![
                doubt("petId", "createPet gave none", Some("createPet: petId found"), true),
                doubt("query status", "made up from the schema", None, false),
            ],
        }
    }

    fn verdict(summary: &Summary) -> (Verdict, Vec<String>, String) {
        let judged = first_run(&[read_pet()], summary).operations.remove(0);
        (judged.verdict, judged.needs, judged.reason)
    }

    #[test]
    fn every_miss_has_its_reason() {
        use Verdict as V;
        let status = "getPet: status is 200";
        assert_eq!(verdict(&ran(200, &[])).0, V::Passed);
        let (v, _, why) = verdict(&ran(200, &[status]));
        assert_eq!((v, why.as_str()), (V::ContractMismatch, "200, but not: status is 200"));
        let (v, needs, why) = verdict(&ran(401, &[status]));
        assert_eq!((v, needs[0].as_str(), why.as_str()), (V::NeedsCredential, "API_KEY", "401; set API_KEY"));
        let (v, needs, why) = verdict(&ran(404, &[status, "createPet: petId found"]));
        assert_eq!(
            (v, needs[0].as_str(), why.as_str()),
            (V::NeedsData, "petId", "404; petId: createPet gave none")
        );
        let (v, needs, _) = verdict(&ran(422, &[status]));
        assert_eq!((v, needs[0].as_str()), (V::NeedsData, "query status"));
        assert_eq!(verdict(&ran(406, &[status])).0, V::ContractMismatch);
        assert_eq!(verdict(&ran(503, &[status])).0, V::ServerError);
        assert_eq!(verdict(&ran(0, &[status])).0, V::ServerError);
        assert_eq!(verdict(&Summary::default()).0, V::NotAttempted);
    }

    #[test]
    fn the_table_counts_and_names_what_is_missing() {
        let run = first_run(&[read_pet()], &ran(401, &["getPet: status is 200"]));
        let text = first_run_text(&run, &TextStyle::default());
        assert!(text.contains("✗ GET /pets/{petId}  needs-credential(API_KEY)  401; set API_KEY"), "{text}");
        assert!(text.contains("0 of 1 operations passed (0.0 %), 1 needs-credential"), "{text}");
    }
}
