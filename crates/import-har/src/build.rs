use std::sync::Arc;

use loadwright_crew::map;
use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin};
use loadwright_import::{ImportOptions, Imported, split_url};
use loadwright_scenario::{
    Evidence, Group, HttpDefaults, Lifetime, Scenario, Step, TestPlan, VarName, VarSource, Variable,
};
use loadwright_workload::{Executor, SharedIterations};
use serde_json::Value;

use crate::bases::bases_of;
use crate::codes;
use crate::cookies::Jar;
use crate::entry::Entry;
use crate::frame::Frame;
use crate::redirects::Redirects;
use crate::sent::Requests;
use crate::steps::{Asked, Make};
use crate::{extensions, pacing, websocket};

/// Entries that become steps together.
const TOGETHER: usize = 2_048;

/// Makes the plan and its evidence from the entries that are replayed.
pub(crate) struct Build<'a> {
    options: &'a ImportOptions,
    root: Origin,
    frame: &'a Frame,
    diagnostics: Diagnostics,
}

impl<'a> Build<'a> {
    pub fn new(options: &'a ImportOptions, root: Origin, frame: &'a Frame, diagnostics: Diagnostics) -> Self {
        Self { options, root, frame, diagnostics }
    }

    /// `all` the entries say which variables there are; those at the `kept` positions become steps, and go when they did.
    pub fn run(mut self, mut all: Vec<Entry>, kept: &[usize]) -> Imported {
        let names = extensions::declared(&all);
        let list: Vec<&Entry> = kept.iter().filter_map(|k| all.get(*k)).collect();
        let (bases, variables) = bases_of(&list, &self.root);
        let redirects = if self.options.keep_order { Redirects::default() } else { Redirects::of(&list) };
        let start = list.iter().filter_map(|e| e.started).reduce(f64::min).unwrap_or(0.0);
        let title =
            list.first().map_or_else(|| "recording".to_owned(), |e| format!("{} (recording)", e.host));
        let entries = self.root.key("log").key("entries");
        let mut texts = Requests::new(entries.clone());
        let mut evidence = Evidence { recorded: true, ..Evidence::default() };
        let mut jar = Jar::default();
        let mut steps: Vec<Step> = Vec::new();
        let mut browser = 0;
        let mut group: Option<(String, Group)> = None;
        // in an exact replay the step tells whether its cookies are the jar's
        let exact = self.options.keep_order;
        let together = if exact { 1 } else { TOGETHER };
        for (n, some) in kept.chunks(together).enumerate() {
            let some = some.iter().enumerate().map(|(i, at)| (n * together + i, *at));
            let mut asked: Vec<Asked<'_>> = Vec::new();
            for (i, entry) in some.clone().filter_map(|(i, at)| Some((i, all.get(at)?))) {
                if !redirects.is_target(i) {
                    if entry.is_websocket {
                        continue;
                    }
                    let chain = redirects.chain(i).filter_map(|n| all.get(*kept.get(n)?)).collect();
                    asked.push(Asked { chain, jar: jar.cookies_for(entry) });
                }
                if !exact {
                    jar.store(entry);
                }
            }
            let make = Make { exact, bases: &bases, names: &names, entries: &entries, start };
            let mut made = map(&asked, &|asked| make.step(asked)).into_iter().flatten();
            for (i, at) in some {
                let Some(mut entry) = all.get_mut(at).map(std::mem::take) else { continue };
                if redirects.is_target(i) {
                    continue;
                }
                let origin = entries.index(entry.index);
                texts.put(entry.index, std::mem::take(&mut entry.texts));
                let step = if entry.is_websocket {
                    self.diagnostics.push(Diagnostic::new(
                        &codes::WEBSOCKET,
                        format!("a WebSocket session of {} messages", entry.messages.len()),
                        origin.clone(),
                    ));
                    Step::WebSocket(Box::new(websocket::step(&entry, origin)))
                } else {
                    let Some(mut made) = made.next() else { continue };
                    if exact && !made.step.request.overrides.no_cookies {
                        jar.store(&entry);
                    }
                    let last = redirects.chain(i).last().and_then(|n| kept.get(n)).copied().unwrap_or(at);
                    let answered = if last == at { Some(&mut entry) } else { all.get_mut(last) };
                    if let (Some(last), Some(seen)) = (answered, made.exchange.responses.first_mut()) {
                        seen.body = std::mem::take(&mut last.response.body);
                    }
                    browser += made.browser;
                    self.diagnostics.append(&mut made.diagnostics);
                    evidence.final_urls.extend(made.final_url.map(|url| (origin, url)));
                    evidence.exchanges.push(made.exchange);
                    Step::Request(made.step)
                };
                self.place(&entry, step, &mut group, &mut steps);
            }
        }
        steps.extend(group.map(|(_, g)| Step::Group(Box::new(self.closed(g)))));
        evidence.request_texts.add(Arc::new(texts));
        if browser > 0 {
            let message = format!("{browser} headers that browsers add by themselves were left out");
            self.diagnostics.push(Diagnostic::new(
                &codes::BROWSER_HEADER,
                message,
                self.root.key("log").key("entries"),
            ));
        }
        if redirects.count() > 0 {
            let message =
                format!("{} redirect targets are reached by following the redirects", redirects.count());
            self.diagnostics.push(Diagnostic::new(
                &codes::REDIRECT,
                message,
                self.root.key("log").key("entries"),
            ));
        }
        let mut variables = variables;
        variables.extend(names.iter().map(|n| Variable {
            name: VarName::new(n),
            source: VarSource::Captured { initial: None },
            lifetime: Lifetime::Iteration,
            secret: false,
            note: None,
            origin: self.root.clone(),
        }));
        let asked = self.frame.options.as_ref().map(pacing::load);
        if let Some(None) = asked {
            let at = self.root.key("log").key("options");
            let message = "the options of the recording are not those of k6";
            self.diagnostics.push(Diagnostic::new(&codes::EXTENSION, message, at));
        }
        let (asked, thresholds) = asked.flatten().unwrap_or_default();
        let main = variables
            .first()
            .filter(|v| matches!(v.source, VarSource::Environment { .. }))
            .map(|v| v.name.clone());
        let workload = Executor::SharedIterations(SharedIterations {
            vus: Some(1),
            iterations: Some(1),
            max_duration: None,
        });
        let plan = TestPlan {
            title,
            note: self.frame.comment.clone(),
            scenarios: vec![Scenario {
                name: "recording".to_owned(),
                workload: asked.unwrap_or_else(|| workload.into()),
                steps,
                weight: 1,
                tags: Vec::new(),
            }],
            variables,
            thresholds,
            datasets: self.options.data.iter().filter_map(crate::data::dataset).collect(),
            http: HttpDefaults { base: main, ..HttpDefaults::default() },
            ..TestPlan::default()
        };
        Imported { plan, evidence, diagnostics: self.diagnostics }
    }

