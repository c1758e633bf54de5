//! From a declaration to its breaker: made with the registry, or by the first call.

use std::collections::hash_map::Entry;

use super::declared::merged;
use super::{Declaration, Entered, Registry, note_declaration};
use crate::breaker::CircuitBreaker;
use crate::config::Conflict;
use crate::core::Core;
use crate::name::Name;
use crate::private::Site;

impl Registry {
    /// Makes the breaker of a declaration out of all declarations of its name, unless there is one.
    fn attach(&self, declaration: &'static Declaration) -> CircuitBreaker {
        let (breaker, conflicts) = self.enter(declaration);
        Core::warn(&breaker, conflicts);
        breaker
    }

    /// Does the same, and leaves it to the caller to tell where they disagree.
    pub(super) fn enter(
        &self,
        declaration: &'static Declaration,
    ) -> (CircuitBreaker, Vec<Conflict>) {
        let name = declaration.name_ref();
        let (merged, conflicts, declarations) = merged(declaration);
        let made = self.make(Name::Declared(name), merged);
        let breakers = &self.shared.breakers;
        let (breaker, new) = breakers.write(name, |shard| match shard.entry((*name).into()) {
            Entry::Occupied(occupied) => (occupied.get().breaker.clone(), false),
            Entry::Vacant(vacant) => {
                vacant.insert(Entered {
                    breaker: made.clone(),
                    declarations,
                    keyed: None,
                });
                (made, true)
            }
        });
        if !new {
            return (breaker, Vec::new());
        }
        self.plan_for(&breaker);
        (breaker, conflicts)
    }

    /// Returns the breaker of a call site. Its call may be the first that is known of it, as some
    /// linkers drop the list of declarations; and its breaker may have been made by hand before.
    pub(crate) fn attach_site(&self, site: &'static Site) -> CircuitBreaker {
        let declaration = site.declaration();
        if !site.is_noted() {
            note_declaration(site);
        }
        let (breaker, known) = self
            .find(declaration)
            .unwrap_or_else(|| (self.attach(declaration), false));
        if !known && self.know(declaration) {
            Core::note_declaration(&breaker, &declaration.source());
        }
        breaker
    }

    /// Returns the breaker of a declared name, and whether this declaration is known to stand behind
    /// it; each call of a function that names its registry asks this.
    pub(super) fn find(&self, declaration: &'static Declaration) -> Option<(CircuitBreaker, bool)> {
        self.shared.breakers.get(declaration.name(), |entered| {
            (entered.breaker.clone(), entered.knows(declaration))
        })
    }

    /// Puts a declaration behind its breaker; returns whether it was not there.
    fn know(&self, declaration: &'static Declaration) -> bool {
        let (name, breakers) = (declaration.name(), &self.shared.breakers);
        breakers.write(name, |shard| match shard.get_mut(name) {
            Some(entered) if !entered.knows(declaration) => {
                entered.declarations.push(declaration);
                true
            }
            _ => false,
        })
    }
}
