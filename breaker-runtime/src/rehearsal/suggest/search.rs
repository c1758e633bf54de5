//! The search: a coarse grid, refined around the front, and judged on other days.

use std::collections::HashSet;

use super::days::{DailyOutages, DaySplit};
use super::front::{front, pick};
use super::options::SuggestOptions;
use super::parameters::{Parameters, grid};
use super::result::{Caveat, Pick, PickKind, Suggestions, Tried};
use crate::rehearsal::call::Call;
use crate::rehearsal::candidate::Candidate;
use crate::rehearsal::error::{SuggestError, TraceError};
use crate::rehearsal::parallel::play_all;
use crate::rehearsal::player::Player;
use crate::rehearsal::report::Report;
use crate::rehearsal::sequence::Sequence;

/// The number of times that the search refines the grid at most.
const MOST_ROUNDS: usize = 4;

/// Searches for settings that would have served a trace well.
///
/// It rehearses a coarse grid of thresholds, windows, rates and open periods, then the neighbours of the best, on all
/// cores. `open` begins to read the trace; it is called at most six times.
///
/// With calls of several days (in UTC), every second day is held out: the settings are chosen on the first, the third and
/// so on, and the picks are then judged on the others, which take no part in the choice.
///
/// # Errors
///
/// An error of the trace, and a [`ConfigError`](crate::ConfigError) if the base settings cannot be met.
///
/// # Panics
///
/// If `open` or its iterator panics.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use breaker_runtime::FailureKind;
/// use breaker_runtime::rehearsal::{Call, CallOutcome, PickKind, SuggestOptions, suggest};
///
/// // An hour with two calls a second; from 20:00 to 25:00 minutes all fail.
/// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400);
/// let calls: Vec<_> = (0..7_200_u64)
///     .map(|nth| {
///         let outcome = match nth {
///             2_400..3_000 => CallOutcome::Failure(FailureKind::Returned),
///             _ => CallOutcome::Success,
///         };
///         Call::new(noon + Duration::from_millis(500 * nth), Duration::from_millis(20), outcome)
///     })
///     .collect();
///
/// let options = SuggestOptions::new().with_most_rehearsals(99);
/// let suggestions = suggest(|| Ok(calls.iter().cloned().map(Ok)), &options)?;
/// let eager = &suggestions.picks[2];
/// assert_eq!((eager.kind, eager.chosen.false_openings), (PickKind::Eager, 0));
/// println!("{}", eager.attribute_line("payment"));
/// # Ok::<(), breaker_runtime::rehearsal::SuggestError>(())
/// ```
pub fn suggest<I>(
    open: impl Fn() -> Result<I, TraceError>,
    options: &SuggestOptions,
) -> Result<Suggestions, SuggestError>
where
    I: IntoIterator<Item = Result<Call, TraceError>>,
{
    let base = Candidate::new("base", options.base)?;
    let mut search = Search {
        open,
        options,
        passes: 0,
    };
    let first: Vec<_> = grid();
    let mut known: HashSet<Parameters> = first.iter().copied().collect();
    let mut points = Vec::new();
    let mut tried = Vec::new();
    let (chosen_base, mut outages, mut days) = (base.clone(), 0, DaySplit::default());
    let mut base_tried = None;
    let mut unknown = 0;
    let mut next = first;
    next.truncate(options.most_rehearsals.max(1));
    for round in 0..=MOST_ROUNDS {
        let (round_points, mut candidates): (Vec<_>, Vec<_>) = next
            .iter()
            .filter_map(|point| Some((*point, point.candidate(&options.base)?)))
            .unzip();
        if round == 0 {
            candidates.push(chosen_base.clone());
        }
        let played = search.pass(candidates, false)?;
        let mut reports: Vec<_> = played.reports.iter().map(Tried::from).collect();
        if round == 0 {
            base_tried = reports.pop();
            let base = played.reports.last();
            unknown = base.map_or(0, |it| it.admitted_unknown + it.rejected_unknown);
            (outages, days) = (played.outages, played.days);
        }
        points.extend(round_points);
        tried.extend(reports);
        next = refine(&tried, &points, &known);
        next.truncate(options.most_rehearsals.saturating_sub(points.len()));
        known.extend(next.iter().copied());
        if next.is_empty() {
            break;
        }
    }
    let front = front(&tried);
    let chosen: Vec<_> = PickKind::ALL
        .into_iter()
        .filter_map(|kind| Some((kind, tried[pick(kind, &tried, &front)?].clone())))
        .collect();
    let mut caveats = Vec::new();
    if outages == 0 {
        caveats.push(Caveat::NoOutageToChooseBy);
    } else if chosen.is_empty() {
        caveats.push(Caveat::NothingOpened);
    }
    if unknown > 0 {
        caveats.push(Caveat::RejectedWhenRecorded);
    }
    let mut judged = Vec::new();
    if days.judged_on().is_empty() {
        caveats.push(Caveat::OneDay);
    } else {
        let picked = chosen.iter();
        let candidates = picked
            .map(|(kind, tried)| Candidate::in_force(kind.as_str(), tried.settings))
            .chain([base])
            .collect();
        let played = search.pass(candidates, true)?;
        judged = played.reports;
        if played.outages == 0 {
            caveats.push(Caveat::NoOutageToJudgeBy);
        }
    }
    let base_judged = judged.pop();
    let mut judged = judged.into_iter();
    let picks = chosen.into_iter().map(|(kind, chosen)| Pick {
        kind,
        chosen,
        judged: judged.next(),
    });
    Ok(Suggestions {
        chosen_on: days.chosen_on(),
        judged_on: days.judged_on(),
        outages,
        rehearsals: tried.len() as u64,
        picks: picks.collect(),
        passes: search.passes,
        base: base_tried.ok_or(TraceError::Empty)?,
        base_judged,
        front: front.iter().map(|nth| tried[*nth].clone()).collect(),
        caveats,
    })
}

