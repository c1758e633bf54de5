//! What an action does to calls, as a sentence.

use std::time::SystemTime;

use super::says::Says;
use super::standing::Standing;
use super::verb::Verb;
use super::words::{plural, rate, words};

/// What an action does, or would do.
#[derive(Debug)]
pub(super) struct Effect<'a> {
    pub(super) verb: Verb,
    pub(super) name: &'a str,
    pub(super) key: Option<&'a str>,
    /// The name of the instance, outside of which nothing changes.
    pub(super) instance: &'a str,
    pub(super) before: &'a Standing,
    pub(super) after: &'a Standing,
    pub(super) rejected_per_second: Option<f64>,
    pub(super) passing_per_second: Option<f64>,
    pub(super) ends_at: Option<SystemTime>,
}

impl Effect<'_> {
    pub(super) fn says(&self) -> Says {
        let mut says = Says::default();
        if self.before.changes_by(self.verb) == 0 {
            self.says_nothing(&mut says);
            return says;
        }
        let calls = |number: Option<f64>| match number {
            Some(number) => format!("{} calls/s", rate(number)),
            None => "all calls".to_owned(),
        };
        let (rejected, passing) = (
            calls(self.rejected_per_second),
            calls(self.passing_per_second),
        );
        match self.verb {
            Verb::ForceOpen | Verb::ForceClosed => {
                let opens = self.verb == Verb::ForceOpen;
                let (does, calls) = if opens {
                    ("Rejects", rejected)
                } else {
                    ("Admits", passing)
                };
                self.subject(&mut says, &format!("{does} {calls} of "));
                says.text(if opens { "" } else { ", even if they fail," });
                self.here(&mut says);
                match self.ends_at {
                    Some(end) => says.ends(", until ", end, ""),
                    None => says.text(" until someone clears the override"),
                }
            }
            Verb::Clear | Verb::ClearKeys | Verb::ClearAll => {
                let overrides = if self.verb == Verb::Clear {
                    "the override"
                } else {
                    "overrides"
                };
                self.subject(&mut says, &format!("Clears {overrides} of "));
                self.here(&mut says);
                let state = words(self.after.state.as_str());
                says.text(format!(". Its state is then {state}"));
            }
            Verb::Trip => {
                self.subject(&mut says, "Opens the circuit of ");
                says.text(format!(" for one open period and rejects {rejected}"));
                self.here(&mut says);
            }
            Verb::Reset | Verb::ResetOpenKeys => {
                self.subject(&mut says, "Closes the circuit of ");
                says.text(format!(", forgets its failures and admits {passing}"));
                self.here(&mut says);
            }
        }
        says.text(".");
        if self.before.has_keys() {
            let changes = plural(self.before.changes_by(self.verb) as u64, "key");
            says.text(format!(" This changes {changes}."));
        }
        says
    }

    fn says_nothing(&self, says: &mut Says) {
        says.text("Nothing changes: ");
        self.breaker(says);
        says.text(match self.verb {
            Verb::Clear => " has no override that a person has set.".to_owned(),
            Verb::ClearKeys | Verb::ClearAll => {
                " has no override that a person has set, and neither has a key.".to_owned()
            }
            Verb::ResetOpenKeys => " has no open keys.".to_owned(),
            _ => format!(" is already {}.", words(self.after.machine_state.as_str())),
        });
    }

    /// Names the breaker, with the keys on which the action acts.
    fn subject(&self, says: &mut Says, before: &str) {
        says.text(before);
        if self.key.is_some() || !self.before.has_keys() {
            return self.breaker(says);
        }
        let keys = plural(self.before.breakers(self.verb) as u64, "key");
        says.text(match self.verb {
            Verb::ClearKeys | Verb::ResetOpenKeys => format!("{keys} of {}", self.name),
            _ => format!("{} and its {keys}", self.name),
        });
    }

    fn breaker(&self, says: &mut Says) {
        match self.key {
            Some(key) => says.quote("", key, &format!(" of {}", self.name)),
            None => says.text(self.name),
        }
    }

    fn here(&self, says: &mut Says) {
        says.quote(" on this instance only (", self.instance, ")");
    }
}
