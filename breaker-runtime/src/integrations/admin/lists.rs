//! The lists of breakers and of the keys of a name.

use serde_json::{Value, json};

use super::fleet;
use super::format::Format;
use super::incoming::{Answer, Incoming};
use super::row::{COLUMNS, Row, counts_to_json};
use super::selection::{Label, Selected, Selection};
use super::table::table;
use super::why::list;
use super::words::count;
use crate::values::State;

/// Answers with the breakers of the registry, without those of keys.
pub(super) fn breakers(incoming: &Incoming<'_>) -> Answer {
    let selection = Selection::new(incoming, Label::Name)?;
    let has_series = incoming.query.flag("series")?.unwrap_or(false);
    let format = incoming.format()?;
    let (registry, recorder) = (&incoming.site.registry, &incoming.site.recorder);
    Ok(incoming.list(format, || {
        let mut summary = Summary::default();
        let selected = selection.select(Label::Name, |take| {
            for breaker in registry.by_name() {
                let keys = &incoming.site.keys;
                let mut row = if has_series {
                    Row::with_past(&breaker, keys)
                } else {
                    Row::of(&breaker, keys)
                };
                row.rates = recorder.rates(breaker.name());
                summary.add(&row);
                take(&breaker, Some(row));
            }
        });
        if format == Format::Text {
            let hints = summary.hints().join("\n");
            return text(incoming, &selected) + &hints;
        }
        let mut rows = rows(&selected);
        if has_series {
            for (json, row) in rows.iter_mut().zip(&selected.rows) {
                let series = recorder.series(&row.snapshot.name);
                json["series"] = series.map(|it| it.to_json(&row.snapshot)).into();
            }
        }
        let list = json!({
            "instance": incoming.site.instance.to_json(),
            "summary": summary.to_json(registry.verify().len() + fleet::all_sick(incoming).len()),
            "fleet": fleet::of_list(registry),
            "last_event": incoming.site.events.last_id(),
            "filters": summary.filters(),
            "hints": summary.hints(),
            "quiet": summary.is_quiet(),
            "title": summary.title(),
            "worst": summary.worst(),
            "total": selected.total,
            "next": selected.next,
            "breakers": rows,
        });
        list.to_string()
    }))
}

/// Answers with the keys of a name. A name without keys has an empty list.
pub(super) fn keys(incoming: &Incoming<'_>) -> Answer {
    let breaker = incoming.named()?;
    let selection = Selection::new(incoming, Label::Key)?;
    let format = incoming.format()?;
    let keyed = incoming.site.registry.keyed_of(&breaker);
    Ok(incoming.list(format, || {
        let selected = selection.select(Label::Key, |take| {
            if let Some(keyed) = keyed {
                keyed.each_in_order(|breaker| take(breaker, None));
            }
        });
        if format == Format::Text {
            return text(incoming, &selected);
        }
        let list = json!({
            "instance": incoming.site.instance.to_json(),
            "breaker": incoming.name,
            "total": selected.total,
            "next": selected.next,
            "keys": rows(&selected),
        });
        list.to_string()
    }))
}

fn rows(selected: &Selected) -> Vec<Value> {
    selected.rows.iter().map(Row::to_json).collect()
}

fn text(incoming: &Incoming<'_>, selected: &Selected) -> String {
    let now = incoming.site.registry.wall_now();
    let rows: Vec<_> = selected.rows.iter().map(|row| row.cells(now)).collect();
    let mut text = table(&COLUMNS, &rows);
    let more = selected.total.saturating_sub(rows.len());
    if more > 0 {
        text += &more.to_string();
        text += " more\n";
    }
    text
}

/// The sums over all breakers, whether a list shows them or not.
#[derive(Debug, Default)]
struct Summary {
    states: Vec<State>,
    critical_down: usize,
    overrides: usize,
    configured: usize,
    keys: usize,
    states_of_keys: Vec<(State, usize)>,
    unlisted: u64,
}

