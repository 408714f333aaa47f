//! From items to steps: folders become groups, requests become request steps, what is inherited is handed down.

use std::collections::BTreeMap;

use loadwright_diagnostic::{Diagnostic, Diagnostics, Origin, Pointer};
use loadwright_import::{ImportOptions, Source};
use loadwright_scenario::{
    Auth, Body, CarriedItem, Dialect, Evidence, Grant, Group, Overrides, PlainCode, Request, RequestStep,
    Script, Step,
};
use serde_json::{Map, Value};

use crate::headers::{headers, position, settle_content_type};
use crate::secret::Vault;
use crate::v1::AT;
use crate::value::{disabled, lines, list, note, scalar, str_of};
use crate::{auth, body, codes, evidence, url};

/// What the walk over a collection found.
#[derive(Debug, Default)]
pub struct Walked {
    pub steps: Vec<Step>,
    pub items: BTreeMap<Origin, CarriedItem>,
    pub evidence: Evidence,
    /// Whether a request takes any certificate.
    pub insecure: bool,
}

/// What a folder hands down to its items.
#[derive(Clone)]
struct Inherited<'a> {
    auth: Option<(&'a Value, Origin)>,
    before: Vec<Script>,
    after: Vec<Script>,
    behavior: Map<String, Value>,
    folders: Vec<String>,
    /// Whether a folder above was chosen by name.
    chosen: bool,
}

pub struct Walk<'a> {
    pub source: &'a Source,
    pub options: &'a ImportOptions,
    pub diagnostics: &'a mut Diagnostics,
    vault: &'a mut Vault,
    out: Walked,
}

pub fn walk(
    root: &Value,
    source: &Source,
    at: &Origin,
    options: &ImportOptions,
    vault: &mut Vault,
    diagnostics: &mut Diagnostics,
) -> Walked {
    let mut walk = Walk { source, options, diagnostics, vault, out: Walked::default() };
    let inherited = Inherited {
        auth: None,
        before: Vec::new(),
        after: Vec::new(),
        behavior: Map::new(),
        folders: Vec::new(),
        chosen: options.select.folders.is_empty(),
    };
    let inherited = Walk::inherit(root, at, &inherited);
    walk.out.steps = walk.items(list(root, "item"), &at.key("item"), &inherited);
    walk.unknown_names(root, at);
    walk.out
}

impl<'a> Walk<'a> {
    fn items(&mut self, items: &'a [Value], at: &Origin, inherited: &Inherited<'a>) -> Vec<Step> {
        items.iter().enumerate().filter_map(|(i, item)| self.item(item, &at.index(i), inherited)).collect()
    }

    fn item(&mut self, item: &'a Value, at: &Origin, inherited: &Inherited<'a>) -> Option<Step> {
        // items that were converted from version 1 know where they come from
        let at =
            &str_of(item, AT).map_or_else(|| at.clone(), |p| Origin::new(at.source, Pointer::from_text(p)));
        let name = str_of(item, "name").unwrap_or_default().to_owned();
        let wanted = &self.options.select.folders;
        let chosen = inherited.chosen || wanted.iter().any(|w| *w == name || Some(w.as_str()) == id(item));
        if let Some(members) = item.get("item").and_then(Value::as_array) {
            let mut inner = Self::inherit(item, at, inherited);
            inner.folders.push(name.clone());
            inner.chosen = chosen;
            let steps = self.items(members, &at.key("item"), &inner);
            if steps.is_empty() {
                return None;
            }
            return Some(Step::Group(Box::new(Group { name, note: note(item), steps, origin: at.clone() })));
        }
        let Some(request) = item.get("request").filter(|r| r.is_object() || r.is_string()) else {
            self.diagnostics.push(Diagnostic::new(&codes::BAD_ITEM, "the item has no request", at.clone()));
            return None;
        };
        let method = str_of(request, "method").unwrap_or("GET").to_uppercase();
        let mut path = inherited.folders.clone();
        path.push(name.clone());
        let path = path.join("/");
        let names = [name.as_str(), path.as_str(), method.as_str()];
        let safe = matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
        if !chosen
            || !self.options.select.wants(names.into_iter())
            || (self.options.select.safe_only && !safe)
        {
            return None;
        }
        Some(Step::Request(Box::new(self.request(item, request, at, inherited))))
    }

