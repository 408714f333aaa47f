//! Beyond k6: which operations of a document a run has requested, by `name` tag or by the address itself.

use serde::Serialize;
use serde_json::Value;

use crate::style::{TextStyle, pad, width};
use crate::{ResultError, ResultFile};

/// One operation of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecOperation {
    /// `createPet`
    pub name: String,
    pub method: String,
    /// Template: `/pets/{petId}`.
    pub path: String,
    /// The path of the server's address: `/v1`.
    pub base_path: String,
}

/// Requests of one kind that a run has made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requested {
    /// The `name` tag: `GET /pets/{petId}`, an operation id, or the address when nobody set one.
    pub name: String,
    /// The address itself, when the result has it.
    pub url: Option<String>,
    /// Empty when the result does not say.
    pub method: String,
    /// 0 when there was no answer, or when the result does not say.
    pub status: u16,
    pub count: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// 1; changes when a field changes its meaning.
    pub version: u32,
    pub total: usize,
    /// Operations that were requested.
    pub covered: usize,
    /// Operations that were answered with a success.
    pub succeeded: usize,
    /// `covered` of `total`.
    pub percent: f64,
    pub operations: Vec<Covered>,
    /// Requests that are no operation of the document.
    pub unknown: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Covered {
    pub operation: String,
    pub method: String,
    pub path: String,
    pub requests: u64,
    pub successes: u64,
}

/// Reads what a run requested: a result of ours (`--out result=FILE`) or k6's own JSON lines (`--out json=FILE`).
pub fn requested(text: &str) -> Result<Vec<Requested>, ResultError> {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let is_lines = serde_json::from_str::<Value>(first).is_ok_and(|v| v.get("type").is_some());
    if !is_lines {
        let file = ResultFile::parse(text)?;
        return Ok(file.operations.into_iter().flat_map(of_result).collect());
    }
    let mut out: Vec<Requested> = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let value: Value =
            serde_json::from_str(line).map_err(|e| ResultError(format!("line {} is no JSON: {e}", i + 1)))?;
        if value["type"] != "Point" || value["metric"] != "http_reqs" {
            continue;
        }
        let tags = &value["data"]["tags"];
        let tag = |key: &str| tags[key].as_str().unwrap_or_default().to_owned();
        let one = Requested {
            name: tag("name"),
            url: tags["url"].as_str().map(str::to_owned),
            method: tag("method"),
            status: tag("status").parse().unwrap_or(0),
            count: 1,
        };
        let same = |r: &&mut Requested| {
            r.name == one.name && r.url == one.url && r.method == one.method && r.status == one.status
        };
        match out.iter_mut().find(same) {
            Some(r) => r.count += 1,
            None => out.push(one),
        }
    }
    Ok(out)
}

fn of_result(operation: crate::ResultOperation) -> Vec<Requested> {
    let name = operation.name;
    if operation.answers.is_empty() {
        let count = operation.requests;
        return vec![Requested { name, count, ..Requested::default() }];
    }
    let one = |a: crate::ResultAnswer| Requested {
        name: name.clone(),
        url: None,
        method: a.method,
        status: a.status,
        count: a.count,
    };
    operation.answers.into_iter().map(one).collect()
}

/// Counts for each operation the requests that were its own: those with its `name` tag or id, else those whose address
/// fits its template best.
pub fn coverage(operations: &[SpecOperation], requests: &[Requested]) -> Coverage {
    let mut rows: Vec<Covered> = operations
        .iter()
        .map(|o| Covered {
            operation: o.name.clone(),
            method: o.method.clone(),
            path: o.path.clone(),
            ..Covered::default()
        })
        .collect();
    let mut unknown = Vec::new();
    for r in requests {
        let Some(row) = owner(operations, r).and_then(|i| rows.get_mut(i)) else {
            let title =
                if r.name.contains(' ') { r.name.clone() } else { format!("{} {}", r.method, r.name) };
            let title = title.trim().to_owned();
            if !unknown.contains(&title) {
                unknown.push(title);
            }
            continue;
        };
        row.requests += r.count;
        if (200..300).contains(&r.status) {
            row.successes += r.count;
        }
    }
    let covered = rows.iter().filter(|r| r.requests > 0).count();
    let percent = if rows.is_empty() { 100.0 } else { 100.0 * covered as f64 / rows.len() as f64 };
    Coverage {
        version: 1,
        total: rows.len(),
        covered,
        succeeded: rows.iter().filter(|r| r.successes > 0).count(),
        percent,
        operations: rows,
        unknown,
    }
}

fn owner(operations: &[SpecOperation], r: &Requested) -> Option<usize> {
    let fits_method = |o: &SpecOperation| r.method.is_empty() || r.method == o.method;
    let by_name = operations
        .iter()
        .position(|o| r.name == format!("{} {}", o.method, o.path) || (r.name == o.name && fits_method(o)));
    if by_name.is_some() {
        return by_name;
    }
    let (method, address) = match r.name.split_once(' ') {
        Some((m, rest)) if !m.is_empty() && m.bytes().all(|b| b.is_ascii_uppercase()) => (m, rest),
        _ => (r.method.as_str(), r.name.as_str()),
    };
    let best = |address: &str| {
        let path = path_of(address);
        operations
            .iter()
            .enumerate()
            .filter(|(_, o)| method.is_empty() || o.method == method)
            .filter_map(|(i, o)| Some((fit(o, path)?, std::cmp::Reverse(i))))
            .max()
            .map(|(_, std::cmp::Reverse(i))| i)
    };
    r.url.as_deref().and_then(best).or_else(|| best(address))
}