impl Summary {
    fn add(&mut self, row: &Row) {
        let it = &row.snapshot;
        self.states.push(it.state);
        self.critical_down += usize::from(row.is_down());
        self.overrides += usize::from(it.r#override.is_some());
        self.configured += usize::from(row.is_configured());
        if let Some(keys) = &it.key_stats {
            self.keys += keys.keys;
            self.states_of_keys.extend(&keys.states);
            self.unlisted += keys.unlisted;
        }
    }

    fn to_json(&self, findings: usize) -> Value {
        let of_names = |state| self.states.iter().filter(|it| **it == state).count();
        let of_keys = |state| {
            let states = self.states_of_keys.iter();
            let states = states.filter(|(other, _)| *other == state);
            states.map(|(_, keys)| keys).sum()
        };
        json!({
            "breakers": self.states.len(),
            "states": counts_to_json(of_names),
            "critical_down": self.critical_down,
            "overrides": self.overrides,
            "configured": self.configured,
            "keys": {
                "keys": self.keys,
                "states": counts_to_json(of_keys),
                "unlisted": self.unlisted,
            },
            "findings": findings,
        })
    }

    /// Returns whether nothing needs attention, so that a client need not ask often.
    fn is_quiet(&self) -> bool {
        let mut keys = self.states_of_keys.iter();
        let closed = keys.all(|(state, keys)| *state == State::Closed || *keys == 0);
        closed && self.overrides == 0 && self.states.iter().all(|it| *it == State::Closed)
    }

    /// Says how many breakers reject calls, for the title of a page: `1 down, 2 open`.
    fn title(&self) -> String {
        let open = |it: &&State| matches!(it, State::Open | State::ForcedOpen);
        let open = self.states.iter().filter(open).count();
        list([("down", self.critical_down as u64), ("open", open as u64)])
    }

    /// Returns the icon of the worst state.
    fn worst(&self) -> &'static str {
        let has = |states: &[State]| self.states.iter().any(|it| states.contains(it));
        if has(&[State::Open]) {
            "open"
        } else if has(&[State::ForcedOpen, State::ForcedClosed]) {
            "forced"
        } else if has(&[State::HalfOpen]) {
            "half"
        } else {
            "closed"
        }
    }

    /// Returns how many breakers there are of each kind, with the filter that shows them.
    fn filters(&self) -> Value {
        use State::{Closed, ForcedClosed, ForcedOpen, HalfOpen, Open};
        let of = |states: &[State]| self.states.iter().filter(|it| states.contains(it)).count();
        let filters = [
            (self.states.len(), "in all", "", json!({})),
            (
                self.critical_down,
                "critical down",
                "",
                json!({"critical": "true", "state": "open,forced_open"}),
            ),
            (of(&[Open]), "open", "open", json!({"state": "open"})),
            (
                of(&[HalfOpen]),
                "half open",
                "half_open",
                json!({"state": "half_open"}),
            ),
            (
                of(&[ForcedOpen, ForcedClosed]),
                "forced",
                "forced_open",
                json!({"state": "forced_open,forced_closed"}),
            ),
            (
                of(&[Closed]),
                "closed",
                "closed",
                json!({"state": "closed"}),
            ),
            (
                self.configured,
                "changed",
                "",
                json!({"configured": "true"}),
            ),
        ];
        let filters = filters.into_iter();
        filters
            .map(|(number, what, state, filter)| {
                json!({"number": number, "text": format!("{} {what}", count(number as u64)), "state": state, "filter": filter})
            })
            .collect()
    }

    /// Returns the usual causes of a registry without breakers.
    fn hints(&self) -> Vec<&'static str> {
        let causes = vec![
            "The program uses another registry. The findings list the declarations that name one.",
            "No function with the attribute is linked into the program. Breakers that are made at run time appear when they are first used.",
            "The program gave this API a new registry: `Registry::new()` instead of `Registry::global()`.",
        ];
        if self.states.is_empty() {
            causes
        } else {
            Vec::new()
        }
    }
}
