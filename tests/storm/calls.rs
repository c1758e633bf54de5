//! The threads and tasks that call the breakers.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use breaker_runtime::{CallError, Outcome, Permit};

use crate::{Dice, Kept, Target};

/// The payload of a panic that the storm intends.
pub(crate) struct Meant;

/// A permit that is held for a while, and the counts of its breaker.
type Held = (Permit, Arc<Kept>);

pub(crate) fn synchronous(seed: u64, targets: &[Target], over: &AtomicBool) {
    let mut dice = Dice::new(seed);
    while !over.load(Ordering::Relaxed) {
        burst(&mut dice, targets, 200);
    }
}

/// Makes a number of calls. Some permits are held during later calls and dropped or recorded late.
pub(crate) fn burst(dice: &mut Dice, targets: &[Target], calls: u32) {
    let mut held: Vec<Held> = Vec::new();
    // In a bad burst most calls fail.
    let bad = dice.throw(3) == 0;
    for _ in 0..calls {
        let target = &targets[pick(dice, targets.len())];
        match dice.throw(20) {
            0 => panics(target),
            1..=3 => match target.breaker.try_acquire() {
                Ok(permit) => held.push((permit, Arc::clone(&target.kept))),
                Err(_) => Kept::add(&target.kept.rejected),
            },
            4 if !held.is_empty() => let_go(dice, &mut held),
            5 => nested(target),
            _ => plain(target, fails(dice, bad), dice.throw(200) == 0),
        }
    }
    while !held.is_empty() {
        let_go(dice, &mut held);
    }
}

fn pick(dice: &mut Dice, sides: usize) -> usize {
    usize::try_from(dice.throw(sides as u64)).unwrap()
}

fn fails(dice: &mut Dice, bad: bool) -> bool {
    dice.throw(100) < if bad { 80 } else { 2 }
}

fn plain(target: &Target, fails: bool, dawdles: bool) {
    let answer = target.breaker.call(|| {
        if dawdles {
            let until = Instant::now() + Duration::from_micros(400);
            while Instant::now() < until {
                std::hint::spin_loop();
            }
        }
        if fails { Err(()) } else { Ok(()) }
    });
    note(target, &answer);
}

fn note(target: &Target, answer: &Result<(), CallError<()>>) {
    Kept::add(match answer {
        Ok(()) => &target.kept.successes,
        Err(CallError::Inner(())) => &target.kept.failures,
        Err(CallError::Breaker(_)) => &target.kept.rejected,
    });
}

fn panics(target: &Target) {
    let call = || {
        target
            .breaker
            .call(|| -> Result<(), ()> { panic_any(Meant) })
    };
    match catch_unwind(AssertUnwindSafe(call)) {
        Err(_) => Kept::add(&target.kept.failures),
        Ok(answer) => note(target, &answer),
    }
}

/// Makes a call inside a call of the same breaker.
fn nested(target: &Target) {
    let answer = target.breaker.call(|| {
        plain(target, false, false);
        Ok::<_, ()>(())
    });
    note(target, &answer);
}

fn let_go(dice: &mut Dice, held: &mut Vec<Held>) {
    let at = pick(dice, held.len());
    let (permit, kept) = held.swap_remove(at);
    match dice.throw(5) {
        0 => {
            drop(permit);
            Kept::add(&kept.cancelled);
        }
        1 => {
            permit.record(Outcome::Ignored);
            Kept::add(&kept.ignored);
        }
        2 => {
            permit.failure();
            Kept::add(&kept.failures);
        }
        _ => {
            permit.success();
            Kept::add(&kept.successes);
        }
    }
}

/// Runs tasks that wait, move between threads, are dropped and time out.
pub(crate) fn asynchronous(targets: &[Target], over: &Arc<AtomicBool>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..8)
            .map(|seed| {
                let (targets, over) = (targets.to_vec(), Arc::clone(over));
                tokio::spawn(async move {
                    let mut dice = Dice::new(1_000 + seed);
                    while !over.load(Ordering::Relaxed) {
                        let target = &targets[pick(&mut dice, targets.len())];
                        waiting(&mut dice, target).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

async fn waiting(dice: &mut Dice, target: &Target) {
    let bad = dice.throw(8) == 0;
    let fails = fails(dice, bad);
    let polls = dice.throw(4);
    let call = target.breaker.call_async(async move {
        for _ in 0..polls {
            tokio::task::yield_now().await;
        }
        if fails { Err(()) } else { Ok(()) }
    });
    if dice.throw(6) > 0 {
        note(target, &call.await);
        return;
    }
    // Dropped after the first poll that is pending, by the caller or by a timeout.
    let mut call = Box::pin(call);
    let first = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
    match first {
        Poll::Ready(answer) => note(target, &answer),
        Poll::Pending if dice.throw(2) == 0 => {
            drop(call);
            Kept::add(&target.kept.cancelled);
        }
        Poll::Pending => match tokio::time::timeout(Duration::from_micros(50), call).await {
            Ok(answer) => note(target, &answer),
            Err(_) => Kept::add(&target.kept.cancelled),
        },
    }
}
