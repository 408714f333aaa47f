use std::collections::{BTreeMap, BTreeSet};

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin, Pointer};
use loadwright_import::{ImportError, ImportOptions, Imported, Importer, Match, Source};
use loadwright_scenario::{
    Carried, ColumnOrder, Dataset, Scenario, ScopeValue, Step, TestPlan, for_each_step_mut,
};
use loadwright_workload::{Executor, SharedIterations, Workload};
use serde_json::Value;

use crate::lift::{self, Lifted};
use crate::scope::{Scope, Scopes};
use crate::secret::Vault;
use crate::value::{list, note, str_of};
use crate::walk::Walked;
use crate::whole::{ambiguous, body_of_its_own, nested, next_by_id, signed};
use crate::{codes, credentials, plain, scope, secret, v1, walk};

/// Postman collections.
pub struct Postman;

impl Importer for Postman {
    fn name(&self) -> &'static str {
        "postman"
    }

    fn sniff(&self, source: &Source) -> Match {
        let Ok(head) = source.head() else { return Match::No };
        let has = |needle: &str| head.contains(needle);
        if has("schema.getpostman.com") || has("\"_postman_id\"") || has("_postman_exported_using") {
            return Match::Yes;
        }
        let key = |name: &str| has(&format!("\"{name}\""));
        let v2 = key("item") && (key("request") || key("info"));
        let v1 = key("requests") && (key("order") || key("folders")) || key("requests") && key("url");
        if has("\"openapi\"") || has("\"swagger\"") || has("\"log\"") && has("\"entries\"") {
            return Match::No;
        }
        if v2 || v1 { Match::Maybe } else { Match::No }
    }

    fn import(&self, source: &Source, options: &ImportOptions) -> Result<Imported, ImportError> {
        let document = source.value()?;
        let root = Origin::new(source.id, Pointer::root());
        let (document, at) = match document.get("collection") {
            Some(inner @ Value::Object(_)) if document.get("item").is_none() => {
                (inner, root.key("collection"))
            }
            _ => (document, root),
        };
        let converted;
        let collection = if v1::is_v1(document) {
            converted = v1::to_v2(document);
            &converted
        } else {
            document
        };
        if collection.get("item").and_then(Value::as_array).is_none() && collection.get("info").is_none() {
            return Err(ImportError::new("this is not a Postman collection: it has no items")
                .at(source.locate(&at.at))
                .help("export the collection from Postman as version 2.1"));
        }
        let mut diagnostics = Diagnostics::new();
        let mut scopes = scopes(collection, &at, options, &mut diagnostics);
        let mut vault = Vault::new(&scopes);
        let walked = walk::walk(collection, source, &at, options, &mut vault, &mut diagnostics);
        scopes.collection.extend(vault.kept);
        credentials::mark(&walked.steps, &mut scopes);
        Ok(assemble(collection, walked, &scopes, options.carry_scripts, diagnostics))
    }
}

fn scopes(collection: &Value, at: &Origin, options: &ImportOptions, diagnostics: &mut Diagnostics) -> Scopes {
    let mut scopes = Scopes {
        collection: scope::read(list(collection, "variable"), &at.key("variable")),
        ..Scopes::default()
    };
    for source in &options.environments {
        let (name, values) = scope::file(source, diagnostics);
        let stem =
            source.name.rsplit(['/', '\\']).next().unwrap_or_default().split('.').next().unwrap_or_default();
        let mut label = name.clone().unwrap_or_else(|| stem.to_owned());
        while scopes.environments.iter().any(|(n, _)| *n == label) {
            label.push('_');
        }
        scopes.environment_name = scopes.environment_name.or(name);
        scopes.environments.push((label, values));
    }
    for (_, values) in scopes.environments.iter().rev() {
        scopes.environment.extend(values.clone());
    }
    if let [(_, only)] = scopes.environments.as_slice() {
        scopes.environment = only.clone();
        scopes.environments.clear();
    }
    if let Some(source) = &options.globals {
        scopes.globals = scope::file(source, diagnostics).1;
    }
    if let Some(source) = &options.data {
        scopes.rows = scope::rows(source, diagnostics);
    }
    scopes
}

