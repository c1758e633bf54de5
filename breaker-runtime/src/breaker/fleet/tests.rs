use std::time::{Duration, SystemTime};

use super::{FleetForced, store_name};
use crate::breaker::{CircuitBreaker, EventKind, ExternalOverride};
use crate::config::{Config, Overrides};
use crate::machine::{ForcedKind, Standing};
use crate::registry::Registry;
use crate::sync::{Arc, Mutex, lock};
use crate::test_util::ManualClock;
use crate::time::Clock as _;
use crate::values::{Attribution, Layer, Reason, RejectionReason, State};

const SECOND: Duration = Duration::from_secs(1);
const HOLD: Duration = Duration::from_secs(15);

/// A registry, and the clock that its breakers use.
fn registry() -> (Registry, ManualClock) {
    let clock = ManualClock::new();
    (Registry::with_clock(clock.clone()), clock)
}

fn made(registry: &Registry) -> CircuitBreaker {
    let made = registry.get_or_create("payment", Config::new().shared(true));
    made.expect("the configuration is valid")
}

fn keyed(registry: &Registry, key: &str) -> CircuitBreaker {
    let made = registry.get_or_create_keyed("fetch", key, Config::new().shared(true));
    made.expect("the configuration is valid")
}

fn forced(open: bool, ttl: Option<Duration>) -> FleetForced {
    FleetForced {
        open,
        by: Attribution::because("bank maintenance"),
        since: SystemTime::UNIX_EPOCH,
        ttl,
    }
}

fn reason(breaker: &CircuitBreaker) -> Option<RejectionReason> {
    breaker.try_acquire().err().map(|it| it.reason())
}

#[test]
fn s41_an_override_of_this_instance_beats_that_of_the_fleet_and_a_snapshot_shows_both() {
    let (registry, _clock) = registry();
    let breaker = made(&registry);
    breaker.fleet_force(Some(forced(true, None)));
    assert_eq!(reason(&breaker), Some(RejectionReason::Forced));
    breaker.force_closed("we need it", None);
    assert_eq!(reason(&breaker), None);
    let snapshot = breaker.snapshot();
    let layers: Vec<_> = snapshot.overrides.iter().map(|it| it.layer).collect();
    assert_eq!(layers, [Layer::Runtime, Layer::Fleet]);
    assert_eq!(snapshot.state, State::ForcedClosed);
    assert_eq!(snapshot.overrides[1].reason, "bank maintenance");
    assert_eq!(snapshot.overrides[1].since, SystemTime::UNIX_EPOCH);
    breaker.clear_override();
    assert_eq!(
        breaker.state(),
        State::ForcedOpen,
        "each owner clears his own"
    );
}

#[test]
fn an_override_of_a_file_beats_that_of_the_fleet() {
    let (registry, _clock) = registry();
    let breaker = made(&registry);
    breaker.fleet_force(Some(forced(true, None)));
    let wanted = ExternalOverride {
        kind: ForcedKind::Closed,
        layer: Layer::File,
        by: Attribution::default(),
    };
    breaker.force_external(Some(wanted), breaker.shared().reading());
    assert_eq!(breaker.state(), State::ForcedClosed);
    breaker.force_external(None, breaker.shared().reading());
    assert_eq!(breaker.state(), State::ForcedOpen);
}

#[test]
fn an_override_of_the_fleet_is_an_event_only_when_it_changes() {
    let (registry, clock) = registry();
    let breaker = made(&registry);
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let subscription = registry.subscribe(move |event| {
        lock(&listener).push(match event.kind() {
            EventKind::OverrideSet(it) => format!("set {} {}", it.state, it.layer),
            EventKind::OverrideCleared(it) => format!("cleared {} {}", it.state, it.layer),
            EventKind::OverrideExpired(it) => format!("expired {} {}", it.state, it.layer),
            other => format!("{other:?}"),
        });
    });
    breaker.fleet_force(None);
    breaker.fleet_force(Some(forced(true, None)));
    breaker.fleet_force(Some(forced(true, Some(9 * SECOND))));
    breaker.fleet_force(Some(forced(false, Some(9 * SECOND))));
    breaker.fleet_force(None);
    breaker.fleet_force(None);
    breaker.fleet_force(Some(forced(true, Some(SECOND))));
    clock.advance(SECOND);
    assert_eq!(breaker.state(), State::Closed);
    drop(subscription);
    assert_eq!(
        *lock(&told),
        [
            "set forced_open fleet",
            "set forced_closed fleet",
            "cleared forced_closed fleet",
            "set forced_open fleet",
            "expired forced_open fleet",
        ]
    );
}

