//! Which tags apply now: of the run, the scenario, the VU and the groups around; each distinct set is made once.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use loadwright_metrics::{Metadata, Tags};
use loadwright_workload::SystemTags;
use rquickjs::{Ctx, Object, Result, Value};

use crate::vm::errors::go_error;
use crate::vm::values::text;

/// A tag set with a number that stands for it in cache keys.
#[derive(Clone, Default)]
pub struct Scoped {
    id: u64,
    pub tags: Tags,
}

/// Sets are forgotten beyond this many, so that tags made from data cannot fill the memory.
const KEPT: usize = 2048;

/// One VU's tags.
pub struct Scope {
    current: RefCell<Scoped>,
    group: RefCell<String>,
    metadata: RefCell<Option<Metadata>>,
    system: RefCell<SystemTags>,
    known: RefCell<HashMap<String, Scoped>>,
    key: RefCell<String>,
    last_id: Cell<u64>,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            current: RefCell::default(),
            group: RefCell::default(),
            metadata: RefCell::default(),
            system: RefCell::new(SystemTags::default()),
            known: RefCell::default(),
            key: RefCell::default(),
            last_id: Cell::new(0),
        }
    }
}

impl Scope {
    /// Starts over with the tags of the run and the scenario; groups are left.
    pub fn reset<'a>(
        &self,
        system: &SystemTags,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        group: &str,
    ) {
        *self.system.borrow_mut() = system.clone();
        self.current.replace(Scoped::default());
        self.group.replace(group.to_owned());
        let mut all: Vec<(&str, &str)> = pairs.into_iter().collect();
        if system.contains(loadwright_workload::SystemTag::Group) {
            all.push(("group", group));
        }
        let fresh = self.derive(all);
        self.current.replace(fresh);
    }

    pub fn current(&self) -> Scoped {
        self.current.borrow().clone()
    }

    pub fn restore(&self, scoped: Scoped) {
        self.current.replace(scoped);
    }

    /// Whether nothing was changed since `scoped` was current.
    pub fn is_current(&self, scoped: &Scoped) -> bool {
        self.current.borrow().id == scoped.id
    }

    pub fn group(&self) -> String {
        self.group.borrow().clone()
    }

    pub fn set_group(&self, path: &str) {
        self.group.replace(path.to_owned());
    }

    pub fn system(&self) -> SystemTags {
        self.system.borrow().clone()
    }

    pub fn enabled(&self, tag: loadwright_workload::SystemTag) -> bool {
        self.system.borrow().contains(tag)
    }

    pub fn metadata(&self) -> Option<Metadata> {
        self.metadata.borrow().clone()
    }

    /// Sets or removes one metadata entry.
    pub fn set_metadata(&self, key: &str, value: Option<&str>) {
        let mut map: BTreeMap<String, String> =
            self.metadata.borrow().as_deref().cloned().unwrap_or_default();
        match value {
            Some(value) => map.insert(key.to_owned(), value.to_owned()),
            None => map.remove(key),
        };
        self.metadata.replace(if map.is_empty() { None } else { Some(Arc::new(map)) });
    }

    pub fn clear_metadata(&self) {
        self.metadata.replace(None);
    }

    /// The current tags with `pairs` on top; the same handle for the same pairs.
    pub fn derive<'a>(&self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Scoped {
        let base = self.current();
        self.derive_from(&base, pairs)
    }

    /// `base` with `pairs` on top.
    pub fn derive_from<'a>(
        &self,
        base: &Scoped,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Scoped {
        let mut key = self.key.take();
        key.clear();
        push_id(&mut key, base.id);
        let start = key.len();
        let mut at = start;
        for (k, v) in pairs {
            key.push_str(k);
            key.push('\u{0}');
            key.push_str(v);
            key.push('\u{0}');
            at = key.len();
        }
        if at == start {
            self.key.replace(key);
            return base.clone();
        }
        let found = self.lookup(&key, || {
            let mut parts = key.get(start..).unwrap_or_default().split('\u{0}');
            let mut list = Vec::new();
            while let (Some(k), Some(v)) = (parts.next(), parts.next()) {
                list.push((k, v));
            }
            base.tags.with(list)
        });
        self.key.replace(key);
        found
    }

    /// The current tags without one.
    pub fn without(&self, name: &str) -> Scoped {
        let base = self.current();
        let key = format!("{}-{name}", base.id);
        self.lookup(&key, || base.tags.without(name))
    }

    fn lookup(&self, key: &str, make: impl FnOnce() -> Tags) -> Scoped {
        if let Some(hit) = self.known.borrow().get(key) {
            return hit.clone();
        }
        self.last_id.set(self.last_id.get() + 1);
        let made = Scoped { id: self.last_id.get(), tags: make() };
        let mut known = self.known.borrow_mut();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(key.to_owned(), made.clone());
        made
    }
}

fn push_id(key: &mut String, id: u64) {
    use std::fmt::Write as _;
    let _ = write!(key, "{id}+");
}

/// Reads a script's tags object; `what` names it in errors.
pub fn read_tags<'js>(ctx: &Ctx<'js>, value: &Value<'js>, what: &str) -> Result<Vec<(String, String)>> {
    let Some(object) = value.as_object() else { return Ok(Vec::new()) };
    read_tags_of(ctx, object, what)
}

fn read_tags_of<'js>(ctx: &Ctx<'js>, object: &Object<'js>, what: &str) -> Result<Vec<(String, String)>> {
    let mut out = Vec::new();
    for entry in object.props::<String, Value<'js>>() {
        let (key, value) = entry?;
        if value.is_string() || value.is_number() || value.is_bool() || value.is_big_int() {
            out.push((key, text(ctx, &value)?));
        } else {
            return Err(go_error(
                ctx,
                &format!(
                    "invalid value for {what} tag '{key}': only String, Boolean and Number types are accepted as a {what} tag values"
                ),
            ));
        }
    }
    Ok(out)
}
