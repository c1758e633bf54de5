//! All declarations of the program, as the linker collected them.

use once_cell::sync::Lazy;

use super::declaration::Declaration;
use super::site::{Listed, Site};
use crate::config::{Conflict, Merged};
use crate::sync::fixed::Mutex;

/// All known call sites, by precedence. The first call of a site that the linker dropped adds it.
static SITES: Lazy<Mutex<Vec<&'static Site>>> = Lazy::new(|| {
    let mut sites = Vec::new();
    for Listed(site) in inventory::iter::<Listed>() {
        insert(&mut sites, site);
    }
    Mutex::new(sites)
});

/// Adds a call site to the list, unless it is in it.
pub(super) fn add(site: &'static Site) {
    insert(&mut SITES.lock(), site);
}

fn insert(sites: &mut Vec<&'static Site>, site: &'static Site) {
    if site.mark_known() {
        let rank = site.declaration().rank();
        let at = sites.partition_point(|other| other.declaration().rank() <= rank);
        sites.insert(at, site);
    }
}

pub(super) fn declarations() -> Vec<&'static Declaration> {
    SITES.lock().iter().map(|site| site.declaration()).collect()
}

/// The known declarations of one breaker.
pub(super) struct MergedDeclarations {
    pub(super) merged: Merged,
    /// Where the declarations disagree.
    pub(super) conflicts: Vec<Conflict>,
    pub(super) declarations: Vec<&'static Declaration>,
}

impl MergedDeclarations {
    /// Merges all known declarations of the breaker that `of` declares.
    pub(super) fn new(of: &Declaration) -> Self {
        let mut merged = Merged::new(of.name());
        let mut conflicts = Vec::new();
        let mut declarations = declarations();
        declarations.retain(|declaration| declaration.breaker() == of.breaker());
        for declaration in &declarations {
            conflicts.extend(merged.absorb(&declaration.source()));
        }
        conflicts.extend(merged.inconsistencies());
        Self {
            merged,
            conflicts,
            declarations,
        }
    }
}

/// Returns where the declarations of the program disagree.
pub(super) fn declared_conflicts() -> Vec<Conflict> {
    let mut breakers: Vec<&Declaration> = Vec::new();
    for declaration in declarations() {
        let is_known = |other: &&Declaration| other.breaker() == declaration.breaker();
        if !breakers.iter().any(is_known) {
            breakers.push(declaration);
        }
    }
    let mut conflicts = Vec::new();
    for declaration in breakers {
        conflicts.extend(MergedDeclarations::new(declaration).conflicts);
    }
    conflicts
}
