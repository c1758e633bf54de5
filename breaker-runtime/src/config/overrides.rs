//! The settings that are asked of a breaker at run time.

use std::time::Duration;

use super::config::Config;
#[cfg(feature = "config")]
use super::table::Setting;
use super::table::settings;
#[cfg(feature = "config")]
use super::value::{FromValue, Value};
use super::window::Window;

macro_rules! overrides_struct {
    ($(
        #[doc = $first:literal]
        $(#[doc = $doc:literal])*
        $Setting:ident: $Kind:ident,
        $name:ident($argument:ident: $Given:ty $(=> $value:path)?) -> $InForce:ty = $default:expr;
    )+) => {
        /// Settings that replace those in force at run time. A setting that is `None` stays as it is.
        ///
        /// With the feature `serde`, overrides can be serialized as the section of a file, and with the feature
        /// `config` also deserialized, in self-describing formats such as JSON:
        /// `{"open_for": "30s", "window": 100, "cancel_after": "off"}`. A setting that is missing or null
        /// overrides nothing. An unknown setting or a value out of range is an error.
        ///
        /// # Examples
        ///
        /// ```
        /// use breaker_runtime::{Config, Overrides, Registry};
        ///
        /// let registry = Registry::new();
        /// let payment = registry.get_or_create("payment", Config::new())?;
        /// let calmer = Overrides { threshold: Some(20), ..Overrides::default() };
        /// registry.configure("payment", calmer)?;
        /// assert_eq!(payment.config().threshold, Some(20));
        /// # Ok::<(), breaker_runtime::ConfigError>(())
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct Overrides {
            $(
                #[doc = concat!(" Overrides", $first)]
                $(#[doc = $doc])*
                pub $name: Option<$Given>,
            )+
        }

        impl From<&Overrides> for Config {
            fn from(overrides: &Overrides) -> Self {
                let mut config = Self::new();
                $(
                    if let Some($argument) = overrides.$name {
                        config = config.$name($argument);
                    }
                )+
                config
            }
        }

        #[cfg(feature = "config")]
        impl Overrides {
            /// Overrides a setting, unless its field cannot hold the value. Returns whether it can.
            ///
            /// Every field holds all values of its kind. Only some can hold [`Value::Off`].
            #[must_use]
            pub(crate) fn set(&mut self, setting: Setting, value: Value) -> bool {
                match setting {
                    $(
                        Setting::$Setting => {
                            let given = FromValue::from_value(value);
                            self.$name = given.or(self.$name);
                            given.is_some()
                        }
                    )+
                }
            }
        }
    };
}

settings!(overrides_struct);
