use loadwright_diagnostic::{Origin, Pointer};
use loadwright_scenario::{JsonPath, JsonStep, Link, ParameterPlace, Selector};

use crate::document::{Document, Node};
use crate::load::percent_decode;

/// The links of a response: which parameter of which operation takes which value of it (OpenAPI 3, link object).
///
/// Expressions that read the answer's body or headers are understood; those that read the request are not a flow
/// between answers and requests, and are left to the other rules.
pub(crate) fn links<'a>(document: &Document<'a>, response: &Node<'a>) -> Vec<Link> {
    let mut out = Vec::new();
    for (name, link) in response.get("links").iter().flat_map(|l| l.fields().collect::<Vec<_>>()) {
        let Some(link) = document.follow(&link) else { continue };
        let Some(target) = target(document, &link) else { continue };
        for (parameter, value) in link.get("parameters").iter().flat_map(|p| p.fields().collect::<Vec<_>>()) {
            let Some(from) = value.value.as_str().and_then(selector) else { continue };
            let (place, parameter) = placed(parameter);
            out.push(Link {
                name: name.to_owned(),
                target: target.clone(),
                parameter: parameter.to_owned(),
                place,
                from,
            });
        }
    }
    out
}

/// `path.id` says where the parameter is.
fn placed(parameter: &str) -> (Option<ParameterPlace>, &str) {
    let places = [
        ("path.", ParameterPlace::Path),
        ("query.", ParameterPlace::Query),
        ("header.", ParameterPlace::Header),
        ("cookie.", ParameterPlace::Cookie),
    ];
    places
        .iter()
        .find_map(|(prefix, place)| Some((Some(*place), parameter.strip_prefix(prefix)?)))
        .unwrap_or((None, parameter))
}

fn target<'a>(document: &Document<'a>, link: &Node<'a>) -> Option<Origin> {
    let root = document.root();
    if let Some(reference) = link.text("operationRef") {
        let pointer = percent_decode(reference.strip_prefix('#')?);
        return Some(Origin::new(root.origin().source, Pointer::from_text(pointer)));
    }
    let id = link.text("operationId")?;
    root.get("paths")?.fields().find_map(|(_, item)| {
        item.fields().find(|(_, o)| o.text("operationId") == Some(id)).map(|(_, o)| o.origin())
    })
}

/// `$response.body#/data/id`, `$response.header.Location`, alone or in braces.
fn selector(expression: &str) -> Option<Selector> {
    let bare = expression.strip_prefix('{').and_then(|e| e.strip_suffix('}')).unwrap_or(expression);
    if let Some(name) = bare.strip_prefix("$response.header.") {
        return Some(Selector::Header(name.to_owned()));
    }
    let pointer = bare.strip_prefix("$response.body#")?;
    let steps = Pointer::from_text(pointer.to_owned())
        .tokens()
        .map(|t| t.parse().map_or_else(|_| JsonStep::Key(t.into()), JsonStep::Index))
        .collect();
    Some(Selector::Json(JsonPath(steps)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_about_the_answer_are_understood() {
        let path = |e: &str| match selector(e) {
            Some(Selector::Json(path)) => path.to_string(),
            Some(Selector::Header(name)) => name,
            _ => String::new(),
        };
        assert_eq!(path("$response.body#/data/0/id"), "$.data[0].id");
        assert_eq!(path("{$response.body#/id}"), "$.id");
        assert_eq!(path("$response.header.Location"), "Location");
        assert_eq!(path("$request.path.id"), "");
        assert_eq!(placed("path.id"), (Some(ParameterPlace::Path), "id"));
        assert_eq!(placed("id"), (None, "id"));
    }
}
