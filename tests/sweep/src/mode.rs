//! The settings that annotated functions get.

/// The settings that an annotated function gets.
#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    /// Settings that any return type fits.
    Universal,
    /// Settings that need a `Result`, on functions whose return type is spelled as one.
    Result,
    /// The settings of `Result` without `call_timeout`, which needs the runtime of tokio.
    ResultWithoutTimeout,
}

impl Mode {
    pub fn named(name: &str) -> Option<Self> {
        [Self::Universal, Self::Result]
            .into_iter()
            .find(|it| it.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Universal => "universal",
            Self::Result | Self::ResultWithoutTimeout => "result",
        }
    }

    pub fn without_timeout(self) -> Self {
        match self {
            Self::Universal => Self::Universal,
            Self::Result | Self::ResultWithoutTimeout => Self::ResultWithoutTimeout,
        }
    }

    /// Returns the attribute for a function. It never changes a result: the circuit stays closed, and the
    /// fallback returns the error of the body.
    pub fn attribute(self, number: usize, is_future: bool) -> String {
        let settings = match self {
            Self::Universal => {
                "classify = |_| ::breaker_runtime::Outcome::Success, fallback = |_| ::core::unreachable!()"
            }
            Self::Result | Self::ResultWithoutTimeout => {
                "threshold = 4294967295, fallback_on = any, fallback = |error| match error { \
                 ::breaker_runtime::CallError::Inner(error) => ::core::result::Result::Err(error), \
                 ::breaker_runtime::CallError::Breaker(_) => ::core::unreachable!() }"
            }
        };
        let limit = if self == Self::Result && is_future {
            "call_timeout = \"1h\", "
        } else {
            ""
        };
        format!(
            "#[::breaker_runtime::circuit_breaker(name = \"sweep_{number}\", {limit}{settings})] "
        )
    }
}
