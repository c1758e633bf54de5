//! The value of a setting: its kinds, their ranges, and the types that hold it.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use super::window::Window;
use crate::time::Brief;

/// The value of a setting. The row of the setting says which kind of value it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    /// A number of calls, failures, probes or keys.
    Count(u32),
    /// A share at which something happens.
    Rate(f64),
    /// A share by which something varies.
    Share(f64),
    /// A multiple of something.
    Factor(f64),
    Period(Duration),
    Window(Window),
    Flag(bool),
    /// The setting is turned off.
    Off,
}

/// The kind of value that a setting has.
#[cfg(feature = "config")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    Count,
    Rate,
    Share,
    Factor,
    Period,
    Window,
    Flag,
}

impl Value {
    /// Makes a count of `number`, or the largest count if `number` is larger.
    pub(super) const fn saturating(number: usize) -> Self {
        const LARGEST: usize = u32::MAX as usize;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "larger numbers have been cut to the largest count"
        )]
        let count = if number > LARGEST {
            u32::MAX
        } else {
            number as u32
        };
        Self::Count(count)
    }

    pub(super) const fn period_or_off(period: Option<Duration>) -> Self {
        match period {
            Some(period) => Self::Period(period),
            None => Self::Off,
        }
    }

    pub(super) const fn count_or_off(count: Option<u32>) -> Self {
        match count {
            Some(count) => Self::Count(count),
            None => Self::Off,
        }
    }

    /// Returns the range of the kind as the end of a sentence if the value is outside of it.
    pub(crate) fn range_problem(self) -> Option<&'static str> {
        match self {
            Self::Count(count) => (count == 0).then_some("must be at least 1"),
            Self::Rate(rate) => {
                (!(rate > 0.0 && rate <= 1.0)).then_some("must lie above 0 and at most 1")
            }
            Self::Share(share) => {
                (!(0.0..=1.0).contains(&share)).then_some("must lie between 0 and 1")
            }
            Self::Factor(factor) => {
                (!(factor >= 1.0 && factor.is_finite())).then_some("must be at least 1 and finite")
            }
            Self::Period(period) => period.is_zero().then_some("must be longer than zero"),
            Self::Window(window) => window
                .is_empty()
                .then_some("must hold at least one call and be longer than zero"),
            Self::Flag(_) | Self::Off => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Rate(number) | Self::Share(number) | Self::Factor(number) => {
                write!(f, "{number:?}")
            }
            Self::Period(period) => Brief(*period).fmt(f),
            Self::Window(window) => window.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Off => f.write_str("off"),
        }
    }
}

/// A type that a [`Value`] can be read as.
pub(super) trait FromValue: Sized {
    /// Returns `None` if the type cannot hold the value.
    fn from_value(value: Value) -> Option<Self>;
}

/// A type of a field of `Settings`.
pub(super) trait IntoValue {
    /// What the [`Value`] contains.
    type Content;

    /// Makes a value with `kind`, the variant for the kind of the setting.
    fn into_value(self, kind: fn(Self::Content) -> Value) -> Value;
}

/// Implements both traits for types that some kinds of values contain as they are.
macro_rules! contents {
    ($($type:ty: $($Kind:ident)|+;)+) => {
        $(
            impl FromValue for $type {
                fn from_value(value: Value) -> Option<Self> {
                    match value {
                        $(Value::$Kind(content))|+ => Some(content),
                        _ => None,
                    }
                }
            }

            impl IntoValue for $type {
                type Content = Self;

                fn into_value(self, kind: fn(Self) -> Value) -> Value {
                    kind(self)
                }
            }
        )+
    };
}

contents! {
    u32: Count;
    f64: Rate | Share | Factor;
    Duration: Period;
    Window: Window;
    bool: Flag;
}

impl FromValue for NonZeroU32 {
    fn from_value(value: Value) -> Option<Self> {
        u32::from_value(value).and_then(Self::new)
    }
}

impl IntoValue for NonZeroU32 {
    type Content = u32;

    fn into_value(self, kind: fn(u32) -> Value) -> Value {
        kind(self.get())
    }
}

impl FromValue for usize {
    fn from_value(value: Value) -> Option<Self> {
        u32::from_value(value).and_then(|count| count.try_into().ok())
    }
}

/// `None` is a setting that is turned off.
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Off => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// `None` is a setting that is turned off.
impl<T: IntoValue> IntoValue for Option<T> {
    type Content = T::Content;

    fn into_value(self, kind: fn(T::Content) -> Value) -> Value {
        match self {
            Some(on) => on.into_value(kind),
            None => Value::Off,
        }
    }
}
