//! What the member of a fleet asks of a breaker, and does with it.

use std::time::{Duration, SystemTime};

use super::shared::CircuitBreaker;
use crate::machine::{Forced, ForcedKind, Machine, Standing};
use crate::time::Tick;
use crate::values::{Attribution, Layer, Reason};

/// What the fleet needs to know of a breaker at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FleetReading {
    pub(crate) standing: Standing,
    /// The generation of the machine.
    pub(crate) generation: u64,
    /// The number of openings in a row.
    pub(crate) row: u32,
    /// The number of rejected calls since the breaker was made.
    pub(crate) rejected: u64,
    /// The number of calls that succeeded since the breaker was made.
    pub(crate) successes: u64,
    /// The number of calls that failed since the breaker was made.
    pub(crate) failures: u64,
    /// The setting `shared`.
    pub(crate) shared: bool,
    /// The setting `shadow`.
    pub(crate) shadow: bool,
    pub(crate) open_for: Duration,
    pub(crate) max_open_for: Duration,
}

/// An override of the whole fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FleetForced {
    /// Whether it rejects every call; otherwise it admits every call.
    pub(crate) open: bool,
    pub(crate) by: Attribution,
    /// When it was set, by the wall clock.
    pub(crate) since: SystemTime,
    /// How long it lasts yet; `None` until it is cleared.
    pub(crate) ttl: Option<Duration>,
}

impl CircuitBreaker {
    /// Returns what the fleet needs to know.
    ///
    /// This is a reading: it applies transitions that are due.
    pub(crate) fn fleet_reading(&self) -> FleetReading {
        let shared = self.shared();
        let totals = shared.counters.totals(shared.time.moment());
        let failures = totals.failures + shared.cold.failures.read().all();
        self.change(|machine, now, changes| {
            machine.advance(now, changes);
            let settings = machine.settings();
            FleetReading {
                standing: machine.standing(now),
                generation: machine.generation(),
                row: machine.openings_in_a_row(),
                rejected: totals.rejected,
                successes: totals.successes,
                failures,
                shared: settings.shared,
                shadow: settings.shadow,
                open_for: settings.open_for,
                max_open_for: settings.max_open_for,
            }
        })
    }

    /// The fleet is open for `rest` more, after `row` openings in a row.
    ///
    /// A closed or half-open circuit opens for `rest`, at most for `max_open_for`. An open one stays open for as long, or
    /// for its own period if that ends later. When the period has passed, the circuit is held: it stays open for at most
    /// `hold` more, until this instance gets the lease, the fleet closes, or this instance is alone.
    ///
    /// Call it once for each generation of the fleet, because each call begins another hold.
    pub(crate) fn fleet_opens(&self, rest: Duration, row: u32, hold: Duration) {
        self.change(|machine, now, changes| machine.fleet_opens(rest, row, hold, now, changes));
    }

    /// Another instance probes, for `rest` more as last heard: this is what the rejections of a held circuit state.
    ///
    /// It prolongs no hold.
    pub(crate) fn fleet_probes_elsewhere(&self, rest: Duration) {
        self.change(|machine, now, changes| machine.fleet_probes_elsewhere(rest, now, changes));
    }

    /// This instance has the lease until `until`: an open circuit whose period has passed is half open.
    ///
    /// Call it again to prolong the lease. When it ends, the circuit is held again by itself. Returns `false`, and does
    /// nothing, if the circuit is closed, about to close, or open for a while yet, and if `until` has passed.
    pub(crate) fn fleet_lease(&self, until: Tick, row: u32) -> bool {
        self.change(|machine, now, changes| machine.fleet_lease(until, row, now, changes))
    }

    /// This instance has lost the lease or gives it back: the circuit is open and held, at most for `hold`.
    ///
    /// It does nothing unless the circuit is half open by a lease.
    pub(crate) fn fleet_recalls(&self, hold: Duration) {
        self.change(|machine, now, changes| machine.fleet_recalls(hold, now, changes));
    }

    /// The fleet has closed: an open or half-open circuit closes.
    ///
    /// With the setting `ramp` it closes at once, and the ramp runs; otherwise at an instant drawn from the next
    /// `spread`.
    pub(crate) fn fleet_closes(&self, spread: Duration) {
        self.change(|machine, now, changes| machine.fleet_closes(spread, now, changes));
        // There may be no event yet, but another instant at which calls are admitted.
        self.wake_waiting();
    }

    /// This instance is alone, has left the fleet, or does not share the breaker any more.
    ///
    /// A hold and a lease end. The open period that the fleet imposed ends up to 10 % of its length later, but not after
    /// the hold would have ended. A circuit that opened by itself stays as it is.
    pub(crate) fn fleet_is_gone(&self) {
        self.change(Machine::fleet_is_gone);
        // As in `fleet_closes`.
        self.wake_waiting();
    }

    /// Sets or clears the override of the fleet, which holds for the keys of a name too.
    ///
    /// An override of this instance takes precedence. To set what is set already is no event; the end may change.
    pub(crate) fn fleet_force(&self, forced: Option<FleetForced>) {
        let wanted = |forced: FleetForced, now: Tick| Forced {
            kind: if forced.open {
                ForcedKind::Open
            } else {
                ForcedKind::Closed
            },
            layer: Layer::Fleet,
            by: forced.by,
            since: forced.since,
            until: forced.ttl.map(|ttl| now.after(ttl)),
        };
        self.change(|machine: &mut Machine, now, changes| {
            let forced = forced.map(|forced| wanted(forced, now));
            machine.fleet_forces(forced, now, changes);
        });
        // A new end causes no event, although it changes when calls are admitted.
        self.wake_waiting();
        self.pass_overrides_on();
    }

    /// Returns why the circuit last changed its state, if it ever did. It applies nothing that is due.
    pub(crate) fn last_reason(&self) -> Option<Reason> {
        let locked = self.shared().lock();
        locked.history.as_deref()?.last_reason()
    }

    /// Returns the name under which a fleet knows this breaker: its name, or its name, U+001F and its key.
    pub(crate) fn store_name(&self) -> String {
        store_name(self.name(), self.key())
    }
}

/// The longest name of a circuit in a store, in bytes.
const LONGEST: usize = 128;
/// What separates a name from a key.
const SEPARATOR: char = '\u{1f}';

/// Returns the name under which a fleet knows a breaker.
///
/// A longer one than 128 bytes is cut and ends in a hash of the whole, which is the same on every instance.
pub(crate) fn store_name(name: &str, key: Option<&str>) -> String {
    let Some(key) = key else {
        return name.to_owned();
    };
    let whole = format!("{name}{SEPARATOR}{key}");
    if whole.len() <= LONGEST {
        return whole;
    }
    let hash = format!("#{:032x}", fnv_1a(whole.as_bytes()));
    let mut end = LONGEST - hash.len();
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{hash}", &whole[..end])
}

/// Returns the name and the key of a breaker that a fleet knows under this name; a long key may be a hash.
pub(crate) fn split_store_name(store_name: &str) -> (&str, Option<&str>) {
    match store_name.split_once(SEPARATOR) {
        Some((name, key)) => (name, Some(key)),
        None => (store_name, None),
    }
}

/// Returns whether a name in the store may end in a hash.
pub(crate) fn is_hashed(store_name: &str) -> bool {
    // The cut is between characters, of which the longest has four bytes.
    store_name.len() > LONGEST - 4
}

/// Returns the 128-bit FNV-1a hash.
fn fnv_1a(bytes: &[u8]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let add = |hash: u128, byte: &u8| (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
    bytes.iter().fold(OFFSET, add)
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
