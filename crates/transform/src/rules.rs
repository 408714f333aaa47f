use loadwright_scenario::{EcoString, JsonPath, JsonStep, Selector};
use serde_json::{Map, Value, json};

/// One value that flows from a response into later requests, as people read and edit it.
///
/// A file of rules has no recorded value: when it is applied again, each is taken from the recording anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The variable of the script.
    pub name: EcoString,
    /// A rule that is switched off stays in the file.
    pub enabled: bool,
    /// The name of the request whose answer has the value, and which one of that name, from 1.
    pub request: EcoString,
    pub nth: usize,
    pub select: Selector,
    /// The answer has it percent-encoded and requests send it plain.
    pub decode: bool,
    /// For numbers that say nothing by themselves: only the path segment behind this prefix is replaced.
    pub behind: Option<String>,
    /// 0 to 1.
    pub confidence: f64,
    pub evidence: String,
    /// The requests that send it; a file without them means all later ones.
    pub uses: Vec<EcoString>,
}

impl Rule {
    pub fn to_json(&self) -> Value {
        let mut out = Map::new();
        out.insert("name".to_owned(), json!(self.name.as_str()));
        out.insert("enabled".to_owned(), json!(self.enabled));
        out.insert("from".to_owned(), json!({ "request": self.request.as_str(), "nth": self.nth }));
        out.insert("select".to_owned(), selector_to_json(&self.select));
        if self.decode {
            out.insert("decode".to_owned(), json!("percent"));
        }
        if let Some(prefix) = &self.behind {
            out.insert("behind".to_owned(), json!(prefix));
        }
        out.insert("confidence".to_owned(), json!((self.confidence * 100.0).round() / 100.0));
        out.insert("evidence".to_owned(), json!(self.evidence));
        out.insert("uses".to_owned(), json!(self.uses.iter().map(EcoString::as_str).collect::<Vec<_>>()));
        Value::Object(out)
    }

    fn from_json(value: &Value) -> Result<Self, String> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let from = value.get("from");
        let of = |key: &str| from.and_then(|f| f.get(key));
        Ok(Self {
            name: text("name").filter(|n| !n.is_empty()).ok_or("a rule has no `name`")?.into(),
            enabled: value.get("enabled").and_then(Value::as_bool).unwrap_or(true),
            request: of("request").and_then(Value::as_str).ok_or("a rule has no `from.request`")?.into(),
            nth: of("nth").and_then(Value::as_u64).map_or(1, |n| n.max(1) as usize),
            select: value.get("select").and_then(selector_from_json).ok_or(
                "a rule has no `select` with one of `json`, `header`, `cookie`, `css`, `url`, `regex`",
            )?,
            decode: text("decode").is_some_and(|d| d == "percent"),
            behind: text("behind"),
            confidence: value.get("confidence").and_then(Value::as_f64).unwrap_or(1.0),
            evidence: text("evidence").unwrap_or_default(),
            uses: value
                .get("uses")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|u| u.as_str().map(EcoString::from))
                .collect(),
        })
    }
}

/// The file that `--write-rules` makes.
pub fn rules_to_text(rules: &[Rule]) -> String {
    let list: Vec<Value> = rules.iter().map(Rule::to_json).collect();
    let file = json!({
        "version": 1,
        "about": "Which values of responses flow into later requests. Edit, switch off with \"enabled\": false, add your own, and apply with --rules FILE. `select` is one of {json: path}, {header: name}, {header: name, regex: pattern}, {cookie: name}, {jar: name of a cookie that a redirect set}, {css: selector, attribute: name}, {url: pattern}, {regex: pattern}, {claim: path, token: one of these that finds a JWT}; a pattern's first group is the value; \"decode\": \"percent\" undoes its percent escapes. `uses` names the requests that send it; an empty list means all later ones.",
        "rules": list,
    });
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}

/// Reads a file of rules; the error says which rule is wrong.
pub fn rules_from_text(text: &str) -> Result<Vec<Rule>, String> {
    let file: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let list = file.get("rules").and_then(Value::as_array).ok_or("there is no list `rules`")?;
    list.iter()
        .enumerate()
        .map(|(i, r)| Rule::from_json(r).map_err(|e| format!("rule {}: {e}", i + 1)))
        .collect()
}