fn assemble(
    collection: &Value,
    mut walked: Walked,
    scopes: &Scopes,
    carry: bool,
    mut diagnostics: Diagnostics,
) -> Imported {
    let lifts = lift_all(&mut walked, scopes, &mut diagnostics);
    let signed = signed(&mut walked.steps);
    if let (Some(_), Some((why, origin))) = (&lifts, &signed) {
        let message = format!("{why}: the collection runs over the modules");
        diagnostics.push(Diagnostic::new(&codes::COLLECTION_CARRIED, message, origin.clone()));
    }
    let needs_scripts = carry || lifts.is_none() || signed.is_some();
    let info = collection.get("info").unwrap_or(&Value::Null);
    let mut plan = TestPlan {
        title: str_of(info, "name")
            .or_else(|| str_of(collection, "name"))
            .unwrap_or("Postman collection")
            .to_owned(),
        note: note(info),
        ..TestPlan::default()
    };
    plan.http.insecure_tls = walked.insecure;
    if !scopes.rows.is_empty() {
        plan.datasets.push(dataset(scopes));
    }
    let steps = match lifts {
        Some(lifts) if !needs_scripts => {
            let filled = plain::fill(std::mem::take(&mut walked.steps), scopes, &lifts, &mut diagnostics);
            plan.variables = filled.variables;
            plan.http.base = filled.base;
            filled.steps
        }
        _ => {
            plan.carried = Some(Carried {
                environment_name: scopes.environment_name.clone(),
                environment: if scopes.environments.is_empty() {
                    carried(&scopes.environment, &mut diagnostics)
                } else {
                    Vec::new()
                },
                environments: scopes
                    .environments
                    .iter()
                    .map(|(name, scope)| (name.clone(), carried(scope, &mut diagnostics)))
                    .collect(),
                collection: carried(&scopes.collection, &mut diagnostics),
                globals: carried(&scopes.globals, &mut diagnostics),
                items: std::mem::take(&mut walked.items),
            });
            std::mem::take(&mut walked.steps)
        }
    };
    let iterations = i64::try_from(scopes.rows.len().max(1)).unwrap_or(1);
    plan.scenarios.push(Scenario {
        name: "default".to_owned(),
        workload: workload(iterations),
        steps,
        weight: 1,
        tags: Vec::new(),
    });
    Imported { plan, evidence: walked.evidence, diagnostics }
}

fn workload(iterations: i64) -> Workload {
    Workload::from(Executor::SharedIterations(SharedIterations {
        vus: Some(1),
        iterations: Some(iterations),
        ..SharedIterations::default()
    }))
}

/// One script of the collection, understood or not, by where it stands.
pub type Lifts = BTreeMap<Origin, Lifted>;

