//! Who acts on a breaker, and why.

use std::fmt;

use thiserror::Error;

use super::text::printable;
use crate::sync::Arc;

/// The length of the longest name of an actor, in characters.
const LONGEST_NAME: usize = 128;
/// The length of the longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// A person or a program that acts on breakers, and the reason.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Actor, Config, Registry};
///
/// let payment = Registry::new().get_or_create("payment", Config::new())?;
/// let alice = Actor::new("alice")?.because("INC-42: the bank is down")?;
/// payment.by(&alice).trip();
///
/// let opening = &payment.snapshot().history[0].transition;
/// assert_eq!(opening.by.actor.as_deref(), Some("alice"));
/// assert_eq!(opening.by.reason.as_deref(), Some("INC-42: the bank is down"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Actor {
    name: Arc<str>,
    reason: Option<Arc<str>>,
}

impl Actor {
    /// Makes an actor without a reason.
    ///
    /// # Errors
    ///
    /// [`InvalidActor`] unless the name has 1 to 128 characters and no control characters.
    pub fn new(name: impl AsRef<str>) -> Result<Self, InvalidActor> {
        let name = checked("the name of an actor", name.as_ref(), LONGEST_NAME)?;
        Ok(Self { name, reason: None })
    }

    /// Sets the reason why the actor acts, and replaces an earlier one.
    ///
    /// # Errors
    ///
    /// [`InvalidActor`] unless the reason has 1 to 500 characters and no control characters.
    pub fn because(self, reason: impl AsRef<str>) -> Result<Self, InvalidActor> {
        let reason = checked("a reason", reason.as_ref(), LONGEST_REASON)?;
        Ok(Self {
            reason: Some(reason),
            ..self
        })
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the reason, if one was given.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

fn checked(what: &'static str, text: &str, longest: usize) -> Result<Arc<str>, InvalidActor> {
    let invalid = |problem| InvalidActor {
        what,
        longest,
        problem,
    };
    let length = text.chars().count();
    if !(1..=longest).contains(&length) {
        return Err(invalid(Problem::Length(length)));
    }
    match text.chars().find(|letter| letter.is_control()) {
        Some(control) => Err(invalid(Problem::Control(control))),
        None => Ok(text.into()),
    }
}

/// The error for an invalid [`Actor`]: its name or its reason is empty, too long, or has control characters.
///
/// # Examples
///
/// ```
/// use breaker_runtime::Actor;
///
/// assert_eq!(
///     Actor::new("").unwrap_err().to_string(),
///     "the name of an actor must have 1 to 128 characters and no control characters, not 0 characters"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{what} must have 1 to {longest} characters and no control characters, not {problem}")]
pub struct InvalidActor {
    what: &'static str,
    longest: usize,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    Length(usize),
    Control(char),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(length) => write!(f, "{length} characters"),
            Self::Control(control) => write!(f, "`{}`", control.escape_default()),
        }
    }
}

/// The actor that caused something and the reason, as far as they are known.
///
/// For settings and overrides that were loaded, the actor is the place that requests them: `file breakers.toml`, or
/// `variable BREAKER_PAYMENT__FORCE`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Attribution {
    /// The name of the actor; `None` if code acted without an [`Actor`].
    pub actor: Option<Arc<str>>,
    /// The reason, if one was given.
    pub reason: Option<Arc<str>>,
}

impl Attribution {
    /// Makes the attribution of something for which only a reason is known; a text that does not fit is changed.
    pub(crate) fn because(reason: &str) -> Self {
        let reason = printable(reason, LONGEST_REASON);
        Self {
            actor: None,
            reason: (!reason.is_empty()).then(|| reason.into()),
        }
    }
}

#[cfg(feature = "config")]
impl Attribution {
    /// Makes the attribution of something that a file or a variable asked for. The end of a long path remains.
    pub(crate) fn of_place(kind: &str, place: &str) -> Self {
        let place = printable(place, usize::MAX);
        let room = LONGEST_NAME - kind.len() - " ".len();
        let excess = place.chars().count().saturating_sub(room);
        let place: String = place.chars().skip(excess).collect();
        Self {
            actor: Some(format!("{kind} {place}").into()),
            reason: None,
        }
    }
}

impl From<&Actor> for Attribution {
    fn from(actor: &Actor) -> Self {
        Self {
            actor: Some(Arc::clone(&actor.name)),
            reason: actor.reason.clone(),
        }
    }
}

/// Formats what is known, for example as `alice (INC-42: the bank is down)`.
impl fmt::Display for Attribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.actor.as_deref().unwrap_or("code"))?;
        match &self.reason {
            Some(reason) => write!(f, " ({reason})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