    fn inherit(holder: &'a Value, at: &Origin, outer: &Inherited<'a>) -> Inherited<'a> {
        let mut inherited = outer.clone();
        if auth::is_set(holder.get("auth")) {
            inherited.auth = holder.get("auth").map(|a| (a, at.key("auth")));
        }
        let (before, after) = scripts(holder, at);
        inherited.before.extend(before);
        inherited.after.extend(after);
        for (key, value) in
            holder.get("protocolProfileBehavior").and_then(Value::as_object).into_iter().flatten()
        {
            inherited.behavior.insert(key.clone(), value.clone());
        }
        inherited
    }

    fn request(
        &mut self,
        item: &'a Value,
        request: &'a Value,
        at: &Origin,
        outer: &Inherited<'a>,
    ) -> RequestStep {
        let inherited = Self::inherit(item, at, outer);
        let here = at.key("request");
        let name = str_of(item, "name").unwrap_or_default();
        let url_value =
            if request.is_string() { request } else { request.get("url").unwrap_or(&Value::Null) };
        let behavior = &inherited.behavior;
        let on = |key: &str| behavior.get(key) == Some(&Value::Bool(true));
        if behavior.get("strictSSL") == Some(&Value::Bool(false)) && !self.out.insecure {
            self.out.insecure = true;
            let message = "`strictSSL: false` holds for all requests: k6 has one setting for a test";
            let at = at.key("protocolProfileBehavior").key("strictSSL");
            self.diagnostics.push(Diagnostic::new(&codes::STRICT_SSL, message, at));
        }
        let method = scalar(request.get("method"))
            .filter(|m| !m.is_empty())
            .unwrap_or_else(|| "GET".to_owned())
            .to_uppercase();
        let mut headers =
            headers(request.get("header").unwrap_or(&Value::Null), &here.key("header"), self.vault);
        let content_type = position(&headers, "content-type");
        let content_type = content_type.and_then(|i| headers.get(i)).map(|f| f.value.to_string());
        let folder = self.options.folder.as_deref().or_else(|| self.source.folder());
        let (mut content, facts) =
            body::read(request.get("body").unwrap_or(&Value::Null), content_type.as_deref(), folder);
        for file in facts.missing_files {
            let message = format!("`{file}` does not exist");
            self.diagnostics.push(Diagnostic::new(&codes::MISSING_FILE, message, here.key("body")));
        }
        let bodiless = matches!(method.as_str(), "GET" | "COPY" | "HEAD" | "PURGE" | "UNLOCK");
        let unsent = bodiless && content != Body::Empty && !on("disableBodyPruning");
        if unsent {
            let message = format!("the body of this {method} request is not sent");
            self.diagnostics.push(Diagnostic::new(&codes::BODY_PRUNED, message, here.key("body")));
        }
        let omit: Vec<String> = behavior
            .get("disabledSystemHeaders")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(_, v)| **v == Value::Bool(true))
            .map(|(k, _)| k.to_lowercase())
            .collect();
        if !unsent {
            settle_content_type(&mut headers, &mut content, &omit);
        }
        let own_auth = auth::is_set(request.get("auth"));
        let (auth, auth_at) = match request.get("auth") {
            own if auth::is_set(own) => (own, here.key("auth")),
            _ => inherited.auth.as_ref().map_or((None, here.clone()), |(a, o)| (Some(*a), o.clone())),
        };
        let (auth, unsupported) = auth.map_or((Auth::None, None), |a| auth::read(a, &auth_at, self.vault));
        if let Some(scheme) = unsupported {
            let message = format!("`{scheme}` is not supported; the request is sent without it");
            let at = auth_at.key("type");
            self.diagnostics.push(Diagnostic::new(&codes::AUTH_UNSUPPORTED, message, at));
        }
        if matches!(&auth, Auth::OAuth2(o) if !matches!(o.grant, Grant::Static { .. })) {
            let message = "there is no token: the script fetches one";
            self.diagnostics.push(Diagnostic::new(&codes::OAUTH2_FLOW, message, auth_at.clone()));
        }
        for key in ["certificate", "proxy"] {
            if request.get(key).is_some_and(Value::is_object) {
                let code = if key == "proxy" { &codes::PROXY } else { &codes::CERTIFICATE };
                self.diagnostics.push(Diagnostic::new(
                    code,
                    format!("the {key} of this request is not taken over"),
                    here.key(key),
                ));
            }
        }
        let follows = behavior.get("followRedirects") != Some(&Value::Bool(false));
        let limit = behavior.get("maxRedirects").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
        let mut after = inherited.after;
        if self.options.example_checks {
            after.extend(evidence::example_check(item, at));
        }
        let step = RequestStep {
            name: name.into(),
            note: note(request).or_else(|| note(item)),
            request: Request {
                method: method.into(),
                url: url::read(url_value, on("disableUrlEncoding")),
                headers,
                cookies: Vec::new(),
                body: content,
                auth,
                auth_from: (!own_auth).then(|| auth_at.clone()),
                overrides: Overrides {
                    max_redirects: if follows { limit } else { Some(0) },
                    keep_method_on_redirect: on("followOriginalHttpMethod"),
                    wait_for_challenge: true,
                    no_cookies: on("disableCookies"),
                    unsent_body: unsent,
                    omit_headers: omit,
                    ..Overrides::default()
                },
            },
            before: inherited.before,
            after,
            origin: at.clone(),
            ..RequestStep::default()
        };
        let item_facts =
            CarriedItem { id: id(item).map(str::to_owned), own_auth, folders: inherited.folders.clone() };
        self.out.items.insert(at.clone(), item_facts);
        self.out.evidence.exchanges.push(evidence::exchange(item, url_value, &step));
        step
    }

    fn unknown_names(&mut self, root: &Value, at: &Origin) {
        for wanted in &self.options.select.folders {
            if !any_named(root, wanted) {
                let message = format!("there is no folder or request named `{wanted}`");
                self.diagnostics.push(Diagnostic::new(&codes::NO_SUCH_FOLDER, message, at.key("item")));
            }
        }
    }
}

