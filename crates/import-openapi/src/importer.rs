use indexmap::IndexMap;
use loadwright_diagnostic::{Diagnostic, Diagnostics};
use loadwright_import::{ImportError, ImportOptions, Imported, Importer, Match, Source, Tree};
use loadwright_scenario::{
    Auth, Evidence, Group, HttpDefaults, Lifetime, Scenario, Step, TestPlan, Text, VarSource, Variable,
};
use loadwright_workload::{Executor, SharedIterations};

use crate::body::request_body;
use crate::codes;
use crate::document::{Document, Node, version_of};
use crate::evidence::Promise;
use crate::json_schema::JsonSchemas;
use crate::load::load;
use crate::operation::{Operation, Parts, base_variable, operations};
use crate::own_server::OwnServers;
use crate::parameter::{Place, parameters};
use crate::response::successes;
use crate::security::Credentials;
use crate::server::{base_text, base_url, server_variables};

/// OpenAPI 3.0, 3.1 and 3.2, and Swagger 2.0, as JSON or YAML.
pub struct OpenApi;

impl Importer for OpenApi {
    fn name(&self) -> &'static str {
        "openapi"
    }

    fn sniff(&self, source: &Source) -> Match {
        let Ok(head) = source.head() else { return Match::No };
        let says = |key: &str| {
            head.lines().any(|l| {
                let l = l.trim_start_matches(['\u{feff}', '{', ' ', '\t', ',']);
                let l = l.trim_start_matches(['"', '\'']);
                l.strip_prefix(key).is_some_and(|r| r.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
            }) || head.contains(&format!("\"{key}\":"))
        };
        if says("openapi") || says("swagger") || source.tree().is_ok_and(|v| version_of(&v).is_some()) {
            Match::Yes
        } else if says("paths") && says("info") {
            Match::Maybe
        } else {
            Match::No
        }
    }

    fn import(&self, source: &Source, options: &ImportOptions) -> Result<Imported, ImportError> {
        let value = source.tree()?;
        let version = version_of(&value).ok_or_else(|| {
            let key = if value.get("swagger").is_some() { "swagger" } else { "openapi" };
            let place = source.locate(&loadwright_diagnostic::Pointer::root().key(key));
            match value.get(key) {
                Some(v) => ImportError::new(format!("`{key}: {v}` is no version that is known")).at(place),
                None => ImportError::new("the document does not say which version of OpenAPI it follows")
                    .at(place),
            }
            .help("known are Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2")
        })?;
        let mut diagnostics = Diagnostics::new();
        let files = load(source, &value, options, &mut diagnostics);
        let document = Document::new(&files, version, source.id);
        let mut work = Work {
            document: &document,
            options,
            diagnostics,
            credentials: Credentials::default(),
            servers: OwnServers::default(),
            schemas: JsonSchemas::new(source.id),
            evidence: Evidence::default(),
        };
        let plan = work.plan();
        let mut evidence = work.evidence;
        evidence.definitions.push(work.schemas.finish());
        evidence.unordered = true;
        Ok(Imported { plan, evidence, diagnostics: work.diagnostics })
    }
}

struct Work<'d, 'a> {
    document: &'d Document<'a>,
    options: &'d ImportOptions,
    diagnostics: Diagnostics,
    credentials: Credentials,
    servers: OwnServers,
    schemas: JsonSchemas,
    evidence: Evidence,
}

