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
                    None => says.text(" until somebody clears it"),
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
                says.text(format!(". Callers then find it {state}"));
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
        self.subject(says, "Nothing would change: ");
        says.text(match self.verb {
            Verb::Clear => " has no override of a person.".to_owned(),
            Verb::ClearKeys | Verb::ClearAll => {
                " has no override of a person, and no key has one.".to_owned()
            }
            Verb::ResetOpenKeys => " has no open key.".to_owned(),
            _ => format!(" is {} already.", words(self.after.machine_state.as_str())),
        });
    }

    /// Names the breaker.
    fn subject(&self, says: &mut Says, before: &str) {
        says.text(before);
        match self.key {
            Some(key) => says.quote("", key, &format!(" of {}", self.name)),
            None if self.before.has_keys() => {
                let keys = plural(self.before.breakers(self.verb) as u64, "key");
                says.text(format!("{} and {keys} of it", self.name));
            }
            None => says.text(self.name),
        }
    }

    fn here(&self, says: &mut Says) {
        says.quote(" on this instance only (", self.instance, ")");
    }
}
