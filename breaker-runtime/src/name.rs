//! The name of a breaker, in a form that a rejection can carry for nothing.

use std::fmt;

use crate::sync::Arc;

/// A breaker's name: one word wide besides its tag, and free to clone for declared breakers.
#[derive(Clone)]
pub(crate) enum Name {
    Declared(&'static &'static str),
    Created(Arc<Box<str>>),
}

impl Name {
    pub(crate) fn created(name: &str) -> Self {
        Self::Created(Arc::new(name.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Declared(name) => name,
            Self::Created(name) => name,
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Name {}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
