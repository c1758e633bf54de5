//! The cause of an opening: the text of the failed call, and whose call it was.

use std::fmt::{self, Display, Write as _};

use crate::sync::Arc;

/// The length of the longest text, in characters.
const LONGEST: usize = 256;

/// The cause of an opening, as the setting `cause` describes it.
///
/// Displays the text and the function, as in ``connection refused (`charge`, src/pay.rs:12)``.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Registry};
///
/// let payment = Registry::new().get_or_create("payment", Config::new().threshold(1))?;
/// let permit = payment.try_acquire().expect("the circuit is closed");
/// permit.failure_with_cause(|| "connection refused");
///
/// let opening = &payment.snapshot().history[0].transition;
/// assert_eq!(opening.cause.as_ref().map(|cause| &*cause.text), Some("connection refused"));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    /// The text that describes the failure: at most 256 characters, with escapes for control characters.
    pub text: Arc<str>,
    /// The name of the annotated function; `None` for a permit or a layer.
    pub function: Option<&'static str>,
    /// The source file of the function, of the permit's report, or of the layer.
    pub file: &'static str,
    /// The line in that file, from 1.
    pub line: u32,
}

/// Whose call it was.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    pub(crate) function: Option<&'static str>,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
}

impl Origin {
    /// The place of a call of this crate.
    pub(crate) fn of_caller(caller: &'static std::panic::Location<'static>) -> Self {
        Self {
            function: None,
            file: caller.file(),
            line: caller.line(),
        }
    }
}

impl Cause {
    /// Makes a cause with the file and line of the caller, for a classifier of a Tower layer.
    ///
    /// The text of `shown` is cut at 256 characters, and its control characters are escaped.
    #[track_caller]
    pub fn here(shown: impl Display) -> Self {
        Self::new(shown, Origin::of_caller(std::panic::Location::caller()))
    }

    /// Returns a closure that states a cause, which calls `state` at most once.
    pub(crate) fn once<D: Display>(
        state: impl FnOnce() -> D,
        origin: Origin,
    ) -> impl FnMut() -> Option<Self> {
        let mut state = Some(state);
        move || state.take().map(|state| Self::new(state(), origin))
    }

    /// Formats `shown`, which may be user code that panics.
    pub(crate) fn new(shown: impl Display, origin: Origin) -> Self {
        let mut text = Text::default();
        // An error means that the text is long enough, or that the user's code failed to format more.
        let _ = write!(text, "{shown}");
        let Origin {
            function,
            file,
            line,
        } = origin;
        Self {
            text: text.written.into(),
            function,
            file,
            line,
        }
    }
}

/// Text that is escaped and cut while it is written, so that a long one takes no memory.
#[derive(Default)]
struct Text {
    written: String,
    length: usize,
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            let printed = super::text::printed(letter);
            self.length += printed.clone().count();
            if self.length > LONGEST {
                return Err(fmt::Error);
            }
            self.written.extend(printed);
        }
        Ok(())
    }
}

impl Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            text,
            function,
            file,
            line,
        } = self;
        write!(f, "{text} (")?;
        if let Some(function) = function {
            write!(f, "`{function}`, ")?;
        }
        write!(f, "{file}:{line})")
    }
}

#[cfg(test)]
mod tests;
