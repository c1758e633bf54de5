//! Where this instance differs from its fleet.

use std::fmt;

use super::circuit_name::split;
use super::handle::FleetHandle;

/// A difference between this instance and its fleet that [`FleetHandle::verify`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FleetFinding {
    /// Other instances share a circuit, and no breaker of this instance has its name.
    ///
    /// The breaker was renamed or removed, it is new in the other version of a deploy, or it has not been made yet.
    NotHere {
        /// The name of the breaker.
        name: String,
    },
    /// Other instances share a circuit, and the breaker of this instance does not: its setting `shared` is off.
    NotShared {
        /// The name of the breaker.
        name: String,
    },
}

/// Formats the finding as a sentence without a full stop.
impl fmt::Display for FleetFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHere { name } => {
                write!(f, "other instances share `{name}`, which is not here")
            }
            Self::NotShared { name } => write!(
                f,
                "other instances share `{name}`, but its setting `shared` is off here"
            ),
        }
    }
}

/// Findings.
impl FleetHandle {
    /// Returns the differences between this instance and its fleet, sorted by name.
    ///
    /// Only circuits that are not calm can be compared: a fleet says nothing of a circuit for which nobody votes. During
    /// a deploy that adds or renames a breaker, findings are expected. An observer has none.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    /// use breaker_runtime::fleet::{Fleet, MemoryStore};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registry = Registry::new();
    /// let fleet = Fleet::new("shop").store(MemoryStore::new()).join(&registry)?;
    /// for finding in fleet.verify() {
    ///     eprintln!("{finding}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn verify(&self) -> Vec<FleetFinding> {
        let core = self.core();
        let Some(registry) = core.registry.upgrade().filter(|_| !core.observer) else {
            return Vec::new();
        };
        let names = core.board.names();
        let mut names: Vec<_> = names.iter().map(|name| split(name).0).collect();
        names.sort_unstable();
        names.dedup();
        let findings = names.into_iter().map(|name| match registry.get(&name) {
            None => Some(FleetFinding::NotHere { name }),
            Some(breaker) if !breaker.config().shared => Some(FleetFinding::NotShared { name }),
            Some(_) => None,
        });
        findings.flatten().collect()
    }
}