fn selector_to_json(selector: &Selector) -> Value {
    let with_group = |mut value: Value, group: u32| {
        if group != 1
            && let Some(map) = value.as_object_mut()
        {
            map.insert("group".to_owned(), json!(group));
        }
        value
    };
    match selector {
        Selector::Json(path) => json!({ "json": path.to_string() }),
        Selector::Header(name) => json!({ "header": name }),
        Selector::HeaderRegex { header, pattern, group } => {
            with_group(json!({ "header": header, "regex": pattern }), *group)
        }
        Selector::Cookie(name) => json!({ "cookie": name }),
        Selector::JarCookie(name) => json!({ "jar": name }),
        Selector::Css { query, attribute: Some(a) } => json!({ "css": query, "attribute": a }),
        Selector::Css { query, attribute: None } => json!({ "css": query }),
        Selector::Fitting { from, pattern: _ } => selector_to_json(from),
        Selector::Claim { from, path } => {
            json!({ "token": selector_to_json(from), "claim": path.to_string() })
        }
        Selector::UrlRegex { pattern, group } => with_group(json!({ "url": pattern }), *group),
        Selector::Regex { pattern, group } => with_group(json!({ "regex": pattern }), *group),
        Selector::Status
        | Selector::StatusText
        | Selector::Duration
        | Selector::Size
        | Selector::Body
        | Selector::Var(_) => Value::Null,
    }
}

fn selector_from_json(value: &Value) -> Option<Selector> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let group = value.get("group").and_then(Value::as_u64).map_or(1, |g| g as u32);
    if let Some(claim) = text("claim") {
        let from = Box::new(selector_from_json(value.get("token")?)?);
        return Some(Selector::Claim { from, path: path_from_text(&claim)? });
    }
    if let Some(path) = text("json") {
        return Some(Selector::Json(path_from_text(&path)?));
    }
    if let Some(header) = text("header") {
        return Some(match text("regex") {
            Some(pattern) => Selector::HeaderRegex { header, pattern, group },
            None => Selector::Header(header),
        });
    }
    if let Some(query) = text("css") {
        return Some(Selector::Css { query, attribute: text("attribute") });
    }
    text("cookie")
        .map(Selector::Cookie)
        .or_else(|| text("jar").map(Selector::JarCookie))
        .or_else(|| text("url").map(|pattern| Selector::UrlRegex { pattern, group }))
        .or_else(|| text("regex").map(|pattern| Selector::Regex { pattern, group }))
}

/// `$.a.b[0]['c d']`
fn path_from_text(text: &str) -> Option<JsonPath> {
    let mut rest = text.trim().strip_prefix('$').unwrap_or(text.trim());
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(r) = rest.strip_prefix("['") {
            let (key, after) = r.split_once("']")?;
            steps.push(JsonStep::Key(key.into()));
            rest = after;
        } else if let Some(r) = rest.strip_prefix('[') {
            let (index, after) = r.split_once(']')?;
            steps.push(JsonStep::Index(index.trim().parse().ok()?));
            rest = after;
        } else {
            let r = rest.strip_prefix('.').unwrap_or(rest);
            let end = r.find(['.', '[']).unwrap_or(r.len());
            let key = r.get(..end).filter(|k| !k.is_empty())?;
            steps.push(JsonStep::Key(key.into()));
            rest = r.get(end..)?;
        }
    }
    Some(JsonPath(steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_survive_their_file() {
        let rule = |select: Selector| Rule {
            name: "token".into(),
            enabled: true,
            request: "GET /login".into(),
            nth: 2,
            select,
            decode: true,
            behind: None,
            confidence: 0.9,
            evidence: "sent by POST /login".to_owned(),
            uses: vec!["POST /login".into()],
        };
        let rules = vec![
            rule(Selector::Json(JsonPath(vec![
                JsonStep::Key("a b".into()),
                JsonStep::Index(3),
                JsonStep::Key("id".into()),
            ]))),
            rule(Selector::Css {
                query: "input[name=\"x\"]".to_owned(),
                attribute: Some("value".to_owned()),
            }),
            rule(Selector::HeaderRegex {
                header: "Location".to_owned(),
                pattern: "/(\\d+)".to_owned(),
                group: 1,
            }),
            rule(Selector::Regex { pattern: "n: (\\w+)".to_owned(), group: 1 }),
            rule(Selector::UrlRegex { pattern: "/u/(\\d+)".to_owned(), group: 1 }),
            rule(Selector::Cookie("c".to_owned())),
            rule(Selector::JarCookie("j".to_owned())),
            rule(Selector::Claim {
                from: Box::new(Selector::Cookie("c".to_owned())),
                path: JsonPath(vec![JsonStep::Key("sub".into())]),
            }),
        ];
        assert_eq!(rules_from_text(&rules_to_text(&rules)), Ok(rules));
        assert!(rules_from_text("{\"rules\":[{\"name\":\"x\"}]}").is_err_and(|e| e.contains("rule 1")));
    }
}