#[test]
fn an_override_that_is_requested_again_takes_the_end_that_was_heard_last() {
    let (registry, clock) = registry();
    let breaker = made(&registry);
    breaker.fleet_force(Some(forced(true, None)));
    breaker.fleet_force(Some(forced(true, Some(5 * SECOND))));
    clock.advance(2 * SECOND);
    let rejection = breaker.try_acquire().expect_err("it is forced open");
    assert_eq!(rejection.retry_after(), Some(3 * SECOND));
    clock.advance(3 * SECOND);
    assert_eq!(reason(&breaker), None);
}

#[test]
fn two_overrides_end_in_the_order_of_their_ends() {
    let (registry, clock) = registry();
    let breaker = made(&registry);
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    breaker.force_open("a while", Some(2 * SECOND));
    breaker.fleet_force(Some(forced(true, Some(SECOND))));
    let subscription = registry.subscribe(move |event| {
        if let EventKind::OverrideExpired(it) = event.kind() {
            lock(&listener).push(it.layer);
        }
    });
    clock.advance(3 * SECOND);
    assert_eq!(breaker.state(), State::Closed);
    drop(subscription);
    assert_eq!(*lock(&told), [Layer::Fleet, Layer::Runtime]);
}

#[test]
fn an_override_of_the_fleet_for_a_name_holds_for_its_keys_also_for_those_that_come_later() {
    let (registry, clock) = registry();
    let first = keyed(&registry, "a.example");
    let name = registry.get("fetch").expect("it has a key");
    name.fleet_force(Some(forced(true, Some(10 * SECOND))));
    let later = keyed(&registry, "b.example");
    for key in [&first, &later] {
        assert_eq!(reason(key), Some(RejectionReason::Forced));
    }
    first.fleet_force(Some(forced(false, None)));
    assert_eq!(
        first.state(),
        State::ForcedOpen,
        "that of the name comes first"
    );
    clock.advance(10 * SECOND);
    assert_eq!(first.state(), State::ForcedClosed);
    assert_eq!(later.state(), State::Closed);
}

#[test]
fn a_rejection_of_a_held_circuit_takes_no_lock_and_says_why() {
    let (registry, clock) = registry();
    let breaker = made(&registry);
    breaker.fleet_opens(SECOND, 1, HOLD);
    breaker.fleet_probes_elsewhere(5 * SECOND);
    clock.advance(SECOND);
    assert_eq!(breaker.state(), State::Open);
    let held = breaker.shared().lock();
    let rejection = breaker.try_acquire().expect_err("another instance probes");
    drop(held);
    assert_eq!(rejection.reason(), RejectionReason::ProbedElsewhere);
    assert_eq!(rejection.state(), State::Open);
    assert_eq!(rejection.retry_after(), Some(4 * SECOND));
    assert!(!rejection.is_retryable());
    assert_eq!(
        format!("{rejection:#}"),
        "circuit breaker `payment` is open; another instance probes; try again in 4s"
    );
    let totals = breaker.snapshot().totals;
    assert_eq!(totals.rejections.probed_elsewhere, 1);
    assert_eq!(totals.rejected, 1);
}

#[test]
fn a_held_circuit_is_never_rejected_as_a_plain_open_one() {
    let (registry, clock) = registry();
    let breaker = made(&registry);
    breaker.fleet_opens(60 * SECOND, 1, HOLD);
    assert!(breaker.shared().gate.word().is_open());
    clock.advance(60 * SECOND);
    assert_eq!(reason(&breaker), Some(RejectionReason::ProbedElsewhere));
    let word = breaker.shared().gate.word();
    assert!(word.is_held() && !word.is_open() && !word.rejects_coarsely());
    clock.advance(HOLD);
    assert_eq!(reason(&breaker), None);
}

