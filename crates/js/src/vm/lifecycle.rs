//! The stages of a VU's life as the runner drives them: activation, iterations, setup, teardown, the summary handler.

use std::collections::BTreeMap;
use std::rc::Rc;

use loadwright_metrics::Metadata;
use loadwright_transport::Jar;
use loadwright_workload::{SystemTag, SystemTags};
use rquickjs::{Class, Persistent, Value};

use super::Vm;
use super::errors::Stop;
use super::globals::{Env, ScenarioEnv};
use super::marshal;
use super::state::Stage;
use super::values::{absent, binary, text};
use crate::modules::scope::Scoped;

/// What a scenario gives to the VUs that run it.
pub struct Activation<'a> {
    pub scenario: &'a str,
    pub env: &'a BTreeMap<String, String>,
    /// Option tags with the scenario's own on top.
    pub tags: &'a BTreeMap<String, String>,
    pub system_tags: &'a SystemTags,
}

/// What `handleSummary` wants written: a path, `stdout` or `stderr`, and the content.
pub type SummaryFiles = Vec<(String, Vec<u8>)>;

impl Vm {
    /// Prepares for a scenario: its environment and tags; what the script wrote into `__ENV` is forgotten.
    pub fn activate(&self, activation: &Activation<'_>) {
        let state = self.state();
        state.slot::<ScenarioEnv>().0.replace(activation.env.clone());
        self.with(|ctx, _| {
            if let Ok(env) = ctx.globals().get::<_, Class<'_, Env>>("__ENV") {
                env.borrow().reset();
            } else {
                ctx.catch();
            }
        });
        let mut pairs: Vec<(&str, &str)> =
            activation.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        if activation.system_tags.contains(SystemTag::Scenario) {
            pairs.insert(0, ("scenario", activation.scenario));
        }
        state.scope.clear_metadata();
        state.scope.reset(activation.system_tags, pairs, "");
        state.stage.set(Stage::Iteration);
    }

    /// Runs one iteration of `exec`. `iteration` is `__ITER`; `data` is what setup returned, as JSON.
    pub fn iterate(&self, exec: &str, iteration: u64, data: Option<&str>) -> Result<(), Stop> {
        let state = self.state();
        if !state.shared.in_force().and_then(|f| f.options.no_cookies_reset).unwrap_or(false) {
            let http = &state.http;
            if !http.jar.borrow().is_empty() {
                http.jar.replace(Rc::new(Jar::new()));
            }
        }
        state.throw_site.replace(None);
        let root = state.scope.current();
        let group = state.scope.group();
        if state.scope.enabled(SystemTag::Vu) {
            state.scope.set_metadata("vu", Some(&state.vu.get().in_test.to_string()));
        }
        if state.scope.enabled(SystemTag::Iter) {
            state.scope.set_metadata("iter", Some(&iteration.to_string()));
        }
        let outcome = self.call(
            exec,
            |ctx| {
                ctx.globals().set("__ITER", iteration as f64)?;
                let cached = state.setup_data.borrow().clone();
                let value = match (cached, data) {
                    (Some(value), _) => value.restore(ctx)?,
                    (None, Some(json)) => {
                        let value = ctx.json_parse(json)?;
                        state.setup_data.replace(Some(Persistent::save(ctx, value.clone())));
                        value
                    }
                    (None, None) => Value::new_undefined(ctx.clone()),
                };
                Ok(vec![value])
            },
            |_, _| Ok(()),
        );
        if outcome.is_err() {
            // a group that was left by an error does not reach into the next iteration
            state.scope.restore(root);
            state.scope.set_group(&group);
        }
        outcome
    }

    /// Runs `setup` and returns its result as JSON; `None` for undefined.
    pub fn setup(
        &self,
        tags: &BTreeMap<String, String>,
        system: &SystemTags,
    ) -> Result<Option<String>, Stop> {
        self.enter(Stage::Setup, tags, system, "::setup");
        let json = self.call(
            "setup",
            |_| Ok(Vec::new()),
            |ctx, value| {
                if value.is_undefined() {
                    return Ok(Ok(None));
                }
                Ok(marshal::to_json(ctx, &value)?.map(Some))
            },
        )?;
        json.map_err(|e| Stop::Exception(format!("error marshaling setup() data to JSON: {e}")))
    }

    /// Runs `teardown` with what setup returned.
    pub fn teardown(
        &self,
        tags: &BTreeMap<String, String>,
        system: &SystemTags,
        data: Option<&str>,
    ) -> Result<(), Stop> {
        self.enter(Stage::Teardown, tags, system, "::teardown");
        self.call(
            "teardown",
            |ctx| {
                Ok(vec![match data {
                    Some(json) => ctx.json_parse(json)?,
                    None => Value::new_undefined(ctx.clone()),
                }])
            },
            |_, _| Ok(()),
        )
    }

    /// Runs `handleSummary` with the summary as JSON. The inner error says what was wrong with its result.
    pub fn handle_summary(&self, json: &str) -> Result<Result<SummaryFiles, String>, Stop> {
        self.state().stage.set(Stage::Summary);
        self.call(
            "handleSummary",
            |ctx| Ok(vec![ctx.json_parse(json)?]),
            |ctx, value| {
                if absent(&value) {
                    return Ok(Ok(Vec::new()));
                }
                let Some(object) = value.as_object() else {
                    return Ok(Err("handleSummary() should return a map with string keys and string or ArrayBuffer values".to_owned()));
                };
                let mut files = Vec::new();
                for entry in object.props::<String, Value<'_>>() {
                    let (path, content) = entry?;
                    if absent(&content) {
                        continue;
                    }
                    let content = match binary(&content) {
                        Some(bytes) => bytes,
                        None if content.is_string() => text(ctx, &content)?.into_bytes(),
                        None => {
                            return Ok(Err(format!("handleSummary() returned something that is no string or ArrayBuffer for {path:?}")));
                        }
                    };
                    files.push((path, content));
                }
                Ok(Ok(files))
            },
        )
    }

    /// Evaluates `work` where a function of the script would run, for a stage outside of scenarios.
    fn enter(&self, stage: Stage, tags: &BTreeMap<String, String>, system: &SystemTags, group: &str) {
        let state = self.state();
        state.stage.set(stage);
        state.scope.reset(system, tags.iter().map(|(k, v)| (k.as_str(), v.as_str())), group);
    }

    /// The tags that apply now.
    pub fn state_tags(&self) -> Scoped {
        self.state().scope.current()
    }

    /// The metadata that applies now.
    pub fn metadata(&self) -> Option<Metadata> {
        self.state().scope.metadata()
    }
}
