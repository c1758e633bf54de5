//! Garbage in Redis: an instance hears and is answered whatever somebody has written there. Nothing panics, and once the
//! store is away no circuit stays open or held for longer than its own settings say.
//!
//! An input is lines. A line is an answer of the script or a message on the channel, as lists of texts in JSON; an answer
//! may also be in the protocol of Redis.
#![no_main]

use std::collections::VecDeque;
use std::future::ready;
use std::sync::Mutex;
use std::time::Duration;

use breaker_runtime::fleet::{Answers, Batch, BoxFuture, BoxStream, Fleet, FleetStore, Heard, StoreError};
use breaker_runtime::test_util::TokioClock;
use breaker_runtime::{Config, Registry, State};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Builder;
use tokio_stream::StreamExt as _;

use crate::decode::Message;
use crate::item::Item;

mod fleet {
    pub use breaker_runtime::fleet::*;
}

// The modules of the store that read what a server says.
#[path = "../../breaker-runtime/src/integrations/redis/decode.rs"]
mod decode;
#[path = "../../breaker-runtime/src/integrations/redis/item.rs"]
mod item;
#[expect(dead_code, reason = "the target names no keys")]
#[path = "../../breaker-runtime/src/integrations/redis/names.rs"]
mod names;
#[path = "../../breaker-runtime/src/integrations/redis/text.rs"]
mod text;

const OPEN_FOR: Duration = Duration::from_secs(10);
const MAX_OPEN_FOR: Duration = Duration::from_secs(60);
/// Longer than any open period, the hold after it, and the random part.
const LONG: Duration = Duration::from_secs(200);

/// Answers and says what the input says, and then is away.
struct Hostile {
    answers: Mutex<VecDeque<Answers>>,
    heard: Mutex<Vec<Heard>>,
}

impl Hostile {
    fn read(input: &[u8]) -> Self {
        let (mut answers, mut heard) = (VecDeque::new(), Vec::new());
        for line in input.split(|byte| *byte == b'\n').take(50) {
            let item = Item::of_json(line);
            let item = item.or_else(|| redis::parse_redis_value(line).ok().map(Item::from));
            if let Some(answer) = item.and_then(|item| decode::answers(&item, &mut 0)) {
                answers.push_back(answer);
            }
            if let Some(Message::Heard(said)) = decode::message(line) {
                heard.push(said);
            }
        }
        Self {
            answers: Mutex::new(answers),
            heard: Mutex::new(heard),
        }
    }
}

impl FleetStore for Hostile {
    fn send(&self, _: Batch) -> BoxFuture<'_, Result<Answers, StoreError>> {
        let answer = self.answers.lock().expect("not poisoned").pop_front();
        let away = || StoreError::Away("no more answers".to_owned());
        Box::pin(ready(answer.ok_or_else(away)))
    }

    fn listen(&self) -> BoxStream<Heard> {
        let mut heard = std::mem::take(&mut *self.heard.lock().expect("not poisoned"));
        heard.insert(0, Heard::Ready);
        Box::pin(tokio_stream::iter(heard).chain(tokio_stream::pending()))
    }
}

async fn live(store: Hostile) {
    let registry = Registry::with_clock(TokioClock::new());
    let config = Config::new()
        .threshold(1)
        .open_for(OPEN_FOR)
        .max_open_for(MAX_OPEN_FOR)
        .shared(true);
    let breakers = ["p", "q"].map(|name| registry.get_or_create(name, config).expect("valid"));
    let fleet = Fleet::new("shop").store(store).member("a").join(&registry).expect("joined");
    breakers[1].try_acquire().expect("closed").failure();
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for breaker in &breakers {
            if let Ok(permit) = breaker.try_acquire() {
                permit.success();
            }
            drop((breaker.snapshot(), fleet.view(breaker.name())));
        }
    }
    assert_eq!(fleet.numbers().errors.panicked, 0);
    // Overrides of the fleet may last for ever. Nothing else does.
    tokio::time::sleep(LONG).await;
    for breaker in &breakers {
        if !matches!(breaker.state(), State::ForcedOpen | State::ForcedClosed) {
            assert!(breaker.try_acquire().is_ok(), "{:?}", breaker.snapshot());
        }
    }
    fleet.leave().await;
}

fuzz_target!(|input: &[u8]| {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(live(Hostile::read(input)));
});
