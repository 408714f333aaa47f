use std::collections::{BTreeMap, HashMap};

use loadwright_diagnostic::{Diagnostic, Origin};
use loadwright_scenario::{
    Assign, Auth, Body, Encoding, Extraction, Json, JsonPath, JsonStep, Lifetime, Part, RequestStep, Segment,
    Selector, Step, Text, VarName, VarSource, Variable, for_each_request_mut,
};

use crate::codes;
use crate::login::{LoggedIn, log_in};
use crate::operations::{Operations, Use, UseAt, uses};
use crate::order::reorder;
use crate::producers::{Finder, From, Producer};
use crate::{Pass, PassContext};

/// Parameters and foreign keys take their value from the operation that creates or lists the thing that they name.
///
/// The rules are those of RESTler and Schemathesis, from the surest down; `producers` has them one by one.
pub(crate) struct Chain;

/// One value of a request that comes from another operation.
struct Binding {
    at: UseAt,
    producer: usize,
}

impl Pass for Chain {
    fn name(&self) -> &'static str {
        "chain"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        if !cx.evidence.unordered {
            return;
        }
        let operations = Operations::new(cx.plan, cx.evidence);
        let taken = cx.plan.variables.iter().map(|v| v.name.clone()).collect();
        let mut finder = Finder::new(&operations, cx.options, taken);
        let mut bindings = bind(&operations, &mut finder);
        let logged_in = log_in(&operations, &mut finder);
        for (i, at, producer) in &logged_in.uses {
            if let Some(o) = operations.list.get(*i) {
                let binding = Binding { at: at.clone(), producer: *producer };
                bindings.entry(o.origin.clone()).or_default().push(binding);
            }
        }
        choose(&operations, &finder, &mut bindings);
        let Finder { producers, depends, .. } = finder;
        let order = operations.by_origin(&depends);
        let producers: Vec<Producer> = producers.into_iter().collect();
        apply(cx, &operations, &producers, &bindings);
        give(cx, &operations, &logged_in);
        cx.plan.variables.extend(logged_in.variables);
        if !cx.options.keep_order {
            reorder(cx.plan, &order);
        }
        assign_first(cx, &operations, &producers);
    }
}

/// Finds for each value of each operation where it comes from: path parameters before all others, because they are sure.
fn bind(operations: &Operations<'_>, finder: &mut Finder<'_, '_>) -> HashMap<Origin, Vec<Binding>> {
    let mut out: HashMap<Origin, Vec<Binding>> = HashMap::new();
    let all: Vec<(usize, Vec<Use>)> = operations.list.iter().enumerate().map(|(i, o)| (i, uses(o))).collect();
    let sure = |u: &Use| matches!(&u.at, UseAt::Path(_)) && !u.prefix.ends_with("{}");
    for wanted in [true, false] {
        for (i, list) in &all {
            for u in list.iter().filter(|u| sure(u) == wanted) {
                let Some(producer) = finder.find(*i, u) else { continue };
                let Some(operation) = operations.list.get(*i) else { continue };
                out.entry(operation.origin.clone()).or_default().push(Binding { at: u.at.clone(), producer });
            }
        }
    }
    out
}

/// What an operation chooses itself stands in its own request too.
fn choose(operations: &Operations<'_>, finder: &Finder<'_, '_>, out: &mut HashMap<Origin, Vec<Binding>>) {
    for (n, p) in finder.producers.iter().enumerate() {
        let Some(operation) = operations.list.get(p.operation) else { continue };
        let at = match &p.from {
            From::Sent(path, _) => UseAt::Body(path.clone()),
            From::Chosen(at, _) => UseAt::Path(*at),
            From::Answer(_) | From::Location { .. } => continue,
        };
        out.entry(operation.origin.clone()).or_default().push(Binding { at, producer: n });
    }
}

/// Values that the environment gives to a login.
fn give(cx: &mut PassContext<'_>, operations: &Operations<'_>, logged_in: &LoggedIn) {
    for (i, path, variable) in &logged_in.given {
        let Some(origin) = operations.list.get(*i).map(|o| &o.origin) else { continue };
        for_each_request_mut(cx.plan, &mut |step| {
            if let (true, Body::Json { value, .. }) = (step.origin == *origin, &mut step.request.body)
                && let Some(slot) = slot(value, path)
            {
                *slot = Json::Hole(Text::from(Part::Var(variable.clone())));
            }
        });
    }
}

