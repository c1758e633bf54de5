mod changes;
mod overrides;
mod watch;

use std::ffi::OsString;
use std::sync::Mutex;
use std::time::Duration;

use super::super::{Finding, LoadReport, Registry, tests::Hook};
use crate::breaker::CircuitBreaker;
use crate::breaker::EventKind;
use crate::config::file::ConfigProblems;
use crate::config::{Config, Overrides};
use crate::sync::Arc;
use crate::test_util::ManualClock;
use crate::values::{Attribution, Layer, State};

const SECOND: Duration = Duration::from_secs(1);

struct Bench {
    registry: Registry,
    payment: CircuitBreaker,
}

impl Bench {
    fn new() -> Self {
        Self::of(Registry::new())
    }

    fn with_clock(clock: &ManualClock) -> Self {
        Self::of(Registry::with_clock(clock.clone()))
    }

    fn of(registry: Registry) -> Self {
        let declared = Config::new().threshold(3).open_for(20 * SECOND);
        let payment = registry
            .get_or_create("payment", declared)
            .expect("the settings are valid");
        Self { registry, payment }
    }

    fn key_of_fetch(&self, key: &str) -> CircuitBreaker {
        let made = self
            .registry
            .get_or_create_keyed("fetch", key, Config::new());
        made.expect("the settings are valid")
    }

    fn try_load(&self, text: &str, vars: &[(&str, &str)]) -> Result<LoadReport, ConfigProblems> {
        let vars = vars
            .iter()
            .map(|(name, value)| (OsString::from(name), value.into()));
        self.registry.load_texts(
            &[("breakers.toml", text)],
            vars,
            false,
            &Attribution::default(),
        )
    }

    fn load(&self, text: &str, vars: &[(&str, &str)]) -> LoadReport {
        self.try_load(text, vars).expect("the settings are valid")
    }

    fn layer(&self, setting: &str) -> Layer {
        let layers = self.payment.snapshot().layers;
        layers.of(setting).expect("there is such a setting")
    }

    fn threshold(&self) -> Option<u32> {
        self.payment.config().threshold
    }
}

const FILE: &str = r#"
[default]
threshold = 50
half_open_calls = 7
open_for = "1s"

[breakers.payment]
open_for = "2s"
success_threshold = 4
"#;

#[test]
fn each_layer_takes_precedence_over_the_earlier_ones() {
    let bench = Bench::new();
    let report = bench.load(FILE, &[("BREAKER_PAYMENT__SUCCESS_THRESHOLD", "9")]);
    assert_eq!(report.configured, ["payment"]);
    assert_eq!(report.unknown, []);
    let runtime = Overrides {
        backoff: Some(2.0),
        ..Overrides::default()
    };
    let configured = bench.registry.configure("payment", runtime);
    configured.expect("it is consistent with the others");
    let config = bench.payment.config();
    for (setting, layer) in [
        ("half_open_calls", Layer::FileDefault),
        ("threshold", Layer::Declared),
        ("open_for", Layer::File),
        ("success_threshold", Layer::Environment),
        ("backoff", Layer::Runtime),
        ("jitter", Layer::Default),
    ] {
        assert_eq!(bench.layer(setting), layer, "{setting}");
    }
    assert_eq!(config.half_open_calls.get(), 7);
    assert_eq!(config.threshold, Some(3));
    assert_eq!(config.open_for, 2 * SECOND);
    assert_eq!(config.success_threshold.get(), 9);
    assert!((config.backoff - 2.0).abs() < f64::EPSILON);
}

#[test]
fn loading_again_replaces_loaded_settings_and_keeps_configured_ones() {
    let bench = Bench::new();
    bench.load(FILE, &[]);
    let runtime = Overrides {
        threshold: Some(30),
        ..Overrides::default()
    };
    let configured = bench.registry.configure("payment", runtime);
    configured.expect("it is consistent with the others");
    bench.load("[breakers.payment]\nthreshold = 11", &[]);
    assert_eq!(bench.threshold(), Some(30));
    assert_eq!(bench.payment.config().open_for, 20 * SECOND);
    bench.registry.unconfigure("payment").expect("it exists");
    assert_eq!(bench.threshold(), Some(11));
    bench.load("", &[]);
    assert_eq!(bench.threshold(), Some(3));
}

#[test]
fn optional_settings_are_turned_off() {
    let bench = Bench::new();
    bench.load(
        "[breakers.payment]\nthreshold = \"off\"\ncancel_after = \"off\"",
        &[],
    );
    let config = bench.payment.config();
    assert_eq!((config.threshold, config.cancel_after), (None, None));
    for _ in 0..20 {
        let _ = bench.payment.call(|| Err::<(), _>(()));
    }
    assert_eq!(bench.payment.state(), State::Closed);
}

