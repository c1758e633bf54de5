//! An item for each setting of the attribute that [`Config`](crate::Config) lacks. Expansions name it at the
//! place of the setting, so that an editor shows its documentation there.

#![expect(non_upper_case_globals, reason = "they have the names of the settings")]

/// The name of the breaker in the registry.
///
/// A string literal or the path of a `const` of type `&'static str`: 1 to 128 ASCII letters, digits and `_ - . : /`.
/// Required.
pub const name: () = ();

/// Reads from a failure how long the dependency asks to be left alone.
///
/// A path or closure `Fn(&Return) -> Option<Duration>`. Default: not set.
pub const open_for_hint: () = ();

/// Probes the dependency without a call.
///
/// The path of a function `Fn() -> Result`, sync or async. Default: not set. Needs the feature `tokio`.
pub const probe: () = ();

/// How often the `probe` runs while the circuit is closed.
///
/// A duration longer than zero. Default: not set. Needs `probe`.
pub const probe_always: () = ();

/// After how long an async call is dropped and counts as a failure.
///
/// A duration longer than zero. Default: not set.
pub const call_timeout: () = ();

/// The failures that open the circuit at once.
///
/// A pattern, which may have an `if`. Default: not set.
pub const trip: () = ();

/// The values that say nothing about the dependency.
///
/// A pattern, which may have an `if`. Default: not set.
pub const ignore: () = ();

/// The values that count as a success.
///
/// A pattern, which may have an `if`. Default: not set; an `Ok` is a success.
pub const success: () = ();

/// The values that count as a failure.
///
/// A pattern, which may have an `if`. Default: not set; an `Err` is a failure.
pub const failure: () = ();

/// Classifies every value, in place of the four patterns.
///
/// `by_error`, or a path or closure `Fn(&Return) -> Outcome`. Default: not set.
pub const classify: () = ();

/// Describes the failure that opened the circuit.
///
/// Nothing, or a path or closure `Fn(&Return) -> impl Display`. Default: not set.
pub const cause: () = ();

/// Answers in place of the body.
///
/// The path of a function with the same arguments, or a closure `|error| …`. Default: not set, so that a rejected call
/// returns the rejection as the function's own `Err`.
pub const fallback: () = ();

/// When the `fallback` answers.
///
/// `rejected`, `error` or `any`. Default: `rejected`. Needs `fallback`.
pub const fallback_on: () = ();

/// The key of the call: one breaker exists per key under the name, for example per host.
///
/// An expression of a `Display` or `AsRef<str>` type. Default: not set.
pub const key: () = ();

/// The registry that holds the breaker.
///
/// An expression of type `&Registry`. Default: the global registry.
pub const registry: () = ();
