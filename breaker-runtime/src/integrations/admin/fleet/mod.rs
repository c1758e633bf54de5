//! What people see of a fleet, and what they do to it. Without the feature `fleet`, no fleet is ever joined.

mod answer;
mod control;
mod joined;
mod roll;
mod says;
mod scope;
mod sick;
mod standing;
mod words;

pub(super) use self::answer::{of_breaker, of_list, read};
pub(super) use self::control::act;
pub(super) use self::roll::Roll;
pub(super) use self::scope::{Scope, scope_of, scopes};
pub(super) use self::sick::{Sick, all_sick};
