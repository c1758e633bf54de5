//! The settings of a breaker: those that were asked for, those in force, and the problems in between.
//!
//! `table` has one row for each setting. [`Config`], [`Overrides`] and [`Settings`] come from these rows.

#[expect(
    clippy::module_inception,
    reason = "the file is named after `Config`, as the other files are after their types"
)]
mod config;
mod conflict;
mod constraints;
mod error;
#[cfg(any(feature = "rehearsal", feature = "serde"))]
mod exact_duration;
#[cfg(feature = "config")]
pub(crate) mod file;
mod grammar {
    //! The grammar that the attribute and this crate share: a symbolic link to a folder of `breaker-macros`.

    #[cfg(feature = "config")]
    pub(crate) mod advice;
    #[cfg(feature = "config")]
    pub(crate) mod duration;
    #[cfg(feature = "config")]
    pub(crate) mod meaning;
    pub(crate) mod name;
    pub(crate) mod nearest;
    #[cfg(feature = "config")]
    pub(crate) mod number;
    #[cfg(feature = "config")]
    pub(crate) mod words;
}
mod layers;
mod location;
mod merge;
mod name;
mod overrides;
mod patch;
mod setting_layers;
mod settings;
mod table;
mod value;
mod void;
mod window;

pub use self::config::Config;
pub use self::conflict::{Conflict, ConflictSide};
#[cfg(feature = "config")]
pub(crate) use self::constraints::Inconsistency;
pub use self::error::ConfigError;
#[cfg(any(feature = "rehearsal", feature = "serde"))]
pub(crate) use self::exact_duration::ExactDuration;
#[cfg(feature = "config")]
pub use self::file::{ConfigProblem, ConfigProblems};
#[cfg(feature = "admin")]
pub(crate) use self::grammar::duration::parse as parse_duration;
pub(crate) use self::grammar::nearest::nearest;
pub(crate) use self::layers::Layered;
pub use self::layers::Layers;
#[cfg(feature = "config")]
pub(crate) use self::layers::{ExternalLayers, ExternalValue};
pub use self::location::Location;
pub(crate) use self::merge::{Merged, Source};
pub(crate) use self::name::check_name;
pub(crate) use self::name::name_problem;
pub use self::overrides::Overrides;
pub use self::patch::Patch;
pub use self::settings::Settings;
pub(crate) use self::table::Setting;
#[cfg(any(feature = "rehearsal", feature = "serde"))]
pub(crate) use self::value::Value;
pub use self::void::VoidSetting;
pub use self::window::{Window, WindowFrom};

#[cfg(test)]
mod tests;
