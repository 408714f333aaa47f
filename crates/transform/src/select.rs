use loadwright_scenario::{JsonPath, JsonStep, ObservedResponse, Selector};
use regex::Regex;
use scraper::Html;
use serde_json::Value;

use crate::jwt::claims;

/// What a selector takes from a recorded answer: the same as the script will take from a live one.
pub(crate) fn select(selector: &Selector, response: &ObservedResponse, url: Option<&str>) -> Option<String> {
    let bytes = response.body.bytes();
    let body = || std::str::from_utf8(&bytes).ok();
    match selector {
        Selector::Json(path) => at(path, &serde_json::from_slice(&bytes).ok()?),
        Selector::Claim { from, path } => {
            at(path, &serde_json::from_str(&claims(&select(from, response, url)?)?).ok()?)
        }
        Selector::Header(name) => header(response, name),
        Selector::Cookie(name) | Selector::JarCookie(name) => {
            cookies(response).find(|(n, _)| n == name).map(|(_, v)| v.to_owned())
        }
        Selector::Regex { pattern, group } => capture(pattern, *group, body()?),
        Selector::HeaderRegex { header: name, pattern, group } => {
            capture(pattern, *group, &header(response, name)?)
        }
        Selector::Fitting { from, pattern } => capture(pattern, 0, &select(from, response, url)?),
        Selector::UrlRegex { pattern, group } => capture(pattern, *group, url?),
        Selector::Css { query, attribute } => Page::new(body()?).select(query, attribute.as_deref()),
        Selector::Status
        | Selector::StatusText
        | Selector::Duration
        | Selector::Size
        | Selector::Body
        | Selector::Var(_) => None,
    }
}

/// The text or number at a path.
fn at(path: &JsonPath, json: &Value) -> Option<String> {
    let mut at = json;
    for step in &path.0 {
        at = match step {
            JsonStep::Key(k) => at.get(k.as_str())?,
            JsonStep::Index(i) => at.get(i)?,
        };
    }
    match at {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

/// A page that is asked for several elements.
pub(crate) struct Page(Html);

impl Page {
    pub fn new(text: &str) -> Self {
        Self(Html::parse_document(text))
    }

    /// The attribute, else the text, of the first element that a CSS selector finds.
    pub fn select(&self, query: &str, attribute: Option<&str>) -> Option<String> {
        let found = self.0.select(&scraper::Selector::parse(query).ok()?).next()?;
        match attribute {
            Some(name) => found.value().attr(name).map(str::to_owned),
            None => Some(found.text().collect()),
        }
    }
}

fn capture(pattern: &str, group: u32, text: &str) -> Option<String> {
    Regex::new(pattern).ok()?.captures(text)?.get(group as usize).map(|m| m.as_str().to_owned())
}

fn header(response: &ObservedResponse, name: &str) -> Option<String> {
    response.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_string())
}

/// Names and values of the cookies that the answer sets, as they stand there.
pub(crate) fn cookies(response: &ObservedResponse) -> impl Iterator<Item = (&str, &str)> {
    response
        .headers
        .iter()
        .filter(|(n, _)| n.eq_ignore_ascii_case("set-cookie"))
        .flat_map(|(_, v)| v.split('\n'))
        .filter_map(|line| line.split(';').next()?.split_once('='))
        .map(|(n, v)| (n.trim(), v.trim().trim_matches('"')))
}
