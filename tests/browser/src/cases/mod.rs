//! The tests, by what they test.

use std::pin::Pin;

use crate::browser::Browser;

type Run = for<'a> fn(&'a Browser) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>>;

/// A test.
pub(crate) struct Case {
    /// A sentence that says what is so.
    pub(crate) name: &'static str,
    pub(crate) run: Run,
}

/// Lists the tests of a module as `CASES`.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        pub(crate) const CASES: &[$crate::cases::Case] = &[$($crate::cases::Case {
            name: concat!(module_path!(), "::", stringify!($name)),
            run: |browser| Box::pin($name(browser)),
        }),+];
    };
}

mod accessibility;
mod actions;
mod detail;
mod fleet;
mod keyboard;
mod layout;
mod live;
mod mounts;
mod overview;
mod rehearsal;
mod safety;
mod scale;
mod settings;
mod sign_in;

/// Returns all tests.
pub(crate) fn all() -> impl Iterator<Item = &'static Case> {
    [
        overview::CASES,
        detail::CASES,
        actions::CASES,
        fleet::CASES,
        settings::CASES,
        sign_in::CASES,
        live::CASES,
        keyboard::CASES,
        safety::CASES,
        mounts::CASES,
        scale::CASES,
        layout::CASES,
        accessibility::CASES,
        rehearsal::CASES,
    ]
    .into_iter()
    .flatten()
}
