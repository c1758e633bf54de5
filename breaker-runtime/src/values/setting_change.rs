//! Changes of settings.

use std::fmt;

use super::actor::Attribution;
use super::layer::Layer;

/// A change of the value that is in force for a setting of a breaker.
///
/// # Examples
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use breaker_runtime::{Actor, Config, EventKind, Overrides, Registry};
///
/// let registry = Registry::new();
/// registry.get_or_create("mail", Config::new().threshold(3))?;
/// let changes = Arc::new(Mutex::new(Vec::new()));
/// let list = Arc::clone(&changes);
/// let subscription = registry.subscribe(move |event| {
///     if let EventKind::SettingsChanged(change) = event.kind() {
///         list.lock().unwrap().push(change.to_string());
///     }
/// });
///
/// let alice = Actor::new("alice")?.because("INC-42")?;
/// registry.by(&alice).configure("mail", Overrides { threshold: Some(20), ..Overrides::default() })?;
/// drop(subscription);
/// assert_eq!(*changes.lock().unwrap(), ["`threshold` changed from 3 to 20 (runtime) by alice (INC-42)"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingChange {
    /// The name of the setting.
    pub setting: &'static str,
    /// The value before, as text; `off` if the setting was turned off.
    pub from: String,
    /// The value after, as text; `off` if the setting is turned off.
    pub to: String,
    /// The layer that the value after comes from.
    pub layer: Layer,
    /// The actor that changed the setting. Without an [`Actor`](crate::Actor), the file or variable that was loaded.
    pub by: Attribution,
}

/// Formats the change, for example as `` `threshold` changed from 3 to 20 (runtime) by alice (INC-42)``.
impl fmt::Display for SettingChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            from,
            to,
            layer,
            by,
        } = self;
        write!(
            f,
            "`{setting}` changed from {from} to {to} ({layer}) by {by}"
        )
    }
}
