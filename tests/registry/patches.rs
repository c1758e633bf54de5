//! Changes of settings at run time: what they did, what they would do, and the layers beneath.

use std::sync::{Arc, Mutex};

use breaker_runtime::{
    ActionKind, Actor, CircuitBreaker, Config, EventKind, Layer, Overrides, Patch, Reason,
    Registry, State, Window, WindowEffect,
};

fn payment(config: Config) -> (Registry, CircuitBreaker) {
    let registry = Registry::new();
    let payment = registry.get_or_create("payment", config).unwrap();
    (registry, payment)
}

fn threshold(failures: u32) -> Overrides {
    Overrides {
        threshold: Some(failures),
        ..Overrides::default()
    }
}

fn values(breaker: &CircuitBreaker, setting: &str) -> Vec<(Layer, String)> {
    let setting = breaker.setting(setting).unwrap();
    let layers = setting.layers.into_iter();
    layers.map(|it| (it.layer, it.value)).collect()
}

#[test]
fn configure_answers_with_the_changes_and_the_layers_beneath() {
    let (registry, payment) = payment(Config::new().threshold(3));
    let patch = Patch::from(threshold(20)).off("cancelled_in_a_row");
    let configured = registry.configure("payment", patch).unwrap();
    let changes: Vec<_> = configured.changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        changes,
        [
            "`threshold` changed from 3 to 20 (runtime) by code",
            "`cancelled_in_a_row` changed from 20 to off (runtime) by code"
        ]
    );
    let settings: Vec<_> = configured.settings.iter().map(|it| it.setting).collect();
    assert_eq!(settings, ["threshold", "cancelled_in_a_row"]);
    assert_eq!(
        configured.settings[0],
        payment.setting("threshold").unwrap()
    );
    let text = |text: &str| text.to_owned();
    assert_eq!(
        values(&payment, "cancelled_in_a_row"),
        [(Layer::Runtime, text("off")), (Layer::Default, text("20"))]
    );
    let declared = &payment.setting("threshold").unwrap().layers[1];
    assert_eq!((declared.layer, &*declared.value), (Layer::Declared, "3"));
    assert!(declared.place.as_ref().unwrap().contains("patches.rs:"));
    assert!(payment.setting("treshold").is_none());
}

#[test]
fn one_setting_is_taken_back_and_the_others_stay() {
    let (registry, payment) = payment(Config::new().threshold(3));
    let overrides = Overrides {
        backoff: Some(2.0),
        ..threshold(20)
    };
    registry.configure("payment", overrides).unwrap();
    let back = Patch::new().take_back("threshold");
    let configured = registry.configure("payment", back).unwrap();
    assert_eq!(configured.changes.len(), 1);
    assert_eq!(configured.changes[0].layer, Layer::Declared);
    assert_eq!(payment.config().threshold, Some(3));
    assert_eq!(
        payment.snapshot().layers.of("backoff"),
        Some(Layer::Runtime)
    );
    let nothing = registry.configure("payment", Patch::new().take_back("ramp"));
    assert_eq!(nothing.unwrap().changes, []);
    let configured = registry.unconfigure("payment").unwrap();
    assert_eq!(configured.changes[0].setting, "backoff");
    assert_eq!(values(&payment, "backoff").len(), 1);
}

#[test]
fn a_setting_lists_the_table_its_group_and_the_defaults_with_their_lines() {
    let (registry, payment) = payment(Config::new().threshold(3));
    let path = std::env::temp_dir().join(format!("breaker-patches-{}.toml", std::process::id()));
    let text = "[default]\nthreshold = 5\n[groups.http]\nthreshold = 6\n\
                [breakers.payment]\ngroup = \"http\"\nthreshold = 7\n";
    std::fs::write(&path, text).unwrap();
    registry.load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let layers = payment.setting("threshold").unwrap().layers;
    let file = path.display();
    let expected = [
        (Layer::File, "7", Some(format!("{file}:7:1"))),
        (Layer::File, "6", Some(format!("{file}:4:1"))),
        (Layer::Declared, "3", layers[2].place.clone()),
        (Layer::FileDefault, "5", Some(format!("{file}:2:1"))),
        (Layer::Default, "5", None),
    ];
    let found: Vec<_> = layers
        .into_iter()
        .map(|it| (it.layer, it.value, it.place))
        .collect();
    let expected = expected.map(|(layer, value, place)| (layer, value.to_owned(), place));
    assert_eq!(found, expected);
}