#[test]
fn all_mistakes_are_reported_at_once_and_nothing_is_applied() {
    let bench = Bench::new();
    let text = "[default]\ntreshold = 1\n[breakers.payment]\nthreshold = 9\njitter = 7\n";
    let problems = bench.try_load(text, &[("BREAKER_PAYMENT__RAMP", "soon")]);
    let problems = problems.expect_err("three things are wrong").to_string();
    let lines: Vec<_> = problems.lines().collect();
    assert_eq!(lines.len(), 3, "{problems}");
    assert!(lines[0].starts_with("breakers.toml:2:1: unknown setting `treshold`"));
    assert!(lines[1].starts_with("breakers.toml:5:"), "{problems}");
    assert!(
        lines[2].starts_with("BREAKER_PAYMENT__RAMP: "),
        "{problems}"
    );
    assert_eq!(bench.threshold(), Some(3));
    assert_eq!(bench.layer("threshold"), Layer::Declared);
}

#[test]
fn settings_that_are_inconsistent_with_lower_layers_are_reported_with_their_position() {
    let bench = Bench::new();
    let text = "[breakers.payment]\nbackoff = 2.0\nmax_open_for = \"5s\"\n";
    let problems = bench
        .try_load(text, &[])
        .expect_err("the attribute says 20 s");
    assert_eq!(
        problems.to_string(),
        "breakers.toml:3:1: circuit breaker `payment`: `max_open_for` must be at least as long as \
         `open_for`: 5s is shorter than 20s"
    );
    let rate = [("BREAKER_PAYMENT__FAILURE_RATE", "0.5")];
    let problems = bench.try_load("", &rate).expect_err("there is no window");
    assert_eq!(
        problems.to_string(),
        "BREAKER_PAYMENT__FAILURE_RATE: circuit breaker `payment`: `failure_rate` needs a `window`"
    );
    assert_eq!(bench.payment.config().max_open_for, 200 * SECOND);
}

#[test]
fn settings_for_a_missing_breaker_are_kept_until_it_is_made() {
    let bench = Bench::new();
    let text = "[breakers.paymnet]\nthreshold = 1\n[breakers.\"mail/out\"]\nthreshold = 8\n";
    let report = bench.load(text, &[("BREAKER_FAX__THRESHOLD", "6")]);
    let unknown: Vec<_> = report.unknown.iter().map(ToString::to_string).collect();
    assert_eq!(
        unknown,
        [
            "breakers.toml:3:11: there is no circuit breaker `mail/out`",
            "breakers.toml:1:11: there is no circuit breaker `paymnet`; did you mean `payment`?",
            "BREAKER_FAX__THRESHOLD: there is no circuit breaker `FAX`",
        ]
    );
    let made = |name: &str| bench.registry.get_or_create(name, Config::new());
    let mail = made("mail/out").expect("it can be made");
    assert_eq!(mail.config().threshold, Some(8));
    let fax = made("fax").expect("it can be made");
    assert_eq!(fax.config().threshold, Some(6));
    let findings = bench.registry.verify();
    let findings = findings.iter().filter_map(|finding| match finding {
        Finding::UnknownBreaker(unknown) => Some(&*unknown.name),
        Finding::Conflict(_) | Finding::VoidSetting(_) | Finding::SimilarNames(_) => None,
    });
    assert_eq!(findings.collect::<Vec<_>>(), ["paymnet"]);
}

#[test]
fn an_unknown_name_is_an_error_for_load_strict() {
    let bench = Bench::new();
    let text = "[breakers.paymnet]\nthreshold = 1\n[breakers.payment]\nthreshold = 1\n";
    let problems = bench.registry.load_texts(
        &[("breakers.toml", text)],
        [],
        true,
        &Attribution::default(),
    );
    assert_eq!(
        problems.expect_err("no breaker has that name").to_string(),
        "breakers.toml:1:11: there is no circuit breaker `paymnet`; did you mean `payment`?"
    );
    assert_eq!(bench.threshold(), Some(3));
}