impl<'a> Work<'_, 'a> {
    fn plan(&mut self) -> TestPlan {
        let root = self.document.root();
        let base = base_url(self.document, &mut self.diagnostics);
        let info = root.get("info");
        let title = info.as_ref().and_then(|i| i.text("title")).unwrap_or("API").trim().to_owned();
        let mut groups: IndexMap<String, Group> = IndexMap::new();
        let mut left_out = 0;
        for operation in operations(self.document, &mut self.diagnostics) {
            if !self.is_wanted(&operation) {
                left_out += 1;
                continue;
            }
            let step = self.operation(&operation, &base);
            let name = operation.group();
            let group = groups.entry(name.clone()).or_insert_with(|| Group {
                note: tag_note(&root, &name),
                origin: operation.node.origin(),
                name,
                steps: Vec::new(),
            });
            group.steps.push(step);
        }
        if left_out > 0 {
            let message = format!("{left_out} operations were left out by the selection");
            self.diagnostics.push(Diagnostic::new(&codes::SKIPPED, message, root.origin().key("paths")));
        }
        let mut variables = server_variables(self.document);
        let default = base_text(self.document).unwrap_or_else(|| Text::literal(base));
        variables.push(Variable {
            name: base_variable(),
            source: VarSource::Environment { name: "BASE_URL".to_owned(), default: Some(default) },
            lifetime: Lifetime::Iteration,
            secret: false,
            note: None,
            origin: root.origin().key("servers"),
        });
        variables.extend(std::mem::take(&mut self.servers).variables());
        variables.extend(std::mem::take(&mut self.credentials).variables.into_values());
        let workload = Executor::SharedIterations(SharedIterations {
            vus: Some(1),
            iterations: Some(1),
            max_duration: None,
        });
        TestPlan {
            title,
            scenarios: vec![Scenario {
                name: "smoke".to_owned(),
                workload: workload.into(),
                steps: groups.into_values().map(|g| Step::Group(Box::new(g))).collect(),
                weight: 1,
                tags: Vec::new(),
            }],
            variables,
            http: HttpDefaults { base: Some(base_variable()), ..HttpDefaults::default() },
            ..TestPlan::default()
        }
    }

    fn is_wanted(&self, operation: &Operation<'a>) -> bool {
        let select = &self.options.select;
        if select.safe_only && !matches!(operation.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "QUERY") {
            return false;
        }
        let group = operation.group();
        if !select.folders.is_empty() && !select.folders.contains(&group) {
            return false;
        }
        let id = operation.node.text("operationId").unwrap_or_default();
        let both = format!("{} {}", operation.method, operation.path);
        let tags: Vec<&str> = operation
            .node
            .value
            .get("tags")
            .and_then(Tree::as_array)
            .into_iter()
            .flatten()
            .filter_map(Tree::as_str)
            .collect();
        select.wants([operation.path, operation.method.as_str(), id, both.as_str()].into_iter().chain(tags))
    }

    fn operation(&mut self, operation: &Operation<'a>, base: &str) -> Step {
        let diagnostics = &mut self.diagnostics;
        let list = parameters(self.document, &operation.path_item, &operation.node, diagnostics);
        let body = request_body(self.document, &operation.node, &list, diagnostics);
        let responses = successes(self.document, &operation.node, diagnostics);
        let mut secured = self.credentials.secure(self.document, &operation.node, diagnostics);
        if let Some(n) = operation.node.get("callbacks").filter(|n| n.object().is_some_and(|o| !o.is_empty()))
        {
            diagnostics.push(Diagnostic::new(
                &codes::CALLBACK,
                "callbacks are requests of the server",
                n.origin(),
            ));
        }
        if secured.auth == Auth::None
            && let Some(p) =
                list.iter().find(|p| p.place == Place::Header && p.name.eq_ignore_ascii_case("authorization"))
        {
            secured.auth = self.credentials.header(&p.node, diagnostics);
        }
        if secured.auth == Auth::None && self.credentials.is_silent(self.document, &operation.node) {
            secured.auth = self.credentials.undeclared(&operation.node, diagnostics);
        }
        let own = self.servers.of(operation, base, diagnostics);
        let base = own.as_ref().map_or(base, |s| s.address.as_str());
        self.evidence.exchanges.push(
            Promise {
                operation: &operation.node,
                method: &operation.method,
                path: operation.path,
                base,
                parameters: &list,
                body: body.as_ref(),
                responses: &responses,
                security: secured.places.clone(),
                all: self.options.all_properties,
                schemas: !self.options.without_schemas,
            }
            .exchange(self.document, &mut self.schemas, self.options.seed),
        );
        let parts = Parts {
            operation,
            parameters: &list,
            body: body.as_ref(),
            responses: &responses,
            secured,
            base: Text::from(loadwright_scenario::Part::Var(
                own.as_ref().map_or_else(base_variable, |s| s.variable.clone()),
            )),
            all: self.options.all_properties,
            seed: self.options.seed,
        };
        Step::Request(Box::new(parts.step(self.document, &mut self.diagnostics)))
    }
}

/// What the document says about a tag, in a line.
fn tag_note(root: &Node<'_>, name: &str) -> Option<String> {
    let tag = root.get("tags")?.items().find(|t| t.text("name") == Some(name))?;
    let text = tag.text("description")?.lines().next()?.trim().to_owned();
    (!text.is_empty() && text.len() < 200).then_some(text)
}
