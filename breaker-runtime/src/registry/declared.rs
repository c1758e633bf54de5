//! The attributes of the program: known from the start, through the linker.

use std::collections::BTreeMap;
use std::time::Duration;

use once_cell::sync::Lazy;

use crate::config::{Config, Conflict, Location, Merged, Source};
use crate::private::{Listed, Site};
use crate::sync::fixed::Mutex;

/// One attribute in the source.
#[derive(Debug)]
pub struct Declaration {
    name: &'static str,
    function: &'static str,
    location: Location,
    config: Config,
    names_registry: bool,
    call_timeout: Option<Duration>,
    has_key: bool,
}

impl Declaration {
    /// Written by the attribute.
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        function: &'static str,
        location: Location,
        config: Config,
        names_registry: bool,
    ) -> Self {
        Self {
            name,
            function,
            location,
            config,
            names_registry,
            call_timeout: None,
            has_key: false,
        }
    }

    /// Written by the attribute.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = Some(limit);
        self
    }

    /// Written by the attribute.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_key(mut self) -> Self {
        self.has_key = true;
        self
    }

    /// Returns the breaker's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn name_ref(&'static self) -> &'static &'static str {
        &self.name
    }

    /// Returns the annotated function's name.
    pub fn function(&self) -> &'static str {
        self.function
    }

    /// Returns where the attribute stands.
    pub fn location(&self) -> Location {
        self.location
    }

    /// Returns the keys of the breaker that the attribute gives.
    pub fn config(&self) -> Config {
        self.config
    }

    /// Returns the limit of one call of the function.
    pub fn call_timeout(&self) -> Option<Duration> {
        self.call_timeout
    }

    /// Returns whether the function names its registry itself; its breaker is then made there by
    /// the first call.
    pub fn names_registry(&self) -> bool {
        self.names_registry
    }

    /// Returns whether the function has a breaker of this name for each key.
    pub fn has_key(&self) -> bool {
        self.has_key
    }

    /// The order in which declarations win. Functions of one `macro_rules!` call stand in one place:
    /// their names tell them apart.
    #[inline]
    fn rank(&self) -> impl Ord + use<> {
        (self.location.rank(), self.function, self.location.module)
    }

    /// What tells breakers apart.
    fn breaker(&self) -> (&'static str, bool) {
        (self.name, self.names_registry)
    }

    pub(crate) fn source(&self) -> Source {
        Source {
            config: self.config,
            location: self.location,
            call_timeout: self.call_timeout,
        }
    }
}

/// All known call sites, in the order in which they win; those that the linker dropped are added by
/// their first call.
static SITES: Lazy<Mutex<Vec<&'static Site>>> = Lazy::new(|| {
    let mut sites = Vec::new();
    for listed in inventory::iter::<Listed>() {
        insert(&mut sites, listed.0);
    }
    Mutex::new(sites)
});

/// Makes sure that a call site is known.
pub(crate) fn note(site: &'static Site) {
    insert(&mut SITES.lock(), site);
}

/// Puts a call site into its place, unless it stands there. A sort at the end would be code for one more
/// type to be sorted, and take longer to compile than any program's list takes to be made.
fn insert(sites: &mut Vec<&'static Site>, site: &'static Site) {
    if site.mark_noted() {
        let rank = site.declaration().rank();
        let at = sites.partition_point(|other| other.declaration().rank() <= rank);
        sites.insert(at, site);
    }
}

pub(super) fn declarations() -> Vec<&'static Declaration> {
    SITES.lock().iter().map(|site| site.declaration()).collect()
}

/// What all known declarations of one breaker come to, and where they disagree.
///
/// Functions that name their registry never share a breaker with those that do not.
pub(super) fn merged(of: &Declaration) -> (Merged, Vec<Conflict>, Vec<&'static Declaration>) {
    let mut merged = Merged::new(of.name);
    let mut conflicts = Vec::new();
    let mut all = declarations();
    all.retain(|declaration| declaration.breaker() == of.breaker());
    for declaration in &all {
        conflicts.extend(merged.absorb(&declaration.source()));
    }
    conflicts.extend(merged.inconsistencies());
    (merged, conflicts, all)
}

#[inline]
pub(super) fn declared_conflicts() -> Vec<Conflict> {
    let mut breakers = BTreeMap::new();
    for declaration in declarations() {
        breakers.entry(declaration.breaker()).or_insert(declaration);
    }
    let conflicts = breakers
        .into_values()
        .map(|declaration| merged(declaration).1);
    conflicts.flatten().collect()
}