#[test]
fn loaded_settings_that_do_not_fit_a_later_breaker_are_announced() {
    let bench = Bench::new();
    bench.load(
        "[breakers.mail]\nmax_open_for = \"5s\"\nthreshold = 1\n",
        &[],
    );
    let rejected = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&rejected);
    bench
        .registry
        .subscribe(move |event| {
            if let EventKind::SettingsRejected(problem) = event.kind() {
                list.lock().expect("nobody panics").push(problem.clone());
            }
        })
        .detach();
    let mail = bench.registry.get_or_create("mail", Config::new());
    let mail = mail.expect("the declared settings are valid");
    assert_eq!(mail.config().threshold, Some(5));
    let rejected = rejected.lock().expect("nobody panics");
    assert_eq!(rejected.len(), 1);
    assert!(rejected[0].contains("`max_open_for` must be at least as long as `open_for`"));
}

#[test]
fn force_sets_an_override_and_clears_only_its_own() {
    let bench = Bench::new();
    let forced = |how: &str| format!("[breakers.payment]\nforce = \"{how}\"\n");
    bench.load(&forced("open"), &[]);
    assert_eq!(bench.payment.state(), State::ForcedOpen);
    let over = bench.payment.snapshot().r#override.expect("it is forced");
    assert_eq!(over.by.actor.as_deref(), Some("file breakers.toml"));
    assert_eq!((over.layer, over.reason.as_str()), (Layer::File, ""));
    bench.load(&forced("closed"), &[]);
    assert_eq!(bench.payment.state(), State::ForcedClosed);
    bench.load("", &[]);
    assert_eq!(bench.payment.state(), State::Closed);

    bench.payment.force_open("by hand", None);
    bench.load("", &[]);
    assert_eq!(bench.payment.state(), State::ForcedOpen);
    bench.load(&forced("off"), &[]);
    assert_eq!(bench.payment.state(), State::ForcedOpen);
    bench.payment.clear_override();
    assert_eq!(bench.payment.state(), State::Closed);
    bench.load(&forced("off"), &[("BREAKER_PAYMENT__FORCE", "open")]);
    assert_eq!(bench.payment.state(), State::ForcedOpen);
    let over = bench.payment.snapshot().r#override.expect("it is forced");
    let actor = over.by.actor.as_deref();
    assert_eq!(actor, Some("variable BREAKER_PAYMENT__FORCE"));
    assert_eq!(over.layer, Layer::Environment);
}

#[test]
fn loading_the_same_file_again_causes_no_event() {
    let bench = Bench::new();
    let text = "[breakers.payment]\nforce = \"open\"\n";
    bench.load(text, &[]);
    let events = Arc::new(Mutex::new(0));
    let count = Arc::clone(&events);
    bench
        .registry
        .subscribe(move |_| *count.lock().expect("nobody panics") += 1)
        .detach();
    bench.load(text, &[]);
    assert_eq!(*events.lock().expect("nobody panics"), 0);
}

#[test]
fn force_for_all_breakers_yields_to_that_of_one() {
    let bench = Bench::new();
    let make = |name: &str| bench.registry.get_or_create(name, Config::new());
    let mail = make("mail").expect("it can be made");
    let states = || (bench.payment.state(), mail.state());
    let default = "[default]\nforce = \"closed\"\n";
    bench.load(default, &[]);
    assert_eq!(states(), (State::ForcedClosed, State::ForcedClosed));
    let later = make("later").expect("it can be made");
    assert_eq!(later.state(), State::ForcedClosed);
    bench.load(default, &[("BREAKER__FORCE", "open")]);
    assert_eq!(states(), (State::ForcedOpen, State::ForcedOpen));
    let own = format!("{default}[breakers.mail]\nforce = \"off\"\n");
    bench.load(&own, &[("BREAKER__FORCE", "open")]);
    assert_eq!(states(), (State::ForcedOpen, State::Closed));
    let over = bench.payment.snapshot().r#override.expect("it is forced");
    assert_eq!(over.by.to_string(), "variable BREAKER__FORCE");
    bench.load("", &[]);
    assert_eq!(states(), (State::Closed, State::Closed));
}

#[test]
fn a_variable_for_all_breakers_lies_between_the_default_of_the_file_and_the_attribute() {
    let bench = Bench::new();
    let vars = [
        ("BREAKER__THRESHOLD", "40"),
        ("BREAKER__HALF_OPEN_CALLS", "5"),
        ("BREAKER__SUCCESS_THRESHOLD", "6"),
    ];
    bench.load(FILE, &vars);
    let config = bench.payment.config();
    assert_eq!(config.threshold, Some(3));
    assert_eq!(config.half_open_calls.get(), 5);
    assert_eq!(config.success_threshold.get(), 4);
    assert_eq!(bench.layer("half_open_calls"), Layer::EnvironmentDefault);
    let problems = bench.try_load("", &[("BREAKER__MAX_OPEN_FOR", "5s")]);
    assert_eq!(
        problems.expect_err("the attribute says 20 s").to_string(),
        "BREAKER__MAX_OPEN_FOR: circuit breaker `payment`: `max_open_for` must be at least as long \
         as `open_for`: 5s is shorter than 20s"
    );
}

