//! Gauges: states, rates, probes and keys.

use std::time::Duration;

use breaker_runtime::{Config, State, Window};

use super::{Exposition, OPEN_FOR, STATES, Scraped, fail, succeed};

/// Returns the one state whose gauge is 1, and checks that the others are 0.
#[track_caller]
fn state(exposition: &Exposition, name: &str) -> State {
    let value = |state: State| {
        let labels = format!("breaker={name},state={state}");
        exposition.value("circuit_breaker_state", &labels)
    };
    let set: Vec<_> = STATES.into_iter().filter(|s| value(*s) == 1.0).collect();
    let unset: Vec<_> = STATES.into_iter().filter(|s| value(*s) == 0.0).collect();
    assert_eq!((set.len(), unset.len()), (1, 4), "{set:?}");
    set[0]
}

#[test]
fn all_states_are_published_before_the_first_call() {
    let scraped = Scraped::new();
    scraped.breaker("payment", Config::new());
    assert_eq!(state(&scraped.scrape(), "payment"), State::Closed);
}

#[test]
fn exactly_one_state_is_1_at_any_time() {
    let scraped = Scraped::new();
    let payment = scraped.breaker("payment", Config::new().threshold(2));
    let seen = || state(&scraped.scrape(), "payment");

    (0..2).for_each(|_| fail(&payment));
    assert_eq!(seen(), State::Open);
    // A scrape is a reading.
    scraped.clock.advance(OPEN_FOR);
    assert_eq!(seen(), State::HalfOpen);
    payment.force_open("maintenance", None);
    assert_eq!(seen(), State::ForcedOpen);
    payment.force_closed("it has to go on", Some(Duration::from_secs(5)));
    assert_eq!(seen(), State::ForcedClosed);
    scraped.clock.advance(Duration::from_secs(5));
    assert_eq!(seen(), State::HalfOpen);
    (0..3).for_each(|_| succeed(&payment));
    assert_eq!(seen(), State::Closed);
}

#[test]
fn a_rate_is_absent_until_it_is_known_and_nan_when_it_is_unknown_again() {
    let scraped = Scraped::new();
    let config = Config::new().window(Window::Calls(10)).failure_rate(0.9);
    let config = config.slow_call(Duration::from_secs(1)).slow_rate(0.9);
    let payment = scraped.breaker("payment", config.min_calls(2));
    let plain = scraped.breaker("plain", Config::new());
    let rate = |which| {
        let exposition = scraped.scrape();
        let name = format!("circuit_breaker_{which}_rate");
        assert_eq!(exposition.find(&name, "breaker=plain"), None);
        exposition.find(&name, "breaker=payment")
    };

    fail(&payment);
    fail(&plain);
    assert_eq!((rate("failure"), rate("slow_call")), (None, None));
    let slow = payment.try_acquire().unwrap();
    scraped.clock.advance(Duration::from_secs(1));
    slow.success();
    assert_eq!((rate("failure"), rate("slow_call")), (Some(0.5), Some(0.5)));
    payment.reset();
    assert!(rate("failure").is_some_and(f64::is_nan));
    assert!(rate("slow_call").is_some_and(f64::is_nan));
}

#[test]
fn probes_in_flight_are_those_of_the_name_and_of_its_keys() {
    let scraped = Scraped::new();
    let name = scraped.breaker("fetch", Config::new());
    // Calls without a key use it too.
    name.try_acquire().unwrap().success();
    let breakers = [
        name,
        scraped.keyed("fetch", "a", Config::new()),
        scraped.keyed("fetch", "b", Config::new()),
    ];
    breakers[0].trip();
    scraped.clock.advance(OPEN_FOR);
    let probes: Vec<_> = breakers.iter().map(|b| b.try_acquire().unwrap()).collect();
    let seen = || {
        scraped
            .scrape()
            .value("circuit_breaker_probes_in_flight", "breaker=fetch")
    };
    assert_eq!(seen(), 3.0);
    drop(probes);
    assert_eq!(seen(), 0.0);
}

