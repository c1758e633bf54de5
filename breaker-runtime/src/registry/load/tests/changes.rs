//! Events of settings that change, and the actions that change them.

use super::{Arc, Bench, Mutex, SECOND};
use crate::breaker::{EventKind, Subscription};
use crate::config::{Config, ConfigError, Overrides};
use crate::registry::Registry;
use crate::values::{Actor, Attribution};

/// The changes of settings and the actions, in order.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn listen(registry: &Registry) -> (Self, Subscription) {
        let told = Self::default();
        let list = told.clone();
        let subscription = registry.subscribe(move |event| {
            let key = event.breaker().key().map(|key| format!("[{key}] "));
            let text = match event.kind() {
                EventKind::SettingsChanged(change) => change.to_string(),
                EventKind::Action(action) => action.to_string(),
                other => format!("{other:?}"),
            };
            let text = key.unwrap_or_default() + &text;
            list.0.lock().expect("nobody panics").push(text);
        });
        (told, subscription)
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics"))
    }
}

fn alice() -> Actor {
    let alice = Actor::new("alice").and_then(|alice| alice.because("INC-42"));
    alice.expect("both are in range")
}

fn threshold(threshold: u32) -> Overrides {
    Overrides {
        threshold: Some(threshold),
        ..Overrides::default()
    }
}

#[test]
fn configured_settings_are_announced_after_their_action() {
    let bench = Bench::new();
    let (told, _subscription) = Told::listen(&bench.registry);
    let more = Overrides {
        open_for: Some(SECOND),
        ..threshold(9)
    };
    let control = alice();
    let control = bench.registry.by(&control);
    control.configure("payment", more).expect("it is valid");
    assert_eq!(
        told.take(),
        [
            "circuit breaker `payment`: configured: threshold = 9, open_for = 1s by alice (INC-42)",
            "`threshold` changed from 3 to 9 (runtime) by alice (INC-42)",
            "`open_for` changed from 20s to 1s (runtime) by alice (INC-42)",
            // Its default is ten times `open_for`.
            "`max_open_for` changed from 200s to 10s (default) by alice (INC-42)",
        ]
    );
    control.unconfigure("payment").expect("it is valid");
    assert_eq!(
        told.take()[..2],
        [
            "circuit breaker `payment`: configured settings taken back by alice (INC-42)",
            "`threshold` changed from 9 to 3 (declared) by alice (INC-42)",
        ]
    );
    let configured = bench.registry.configure("payment", threshold(4));
    configured.expect("it is valid");
    assert_eq!(
        told.take(),
        [
            "circuit breaker `payment`: configured: threshold = 4 by code",
            "`threshold` changed from 3 to 4 (runtime) by code",
        ]
    );
    assert_eq!(bench.registry.actions(), bench.payment.snapshot().actions);
    assert_eq!(bench.registry.actions().len(), 3);
}

#[test]
fn a_value_that_is_in_force_already_is_no_change() {
    let bench = Bench::new();
    let (told, _subscription) = Told::listen(&bench.registry);
    let configured = bench.registry.configure("payment", threshold(3));
    configured.expect("it is valid");
    bench.load("[breakers.payment]\nopen_for = \"20s\"\n", &[]);
    assert_eq!(
        told.take(),
        ["circuit breaker `payment`: configured: threshold = 3 by code"]
    );
    // The file is beneath what was configured.
    bench.load("[breakers.payment]\nthreshold = 7\n", &[]);
    assert_eq!(told.take(), [""; 0]);
    let back = bench.registry.unconfigure("payment");
    back.expect("it is valid");
    assert_eq!(
        told.take()[1..],
        ["`threshold` changed from 3 to 7 (file) by code"]
    );
}

#[test]
fn what_is_rejected_is_neither_an_action_nor_a_change() {
    let bench = Bench::new();
    let (told, _subscription) = Told::listen(&bench.registry);
    let control = alice();
    let control = bench.registry.by(&control);
    control
        .configure("payment", threshold(0))
        .expect_err("it is out of range");
    let unknown = control.configure("paymnet", threshold(1));
    assert!(matches!(unknown, Err(ConfigError::Unknown { .. })));
    bench
        .try_load("[breakers.payment]\nthreshold = 0\n", &[])
        .expect_err("it is out of range");
    assert_eq!(told.take(), [""; 0]);
    assert_eq!(bench.registry.actions(), []);
}

