//! Plays a trace with several candidates at once, on all cores.
//!
//! One thread reads the trace and hands blocks of calls to the others, each of which plays them with its share of the
//! candidates. The trace is read once, and a few blocks of it are in memory at a time.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::call::Call;
use super::candidate::Candidate;
use super::error::TraceError;
use super::outages::OutageRule;
use super::player::Player;
use super::report::Report;
use super::sequence::Sequence;
use super::timeline::{Timeline, TraceSummary};

/// The number of calls in a block.
const BLOCK: usize = 8_192;
/// The number of blocks that may wait for one thread.
const WAITING: usize = 4;

type Block = Arc<Vec<Call>>;

/// Plays a trace with several candidates, on all cores, and reads it once.
///
/// Returns what the trace says, and the reports in the order of the candidates. They are the same as those of
/// [`rehearse`](super::rehearse).
///
/// # Errors
///
/// Those of [`rehearse`](super::rehearse).
///
/// # Panics
///
/// If the iterator panics.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use breaker_runtime::rehearsal::{Call, CallOutcome, Candidate, OutageRule, rehearse_all};
/// use breaker_runtime::{Config, FailureKind};
///
/// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400);
/// let calls = (0..100).map(|second| {
///     let outcome = match second {
///         30..60 => CallOutcome::Failure(FailureKind::Returned),
///         _ => CallOutcome::Success,
///     };
///     let began = noon + Duration::from_secs(second);
///     Ok(Call::new(began, Duration::from_millis(5), outcome))
/// });
/// let candidates = [3, 10].map(|most| {
///     let config = Config::new().threshold(most).open_for(Duration::from_secs(10));
///     Candidate::new(format!("{most} in a row"), config)
/// });
/// let [eager, calm] = candidates;
///
/// let (timeline, reports) = rehearse_all(calls, &[eager?, calm?], OutageRule::new())?;
/// assert_eq!(timeline.outages.len(), 1);
/// let delays: Vec<_> = reports.iter().map(|report| report.outages[0].opening_delay).collect();
/// let after = |millis| Some(Duration::from_millis(millis));
/// assert_eq!(delays, [after(2_005), after(9_005)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn rehearse_all(
    calls: impl IntoIterator<Item = Result<Call, TraceError>>,
    candidates: &[Candidate],
    rule: OutageRule,
) -> Result<(Timeline, Vec<Report>), TraceError> {
    let mut summary = TraceSummary::with_rule(rule);
    let players = candidates.iter().cloned().map(Player::new).collect();
    let players = play_all(calls, players, |call| summary.add(call))?;
    let (timeline, outages) = summary.finish_with_spans();
    let finish = |player: Player| player.finish(&outages, rule.tolerance);
    Ok((timeline, players.into_iter().map(finish).collect()))
}

/// Plays a trace with all players, and calls `each` with every call; returns the players in their order.
pub(super) fn play_all(
    calls: impl IntoIterator<Item = Result<Call, TraceError>>,
    players: Vec<Player>,
    mut each: impl FnMut(&Call),
) -> Result<Vec<Player>, TraceError> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = threads.min(players.len());
    let mut sequence = Sequence::default();
    let mut checked = calls.into_iter().map(|call| {
        let call = call?;
        sequence.next(&call)?;
        each(&call);
        Ok(call)
    });
    let players = if threads <= 1 {
        play_here(&mut checked, players)?
    } else {
        play_on(threads, &mut checked, players)?
    };
    drop(checked);
    if sequence.is_empty() {
        return Err(TraceError::Empty);
    }
    Ok(players)
}

fn play_here(
    calls: impl Iterator<Item = Result<Call, TraceError>>,
    mut players: Vec<Player>,
) -> Result<Vec<Player>, TraceError> {
    for call in calls {
        let call = call?;
        for player in &mut players {
            player.push(&call);
        }
    }
    Ok(players)
}

fn play_on(
    threads: usize,
    calls: &mut impl Iterator<Item = Result<Call, TraceError>>,
    players: Vec<Player>,
) -> Result<Vec<Player>, TraceError> {
    // In turn, because neighbours are often alike and cost the same.
    let mut shares: Vec<Vec<(usize, Player)>> = (0..threads).map(|_| Vec::new()).collect();
    for (nth, player) in players.into_iter().enumerate() {
        shares[nth % threads].push((nth, player));
    }
    thread::scope(|scope| {
        let mut workers = Vec::new();
        let mut senders = Vec::new();
        for share in shares {
            let (sender, blocks) = sync_channel(WAITING);
            senders.push(sender);
            workers.push(scope.spawn(move || play_blocks(&blocks, share)));
        }
        let read = hand_out(calls, &senders);
        drop(senders);
        let mut players = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok(share) => players.extend(share),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        read?;
        players.sort_unstable_by_key(|(nth, _)| *nth);
        Ok(players.into_iter().map(|(_, player)| player).collect())
    })
}

/// Reads the trace to its end, and hands each block to all workers.
fn hand_out(
    calls: &mut impl Iterator<Item = Result<Call, TraceError>>,
    senders: &[SyncSender<Block>],
) -> Result<(), TraceError> {
    loop {
        let block: Vec<Call> = calls.by_ref().take(BLOCK).collect::<Result<_, _>>()?;
        let is_last = block.len() < BLOCK;
        let block = Arc::new(block);
        for sender in senders {
            // A worker that is gone has panicked, which its `join` reports.
            let _ = sender.send(Arc::clone(&block));
        }
        if is_last {
            return Ok(());
        }
    }
}

fn play_blocks(blocks: &Receiver<Block>, mut share: Vec<(usize, Player)>) -> Vec<(usize, Player)> {
    for block in blocks {
        for (_, player) in &mut share {
            for call in block.iter() {
                player.push(call);
            }
        }
    }
    share
}
