//! The text of a key, whatever type the expression of the setting `key` has.

use std::fmt::Display;
use std::ops::Deref;

/// A reference to the value of the key's expression.
///
/// A type that implements `AsRef<str>` lends its text, and every other type formats it. Method lookup selects one of
/// two methods: it looks at this type before it follows `Deref` to [`Shown`]. Both methods are inherent, so the user's
/// scope needs no trait. Their name does not occur in user code.
#[derive(Clone, Copy, Debug)]
pub struct KeyOf<'a, T: ?Sized>(Shown<'a, T>);

/// A reference to the value of the key's expression, which may have to be formatted.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> KeyOf<'a, T> {
    /// Makes the reference.
    #[inline]
    pub const fn new(value: &'a T) -> Self {
        Self(Shown(value))
    }
}

impl<'a, T: AsRef<str> + ?Sized> KeyOf<'a, T> {
    /// Returns the text of a type that implements `AsRef<str>`.
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
    /// Formats the text.
    pub fn __circuit_breaker_key(&self) -> String
    where
        T: HasText,
    {
        self.0.text()
    }
}

/// A type whose value can be a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key: it implements neither `Display` nor `AsRef<str>`",
    label = "neither `Display` nor `AsRef<str>`",
    note = "use a part of it, as in `key = request.host`, or format it: `key = format_args!(\"{{host}}:{{port}}\")`",
    note = "a type parameter needs the bound `T: Display` or `T: AsRef<str>`"
)]
pub trait HasText {
    /// Formats the text.
    fn text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> HasText for T {
    fn text(&self) -> String {
        self.to_string()
    }
}

/// Copies the key for a future, which may be polled after the arguments were dropped.
#[inline]
pub fn kept_key(key: &str) -> String {
    key.to_owned()
}

#[cfg(test)]
mod tests;
