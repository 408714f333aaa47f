//! Groups and their checks, in order of first appearance.

/// One group; the root has an empty name and path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupNode {
    pub name: String,
    /// `::outer::inner`.
    pub path: String,
    pub groups: Vec<GroupNode>,
    pub checks: Vec<CheckNode>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckNode {
    pub name: String,
    /// `::outer::inner::name`.
    pub path: String,
    pub passes: u64,
    pub fails: u64,
}

impl GroupNode {
    /// The group with this path, made with its parents when it is new.
    pub fn entry(&mut self, path: &str) -> &mut Self {
        let mut node = self;
        for name in path.split("::").skip(1) {
            let at = match node.groups.iter().position(|g| g.name == name) {
                Some(at) => at,
                None => {
                    let path = format!("{}::{name}", node.path);
                    node.groups.push(Self { name: name.to_owned(), path, ..Self::default() });
                    node.groups.len() - 1
                }
            };
            node = &mut node.groups[at];
        }
        node
    }

    /// Counts a check of this group.
    pub fn check(&mut self, name: &str, passes: u64, fails: u64) {
        if let Some(check) = self.checks.iter_mut().find(|c| c.name == name) {
            check.passes += passes;
            check.fails += fails;
            return;
        }
        let path = format!("{}::{name}", self.path);
        self.checks.push(CheckNode { name: name.to_owned(), path, passes, fails });
    }

    /// This group's checks and those of all groups below, in order.
    pub fn all_checks(&self) -> Vec<&CheckNode> {
        let mut all: Vec<&CheckNode> = self.checks.iter().collect();
        for group in &self.groups {
            all.extend(group.all_checks());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_make_their_parents_and_keep_order() {
        let mut root = GroupNode::default();
        root.entry("::b::c").check("ok", 1, 0);
        root.entry("::a").check("no", 0, 1);
        root.entry("").check("top", 1, 0);
        root.entry("::b::c").check("ok", 0, 1);
        assert_eq!(root.groups.iter().map(|g| g.name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        let names: Vec<_> = root.all_checks().iter().map(|c| c.path.as_str()).collect();
        assert_eq!(names, ["::top", "::b::c::ok", "::a::no"]);
        assert_eq!(root.all_checks()[1].fails, 1);
    }
}