#[test]
fn loaded_settings_are_announced_with_their_file_or_variable() {
    let bench = Bench::new();
    let (told, _subscription) = Told::listen(&bench.registry);
    bench.load(
        "[default]\nbackoff = 2.0\n[breakers.payment]\nthreshold = 7\n",
        &[("BREAKER_PAYMENT__HALF_OPEN_CALLS", "4")],
    );
    assert_eq!(
        told.take(),
        [
            "`threshold` changed from 3 to 7 (file) by file breakers.toml",
            "`backoff` changed from 1.0 to 2.0 (file_default) by file breakers.toml",
            "`half_open_calls` changed from 2 to 4 (environment) by variable BREAKER_PAYMENT__HALF_OPEN_CALLS",
        ]
    );
    bench.load(
        "[breakers.payment]\nthreshold = 7\nhalf_open_calls = 5\n",
        &[("BREAKER__JITTER", "0.5")],
    );
    assert_eq!(
        told.take(),
        [
            "`backoff` changed from 2.0 to 1.0 (default) by file breakers.toml",
            "`jitter` changed from 0.0 to 0.5 (environment_default) by variable BREAKER__JITTER",
            // The variable was removed, so that the file's value is in force.
            "`half_open_calls` changed from 4 to 5 (file) by variable BREAKER_PAYMENT__HALF_OPEN_CALLS",
        ]
    );
}

#[test]
fn a_default_that_depends_on_a_loaded_setting_is_changed_by_its_file() {
    let bench = Bench::new();
    let (told, _subscription) = Told::listen(&bench.registry);
    bench.load(
        "[groups.slow]\nopen_for = \"60s\"\n[breakers.payment]\ngroup = \"slow\"\n",
        &[],
    );
    assert_eq!(
        told.take(),
        [
            "`open_for` changed from 20s to 60s (file) by file breakers.toml",
            "`max_open_for` changed from 200s to 600s (default) by file breakers.toml",
            "`probe_timeout` changed from 30s to 60s (default) by file breakers.toml",
        ]
    );
}

#[test]
fn a_load_is_an_action_of_the_registry_and_its_actor_changes_the_settings() {
    let bench = Bench::new();
    let (told, _subscription) = Told::listen(&bench.registry);
    let path = std::env::temp_dir().join(format!("breaker-by-{}.toml", std::process::id()));
    let text = "[breakers.payment]\nthreshold = 7\nforce = \"open\"\n";
    std::fs::write(&path, text).expect("the directory is writable");
    let control = alice();
    let control = bench.registry.by(&control);
    control.load(&path).expect("it is valid");
    let [change, over] = &told.take()[..] else {
        panic!("a change and an override");
    };
    assert_eq!(
        change,
        "`threshold` changed from 3 to 7 (file) by alice (INC-42)"
    );
    assert!(over.starts_with("OverrideSet"), "{over}");
    let set = bench.payment.snapshot().r#override.expect("it is forced");
    let actor = set.by.actor.expect("the file");
    assert!(actor.starts_with("file "), "{actor}");
    std::fs::write(&path, "").expect("the directory is writable");
    control.load_strict(&path).expect("it is valid");
    std::fs::remove_file(&path).expect("it was written");
    control.load(&path).expect_err("it is missing");
    control.load_env().expect("it is valid");
    let actions = bench.registry.actions();
    let actions: Vec<_> = actions.iter().map(ToString::to_string).collect();
    let loaded = format!(
        "circuit breakers: loaded: {} by alice (INC-42)",
        path.display()
    );
    let env = "circuit breakers: loaded: the environment by alice (INC-42)".to_owned();
    assert_eq!(actions, [loaded.clone(), loaded, env]);
    assert_eq!(bench.payment.snapshot().actions, []);
}