    /// Consecutive entries of a page are a group; entries without a page stand alone.
    fn place(&self, entry: &Entry, step: Step, group: &mut Option<(String, Group)>, steps: &mut Vec<Step>) {
        let at = self.root.key("log").key("entries").index(entry.index);
        let mut steps_here: Vec<Step> = pacing::pauses(&entry.sleeps.before, &at).collect();
        steps_here.push(step);
        steps_here.extend(pacing::pauses(&entry.sleeps.after, &at));
        let page = entry.page.clone().unwrap_or_default();
        match group {
            Some((id, g)) if *id == page => g.steps.extend(steps_here),
            _ => {
                steps.extend(group.take().map(|(_, g)| Step::Group(Box::new(self.closed(g)))));
                let title = self.frame.pages.iter().enumerate().find_map(|(i, p)| {
                    (p.get("id").and_then(Value::as_str) == Some(page.as_str()) && !page.is_empty()).then(
                        || {
                            let title = ["title", "name"]
                                .iter()
                                .find_map(|k| p.get(k).and_then(Value::as_str).map(str::trim))
                                .filter(|t| !t.is_empty());
                            (i, title.map_or_else(|| page.clone(), |t| short_title(t, i)))
                        },
                    )
                });
                match title {
                    None => steps.extend(steps_here),
                    Some((i, name)) => {
                        let origin = self.root.key("log").key("pages").index(i);
                        let sleeps = self.frame.pages.get(i).map(|p| pacing::sleeps(p.get("sleep")));
                        let mut inside: Vec<Step> =
                            sleeps.iter().flat_map(|s| pacing::pauses(&s.before, &origin)).collect();
                        inside.extend(steps_here);
                        *group = Some((page, Group { name, note: None, steps: inside, origin }));
                    }
                }
            }
        }
    }

    /// The pauses behind a page stand at the end of its group.
    fn closed(&self, mut group: Group) -> Group {
        let index = group.origin.at.tokens().last().and_then(|t| t.parse::<usize>().ok());
        let sleeps = index.and_then(|i| self.frame.pages.get(i)).map(|p| pacing::sleeps(p.get("sleep")));
        let after: Vec<Step> = sleeps.iter().flat_map(|s| pacing::pauses(&s.after, &group.origin)).collect();
        group.steps.extend(after);
        group
    }
}

/// Pages are often titled with their address.
fn short_title(title: &str, index: usize) -> String {
    let short: String = match split_url(title) {
        u if title.contains("://") => {
            format!("page {} {}", index + 1, if u.path.is_empty() { "/" } else { u.path })
        }
        _ => title.to_owned(),
    };
    short.chars().take(80).collect()
}
