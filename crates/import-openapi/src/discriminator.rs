use loadwright_import::{Object, Tree};
use serde_json::{Map, Value};

use crate::sample::Sampler;
use crate::schema::Schema;

impl<'a> Sampler<'_, 'a> {
    /// The discriminator says which alternative this is: the mapping's key, else the schema's name.
    pub(crate) fn discriminators(&self, parts: &[Schema<'a>], out: &mut Map<String, Value>) {
        let mut done: Vec<&str> = Vec::new();
        for part in parts {
            let Some(d) = part.get("discriminator") else { continue };
            let Some(property) = d.get("propertyName").or(Some(d)).and_then(Tree::as_str) else { continue };
            // the outer one knows its mapping, the base schema only its name
            if done.contains(&property) {
                continue;
            }
            let known = part.properties().into_iter().any(|(k, s)| k == property && s.get("enum").is_some());
            let mapping = d.get("mapping").and_then(Tree::as_object);
            let is_alternative =
                part.get("oneOf").is_some() || part.get("anyOf").is_some() || mapping.is_some();
            let Some(name) = self.alternative(part, mapping) else { continue };
            let key = match mapping {
                Some(m) => m.iter().find(|(_, v)| last(v) == Some(name)).map(|(k, _)| k.to_owned()),
                None => Some(name.to_owned()),
            };
            if let Some(key) = key.filter(|_| !known && (is_alternative || out.contains_key(property))) {
                out.insert(property.to_owned(), Value::String(key));
                done.push(property);
            }
        }
    }

    /// The name of the alternative that was entered: one that the schema lists, or the one that extends it.
    fn alternative(&self, part: &Schema<'a>, mapping: Option<&'a Object<'a>>) -> Option<&'a str> {
        let mut listed: Vec<&str> = mapping.into_iter().flat_map(Object::values).filter_map(last).collect();
        for key in ["oneOf", "anyOf"] {
            listed.extend(part.list(key).iter().filter_map(|s| last(s.get("$ref")?)));
        }
        if !listed.is_empty() {
            return self.stack.iter().rev().map(|(_, name)| *name).find(|n| listed.contains(n));
        }
        let own = part.node.key();
        let at = self.stack.iter().rposition(|(key, _)| *key == own)?;
        let name = self.stack.get(at).map(|(_, name)| *name)?;
        let before = at.checked_sub(1).and_then(|i| self.stack.get(i)).map(|(_, name)| *name);
        before.filter(|b| self.extends(b, name)).or(Some(name))
    }

    /// Whether a component says `allOf` of another one.
    fn extends(&self, child: &str, parent: &str) -> bool {
        let root = self.document.root();
        let schemas =
            root.get("components").and_then(|c| c.get("schemas")).or_else(|| root.get("definitions"));
        let all = schemas.and_then(|s| s.get(child)).and_then(|s| s.get("allOf"));
        all.is_some_and(|a| a.items().any(|i| i.value.get("$ref").and_then(last) == Some(parent)))
    }
}

/// `Pet` of `#/components/schemas/Pet`.
fn last<'r>(reference: &'r Tree<'_>) -> Option<&'r str> {
    reference.as_str()?.rsplit('/').next()
}
