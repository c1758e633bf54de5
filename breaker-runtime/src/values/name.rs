//! The name of a breaker, in a form that a rejection can hold at no cost.

use std::fmt;

use crate::sync::Arc;

/// The name of a breaker: one word and a tag. A declared name is free to clone.
#[derive(Clone)]
pub(crate) enum BreakerName {
    /// The name that an attribute declares.
    Declared(&'static &'static str),
    /// The name of a breaker made at run time.
    Created(Arc<Box<str>>),
    /// The name and the key of a keyed breaker.
    Keyed(Arc<KeyedName>),
}

/// The name of a keyed breaker: one of several that share a name and differ in the key.
pub(crate) struct KeyedName {
    name: BreakerName,
    key: Box<str>,
}

impl BreakerName {
    pub(crate) fn created(name: &str) -> Self {
        Self::Created(Arc::new(name.into()))
    }

    pub(crate) fn keyed(name: &Self, key: &str) -> Self {
        Self::Keyed(Arc::new(KeyedName {
            name: name.clone(),
            key: key.into(),
        }))
    }

    /// Returns whether an attribute declares the name, so that it is free to clone.
    #[inline]
    pub(crate) fn is_declared(&self) -> bool {
        matches!(self, Self::Declared(_))
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Declared(name) => name,
            Self::Created(name) => name,
            Self::Keyed(keyed) => keyed.name.as_str(),
        }
    }

    pub(crate) fn key(&self) -> Option<&str> {
        match self {
            Self::Keyed(keyed) => Some(&keyed.key),
            Self::Declared(_) | Self::Created(_) => None,
        }
    }
}

impl PartialEq for BreakerName {
    fn eq(&self, other: &Self) -> bool {
        (self.as_str(), self.key()) == (other.as_str(), other.key())
    }
}

impl Eq for BreakerName {}

impl fmt::Debug for BreakerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key() {
            None => fmt::Debug::fmt(self.as_str(), f),
            Some(key) => f.debug_tuple("").field(&self.as_str()).field(&key).finish(),
        }
    }
}

/// Names the breaker as part of a sentence, as in `` circuit breaker `fetch` ``.
///
/// `{:#}` adds the key, as in `` circuit breaker `fetch` for `example.org` ``.
impl fmt::Display for BreakerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circuit breaker `{}`", self.as_str())?;
        match self.key() {
            // A key may come from outside the program, and this text goes into logs.
            Some(key) if f.alternate() => write!(f, " for `{}`", key.escape_debug()),
            _ => Ok(()),
        }
    }
}