fn any_named(holder: &Value, wanted: &str) -> bool {
    list(holder, "item")
        .iter()
        .any(|i| str_of(i, "name") == Some(wanted) || id(i) == Some(wanted) || any_named(i, wanted))
}

fn id(item: &Value) -> Option<&str> {
    str_of(item, "id").or_else(|| str_of(item, "_postman_id"))
}

/// The pre-request and test scripts of a holder that are switched on and not blank.
fn scripts(holder: &Value, at: &Origin) -> (Vec<Script>, Vec<Script>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let at = &at.key("event");
    let events: Vec<(&Value, Origin)> = match holder.get("event") {
        Some(Value::Array(list)) => list.iter().enumerate().map(|(i, e)| (e, at.index(i))).collect(),
        Some(one @ Value::Object(_)) => vec![(one, at.clone())],
        _ => Vec::new(),
    };
    for (event, at) in events.into_iter().filter(|(e, _)| !disabled(e)) {
        let script = event.get("script").unwrap_or(&Value::Null);
        let (code, at) = match script {
            Value::Object(_) => (lines(script.get("exec")), at.key("script").key("exec")),
            other => (lines(Some(other)), at.key("script")),
        };
        let Some(code) = code.filter(|c| !c.trim().is_empty()) else { continue };
        let script = Script {
            dialect: Dialect::Postman,
            code,
            reads: std::collections::BTreeSet::default(),
            writes: std::collections::BTreeSet::default(),
            plain: PlainCode::default(),
            scoped: Vec::new(),
            decides: false,
            skips: false,
            reads_row: false,
            origin: at,
        };
        match str_of(event, "listen") {
            Some("prerequest") => before.push(script),
            Some("test") | None => after.push(script),
            Some(_) => {}
        }
    }
    (before, after)
}