#[test]
fn a_group_lies_between_the_attribute_and_the_table_of_its_breaker() {
    let bench = Bench::new();
    let text = "[default]\nhalf_open_calls = 7\nsuccess_threshold = 8\n\
                [groups.http]\nhalf_open_calls = 6\nthreshold = 11\nopen_for = \"1s\"\n\
                force = \"open\"\n\
                [breakers.payment]\ngroup = \"http\"\nopen_for = \"2s\"\n";
    let vars = [("BREAKER__FORCE", "closed")];
    bench.load(text, &vars);
    let config = bench.payment.config();
    assert_eq!(config.threshold, Some(11));
    assert_eq!(config.open_for, 2 * SECOND);
    assert_eq!(config.half_open_calls.get(), 6);
    assert_eq!(config.success_threshold.get(), 8);
    assert_eq!(bench.layer("threshold"), Layer::File);
    assert_eq!(bench.payment.state(), State::ForcedOpen);
    let problems = bench.try_load(
        "[groups.http]\nfailure_rate = 0.5\n[breakers.payment]\ngroup = \"http\"\n",
        &[],
    );
    assert_eq!(
        problems.expect_err("there is no window").to_string(),
        "breakers.toml:2:1: circuit breaker `payment`: `failure_rate` needs a `window`"
    );
}

#[test]
fn loading_the_environment_alone_replaces_what_a_file_has_set() {
    let bench = Bench::new();
    bench.load("[breakers.payment]\nthreshold = 7\nforce = \"open\"\n", &[]);
    let report = bench.registry.load_env().expect("no variable is wrong");
    assert_eq!(report.configured, [""; 0]);
    assert_eq!(bench.threshold(), Some(3));
    assert_eq!(bench.payment.state(), State::Closed);
}

#[test]
fn a_listener_may_configure_when_force_notifies_it() {
    let bench = Bench::new();
    let registry = bench.registry.clone();
    let subscription = bench.registry.subscribe(move |event| {
        if let EventKind::OverrideSet(_) = event.kind() {
            let more = Overrides {
                threshold: Some(77),
                ..Overrides::default()
            };
            let configured = registry.configure("payment", more);
            configured.expect("the settings are valid");
        }
    });
    bench.load("[breakers.payment]\nforce = \"open\"\n", &[]);
    assert_eq!(bench.threshold(), Some(77));
    // The listener holds the registry that holds it.
    drop(subscription);
}

#[test]
fn loaded_settings_apply_to_every_key() {
    let bench = Bench::new();
    let of = |key| bench.key_of_fetch(key);
    let before = of("a");
    bench.load("[breakers.fetch]\nthreshold = 1\nforce = \"open\"\n", &[]);
    assert_eq!(before.config().threshold, Some(1));
    assert!(of("a").try_acquire().is_err());
    bench.load("[breakers.fetch]\nthreshold = 1\n", &[]);
    assert_eq!(of("b").config().threshold, Some(1));
    assert!(of("b").try_acquire().is_ok());
}

#[test]
fn the_second_file_lies_over_the_first() {
    let bench = Bench::new();
    let load = |over: &str| {
        let files = [("base.toml", FILE), ("over.toml", over)];
        bench
            .registry
            .load_texts(&files, [], false, &Attribution::default())
    };
    load("[breakers.payment]\nopen_for = \"4s\"\n").expect("the settings are valid");
    assert_eq!(bench.payment.config().open_for, 4 * SECOND);
    assert_eq!(bench.payment.config().success_threshold.get(), 4);
    let problems = load("[breakers.payment]\nmax_open_for = \"1s\"\nforce = \"open\"\n");
    assert_eq!(
        problems.expect_err("the first file says 2 s").to_string(),
        "over.toml:2:1: circuit breaker `payment`: `max_open_for` must be at least as long as \
         `open_for`: 1s is shorter than 2s"
    );
    assert_eq!(bench.payment.config().open_for, 4 * SECOND);
    load("[breakers.payment]\nforce = \"open\"\n[breakers.fax]\n").expect("it is valid");
    let over = bench.payment.snapshot().r#override.expect("it is forced");
    assert_eq!(over.by.to_string(), "file over.toml");
    let unknown = bench.registry.verify();
    assert_eq!(
        unknown[0].to_string(),
        "over.toml:3:11: there is no circuit breaker `fax`"
    );
}

