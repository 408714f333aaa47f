use loadwright_diagnostic::Diagnostic;
use loadwright_scenario::{
    Body, Dataset, Json, Part, PartContent, RequestStep, Text, VarName, csv_records, for_each_request,
    for_each_request_mut,
};

use crate::atoms::{atoms, decoded};
use crate::codes;
use crate::names::normal;
use crate::replace::{Scope, Swap, replace};
use crate::{Pass, PassContext};

/// Values that a person typed into a recording come from rows of data instead, where a column holds or names them.
pub(crate) struct BindData;

impl Pass for BindData {
    fn name(&self) -> &'static str {
        "bind-data"
    }

    fn run(&self, cx: &mut PassContext<'_>) {
        if !cx.evidence.recorded {
            return;
        }
        for dataset in cx.plan.datasets.clone() {
            let rows = rows(&dataset);
            for column in &dataset.columns {
                bind(cx, &dataset, column, &rows);
            }
        }
    }
}

fn bind(cx: &mut PassContext<'_>, dataset: &Dataset, column: &str, rows: &[Vec<(String, String)>]) {
    let mut named: Option<String> = None;
    let mut held: Option<String> = None;
    let values: Vec<&str> =
        rows.iter().flatten().filter(|(c, v)| c == column && v.len() >= 3).map(|(_, v)| v.as_str()).collect();
    for_each_request(cx.plan, &mut |step| {
        fields(step, &mut |name, value| {
            if named.is_none() && !value.is_empty() && means(column, name) {
                named = Some(value.to_owned());
            }
        });
        atoms(step, &mut |_, value| {
            if held.is_none() && values.contains(&value) {
                held = Some(value.to_owned());
            }
        });
    });
    let Some(value) = held.clone().or(named) else {
        let message = format!("no request sends what the column {column} may stand for");
        cx.diagnostics.push(Diagnostic::new(&codes::UNBOUND, message, dataset.origin.clone()).with_help(
            "a column is bound by its name (a field of the same name) or by a value that was recorded",
        ));
        return;
    };
    // a short word stands for itself elsewhere
    let telling = value.len() >= 6 || held.is_some() && value.len() >= 4;
    let scope = if telling { Scope::Anywhere } else { Scope::Named(column.to_owned()) };
    let part = Part::column(dataset.name.as_str(), column);
    let swap = Swap { value, scope, name: VarName::new(column), part };
    let mut count = 0;
    for_each_request_mut(cx.plan, &mut |step| count += usize::from(replace(step, &swap)));
    let s = if count == 1 { "" } else { "s" };
    let message = format!("the column {column} fills {count} request{s}");
    cx.diagnostics.push(Diagnostic::new(&codes::BOUND, message, dataset.origin.clone()));
}

/// Whether a column's name says the same as a field's: people call logins by many names.
pub(crate) fn means(column: &str, field: &str) -> bool {
    let (a, b) = (normal(column), normal(field.rsplit(['[', '.']).next().unwrap_or(field)));
    const SAME: &[&[&str]] = &[
        &[
            "user",
            "username",
            "login",
            "email",
            "mail",
            "userid",
            "loginname",
            "account",
            "emailaddress",
            "useremail",
            "loginid",
        ],
        &["password", "pass", "passwd", "pwd", "userpassword", "secret"],
    ];
    !a.is_empty() && (a == b || SAME.iter().any(|s| s.contains(&a.as_str()) && s.contains(&b.as_str())))
}

/// Named values of the query and the body.
fn fields(step: &RequestStep, f: &mut dyn FnMut(&str, &str)) {
    let literal = |t: &Text| t.as_literal().map(str::to_owned);
    for q in &step.request.url.query {
        if let (Some(name), Some(value)) = (q.name.as_literal(), q.value.as_ref().and_then(literal)) {
            f(name, &decoded(&value.replace('+', " ")));
        }
    }
    match &step.request.body {
        Body::Json { value, .. } => json("", value, f),
        Body::Form(list) => list.iter().for_each(|x| {
            if let (Some(name), Some(value)) = (x.name.as_literal(), literal(&x.value)) {
                f(name, &value);
            }
        }),
        Body::Raw { content, .. } => {
            for (name, value) in
                content.as_literal().unwrap_or_default().split('&').filter_map(|p| p.split_once('='))
            {
                f(&decoded(name), &decoded(&value.replace('+', " ")));
            }
        }
        Body::Multipart(parts) => parts.iter().for_each(|p| {
            if let (Some(name), PartContent::Text(value)) = (p.name.as_literal(), &p.content) {
                f(name, &literal(value).unwrap_or_default());
            }
        }),
        Body::Empty | Body::Bytes { .. } | Body::File { .. } | Body::GraphQl { .. } => {}
    }
}

fn json(name: &str, value: &Json, f: &mut dyn FnMut(&str, &str)) {
    match value {
        Json::String(text) => text.as_literal().into_iter().for_each(|t| f(name, t)),
        Json::Number(n) => f(name, n),
        Json::Array(items) => items.iter().for_each(|i| json(name, i, f)),
        Json::Object(list) => list.iter().for_each(|(k, v)| json(k, v, f)),
        Json::Null | Json::Bool(_) | Json::Hole(_) => {}
    }
}

/// The first rows: enough to recognise a recorded value.
fn rows(dataset: &Dataset) -> Vec<Vec<(String, String)>> {
    const MOST: usize = 1_000;
    let text = String::from_utf8_lossy(dataset.content.as_deref().unwrap_or_default()).into_owned();
    if let Ok(serde_json::Value::Array(list)) = serde_json::from_str(&text) {
        let cell = |v: &serde_json::Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        return list
            .iter()
            .take(MOST)
            .filter_map(|row| row.as_object().map(|o| o.iter().map(|(k, v)| (k.clone(), cell(v))).collect()))
            .collect();
    }
    let mut records = csv_records(&text, MOST + 1).into_iter();
    let header = records.next().unwrap_or_default();
    records
        .map(|record| header.iter().zip(record).map(|(name, f)| (name.text.clone(), f.text)).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_what_people_call_them() {
        assert!(means("email", "username") && means("pass", "user[password]") && means("sku", "SKU"));
        assert!(!means("city", "country") && !means("email", "password"));
    }
}
