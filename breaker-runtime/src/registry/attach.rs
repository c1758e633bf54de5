//! Making the breakers of declarations, and attaching declarations to breakers that exist.

use std::collections::hash_map::Entry;

use super::by_name::{Registry, RegistryEntry};
use super::declaration::Declaration;
use super::declarations::{self, MergedDeclarations, declarations};
use super::site::Site;
use crate::breaker::CircuitBreaker;
use crate::config::Conflict;
use crate::time::Time;
use crate::values::BreakerName;

/// Breakers whose declarations disagree, before their listeners are notified.
pub(super) type UnannouncedConflicts = Vec<(CircuitBreaker, Vec<Conflict>)>;

impl Registry {
    /// Makes a registry that holds the breaker of every declaration without the setting `registry`.
    #[cfg(feature = "test-util")]
    pub(crate) fn with_declared(time: Time) -> Self {
        let mut conflicts = Vec::new();
        let registry = Self::declared(time, &mut conflicts);
        Self::announce_all(conflicts);
        registry
    }

    /// Makes a registry that holds the breaker of every declaration without the setting `registry`, and adds to
    /// `conflicts`.
    pub(super) fn declared(time: Time, conflicts: &mut UnannouncedConflicts) -> Self {
        let registry = Self::empty(time);
        for declaration in declarations() {
            let made = registry.find(declaration).is_some();
            if !declaration.names_registry() && !made {
                let (breaker, found) = registry.enter(declaration);
                if !found.is_empty() {
                    conflicts.push((breaker, found));
                }
            }
        }
        registry
    }

    pub(super) fn announce_all(conflicts: UnannouncedConflicts) {
        for (breaker, conflicts) in conflicts {
            breaker.announce_conflicts(conflicts);
        }
    }

    /// Makes the breaker of a declaration from all declarations of its name, unless it exists.
    ///
    /// Returns where the declarations disagree, for the caller to announce.
    fn enter(&self, declaration: &'static Declaration) -> (CircuitBreaker, Vec<Conflict>) {
        let name = declaration.name_ref();
        let MergedDeclarations {
            merged,
            conflicts,
            declarations,
        } = MergedDeclarations::new(declaration);
        let made = self.make(BreakerName::Declared(name), merged);
        #[cfg(feature = "tokio")]
        let probe = declarations.iter().find_map(|it| it.probe);
        let breakers = &self.inner.breakers;
        let (breaker, new) = breakers.write(name, |shard| match shard.entry((*name).into()) {
            Entry::Occupied(occupied) => (occupied.get().breaker.clone(), false),
            Entry::Vacant(vacant) => {
                vacant.insert(RegistryEntry {
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
        #[cfg(feature = "config")]
        self.apply_loaded(&breaker);
        // A recorder may have started before the insertion.
        #[cfg(feature = "rehearsal")]
        breaker.record();
        #[cfg(feature = "tokio")]
        if let Some(probe) = probe {
            self.inner.probed.add(&breaker, probe);
        }
        (breaker, conflicts)
    }

    /// Returns the breaker of a call site.
    ///
    /// The registry may not know the site before its first call, because some linkers drop the list of declarations.
    /// And the breaker may already exist, made by `get_or_create`.
    pub(crate) fn attach_site(&self, site: &'static Site) -> CircuitBreaker {
        let declaration = site.declaration();
        if !site.is_known() {
            declarations::add(site);
        }
        let (breaker, attached) = self.find(declaration).unwrap_or_else(|| {
            let (breaker, conflicts) = self.enter(declaration);
            breaker.announce_conflicts(conflicts);
            (breaker, false)
        });
        if !attached && self.attach_declaration(declaration) {
            breaker.add_declaration(&declaration.source());
            #[cfg(feature = "tokio")]
            if let Some(probe) = declaration.probe {
                self.inner.probed.add(&breaker, probe);
            }
        }
        breaker
    }

    /// Returns the breaker that a declaration names, and whether the declaration is attached to it.
    ///
    /// Each call of a function that names its registry runs this.
    fn find(&self, declaration: &'static Declaration) -> Option<(CircuitBreaker, bool)> {
        self.inner.breakers.get(declaration.name(), |entry| {
            (entry.breaker.clone(), entry.has_declaration(declaration))
        })
    }

    /// Attaches a declaration to its breaker; returns whether it was not attached before.
    fn attach_declaration(&self, declaration: &'static Declaration) -> bool {
        let (name, breakers) = (declaration.name(), &self.inner.breakers);
        breakers.write(name, |shard| match shard.get_mut(name) {
            Some(entry) if !entry.has_declaration(declaration) => {
                entry.declarations.push(declaration);
                true
            }
            _ => false,
        })
    }
}
