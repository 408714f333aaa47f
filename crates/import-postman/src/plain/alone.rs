//! Scripts that stay as they are: the variables that they name are those of the plan.

use loadwright_scenario::{ScopedVar, Script, VarName, VariableScope};

use super::{Fill, Kind};
use crate::lift::Alone;

impl Fill<'_> {
    /// Which variable of the plan each name of the script is, and in which scope the script finds it.
    pub(super) fn alone(&mut self, script: &mut Script, alone: &Alone) {
        script.decides = alone.decides;
        script.skips = alone.skips;
        script.reads_row = alone.row;
        let mut ranks: Vec<(&String, usize)> = Vec::new();
        for (name, rank) in &alone.uses {
            match ranks.iter_mut().find(|(n, _)| *n == name) {
                Some((_, known)) => *known = (*known).max(*rank),
                None => ranks.push((name, *rank)),
            }
        }
        for (name, rank) in ranks {
            match self.kind(name, 0) {
                Kind::Captured => {
                    if !self.written.contains(name) {
                        self.read_first.insert(name.clone());
                    }
                }
                Kind::Static(_) | Kind::Switched(_) => self.use_static(name),
                // nobody ever sets it
                Kind::Unknown | Kind::Column | Kind::Inline(_) => continue,
            }
            let variable = VarName::new(name.clone());
            script.reads.insert(variable.clone());
            if alone.writes.contains(name) {
                script.writes.insert(variable.clone());
            }
            let scope = self.scope_of(name, rank);
            script.scoped.push(ScopedVar { scope, name: name.clone(), variable });
        }
    }

    /// The scope that a name belongs to when a script asks all of them.
    fn scope_of(&self, name: &str, rank: usize) -> VariableScope {
        let set = || self.lifts.values().flat_map(|l| &l.ranks).find(|(n, _)| n == name).map(|(_, r)| *r);
        let rank = if rank > 0 { Some(rank) } else { set() };
        match rank {
            Some(2) => VariableScope::Collection,
            Some(3) => VariableScope::Globals,
            None if self.scopes.environment.contains_key(name) => VariableScope::Environment,
            None if self.scopes.collection.contains_key(name) => VariableScope::Collection,
            None if self.scopes.globals.contains_key(name) => VariableScope::Globals,
            Some(_) | None => VariableScope::Environment,
        }
    }
}
