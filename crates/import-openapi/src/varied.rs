use loadwright_diagnostic::Diagnostics;
use loadwright_scenario::{Generator, Json, Part, Text};
use serde_json::Value;

use crate::body::{BodyPlan, Content};
use crate::sample::Sampler;
use crate::schema::Schema;
use crate::valid::{Direction, Validator};

/// What a body needs beyond its schema: values that differ each time, and something that changes.
impl<'a> BodyPlan<'_, 'a> {
    /// A change of nothing is refused by most servers: the first property that may be there is. What others know the
    /// thing by stays as it is.
    pub(crate) fn changing(&self, content: &Content<'a>, value: Value) -> Value {
        let (Some(schema), true, Value::Object(sent)) = (&content.schema, self.changes, &value) else {
            return value;
        };
        let names = |key: &str| is_identifying(key) || matches!(key, "key" | "id" | "code");
        let accepted = |v: &Value| Validator::new(self.document, Direction::Request).accepts(schema, v);
        if !sent.is_empty() {
            let mut rest = sent.clone();
            rest.retain(|key, _| !names(key));
            let rest = Value::Object(rest);
            let fewer = rest.as_object().is_some_and(|r| !r.is_empty()) && accepted(&rest);
            return if fewer { rest } else { value };
        }
        let mut silent = Diagnostics::new();
        let full = Sampler::new(self.document, Direction::Request, true, self.seed).sample(
            schema,
            "body",
            &mut silent,
        );
        let mut list: Vec<(&String, &Value)> = full.as_object().into_iter().flatten().collect();
        list.sort_by_key(|(key, _)| names(key));
        let first = list.into_iter().find_map(|(key, property)| {
            let one = Value::Object([(key.clone(), property.clone())].into_iter().collect());
            accepted(&one).then_some(one)
        });
        first.unwrap_or(value)
    }

    /// Names, e-mails and the like get a part that differs from iteration to iteration.
    pub(crate) fn with_unique(&self, json: Json, content: &Content<'a>) -> Json {
        let (Json::Object(mut fields), true) = (json.clone(), self.unique) else { return json };
        let Some(schema) = &content.schema else { return json };
        for (key, value) in &mut fields {
            let Json::String(text) = value else { continue };
            let Some(current) = text.as_literal().map(str::to_owned) else { continue };
            if is_identifying(key) && self.is_free(schema, key, &current) {
                *text = unique_text(key, &current);
            }
        }
        Json::Object(fields)
    }

    /// Whether the schema leaves room for a longer text.
    fn is_free(&self, schema: &Schema<'a>, key: &str, current: &str) -> bool {
        let longer = format!("{current}-lz3k9x2p-1000-1000");
        let probe =
            unique_text(key, current).0.iter().any(|p| matches!(p, Part::Literal(t) if t.contains('@')));
        let longer = if probe { format!("user-{longer}").replace('@', "-") + "@example.com" } else { longer };
        let mut found = false;
        let mut queue = vec![schema.clone()];
        let mut steps = 0;
        while let Some(s) = queue.pop() {
            steps += 1;
            let Some(node) = self.document.follow(&s.node).filter(|_| steps < 50) else { continue };
            let s = Schema::new(node);
            for (k, property) in s.properties() {
                if k == key {
                    let Some(node) = self.document.follow(&property.node) else { return false };
                    let property = Schema::new(node);
                    let fixed = property.get("enum").is_some()
                        || property.get("const").is_some()
                        || property.get("format").is_some_and(|f| f.as_str() != Some("email"));
                    let open = property.size("maxLength").is_none_or(|n| n >= longer.len());
                    if fixed
                        || !open
                        || !Validator::new(self.document, Direction::Request)
                            .accepts(&property, &Value::String(longer.clone()))
                    {
                        return false;
                    }
                    found = true;
                }
            }
            for list in ["allOf", "oneOf", "anyOf"] {
                queue.extend(s.list(list));
            }
        }
        found
    }
}

/// Fields that servers rarely accept twice.
fn is_identifying(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    matches!(
        key.as_str(),
        "email" | "username" | "user_name" | "slug" | "name" | "title" | "login" | "handle"
    ) || key.ends_with("email")
}

fn unique_text(key: &str, current: &str) -> Text {
    let unique = Part::Generated(Generator::Unique);
    if key.to_ascii_lowercase().ends_with("email") || current.contains('@') {
        let (user, host) = current.split_once('@').unwrap_or((current, "example.com"));
        let mut text = Text::literal(format!("{user}-"));
        text.push(unique);
        text.push_str(&format!("@{host}"));
        return text;
    }
    let separator = if current.contains(' ') { " " } else { "-" };
    let mut text = Text::literal(format!("{current}{separator}"));
    text.push(unique);
    text
}