#[test]
fn the_answer_says_what_becomes_of_the_window() {
    let windowed = Config::new().window(Window::Calls(10)).max_failures(5);
    let (registry, payment) = payment(windowed);
    for _ in 0..3 {
        let _ = payment.call(|| Err::<(), _>(()));
    }
    let window = |calls| Overrides {
        window: Some(Window::Calls(calls)),
        ..Overrides::default()
    };
    let stricter = Overrides {
        max_failures: Some(2),
        ..Overrides::default()
    };
    let would = registry.dry_run("payment", stricter).unwrap();
    assert_eq!(
        (would.window, would.rule_met),
        (WindowEffect::Kept, Some(Reason::MaxFailures))
    );
    let larger = Overrides {
        max_failures: Some(2),
        ..window(20)
    };
    let would = registry.dry_run("payment", larger).unwrap();
    assert_eq!(
        (would.window, would.rule_met),
        (WindowEffect::Emptied, None)
    );
    let would = registry.dry_run(
        "payment",
        Overrides {
            threshold: Some(3),
            ..window(20)
        },
    );
    assert_eq!(would.unwrap().rule_met, Some(Reason::FailuresInARow));
    let off = Patch::from(threshold(3)).off("window").off("max_failures");
    assert_eq!(
        registry.configure("payment", off).unwrap().window,
        WindowEffect::Emptied
    );
    assert_eq!(payment.snapshot().window, None);
    let again = registry.configure("payment", threshold(4)).unwrap();
    assert_eq!(
        (again.window, again.rule_met),
        (WindowEffect::NoWindow, None)
    );
}

#[test]
fn a_rule_that_the_counts_meet_opens_with_the_next_failure_only() {
    let (registry, payment) = payment(Config::new().threshold(5));
    for _ in 0..3 {
        let _ = payment.call(|| Err::<(), _>(()));
    }
    let configured = registry.configure("payment", threshold(2)).unwrap();
    assert_eq!(configured.rule_met, Some(Reason::FailuresInARow));
    assert_eq!(payment.state(), State::Closed);
    let _ = payment.call(|| Err::<(), _>(()));
    assert_eq!(payment.state(), State::Open);
    let would = registry.dry_run("payment", threshold(1)).unwrap();
    assert_eq!(would.rule_met, None, "an open circuit counts nothing");
}

#[test]
fn a_dry_run_changes_nothing_and_lists_all_mistakes() {
    let (registry, payment) = payment(Config::new().threshold(3));
    let events = Arc::new(Mutex::new(0));
    let seen = Arc::clone(&events);
    let subscription = registry.subscribe(move |_| *seen.lock().unwrap() += 1);
    let before = payment.snapshot();
    let would = registry.dry_run("payment", threshold(9)).unwrap();
    assert_eq!(would.changes[0].to, "9");
    assert_eq!(would.settings[0].layers[0].value, "9");
    let wrong = Overrides {
        jitter: Some(7.0),
        slow_rate: Some(0.5),
        ..Overrides::default()
    };
    let wrong = Patch::from(wrong).off("open_for").take_back("treshold");
    let rejected = registry.dry_run("payment", wrong.clone()).unwrap_err();
    let messages: Vec<_> = rejected.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "`open_for` cannot be turned off",
            "unknown setting `treshold`; did you mean `threshold`?",
            "`jitter` must lie between 0 and 1, not 7.0",
            "`slow_rate` needs a `window`",
            "`slow_rate` needs `slow_call`",
        ]
    );
    assert_eq!(
        registry.configure("payment", wrong).unwrap_err(),
        rejected[0]
    );
    let missing = registry.dry_run("paymnet", Patch::new()).unwrap_err();
    assert_eq!(
        missing[0].to_string(),
        "there is no circuit breaker `paymnet`; did you mean `payment`?"
    );
    let after = payment.snapshot();
    assert_eq!((after.config, after.layers), (before.config, before.layers));
    assert_eq!(registry.actions(), []);
    drop(subscription);
    assert_eq!(*events.lock().unwrap(), 0);
}

#[test]
fn a_patch_reaches_the_keys_and_names_its_actor() {
    let (registry, _payment) = payment(Config::new().threshold(3));
    let key = registry
        .get_or_create_keyed("payment", "eu", Config::new())
        .unwrap();
    let changes = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&changes);
    let subscription = registry.subscribe(move |event| {
        if let EventKind::SettingsChanged(change) = event.kind() {
            list.lock().unwrap().push(change.clone());
        }
    });
    let alice = Actor::new("alice").unwrap().because("INC-42").unwrap();
    let patch = Patch::from(threshold(20))
        .off("cancel_after")
        .take_back("ramp");
    let configured = registry.by(&alice).configure("payment", patch).unwrap();
    drop(subscription);
    assert_eq!(key.config().threshold, Some(20));
    assert_eq!(*changes.lock().unwrap(), configured.changes);
    assert_eq!(configured.changes[0].by.actor.as_deref(), Some("alice"));
    let settings = "threshold = 20, ramp taken back, cancel_after = off".to_owned();
    assert_eq!(
        registry.actions()[0].kind,
        ActionKind::Configure { settings }
    );
}