#[test]
fn a_reload_of_a_watched_file_is_an_action() {
    let bench = Bench::new();
    let path = std::env::temp_dir().join(format!("breaker-watched-{}.toml", std::process::id()));
    let write = |text: &str| std::fs::write(&path, text).expect("the directory is writable");
    write("[breakers.payment]\nthreshold = 7\n");
    let watch = bench.registry.watch(&path, 3600 * SECOND, |_| {});
    let watch = watch.expect("the file is valid");
    let (told, _subscription) = Told::listen(&bench.registry);
    write("[breakers.payment]\nthreshold = 8\n");
    watch.check();
    let [change] = &told.take()[..] else {
        panic!("one change");
    };
    let place = format!("(file) by file {}", path.display());
    assert!(change.ends_with(&place), "{change}");
    let by = bench.registry.actions();
    let by: Vec<_> = by.iter().map(|action| action.by.clone()).collect();
    let changed = Attribution::because("a file has changed");
    assert_eq!(by, [Attribution::default(), changed]);
    drop(watch);
    std::fs::remove_file(&path).expect("it was written");
}

#[test]
fn the_breaker_of_a_name_announces_changes_and_its_keys_do_not() {
    let bench = Bench::new();
    let key = |key| bench.key_of_fetch(key);
    let before = key("a");
    let (told, _subscription) = Told::listen(&bench.registry);
    let configured = bench.registry.configure("fetch", threshold(9));
    configured.expect("it is valid");
    let after = key("b");
    bench.load("[breakers.fetch]\nbackoff = 2.0\n", &[]);
    assert_eq!(
        told.take(),
        [
            "circuit breaker `fetch`: configured: threshold = 9 by code",
            "`threshold` changed from 5 to 9 (runtime) by code",
            "`backoff` changed from 1.0 to 2.0 (file) by file breakers.toml",
        ]
    );
    for key in [before, after] {
        assert_eq!(key.config().threshold, Some(9));
        assert_eq!(key.snapshot().actions, []);
    }
}

#[test]
fn a_breaker_that_is_just_being_made_announces_no_change() {
    let bench = Bench::new();
    bench.load("[breakers.mail]\nthreshold = 9\n", &[]);
    let (told, _subscription) = Told::listen(&bench.registry);
    let mail = bench.registry.get_or_create("mail", Config::new());
    let mail = mail.expect("the settings are valid");
    assert_eq!(mail.config().threshold, Some(9));
    assert_eq!(told.take(), [""; 0]);
}

#[test]
fn a_listener_of_a_change_may_change_settings() {
    let bench = Bench::new();
    let registry = bench.registry.clone();
    let subscription = bench.registry.subscribe(move |event| {
        if let EventKind::SettingsChanged(change) = event.kind() {
            if change.setting == "threshold" {
                let backoff = Overrides {
                    backoff: Some(3.0),
                    ..Overrides::default()
                };
                let configured = registry.configure("payment", backoff);
                configured.expect("it is valid");
            }
        }
    });
    let configured = bench.registry.configure("payment", threshold(9));
    configured.expect("it is valid");
    assert!((bench.payment.config().backoff - 3.0).abs() < f64::EPSILON);
    bench.load("[breakers.payment]\nthreshold = 7\n", &[]);
    // The listener holds the registry that holds it.
    drop(subscription);
}

#[test]
fn a_default_that_changes_is_attributed_to_the_setting_that_it_follows() {
    let bench = Bench::new();
    let (told, _subscription) = Told::listen(&bench.registry);
    let vars = [("BREAKER_PAYMENT__OPEN_FOR", "1s")];
    bench.load("[breakers.payment]\nthreshold = 7\n", &vars);
    assert_eq!(
        told.take(),
        [
            "`threshold` changed from 3 to 7 (file) by file breakers.toml",
            "`open_for` changed from 20s to 1s (environment) by variable BREAKER_PAYMENT__OPEN_FOR",
            "`max_open_for` changed from 200s to 10s (default) by variable BREAKER_PAYMENT__OPEN_FOR",
        ]
    );
}
