//! What the engine says about mistakes, in the words that users of k6 know.

/// Whether a message is one that is said differently.
pub fn known(message: &str) -> bool {
    [
        "cannot read property '",
        "cannot set property '",
        "not a function",
        "not a constructor",
        "object is not extensible",
    ]
    .iter()
    .any(|start| message.starts_with(start))
        || ["' is read-only", " is not initialized"].iter().any(|end| message.ends_with(end))
        || message.starts_with("unexpected token: '")
        || ["circular reference", "invalid array length", "class constructors must be invoked with 'new'"]
            .contains(&message)
}

/// The message in k6's words. `place` is the line of the script, from the expression on that could not be evaluated; none when a
/// built-in function failed.
pub fn reworded(message: &str, place: Option<&str>) -> Option<String> {
    match message {
        "circular reference" => return Some("Converting circular structure to JSON".to_owned()),
        "invalid array length" => return Some("Invalid array length".to_owned()),
        "class constructors must be invoked with 'new'" => {
            return Some("Class constructor cannot be invoked without 'new'".to_owned());
        }
        _ => {}
    }
    if let Some(token) = message.strip_prefix("unexpected token: '") {
        let first = token.chars().next()?;
        return place
            .is_none()
            .then(|| format!("invalid character '{first}' looking for beginning of value"));
    }
    if message.ends_with(" is not initialized") {
        return Some("Cannot access a variable before initialization".to_owned());
    }
    if let Some(rest) = message.strip_prefix("cannot read property '") {
        let name = rest.rsplit_once("' of ")?.0;
        let what = if place.is_some_and(|p| calls(p, name)) { "undefined or null" } else { "undefined" };
        return Some(format!("Cannot read property '{name}' of {what}"));
    }
    if let Some(rest) = message.strip_prefix("cannot set property '") {
        let name = rest.rsplit_once("' of ")?.0;
        return Some(format!("Cannot set property '{name}' of undefined or null"));
    }
    if let Some(name) = message.strip_suffix("' is read-only").and_then(|m| m.strip_prefix('\'')) {
        let variable = place.is_some_and(|p| {
            let rest = p.trim_start_matches(['+', '-', ' ']).strip_prefix(name);
            rest.is_some_and(|r| !r.starts_with(|c| part_of_name(c) || c == '.' || c == '['))
        });
        return Some(if variable {
            "Assignment to constant variable.".to_owned()
        } else {
            format!("Cannot assign to read only property '{name}'")
        });
    }
    let path = path(place?);
    let (owner, name) = path.rsplit_once('.').map_or((None, path), |(owner, name)| (Some(owner), name));
    if name.is_empty() {
        return None;
    }
    match message {
        "not a function" if owner.is_some() => Some(format!("Object has no member '{name}'")),
        "not a function" => Some(format!("{name} is not a function")),
        "not a constructor" => Some(format!("{path} is not a constructor")),
        "object is not extensible" if owner.is_some() => {
            Some(format!("Cannot add property {name}, object is not extensible"))
        }
        _ => None,
    }
}

/// Whether an expression reads a property in order to call it.
fn calls(place: &str, name: &str) -> bool {
    place
        .match_indices(name)
        .any(|(at, _)| place[..at].ends_with('.') && place[at + name.len()..].trim_start().starts_with('('))
}

fn part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The names and dots at the start of an expression: `a.b.c` of `a.b.c(1)`.
fn path(place: &str) -> &str {
    let end = place.find(|c| !part_of_name(c) && c != '.').unwrap_or(place.len());
    let path = &place[..end];
    if path.starts_with(|c: char| c.is_numeric()) { "" } else { path.trim_end_matches('.') }
}

#[cfg(test)]
mod tests {
    use super::reworded;

    #[test]
    fn messages_name_what_they_are_about() {
        for (message, place, wanted) in [
            ("not a function", Some(".foo(1)"), "Object has no member 'foo'"),
            ("not a function", Some("f();"), "f is not a function"),
            ("not a constructor", Some("o.a(3)"), "o.a is not a constructor"),
            ("cannot read property 'x' of null", Some("a.x.y"), "Cannot read property 'x' of undefined"),
            (
                "cannot read property 'x' of undefined",
                Some("a.x ()"),
                "Cannot read property 'x' of undefined or null",
            ),
            ("'x' is read-only", Some("x = 2"), "Assignment to constant variable."),
            ("'x' is read-only", Some("a.x = 2"), "Cannot assign to read only property 'x'"),
            ("object is not extensible", Some("a.q = 1"), "Cannot add property q, object is not extensible"),
            ("x is not initialized", None, "Cannot access a variable before initialization"),
            ("unexpected token: '<'", None, "invalid character '<' looking for beginning of value"),
        ] {
            assert_eq!(reworded(message, place).as_deref(), Some(wanted), "{message}");
        }
        for (message, place) in [
            ("not a function", None),
            ("not a function", Some("(void 0)()")),
            ("not a function", Some("1](3)")),
        ] {
            assert_eq!(reworded(message, place), None, "{message} {place:?}");
        }
    }
}
