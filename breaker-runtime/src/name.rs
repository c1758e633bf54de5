//! The name of a breaker, in a form that a rejection can carry for nothing.

use std::fmt;

use crate::keyed::Counted;
use crate::sync::{Arc, Mutex};

/// A breaker's name: one word wide besides its tag, and free to clone for declared breakers.
#[derive(Clone)]
pub(crate) enum Name {
    Declared(&'static &'static str),
    Created(Arc<Box<str>>),
    Keyed(Arc<KeyedName>),
}

/// The name of one of several breakers that differ in their key.
pub(crate) struct KeyedName {
    name: Name,
    key: Box<str>,
    /// Where the breaker leaves what it has counted when it is gone.
    retired: Arc<Mutex<Counted>>,
}

impl Name {
    #[inline]
    pub(crate) fn created(name: &str) -> Self {
        Self::Created(Arc::new(name.into()))
    }

    #[inline]
    pub(crate) fn keyed(name: &Self, key: &str, retired: &Arc<Mutex<Counted>>) -> Self {
        Self::Keyed(Arc::new(KeyedName {
            name: name.clone(),
            key: key.into(),
            retired: Arc::clone(retired),
        }))
    }

    /// Whether a function declares it, so that it is free to clone.
    #[inline]
    pub(crate) fn is_declared(&self) -> bool {
        matches!(self, Self::Declared(_))
    }

    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Declared(name) => name,
            Self::Created(name) => name,
            Self::Keyed(keyed) => keyed.name.as_str(),
        }
    }

    #[inline]
    pub(crate) fn key(&self) -> Option<&str> {
        match self {
            Self::Keyed(keyed) => Some(&keyed.key),
            Self::Declared(_) | Self::Created(_) => None,
        }
    }

    pub(crate) fn retired(&self) -> Option<&Mutex<Counted>> {
        match self {
            Self::Keyed(keyed) => Some(&keyed.retired),
            Self::Declared(_) | Self::Created(_) => None,
        }
    }
}

impl PartialEq for Name {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        (self.as_str(), self.key()) == (other.as_str(), other.key())
    }
}

impl Eq for Name {}

impl fmt::Debug for Name {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key() {
            None => fmt::Debug::fmt(self.as_str(), f),
            Some(key) => f.debug_tuple("").field(&self.as_str()).field(&key).finish(),
        }
    }
}

/// Says which breaker it is, as a part of a sentence.
impl fmt::Display for Name {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circuit breaker `{}`", self.as_str())?;
        match self.key() {
            None => Ok(()),
            // It may come from outside, and this goes into logs.
            Some(key) => write!(f, " for `{}`", key.escape_debug()),
        }
    }
}
