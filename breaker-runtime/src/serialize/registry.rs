//! Serializes what a registry reports: declarations, findings, and the results of loading settings.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::maybe_duration;
use crate::config::VoidSetting;
#[cfg(feature = "config")]
use crate::config::{ConfigProblem, ConfigProblems};
#[cfg(feature = "config")]
use crate::registry::LoadReport;
use crate::registry::{Declaration, Finding, NamedBreaker, Probe, SimilarNames, UnknownBreaker};

record!(Declaration {
    name,
    function,
    location,
    config,
    names_registry,
    call_timeout: maybe_duration,
    has_key,
    probe,
});

impl Serialize for Probe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut probe = serializer.serialize_struct("Probe", 1)?;
        probe.serialize_field("always", &maybe_duration(self.always))?;
        probe.end()
    }
}

kinds!(Finding {
    Conflict: "conflict" => "conflict",
    UnknownBreaker: "unknown_breaker" => "unknown_breaker",
    VoidSetting: "void_setting" => "void_setting",
    SimilarNames: "similar_names" => "similar_names",
});

record!(UnknownBreaker {
    name,
    place,
    nearest,
});

record!(SimilarNames { first, second });

record!(NamedBreaker { name, location });

record!(VoidSetting {
    breaker,
    setting,
    because_of,
    problem,
});

#[cfg(feature = "config")]
record!(LoadReport {
    configured,
    unknown,
});

#[cfg(feature = "config")]
record!(ConfigProblem {
    file,
    line,
    column,
    message,
});

/// Serializes a list of problems.
#[cfg(feature = "config")]
impl Serialize for ConfigProblems {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
