//! Which instance of a service answers.

use std::time::SystemTime;

use once_cell::sync::OnceCell;
use serde_json::{Value, json};

use crate::serialize::Timestamp;

/// The names of this instance, and what tells it apart from others.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    /// The same for all `Admin`s of a process, and for no other process.
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) service: Option<String>,
    pub(super) version: Option<String>,
    pub(super) environment: Option<String>,
    started_at: SystemTime,
}

impl Instance {
    pub(super) fn new() -> Self {
        static PROCESS: OnceCell<(String, SystemTime)> = OnceCell::new();
        let (id, started_at) = PROCESS
            .get_or_init(|| (random_id(), SystemTime::now()))
            .clone();
        Self {
            id,
            // A container's name is that of its pod.
            name: std::env::var("HOSTNAME").ok(),
            service: None,
            version: None,
            environment: None,
            started_at,
        }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "service": self.service,
            "version": self.version,
            "environment": self.environment,
            "started_at": Timestamp(self.started_at),
        })
    }
}

/// Returns 16 random hexadecimal digits.
pub(super) fn random_id() -> String {
    use std::hash::{BuildHasher as _, RandomState};
    format!("{:016x}", RandomState::new().hash_one(SystemTime::now()))
}