/// The path of an address, without query and fragment.
fn path_of(address: &str) -> &str {
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|i| rest.get(i..)).unwrap_or("/"),
        None => address,
    };
    path.split(['?', '#']).next().unwrap_or_default()
}

/// How well a path fits a template: its fixed segments, and whether it stands right behind the server's path. An address
/// may be behind any prefix: gateways have their own.
fn fit(o: &SpecOperation, path: &str) -> Option<(usize, usize)> {
    let pieces: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    let template: Vec<&str> =
        o.path.split(['?', '#']).next().unwrap_or_default().split('/').filter(|s| !s.is_empty()).collect();
    let base: Vec<&str> = o.base_path.split('/').filter(|s| !s.is_empty()).collect();
    let extra = pieces.len().checked_sub(template.len())?;
    let (prefix, rest) = pieces.split_at_checked(extra)?;
    let mut fixed = 0;
    for (t, p) in template.iter().zip(rest) {
        match (t.find('{'), t.rfind('}')) {
            (Some(from), Some(to)) if from < to => {
                let (before, after) = (t.get(..from)?, t.get(to + 1..)?);
                let inside = p.strip_prefix(before)?.strip_suffix(after)?;
                if inside.is_empty() {
                    return None;
                }
            }
            _ if t == p => fixed += 1,
            _ => return None,
        }
    }
    let place = usize::from(prefix.is_empty() || prefix == base.as_slice());
    // a template that is all parameters would fit everything
    (place == 1 || fixed > 0).then_some((place, fixed))
}

/// The table, what is missing first.
pub fn coverage_text(c: &Coverage, style: &TextStyle) -> String {
    let mut out = String::new();
    let title = |o: &Covered| format!("{} {}", o.method, o.path);
    let columns = c.operations.iter().map(|o| width(&title(o))).max().unwrap_or(0).min(70);
    let mut rows: Vec<&Covered> = c.operations.iter().collect();
    rows.sort_by_key(|o| (o.requests > 0, o.successes > 0));
    for o in rows {
        let title = title(o);
        let requests = match (o.requests, o.successes) {
            (0, _) => style.bad("not requested"),
            (n, 0) => style.bad(&format!("{n} requests, none succeeded")),
            (n, s) => format!("{n} requests, {s} succeeded"),
        };
        out.push_str(&format!(
            "  {} {}  {requests}\n",
            style.mark(o.requests > 0),
            pad(&title, &title, columns)
        ));
    }
    for name in &c.unknown {
        out.push_str(&format!("  ? {name}  is no operation of the document\n"));
    }
    out.push_str(&format!(
        "\n  {} of {} operations requested ({:.1} %), {} answered with a success\n",
        c.covered, c.total, c.percent, c.succeeded
    ));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations() -> Vec<SpecOperation> {
        [
            ("listPets", "GET", "/pets"),
            ("getPet", "GET", "/pets/{id}"),
            ("mine", "GET", "/pets/mine"),
            ("add", "POST", "/pets"),
        ]
        .map(|(name, method, path)| SpecOperation {
            name: name.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            base_path: "/v1".to_owned(),
        })
        .to_vec()
    }

    fn asked(name: &str, url: Option<&str>, method: &str, status: u16) -> Requested {
        Requested {
            name: name.to_owned(),
            url: url.map(str::to_owned),
            method: method.to_owned(),
            status,
            count: 1,
        }
    }

    fn counts(requests: &[Requested]) -> Vec<(u64, u64)> {
        coverage(&operations(), requests).operations.iter().map(|o| (o.requests, o.successes)).collect()
    }

    #[test]
    fn names_ids_and_addresses_lead_to_one_operation_each() {
        let requests = [
            asked("GET /pets/{id}", None, "GET", 200),
            asked("add", None, "POST", 201),
            asked("http://h/v1/pets/mine?x=1", None, "GET", 404),
            asked("own name", Some("http://h/gateway/v1/pets/7"), "GET", 200),
            asked("http://h/v1/pets", None, "", 0),
        ];
        // an address without a method is the first operation of its path
        assert_eq!(counts(&requests), [(1, 0), (2, 2), (1, 0), (1, 1)]);
        let strange = coverage(&operations(), &[asked("http://h/else", None, "GET", 200)]);
        assert_eq!((strange.covered, strange.unknown), (0, vec!["GET http://h/else".to_owned()]));
    }

    #[test]
    fn both_kinds_of_results_are_read() {
        let lines = "{\"type\":\"Metric\",\"metric\":\"http_reqs\",\"data\":{}}\n\
            {\"type\":\"Point\",\"metric\":\"http_reqs\",\"data\":{\"value\":1,\"tags\":{\"name\":\"GET /pets\",\"url\":\"GET /pets\",\"method\":\"GET\",\"status\":\"200\"}}}\n";
        assert_eq!(counts(&requested(lines).expect("lines")), [(1, 1), (0, 0), (0, 0), (0, 0)]);
        let file = ResultFile {
            version: crate::RESULT_VERSION,
            operations: vec![crate::ResultOperation {
                name: "POST /pets".to_owned(),
                requests: 3,
                answers: vec![crate::ResultAnswer { method: "POST".to_owned(), status: 201, count: 3 }],
                ..crate::ResultOperation::default()
            }],
            ..ResultFile::default()
        };
        let text = serde_json::to_string(&file).expect("text");
        assert_eq!(counts(&requested(&text).expect("a result")), [(0, 0), (0, 0), (0, 0), (3, 3)]);
        assert!(requested("{}").is_err());
    }
}