#[test]
fn a_reading_has_the_standing_and_the_totals() {
    let (registry, clock) = registry();
    let breaker = made(&registry);
    for _ in 0..4 {
        let _ = breaker.call(|| Ok::<_, ()>(()));
        let _ = breaker.call(|| Err::<(), _>(()));
    }
    breaker.trip();
    let _ = breaker.try_acquire();
    clock.advance(10 * SECOND);
    let reading = breaker.fleet_reading();
    assert_eq!((reading.successes, reading.failures), (4, 4));
    assert_eq!(
        (reading.rejected, reading.row, reading.generation),
        (1, 1, 1)
    );
    assert!(reading.shared);
    let standing = Standing::Open {
        rest: 20 * SECOND,
        period: 30 * SECOND,
        held: false,
        reason: Reason::Tripped,
    };
    assert_eq!(reading.standing, standing);
    clock.advance(20 * SECOND);
    let standing = breaker.fleet_reading().standing;
    assert!(matches!(standing, Standing::HalfOpen { leased: false, .. }));
}

#[test]
fn a_lease_ends_at_an_instant_of_the_clock_of_the_registry() {
    let (registry, clock) = registry();
    let breaker = made(&registry);
    breaker.fleet_opens(Duration::ZERO, 1, HOLD);
    assert!(breaker.fleet_lease(clock.now().after(4 * SECOND), 1));
    assert_eq!(breaker.state(), State::HalfOpen);
    clock.advance(4 * SECOND);
    assert_eq!(reason(&breaker), Some(RejectionReason::ProbedElsewhere));
}

#[test]
fn the_name_in_a_store_is_the_name_or_the_name_and_the_key() {
    assert_eq!(store_name("payment", None), "payment");
    assert_eq!(
        store_name("fetch", Some("a.example")),
        "fetch\u{1f}a.example"
    );
    assert_eq!(store_name("fetch", Some("")), "fetch\u{1f}");
}

#[test]
fn a_long_name_in_a_store_ends_in_a_hash_that_every_instance_computes_alike() {
    let long = |end: char| format!("{}{end}", "ä".repeat(100));
    let name = store_name("fetch", Some(&long('a')));
    assert!(name.len() <= 128, "{name}");
    assert_eq!(
        name,
        format!(
            "fetch\u{1f}{}#2ad15c49a81670549cc3793bfe9c9557",
            "ä".repeat(44)
        )
    );
    assert_ne!(name, store_name("fetch", Some(&long('b'))));
    // The vectors of the authors of FNV.
    assert_eq!(
        super::fnv_1a(b""),
        0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    );
    assert_eq!(
        super::fnv_1a(b"a"),
        0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964
    );
    assert_eq!(
        super::fnv_1a(b"foobar"),
        0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18
    );
}

#[test]
fn a_registry_finds_what_is_shared_by_its_name_in_the_store() {
    let (registry, _clock) = registry();
    let long = "x".repeat(200);
    let breakers = [
        made(&registry),
        keyed(&registry, "a.example"),
        keyed(&registry, &long),
    ];
    for breaker in &breakers {
        let found = registry.find_shared(&breaker.store_name());
        assert!(found.is_some_and(|it| it.same_as(breaker)), "{breaker:?}");
    }
    assert!(registry.find_shared("fetch\u{1f}b.example").is_none());
    let names = |registry: &Registry| {
        let shared = registry.shared_breakers();
        let names = shared.iter().map(CircuitBreaker::store_name);
        names.collect::<Vec<_>>()
    };
    let all = [
        "fetch".into(),
        breakers[1].store_name(),
        breakers[2].store_name(),
    ];
    assert_eq!(
        names(&registry),
        [all.as_slice(), &["payment".to_owned()]].concat()
    );
    let off = Overrides {
        shared: Some(false),
        ..Overrides::default()
    };
    registry.configure("fetch", off).expect("it is valid");
    assert_eq!(names(&registry), ["payment"]);
    assert!(registry.find_shared("fetch\u{1f}a.example").is_none());
}

#[test]
fn a_circuit_that_closes_by_itself_when_it_is_dropped_has_counted_that() {
    let (registry, clock) = registry();
    let breaker = made(&registry);
    breaker.fleet_opens(20 * SECOND, 1, HOLD);
    clock.advance(SECOND);
    breaker.fleet_closes(3 * SECOND);
    clock.advance(3 * SECOND);
    let mut sum = crate::values::RetiredCounts::default();
    breaker.shared().add_to(&mut sum, clock.now());
    assert_eq!((sum.totals.opens, sum.totals.closes), (1, 1));
    assert_eq!(sum.totals.half_opens, 0);
    let totals = breaker.snapshot().totals;
    assert_eq!((totals.opens, totals.closes, totals.half_opens), (1, 1, 0));
    assert_eq!(totals.open_time, sum.totals.open_time);
}
