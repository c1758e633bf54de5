//! The text of a `key`: of whatever type the expression of the attribute is.

use std::fmt::Display;
use std::ops::Deref;

/// The value of the key's expression.
///
/// A type that is `AsRef<str>` has its text already, and every other one writes it. Which of the two
/// methods answers is decided by method lookup, which looks here before it looks behind `Deref`. Both
/// are inherent, so the user's scope needs no trait for it; their name is one that nothing there has.
#[derive(Clone, Copy, Debug)]
pub struct KeyOf<'a, T: ?Sized>(Shown<'a, T>);

/// The value of a key that may have to be written.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> KeyOf<'a, T> {
    /// Takes the value by reference.
    #[inline]
    pub const fn new(value: &'a T) -> Self {
        Self(Shown(value))
    }
}

impl<'a, T: AsRef<str> + ?Sized> KeyOf<'a, T> {
    /// Returns the text.
    #[inline]
    pub fn __circuit_breaker_key(&self) -> &'a str {
        self.0.0.as_ref()
    }
}

impl<'a, T: ?Sized> Deref for KeyOf<'a, T> {
    type Target = Shown<'a, T>;

    #[inline]
    fn deref(&self) -> &Shown<'a, T> {
        &self.0
    }
}

impl<T: ?Sized> Shown<'_, T> {
    /// Writes the text.
    pub fn __circuit_breaker_key(&self) -> String
    where
        T: HasText,
    {
        self.0.text()
    }
}

/// A type that can be a key.
#[diagnostic::on_unimplemented(
    message = "the key must be a `Display` or `AsRef<str>` type, which `{Self}` is not",
    label = "neither `Display` nor `AsRef<str>`",
    note = "a part of it may be one: `key = request.host`; or write its text: `key = format_args!(\"{{host}}:{{port}}\")`",
    note = "a type parameter is one if it says so: `T: Display`"
)]
pub trait HasText {
    /// Writes the text.
    fn text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> HasText for T {
    fn text(&self) -> String {
        self.to_string()
    }
}

/// Keeps the key of a future that is polled when the arguments are gone.
#[inline]
pub fn kept_key(key: &str) -> String {
    key.to_owned()
}

#[cfg(test)]
mod tests;