#[test]
fn keys_are_counted_by_state_and_never_named() {
    let scraped = Scraped::new();
    scraped.breaker("payment", Config::new());
    for key in 0..9 {
        let breaker = scraped.keyed("fetch", &format!("host-{key}.example"), Config::new());
        match key {
            0..2 => breaker.trip(),
            2 => breaker.force_open("maintenance", None),
            3 => breaker.force_closed("it has to go on", None),
            _ => fail(&breaker),
        }
    }
    let keys = |state: &str| {
        let exposition = scraped.scrape();
        let of = |name| {
            let labels = format!("breaker={name},state={state}");
            exposition.find("circuit_breaker_keys", &labels)
        };
        assert_eq!(of("payment"), None, "it has none");
        of("fetch").unwrap()
    };
    assert_eq!(STATES.map(|s| keys(s.as_str())), [5.0, 2.0, 0.0, 1.0, 1.0]);
    scraped.clock.advance(OPEN_FOR);
    assert_eq!(STATES.map(|s| keys(s.as_str())), [5.0, 0.0, 2.0, 1.0, 1.0]);

    let exposition = scraped.scrape();
    assert_eq!(state(&exposition, "fetch"), State::Closed);
    let failures = "breaker=fetch,outcome=failure";
    assert_eq!(
        exposition.value("circuit_breaker_calls_total", failures),
        5.0
    );
    let text = scraped.prometheus.handle().render();
    assert!(!text.contains("example"), "{text}");
}

#[test]
fn the_state_of_a_name_with_keys_is_what_most_of_its_callers_meet() {
    let scraped = Scraped::new();
    let seen = || state(&scraped.scrape(), "fetch");
    let config = Config::new().open_for(Duration::from_secs(3600));
    let config = config.idle_ttl(Duration::from_secs(60));
    let keys = ["a", "b", "c", "d"].map(|key| scraped.keyed("fetch", key, config));
    assert_eq!(seen(), State::Closed);
    keys[0].trip();
    assert_eq!(seen(), State::Closed, "one of four");
    keys[1].trip();
    assert_eq!(
        seen(),
        State::Open,
        "of two equally frequent states the worse one"
    );
    scraped.clock.advance(Duration::from_secs(60));
    for key in ["c", "d"] {
        scraped.keyed("fetch", key, config);
    }
    assert_eq!(seen(), State::Closed, "the open ones are not in use");

    let name = scraped.registry.get("fetch").unwrap();
    name.force_open("maintenance", None);
    assert_eq!(seen(), State::ForcedOpen);
    for key in &keys {
        let snapshot = key.snapshot();
        assert_eq!(snapshot.state, State::ForcedOpen);
        let shown = snapshot.r#override.expect("that of the name");
        assert_eq!(shown.reason, "maintenance");
    }
    name.clear_override();
    assert_eq!(keys[2].snapshot().r#override, None);
    assert_eq!(seen(), State::Closed);

    scraped.clock.advance(Duration::from_secs(60));
    assert_eq!(
        seen(),
        State::Closed,
        "without keys in use, that of calls without a key"
    );
}

#[test]
fn an_outage_has_an_age_until_it_ends() {
    let scraped = Scraped::new();
    let payment = scraped.breaker("payment", Config::new().success_threshold(1));
    let keys = ["old", "young", "well"].map(|key| scraped.keyed("fetch", key, Config::new()));
    let age = |name: &str| {
        let labels = format!("breaker={name}");
        scraped
            .scrape()
            .value("circuit_breaker_outage_seconds", &labels)
    };
    assert_eq!((age("payment"), age("fetch")), (0.0, 0.0));
    payment.trip();
    keys[0].trip();
    scraped.clock.advance(Duration::from_millis(7500));
    keys[1].trip();
    scraped.clock.advance(Duration::from_secs(1));
    assert_eq!((age("payment"), age("fetch")), (8.5, 8.5));
    keys[0].reset();
    assert_eq!(age("fetch"), 1.0, "that of the younger one");

    scraped.clock.advance(OPEN_FOR);
    succeed(&payment);
    assert_eq!(age("payment"), 38.5, "it may open again");
    scraped.clock.advance(OPEN_FOR);
    assert_eq!(age("payment"), 0.0, "it has been closed for open_for");
}

#[test]
fn a_removed_breaker_has_no_state() {
    let scraped = Scraped::new();
    let config = Config::new()
        .window(Window::Calls(2))
        .failure_rate(1.0)
        .min_calls(1);
    let mail = scraped.breaker("mail", config);
    scraped.keyed("mail", "a", config);
    succeed(&mail);
    scraped.scrape();
    scraped.registry.remove("mail");

    let exposition = scraped.scrape();
    for state in STATES {
        let labels = format!("breaker=mail,state={state}");
        assert_eq!(exposition.value("circuit_breaker_state", &labels), 0.0);
        assert_eq!(exposition.value("circuit_breaker_keys", &labels), 0.0);
    }
    let rate = exposition.value("circuit_breaker_failure_rate", "breaker=mail");
    assert!(rate.is_nan());
    let successes = "breaker=mail,outcome=success";
    assert_eq!(
        exposition.value("circuit_breaker_calls_total", successes),
        1.0
    );

    scraped.breaker("mail", Config::new()).trip();
    assert_eq!(state(&scraped.scrape(), "mail"), State::Open);
}