/// Reads each script once. `None` when one of them has to be carried. Scripts that do not parse are taken out.
fn lift_all(walked: &mut Walked, scopes: &Scopes, diagnostics: &mut Diagnostics) -> Option<Lifts> {
    let mut lifts = Lifts::new();
    let mut broken: BTreeSet<Origin> = BTreeSet::new();
    let mut empty: BTreeSet<Origin> = BTreeSet::new();
    let mut carried = false;
    for_each_step_mut_in(&mut walked.steps, &mut |step| {
        let Step::Request(request) = step else { return };
        for (script, test) in
            request.before.iter().map(|s| (s, false)).chain(request.after.iter().map(|s| (s, true)))
        {
            if lifts.contains_key(&script.origin)
                || broken.contains(&script.origin)
                || empty.contains(&script.origin)
            {
                continue;
            }
            match lift::read(&script.code, &script.origin, test, scopes) {
                lift::Reading::Broken(reason) => {
                    let message = format!("the script is not run: {reason}");
                    diagnostics.push(Diagnostic::new(&codes::SCRIPT_SYNTAX, message, script.origin.clone()));
                    broken.insert(script.origin.clone());
                }
                lift::Reading::Empty => {
                    empty.insert(script.origin.clone());
                }
                lift::Reading::Lifted(lifted) => {
                    lifts.insert(script.origin.clone(), *lifted);
                }
                lift::Reading::Carried(reasons, alone) => {
                    carried |= alone.is_none();
                    diagnostics.extend(reasons);
                    lifts.insert(script.origin.clone(), alone.map(Lifted::from).unwrap_or_default());
                }
            }
        }
        request.before.retain(|s| !broken.contains(&s.origin) && !empty.contains(&s.origin));
        request.after.retain(|s| !broken.contains(&s.origin) && !empty.contains(&s.origin));
    });
    if carried {
        return None;
    }
    let mut whole = |why: String, origin: Origin| {
        let message = format!("{why}: the collection runs over the modules");
        diagnostics.push(Diagnostic::new(&codes::COLLECTION_CARRIED, message, origin));
    };
    if let Some((name, origin)) = ambiguous(&lifts) {
        whole(format!("`{name}` is a variable of two scopes"), origin);
        return None;
    }
    if let Some((name, origin)) = nested(&mut walked.steps, &lifts) {
        whole(format!("the name of a variable holds `{{{{{name}}}}}`, which a script sets"), origin);
        return None;
    }
    if let Some(origin) = body_of_its_own(&mut walked.steps, &lifts) {
        whole("this script looks at a body that is not text on the wire".to_owned(), origin);
        return None;
    }
    if let Some((id, origin)) = next_by_id(walked, &lifts) {
        whole(format!("`{id}` is the id of a request, not its name"), origin);
        return None;
    }
    if let Some(origin) = rewrite_mixed(&mut walked.steps, scopes, &mut lifts) {
        whole("this script sets variables beside one that is code of its own".to_owned(), origin);
        return None;
    }
    Some(lifts)
}

/// Scripts that set variables beside scripts that are code: all of them become code, so that their order stays. Gives
/// the first that cannot. Where scripts decide what comes next or leave requests out, whatever is set
/// belongs to its request.
fn rewrite_mixed(steps: &mut Vec<Step>, scopes: &Scopes, lifts: &mut Lifts) -> Option<Origin> {
    let mut refused = None;
    let jumps = lifts.values().any(|l| l.alone.as_ref().is_some_and(|a| a.decides || a.skips));
    for_each_step_mut_in(steps, &mut |step| {
        let Step::Request(request) = step else { return };
        for (scripts, test) in [(&request.before, false), (&request.after, true)] {
            let plain = |l: &Lifts, o: &Origin| l.get(o).is_some_and(Lifted::is_code);
            if !jumps && !scripts.iter().any(|s| plain(lifts, &s.origin)) {
                continue;
            }
            for script in scripts {
                let sets = lifts.get(&script.origin).is_some_and(Lifted::sets);
                if !sets || plain(lifts, &script.origin) {
                    continue;
                }
                match lift::rewrite(&script.code, test, scopes) {
                    Ok(code) => {
                        lifts.insert(script.origin.clone(), Lifted::from(code));
                    }
                    Err(_) => {
                        refused.get_or_insert_with(|| script.origin.clone());
                    }
                }
            }
        }
    });
    refused
}

pub fn for_each_step_mut_in(steps: &mut Vec<Step>, f: &mut dyn FnMut(&mut Step)) {
    let mut plan = TestPlan { setup: std::mem::take(steps), ..TestPlan::default() };
    for_each_step_mut(&mut plan, f);
    *steps = plan.setup;
}

fn carried(scope: &Scope, diagnostics: &mut Diagnostics) -> Vec<ScopeValue> {
    scope
        .iter()
        .map(|(name, known)| ScopeValue {
            name: name.clone(),
            value: loadwright_import::json_from_value(&known.value),
            secret: secret::of_variable(name, known, diagnostics),
            origin: known.origin.clone(),
        })
        .collect()
}

fn dataset(scopes: &Scopes) -> Dataset {
    let mut columns: Vec<String> = Vec::new();
    for name in scopes.rows.iter().flat_map(serde_json::Map::keys) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    Dataset {
        name: "data".to_owned(),
        path: "data.rows.json".to_owned(),
        columns,
        content: serde_json::to_vec_pretty(&scopes.rows).ok(),
        order: ColumnOrder::Sequential,
        origin: Origin::default(),
    }
}
