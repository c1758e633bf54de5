//! The settings that are asked of a breaker, each with its value.

use std::fmt;
use std::time::Duration;

use super::error::ConfigError;
use super::table::{Setting, settings};
use super::value::{FromValue, Value};
use super::window::Window;

/// The settings that are asked for. A setting that is left out keeps its default.
///
/// A const builder with the settings of the attribute. Nothing is checked until the breaker is made:
/// a wrong value is a [`ConfigError`] that names the setting and the values that it takes.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Registry};
///
/// const PAYMENT: Config = Config::new().threshold(3).open_for(Duration::from_secs(10));
///
/// let registry = Registry::new();
/// let payment = registry.get_or_create("payment", PAYMENT)?;
/// assert_eq!(payment.config().threshold, Some(3));
///
/// let error = registry.get_or_create("mail", Config::new().threshold(0)).unwrap_err();
/// assert_eq!(error.to_string(), "`threshold` must be at least 1, not 0");
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[must_use = "a configuration does nothing until a breaker is made with it"]
#[derive(Clone, Copy, PartialEq)]
pub struct Config {
    values: [Option<Value>; Setting::ALL.len()],
}

macro_rules! config_builders {
    ($(
        #[doc = $first:literal]
        $(#[doc = $doc:literal])*
        $Setting:ident: $Kind:ident,
        $name:ident($argument:ident: $Given:ty $(=> $value:path)?) -> $InForce:ty = $default:expr;
    )+) => {
        impl Config {
            $(
                #[doc = concat!(" Sets", $first)]
                $(#[doc = $doc])*
                pub const fn $name(self, $argument: $Given) -> Self {
                    self.with(Setting::$Setting, value!($Kind($argument) $($value)?))
                }
            )+
        }
    };
}

/// Makes the value of a setting: with the variant of its kind, or with the function that its row names.
macro_rules! value {
    ($Kind:ident($argument:ident)) => {
        Value::$Kind($argument)
    };
    ($Kind:ident($argument:ident) $value:path) => {
        $value($argument)
    };
}

settings!(config_builders);

impl Config {
    /// Makes a configuration that leaves every setting at its default.
    pub const fn new() -> Self {
        Self {
            values: [None; Setting::ALL.len()],
        }
    }

    pub(super) const fn with(mut self, setting: Setting, value: Value) -> Self {
        self.values[setting as usize] = Some(value);
        self
    }

    pub(crate) fn remove(&mut self, setting: Setting) {
        self.values[setting as usize] = None;
    }

    /// The settings that are given, in the order of the documentation.
    pub(crate) fn given(&self) -> impl Iterator<Item = (Setting, Value)> + '_ {
        let given = |setting| Some((setting, self.value(setting)?));
        Setting::ALL.into_iter().filter_map(given)
    }

    pub(crate) fn value(&self, setting: Setting) -> Option<Value> {
        self.values[setting as usize]
    }

    /// The value of a setting as a certain type; `None` if it is not given or does not fit the type.
    pub(super) fn get<T: FromValue>(&self, setting: Setting) -> Option<T> {
        self.value(setting).and_then(T::from_value)
    }

    /// Whether the setting is given, and not turned off.
    pub(super) fn is_on(&self, setting: Setting) -> bool {
        !matches!(self.value(setting), None | Some(Value::Off))
    }

    /// Replaces the values of the settings that `overlay` gives.
    pub(crate) fn apply(&mut self, overlay: &Self) {
        for (value, overlaid) in self.values.iter_mut().zip(&overlay.values) {
            *value = overlaid.or(*value);
        }
    }

    /// Returns an error for each value that is out of its range.
    pub(crate) fn values_out_of_range(&self) -> impl Iterator<Item = ConfigError> + '_ {
        self.given().filter_map(|(setting, value)| {
            let range = value.range_problem()?;
            Some(ConfigError::out_of_range(setting, value, range))
        })
    }

    /// Checks that each value is in its range.
    pub(crate) fn check_values(&self) -> Result<(), ConfigError> {
        self.values_out_of_range().next().map_or(Ok(()), Err)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut config = f.debug_struct("Config");
        for (setting, value) in self.given() {
            config.field(setting.name(), &format_args!("{value}"));
        }
        config.finish_non_exhaustive()
    }
}