#[test]
fn each_file_that_cannot_be_read_is_reported() {
    let problems = Registry::new().load_files(["no/base.toml", "no/over.toml"]);
    let problems = problems.expect_err("neither exists");
    let files: Vec<_> = problems.iter().map(|problem| &*problem.file).collect();
    assert_eq!(files, ["no/base.toml", "no/over.toml"]);
}

#[test]
fn a_file_that_cannot_be_read_is_reported() {
    let problems = Registry::new().load("no/such/file.toml");
    let problems = problems.expect_err("the file does not exist").to_string();
    assert!(
        problems.starts_with("no/such/file.toml: cannot be read: "),
        "{problems}"
    );
}

#[test]
fn a_file_that_is_loaded_while_a_breaker_is_made_applies_to_it() {
    let hook = Hook::default();
    let registry = Registry::with_clock(hook.clone());
    let load = |registry: &Registry, threshold: u32| {
        let text = format!("[default]\nthreshold = {threshold}");
        let loaded = registry.load_texts(
            &[("breakers.toml", &text)],
            [],
            false,
            &Attribution::default(),
        );
        loaded.expect("the settings are valid");
    };
    load(&registry, 100);
    for at in 1..10 {
        let (loading, threshold) = (registry.clone(), 100 + at);
        hook.at(at, move || load(&loading, threshold));
        let breaker = registry
            .get_or_create(&format!("breaker-{at}"), Config::new())
            .expect("the settings are valid");
        if hook.disarm() {
            assert!(at > 1, "the clock was never asked");
            return;
        }
        assert_eq!(breaker.config().threshold, Some(threshold), "at {at}");
    }
    panic!("the clock is asked at more moments than this test tries");
}

#[test]
fn a_file_without_a_setting_that_configured_ones_need_is_rejected() {
    let bench = Bench::new();
    let window = "[breakers.payment]\nwindow = \"60s\"\nmax_failures = 9";
    bench.load(window, &[]);
    let rate = Overrides {
        failure_rate: Some(0.5),
        ..Overrides::default()
    };
    let registry = &bench.registry;
    registry
        .configure("payment", rate)
        .expect("the settings are valid");
    for (text, place) in [
        (
            "\n[breakers.payment]\nopen_for = \"7s\"",
            "breakers.toml:2:",
        ),
        ("[default]\nopen_for = \"7s\"", "breakers.toml: "),
    ] {
        let problems = bench.try_load(text, &[]).expect_err("it needs a window");
        let problems = problems.to_string();
        assert!(problems.starts_with(place), "{problems}");
        assert!(
            problems.contains("`failure_rate` needs a `window`"),
            "{problems}"
        );
        assert_eq!(bench.layer("window"), Layer::File);
    }
}

#[test]
fn force_open_applies_even_if_the_other_settings_do_not_fit() {
    let bench = Bench::new();
    bench.load("[breakers.mail]\nforce = \"open\"\nfailure_rate = 0.5", &[]);
    let mail = bench.registry.get_or_create("mail", Config::new());
    let mail = mail.expect("the settings are valid");
    assert_eq!(mail.state(), State::ForcedOpen);
}

#[test]
fn the_last_load_decides_the_overrides_even_if_a_listener_loads() {
    let bench = Bench::new();
    let mail = bench.registry.get_or_create("mail", Config::new());
    let mail = mail.expect("the settings are valid");
    let loading = bench.registry.clone();
    let subscription = bench.registry.subscribe(move |event| {
        if let EventKind::OverrideSet(_) = event.kind() {
            let loaded = loading.load_texts(&[], [], false, &Attribution::default());
            loaded.expect("the settings are valid");
        }
    });
    bench.load(
        "[breakers.mail]\nforce = \"open\"\n[breakers.payment]\nforce = \"open\"",
        &[],
    );
    assert_eq!(mail.state(), State::Closed);
    assert_eq!(bench.payment.state(), State::Closed);
    // The listener holds the registry that holds it.
    drop(subscription);
}

#[test]
fn a_file_that_is_not_utf_8_is_reported_with_the_position() {
    let path = std::env::temp_dir().join(format!("breaker-text-{}.toml", std::process::id()));
    std::fs::write(&path, b"# \xff").expect("the directory is writable");
    let problems = Registry::new().load(&path);
    std::fs::remove_file(&path).expect("it was written");
    let problems = problems.expect_err("it is not UTF-8").to_string();
    assert!(problems.contains("is not UTF-8: "), "{problems}");
    assert!(problems.contains("from index 2"), "{problems}");
}