/// Puts variables where they are used, and takes them from the answers.
fn apply(
    cx: &mut PassContext<'_>,
    operations: &Operations<'_>,
    producers: &[Producer],
    bindings: &HashMap<Origin, Vec<Binding>>,
) {
    let mut by_operation: BTreeMap<usize, Vec<&Producer>> = BTreeMap::new();
    for p in producers {
        by_operation.entry(p.operation).or_default().push(p);
    }
    let by_origin: HashMap<&Origin, usize> =
        operations.list.iter().enumerate().map(|(i, o)| (&o.origin, i)).collect();
    for_each_request_mut(cx.plan, &mut |step| {
        for b in bindings.get(&step.origin).into_iter().flatten() {
            if let Some(p) = producers.get(b.producer) {
                put(step, &b.at, p);
            }
        }
        let own = by_origin.get(&step.origin).and_then(|i| by_operation.get(i));
        for p in own.into_iter().flatten() {
            take(step, p);
        }
    });
    for p in producers {
        let Some(operation) = operations.list.get(p.operation) else { continue };
        let message = format!("{} comes from {} ({})", p.variable, operation.name, p.rule);
        cx.diagnostics.push(
            Diagnostic::new(&codes::CHAINED, message, operation.origin.clone())
                .with_help(format!("--skip-rule {} leaves this kind of inference out", p.rule)),
        );
        cx.plan.variables.push(Variable {
            name: p.variable.clone(),
            source: VarSource::Captured {
                initial: p.instead.as_ref().map(|v| Text::from(Part::Var(v.clone()))),
            },
            lifetime: Lifetime::Iteration,
            secret: p.instead.is_some(),
            note: None,
            origin: operation.origin.clone(),
        });
    }
}

fn put(step: &mut RequestStep, at: &UseAt, p: &Producer) {
    let hole = Text::from(Part::Var(p.variable.clone()));
    match at {
        UseAt::Path(i) => {
            if let Some(Segment::Param { value, encoding, .. }) = step.request.url.path.get_mut(*i) {
                *value = hole;
                *encoding = if p.numeric { Encoding::Raw } else { Encoding::Component };
            }
        }
        UseAt::Query(i) => {
            if let Some(field) = step.request.url.query.get_mut(*i) {
                field.value = Some(hole);
                field.encoding = Encoding::Component;
            }
        }
        UseAt::Header(i) => {
            if let Some(field) = step.request.headers.get_mut(*i) {
                field.value = hole;
            }
        }
        UseAt::Token => {
            if let Auth::Bearer { token, .. } = &mut step.request.auth {
                *token = hole;
            }
        }
        UseAt::Body(path) => {
            let Body::Json { value, .. } = &mut step.request.body else { return };
            if let Some(slot) = slot(value, path) {
                *slot = Json::Hole(hole);
            }
        }
    }
}

fn slot<'j>(json: &'j mut Json, path: &[JsonStep]) -> Option<&'j mut Json> {
    let Some((first, rest)) = path.split_first() else { return Some(json) };
    let next = match (json, first) {
        (Json::Object(fields), JsonStep::Key(key)) => {
            fields.iter_mut().find(|(k, _)| k == key).map(|(_, v)| v)
        }
        (Json::Array(items), JsonStep::Index(i)) => items.get_mut(*i),
        _ => None,
    };
    slot(next?, rest)
}

/// The extraction, with what it is for as a comment.
fn take(step: &mut RequestStep, p: &Producer) {
    let sample = match &p.instead {
        Some(variable) => Text::from(Part::Var(variable.clone())),
        None => Text::literal(p.sample.as_str()),
    };
    let extraction =
        |from: Selector, fallback: Option<Text>, guarded: bool, reason: Option<String>| Extraction {
            into: p.variable.clone(),
            from,
            fallback,
            guard: guarded.then(|| format!("{}: {} found", step.name, p.variable)),
            reason,
            origin: step.origin.clone(),
        };
    let new = match &p.from {
        From::Answer(selector) => vec![extraction(selector.clone(), Some(sample), true, p.reason())],
        From::Location { promised } => {
            let header = Selector::HeaderRegex {
                header: "Location".to_owned(),
                pattern: r"([^/?#]+)\/?(?:[?#].*)?$".to_owned(),
                group: 1,
            };
            let body = Selector::Json(JsonPath::keys(["id"]));
            vec![
                extraction(header, Some(sample), *promised, p.reason()),
                // the body knows it better when it has it
                extraction(body, Some(Text::from(Part::Var(p.variable.clone()))), false, None),
            ]
        }
        From::Sent(..) | From::Chosen(..) => Vec::new(),
    };
    step.extractions.extend(new);
}

/// Values that the script chooses stand right before the request that sends them first.
fn assign_first(cx: &mut PassContext<'_>, operations: &Operations<'_>, producers: &[Producer]) {
    let mut chosen: HashMap<&Origin, Vec<(&VarName, &Text)>> = HashMap::new();
    for p in producers {
        let (From::Sent(_, text) | From::Chosen(_, text)) = &p.from else { continue };
        if let Some(operation) = operations.list.get(p.operation) {
            chosen.entry(&operation.origin).or_default().push((&p.variable, text));
        }
    }
    if chosen.is_empty() {
        return;
    }
    let insert = |steps: &mut Vec<Step>| {
        let mut i = 0;
        while let Some(step) = steps.get(i) {
            let Step::Request(r) = step else {
                i += 1;
                continue;
            };
            let origin = r.origin.clone();
            for (variable, text) in chosen.get(&origin).into_iter().flatten() {
                let assign =
                    Assign { into: (*variable).clone(), value: (*text).clone(), origin: origin.clone() };
                steps.insert(i, Step::Assign(Box::new(assign)));
                i += 1;
            }
            i += 1;
        }
    };
    for scenario in &mut cx.plan.scenarios {
        insert(&mut scenario.steps);
        for step in &mut scenario.steps {
            if let Step::Group(group) = step {
                insert(&mut group.steps);
            }
        }
    }
}
