//! The states of all circuits of a candidate over time.

use super::call::instant;
use super::report::Band;
use super::stay::Stay;
use crate::values::State;

/// The number of bands of a report at most.
const MOST_BANDS: usize = 2_000;

/// Returns the worst state of any circuit over time, from `began` to `ended`, and whether short bands were merged.
///
/// Stays in the closed state may be left out.
pub(super) fn bands(stays: &[Stay], began: u64, ended: u64) -> (Vec<Band>, bool) {
    let mut spans = worst_states(stays, began, ended);
    let mut shortest = (ended - began) / MOST_BANDS as u64;
    let merged = spans.len() > MOST_BANDS;
    while spans.len() > MOST_BANDS {
        spans = merge_short(&spans, shortest);
        shortest = shortest.saturating_mul(2).max(1);
    }
    let bands = spans.iter().map(|stay| Band {
        from: instant(stay.from),
        to: instant(stay.to),
        state: stay.state,
    });
    (bands.collect(), merged)
}

/// Returns the stays in the worst state of any circuit, without gaps.
fn worst_states(stays: &[Stay], began: u64, ended: u64) -> Vec<Stay> {
    let mut edges: Vec<(u64, bool, State)> = stays
        .iter()
        .filter(|stay| stay.from < stay.to)
        .flat_map(|stay| [(stay.from, true, stay.state), (stay.to, false, stay.state)])
        .collect();
    edges.sort_unstable_by_key(|(at, begins, _)| (*at, *begins));
    let (mut open, mut half_open) = (0_u64, 0_u64);
    let mut spans: Vec<Stay> = Vec::new();
    let mut push = |from: u64, to: u64, state| {
        if from >= to {
            return;
        }
        match spans.last_mut() {
            Some(last) if last.state == state => last.to = to,
            _ => spans.push(Stay { from, to, state }),
        }
    };
    let state = |open, half_open| match (open, half_open) {
        (0, 0) => State::Closed,
        (0, _) => State::HalfOpen,
        _ => State::Open,
    };
    let mut since = began;
    for (at, begins, of) in edges {
        let at = at.clamp(since, ended.max(since));
        push(since, at, state(open, half_open));
        since = at;
        let count = if of == State::Open {
            &mut open
        } else {
            &mut half_open
        };
        if begins {
            *count += 1;
        } else {
            *count -= 1;
        }
    }
    push(since, ended, state(open, half_open));
    spans
}

/// Adds each span that is shorter than `shortest` to the one before it, which takes the worse of the two states.
fn merge_short(spans: &[Stay], shortest: u64) -> Vec<Stay> {
    let mut merged: Vec<Stay> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last)
                if last.state == span.state
                    || span.to - span.from < shortest
                    || last.to - last.from < shortest =>
            {
                last.to = span.to;
                if span.state.severity() > last.state.severity() {
                    last.state = span.state;
                }
            }
            _ => merged.push(*span),
        }
    }
    merged
}