/// Returns the points around the picks, then those around the rest of the front, without those that are known.
fn refine(tried: &[Tried], points: &[Parameters], known: &HashSet<Parameters>) -> Vec<Parameters> {
    let front = front(tried);
    let picks = PickKind::ALL.into_iter();
    let picks = picks.filter_map(|kind| pick(kind, tried, &front));
    let mut seen = known.clone();
    let around = picks
        .chain(front.iter().copied())
        .flat_map(|nth| points[nth].neighbours());
    around.filter(|point| seen.insert(*point)).collect()
}

struct Search<'a, O> {
    open: O,
    options: &'a SuggestOptions,
    passes: u64,
}

/// What one pass over a trace finds.
struct Played {
    reports: Vec<Report>,
    /// The number of outages on these days.
    outages: u64,
    days: DaySplit,
}

impl<O, I> Search<'_, O>
where
    O: Fn() -> Result<I, TraceError>,
    I: IntoIterator<Item = Result<Call, TraceError>>,
{
    /// Reads the trace once and plays the days to choose on, or those that are held out, with all candidates.
    fn pass(&mut self, candidates: Vec<Candidate>, held_out: bool) -> Result<Played, TraceError> {
        self.passes += 1;
        let rule = self.options.rule;
        let mut days = DaySplit::default();
        let mut outages = DailyOutages::new(rule);
        // Only the reports of the days that are held out have readers.
        let player = |candidate| {
            let player = if held_out {
                Player::new(candidate)
            } else {
                Player::without_lists(candidate)
            };
            player.daily()
        };
        let players = candidates.into_iter().map(player).collect();
        let mut sequence = Sequence::default();
        let calls = (self.open)()?.into_iter().map(|call| {
            let call = call?;
            // Here, because the days that are left out count too.
            sequence.next(&call)?;
            Ok(call)
        });
        let calls = calls.filter(|call| match call {
            Ok(call) => days.holds_out(call) == held_out,
            Err(_) => true,
        });
        let players = play_all(calls, players, |call| outages.push(call))?;
        let outages = outages.finish();
        let finish = |player: Player| player.finish(&outages, rule.tolerance);
        Ok(Played {
            reports: players.into_iter().map(finish).collect(),
            outages: outages.len() as u64,
            days,
        })
    }
}
