//! What people and programs do to breakers.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::actor::Attribution;
use super::text::printable;
use crate::time::Brief;

/// Something that somebody did to a breaker or to a registry.
///
/// The last 20 actions of each breaker are in its [`Snapshot`](crate::Snapshot), and the last 256 of a registry in
/// [`Registry::actions`](crate::Registry::actions). Transitions do not displace them.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Actor, ActionKind, Config, Registry};
///
/// let registry = Registry::new();
/// let payment = registry.get_or_create("payment", Config::new())?;
/// payment.by(&Actor::new("alice")?.because("INC-42")?).reset();
///
/// let actions = registry.actions();
/// assert_eq!(actions[0].kind, ActionKind::Reset);
/// assert_eq!(actions[0].to_string(), "circuit breaker `payment`: reset by alice (INC-42)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Action {
    /// When it happened, by the wall clock.
    pub at: SystemTime,
    /// The name of the breaker; `None` for an action on the whole registry.
    pub breaker: Option<String>,
    /// The key, for an action on the breaker of a key.
    pub key: Option<String>,
    /// What was done.
    pub kind: ActionKind,
    /// Who did it, and why.
    pub by: Attribution,
}

/// What somebody did to a breaker or to a registry.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ActionKind {
    /// [`trip`](crate::CircuitBreaker::trip), even if the circuit was open already.
    Trip,
    /// [`reset`](crate::CircuitBreaker::reset), even if the circuit was closed already.
    Reset,
    /// [`force_open`](crate::CircuitBreaker::force_open).
    ForceOpen {
        /// How long the override is to last; `None` if it lasts until it is cleared.
        ttl: Option<Duration>,
    },
    /// [`force_closed`](crate::CircuitBreaker::force_closed).
    ForceClosed {
        /// How long the override is to last; `None` if it lasts until it is cleared.
        ttl: Option<Duration>,
    },
    /// A [reset](crate::CircuitBreaker::reset) of the keys of a name whose circuits are not closed, by the feature
    /// `admin`.
    ResetOpenKeys,
    /// [`clear_override`](crate::CircuitBreaker::clear_override), even if there was no override.
    ClearOverride,
    /// A [`clear_override`](crate::CircuitBreaker::clear_override) of the keys of a name that have an override of their
    /// own, by the feature `admin`.
    ClearKeyOverrides,
    /// [`Registry::configure`](crate::Registry::configure).
    Configure {
        /// The settings that were given, for example `threshold = 20, window = 60s`.
        settings: String,
    },
    /// [`Registry::unconfigure`](crate::Registry::unconfigure).
    Unconfigure,
    /// Loading settings: `Registry::load`, `load_strict`, `load_files`, `load_env`, or a watched file that has changed.
    ///
    /// This is an action on the registry. Its effects are events of the breakers.
    Load {
        /// The paths of the files; empty if only the environment was loaded.
        paths: Vec<String>,
    },
    /// [`Registry::reset_all`](crate::Registry::reset_all).
    ///
    /// The registry has one such action, without the name of a breaker. Each breaker has one too.
    ResetAll,
    /// A trip of the circuits of all instances of a fleet.
    FleetTrip,
    /// A reset of the circuits of all instances of a fleet.
    FleetReset,
    /// An override that rejects all calls at all instances of a fleet.
    FleetForceOpen {
        /// How long the override is to last; `None` if it lasts until it is cleared.
        ttl: Option<Duration>,
    },
    /// An override that admits all calls at all instances of a fleet.
    FleetForceClosed {
        /// How long the override is to last; `None` if it lasts until it is cleared.
        ttl: Option<Duration>,
    },
    /// The end of an override of a fleet, even if there was none.
    FleetClearOverride,
}

impl ActionKind {
    /// Returns the label: the name of the variant in snake case.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Trip => "trip",
            Self::Reset => "reset",
            Self::ForceOpen { .. } => "force_open",
            Self::ForceClosed { .. } => "force_closed",
            Self::ResetOpenKeys => "reset_open_keys",
            Self::ClearOverride => "clear_override",
            Self::ClearKeyOverrides => "clear_key_overrides",
            Self::Configure { .. } => "configure",
            Self::Unconfigure => "unconfigure",
            Self::Load { .. } => "load",
            Self::ResetAll => "reset_all",
            Self::FleetTrip => "fleet_trip",
            Self::FleetReset => "fleet_reset",
            Self::FleetForceOpen { .. } => "fleet_force_open",
            Self::FleetForceClosed { .. } => "fleet_force_closed",
            Self::FleetClearOverride => "fleet_clear_override",
        }
    }

    /// Returns what was given, as text: the settings that were configured, or the paths that were loaded.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Configure { settings } => Some(settings.clone()),
            Self::Load { paths } if paths.is_empty() => Some("the environment".to_owned()),
            Self::Load { paths } => {
                let paths = paths.iter().map(|path| printable(path, usize::MAX));
                Some(paths.collect::<Vec<_>>().join(", "))
            }
            _ => None,
        }
    }

    /// Returns how long an override is to last, if this action sets one that expires.
    pub const fn ttl(&self) -> Option<Duration> {
        match self {
            Self::ForceOpen { ttl }
            | Self::ForceClosed { ttl }
            | Self::FleetForceOpen { ttl }
            | Self::FleetForceClosed { ttl } => *ttl,
            _ => None,
        }
    }
}

/// Formats what was done, for example as `forced open for 60s`.
impl fmt::Display for ActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trip => "tripped",
            Self::Reset => "reset",
            Self::ForceOpen { .. } => "forced open",
            Self::ForceClosed { .. } => "forced closed",
            Self::ResetOpenKeys => "open keys reset",
            Self::ClearOverride => "override cleared",
            Self::ClearKeyOverrides => "overrides of keys cleared",
            Self::Configure { .. } => "configured",
            Self::Unconfigure => "configured settings taken back",
            Self::Load { .. } => "loaded",
            Self::ResetAll => "all circuits reset",
            Self::FleetTrip => "tripped in the whole fleet",
            Self::FleetReset => "reset in the whole fleet",
            Self::FleetForceOpen { .. } => "forced open in the whole fleet",
            Self::FleetForceClosed { .. } => "forced closed in the whole fleet",
            Self::FleetClearOverride => "override of the fleet cleared",
        })?;
        if let Some(ttl) = self.ttl() {
            write!(f, " for {}", Brief(ttl))?;
        }
        match self.detail() {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

/// Formats the action in one line, for example as ``circuit breaker `payment`: tripped by alice (INC-42)``.
///
/// `{:#}` adds the key.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.breaker {
            Some(breaker) => write!(f, "circuit breaker `{breaker}`")?,
            None => f.write_str("circuit breakers")?,
        }
        if let Some(key) = self.key.as_ref().filter(|_| f.alternate()) {
            write!(f, " for `{}`", key.escape_debug())?;
        }
        write!(f, ": {} by {}", self.kind, self.by)
    }
}
