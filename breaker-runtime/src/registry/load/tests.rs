use std::ffi::OsString;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use super::super::{ConfigWatch, Finding, LoadReport, Registry, tests::Hook};
use crate::breaker::CircuitBreaker;
use crate::breaker::EventKind;
use crate::config::file::ConfigProblems;
use crate::config::{Config, Layer, Overrides};
use crate::sync::Arc;
use crate::values::State;

const SECOND: Duration = Duration::from_secs(1);

struct Bench {
    registry: Registry,
    payment: CircuitBreaker,
}

impl Bench {
    fn new() -> Self {
        let registry = Registry::new();
        let declared = Config::new().threshold(3).open_for(20 * SECOND);
        let payment = registry
            .get_or_create("payment", declared)
            .expect("the settings are right");
        Self { registry, payment }
    }

    fn try_load(&self, text: &str, vars: &[(&str, &str)]) -> Result<LoadReport, ConfigProblems> {
        let vars = vars
            .iter()
            .map(|(name, value)| (OsString::from(name), value.into()));
        let path = Path::new("breakers.toml");
        self.registry.load_text(text, path, vars, false)
    }

    fn load(&self, text: &str, vars: &[(&str, &str)]) -> LoadReport {
        self.try_load(text, vars).expect("nothing is wrong")
    }

    fn layer(&self, key: &str) -> Layer {
        let layers = self.payment.snapshot().layers;
        layers.of(key).expect("there is such a key")
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
fn each_layer_wins_over_those_before() {
    let bench = Bench::new();
    let report = bench.load(FILE, &[("BREAKER_PAYMENT__SUCCESS_THRESHOLD", "9")]);
    assert_eq!(report.configured, ["payment"]);
    assert_eq!(report.unknown, []);
    let runtime = Overrides {
        backoff: Some(2.0),
        ..Overrides::default()
    };
    let configured = bench.registry.configure("payment", runtime);
    configured.expect("it goes with the rest");
    let config = bench.payment.config();
    for (key, layer) in [
        ("half_open_calls", Layer::FileDefault),
        ("threshold", Layer::Declared),
        ("open_for", Layer::File),
        ("success_threshold", Layer::Environment),
        ("backoff", Layer::Runtime),
        ("jitter", Layer::Default),
    ] {
        assert_eq!(bench.layer(key), layer, "{key}");
    }
    assert_eq!(config.half_open_calls.get(), 7);
    assert_eq!(config.threshold, Some(3));
    assert_eq!(config.open_for, 2 * SECOND);
    assert_eq!(config.success_threshold.get(), 9);
    assert!((config.backoff - 2.0).abs() < f64::EPSILON);
}

#[test]
fn loading_again_replaces_what_was_loaded_and_leaves_what_was_configured() {
    let bench = Bench::new();
    bench.load(FILE, &[]);
    let runtime = Overrides {
        threshold: Some(30),
        ..Overrides::default()
    };
    let configured = bench.registry.configure("payment", runtime);
    configured.expect("it goes with the rest");
    bench.load("[breakers.payment]\nthreshold = 11", &[]);
    assert_eq!(bench.threshold(), Some(30));
    assert_eq!(bench.payment.config().open_for, 20 * SECOND);
    bench.registry.unconfigure("payment").expect("it is there");
    assert_eq!(bench.threshold(), Some(11));
    bench.load("", &[]);
    assert_eq!(bench.threshold(), Some(3));
}

#[test]
fn optional_keys_are_turned_off() {
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
fn everything_that_is_wrong_is_told_at_once_and_nothing_is_applied() {
    let bench = Bench::new();
    let text = "[default]\ntreshold = 1\n[breakers.payment]\nthreshold = 9\njitter = 7\n";
    let problems = bench.try_load(text, &[("BREAKER_PAYMENT__RAMP", "soon")]);
    let problems = problems.expect_err("three things are wrong").to_string();
    let lines: Vec<_> = problems.lines().collect();
    assert_eq!(lines.len(), 3, "{problems}");
    assert!(lines[0].starts_with("breakers.toml:2:1: unknown key `treshold`"));
    assert!(lines[1].starts_with("breakers.toml:5:"), "{problems}");
    assert!(
        lines[2].starts_with("BREAKER_PAYMENT__RAMP: "),
        "{problems}"
    );
    assert_eq!(bench.threshold(), Some(3));
    assert_eq!(bench.layer("threshold"), Layer::Declared);
}

#[test]
fn keys_that_cannot_be_met_with_those_beneath_are_told_where_they_stand() {
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
fn what_is_asked_of_a_breaker_that_is_not_there_is_kept_until_it_is() {
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
        Finding::Conflict(_) => None,
    });
    assert_eq!(findings.collect::<Vec<_>>(), ["paymnet"]);
}

#[test]
fn a_name_that_no_breaker_has_is_an_error_where_that_is_asked_for() {
    let bench = Bench::new();
    let path = Path::new("breakers.toml");
    let text = "[breakers.paymnet]\nthreshold = 1\n[breakers.payment]\nthreshold = 1\n";
    let problems = bench.registry.load_text(text, path, [], true);
    assert_eq!(
        problems.expect_err("no breaker has that name").to_string(),
        "breakers.toml:1:11: there is no circuit breaker `paymnet`; did you mean `payment`?"
    );
    assert_eq!(bench.threshold(), Some(3));
}

#[test]
fn a_breaker_made_later_that_cannot_live_by_what_was_loaded_says_so() {
    let bench = Bench::new();
    bench.load(
        "[breakers.mail]\nmax_open_for = \"5s\"\nthreshold = 1\n",
        &[],
    );
    let heard = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&heard);
    bench.registry.subscribe(move |event| {
        if let EventKind::SettingsRejected(problem) = event.kind() {
            list.lock().expect("nobody panics").push(problem.clone());
        }
    });
    let mail = bench.registry.get_or_create("mail", Config::new());
    let mail = mail.expect("what was declared is right");
    assert_eq!(mail.config().threshold, Some(5));
    let heard = heard.lock().expect("nobody panics");
    assert_eq!(heard.len(), 1);
    assert!(heard[0].contains("`max_open_for` must be at least as long as `open_for`"));
}

#[test]
fn force_sets_an_override_and_takes_back_only_its_own() {
    let bench = Bench::new();
    let forced = |how: &str| format!("[breakers.payment]\nforce = \"{how}\"\n");
    bench.load(&forced("open"), &[]);
    assert_eq!(bench.payment.state(), State::ForcedOpen);
    let over = bench.payment.snapshot().r#override.expect("it is forced");
    assert_eq!(over.reason, "requested by breakers.toml");
    bench.load(&forced("closed"), &[]);
    assert_eq!(bench.payment.state(), State::ForcedClosed);
    bench.load("", &[]);
    assert_eq!(bench.payment.state(), State::Closed);

    bench.payment.force_open("by hand", None);
    bench.load("", &[]);
    assert_eq!(bench.payment.state(), State::ForcedOpen);
    bench.load(&forced("off"), &[]);
    assert_eq!(bench.payment.state(), State::Closed);
    bench.load(&forced("off"), &[("BREAKER_PAYMENT__FORCE", "open")]);
    assert_eq!(bench.payment.state(), State::ForcedOpen);
}

#[test]
fn the_same_file_loaded_again_changes_nothing_and_tells_nothing() {
    let bench = Bench::new();
    let text = "[breakers.payment]\nforce = \"open\"\n";
    bench.load(text, &[]);
    let told = Arc::new(Mutex::new(0));
    let count = Arc::clone(&told);
    bench
        .registry
        .subscribe(move |_| *count.lock().expect("nobody panics") += 1);
    bench.load(text, &[]);
    assert_eq!(*told.lock().expect("nobody panics"), 0);
}

#[test]
fn a_listener_that_hears_of_force_may_load_and_configure() {
    let bench = Bench::new();
    let registry = bench.registry.clone();
    let heard = bench.registry.subscribe(move |_| {
        let more = Overrides {
            threshold: Some(77),
            ..Overrides::default()
        };
        registry.configure("payment", more).expect("it is right");
    });
    bench.load("[breakers.payment]\nforce = \"open\"\n", &[]);
    assert_eq!(bench.threshold(), Some(77));
    // It holds the registry that holds it.
    heard.cancel();
}

#[test]
fn what_is_loaded_holds_for_every_key() {
    let bench = Bench::new();
    let of = |key| {
        let made = bench
            .registry
            .get_or_create_keyed("fetch", key, Config::new());
        made.expect("the settings are right")
    };
    let before = of("a");
    bench.load("[breakers.fetch]\nthreshold = 1\nforce = \"open\"\n", &[]);
    assert_eq!(before.config().threshold, Some(1));
    assert!(of("a").try_acquire().is_err());
    bench.load("[breakers.fetch]\nthreshold = 1\n", &[]);
    assert_eq!(of("b").config().threshold, Some(1));
    assert!(of("b").try_acquire().is_ok());
}

#[test]
fn a_file_that_cannot_be_read_says_so() {
    let problems = Registry::new().load("no/such/file.toml");
    let problems = problems.expect_err("there is none").to_string();
    assert!(
        problems.starts_with("no/such/file.toml: cannot be read: "),
        "{problems}"
    );
}

#[test]
fn a_watched_file_is_applied_when_it_changes_and_a_broken_one_changes_nothing() {
    let bench = Bench::new();
    let path = std::env::temp_dir().join(format!("breaker-watch-{}.toml", std::process::id()));
    let write = |text: &str| std::fs::write(&path, text).expect("there is a place for it");
    write("[breakers.payment]\nthreshold = 7\n");
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&told);
    let watch = bench.registry.watch(&path, 3600 * SECOND, move |loaded| {
        list.lock().expect("nobody panics").push(loaded.is_ok());
    });
    let watch = watch.expect("the file is right");
    assert_eq!(bench.threshold(), Some(7));
    watch.check();
    write("[breakers.payment]\nthreshold = 8\n");
    watch.check();
    assert_eq!(bench.threshold(), Some(8));
    write("[breakers.payment]\nthreshold = 0\n");
    watch.check();
    watch.check();
    assert_eq!(bench.threshold(), Some(8));
    std::fs::remove_file(&path).expect("it was written");
    watch.check();
    assert_eq!(bench.threshold(), Some(8));
    write("[breakers.payment]\nthreshold = 9\n");
    watch.check();
    assert_eq!(bench.threshold(), Some(9));
    assert_eq!(
        *told.lock().expect("nobody panics"),
        [true, false, false, true]
    );
    assert_eq!(watch.path(), path);
    std::fs::remove_file(&path).expect("it was written");
}

#[test]
fn whoever_is_told_of_a_watched_file_may_panic() {
    let bench = Bench::new();
    let path = std::env::temp_dir().join(format!("breaker-panic-{}.toml", std::process::id()));
    let write = |text: &str| std::fs::write(&path, text).expect("there is a place for it");
    write("");
    let watch = bench
        .registry
        .watch(&path, 3600 * SECOND, |_| panic!("of its own"));
    let watch = watch.expect("the file is right");
    for threshold in [4, 5] {
        write(&format!("[breakers.payment]\nthreshold = {threshold}\n"));
        watch.check();
        assert_eq!(bench.threshold(), Some(threshold));
    }
    std::fs::remove_file(&path).expect("it was written");
}

#[test]
fn a_file_that_is_loaded_while_a_breaker_is_made_holds_for_it() {
    let hook = Hook::default();
    let registry = Registry::with_clock(hook.clone());
    let load = |registry: &Registry, threshold: u32| {
        let text = format!("[default]\nthreshold = {threshold}");
        let loaded = registry.load_text(&text, Path::new("breakers.toml"), [], false);
        loaded.expect("nothing is wrong");
    };
    load(&registry, 100);
    for at in 1..10 {
        let (loading, threshold) = (registry.clone(), 100 + at);
        hook.at(at, move || load(&loading, threshold));
        let breaker = registry
            .get_or_create(&format!("breaker-{at}"), Config::new())
            .expect("the settings are right");
        if hook.disarm() {
            return;
        }
        assert_eq!(breaker.config().threshold, Some(threshold), "at {at}");
    }
}

#[test]
fn a_file_that_lets_go_of_what_was_configured_on_top_of_it_says_so() {
    let bench = Bench::new();
    let window = "[breakers.payment]\nwindow = \"60s\"\nmax_failures = 9";
    bench.load(window, &[]);
    let rate = Overrides {
        failure_rate: Some(0.5),
        ..Overrides::default()
    };
    let registry = &bench.registry;
    registry.configure("payment", rate).expect("it is right");
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
fn a_breaker_that_is_to_be_forced_open_is_whatever_else_is_asked_for() {
    let bench = Bench::new();
    bench.load("[breakers.mail]\nforce = \"open\"\nfailure_rate = 0.5", &[]);
    let mail = bench.registry.get_or_create("mail", Config::new());
    let mail = mail.expect("the settings are right");
    assert_eq!(mail.state(), State::ForcedOpen);
}

#[test]
fn overrides_are_those_of_what_was_loaded_last_even_if_a_listener_loads() {
    let bench = Bench::new();
    let mail = bench.registry.get_or_create("mail", Config::new());
    let mail = mail.expect("the settings are right");
    let loading = bench.registry.clone();
    let heard = bench.registry.subscribe(move |event| {
        if let EventKind::OverrideSet(_) = event.kind() {
            let loaded = loading.load_text("", Path::new("breakers.toml"), [], false);
            loaded.expect("nothing is wrong");
        }
    });
    bench.load(
        "[breakers.mail]\nforce = \"open\"\n[breakers.payment]\nforce = \"open\"",
        &[],
    );
    assert_eq!(mail.state(), State::Closed);
    assert_eq!(bench.payment.state(), State::Closed);
    // It holds the registry that holds it.
    heard.cancel();
}

#[test]
fn whoever_is_told_of_a_watched_file_may_look_at_it() {
    let folder = std::env::temp_dir().join(format!("breaker-watch-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is room");
    let file = folder.join("looked-at.toml");
    std::fs::write(&file, "").expect("there is room");
    let watch = Arc::new(Mutex::new(None::<Arc<ConfigWatch>>));
    let (sender, told) = std::sync::mpsc::channel();
    let looking = Arc::clone(&watch);
    let registry = Registry::new();
    let watching = registry.watch(&file, SECOND / 50, move |_| {
        if let Some(watch) = &*looking.lock().expect("nobody panics") {
            watch.check();
        }
        sender.send(()).expect("the test waits");
    });
    let watching = Arc::new(watching.expect("nothing is wrong"));
    *watch.lock().expect("nobody panics") = Some(Arc::clone(&watching));
    std::fs::write(&file, "[default]\nthreshold = 4").expect("there is room");
    told.recv_timeout(10 * SECOND).expect("it came back");
    std::fs::remove_dir_all(&folder).expect("it is there");
    // What is told holds the watch, which holds its thread.
    drop(watching);
    *watch.lock().expect("nobody panics") = None;
    while told.recv_timeout(10 * SECOND).is_ok() {}
}

/// A pipe gives each text to whoever opens it first, and to nobody else.
#[cfg(all(unix, not(miri)))]
#[test]
fn what_is_put_in_force_from_a_watched_file_is_what_it_was_found_to_hold() {
    let folder = std::env::temp_dir().join(format!("breaker-pipe-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is room");
    let pipe = folder.join("breakers.toml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("it is installed").success());
    let write = |threshold: u32| {
        let (pipe, text) = (
            pipe.clone(),
            format!("[default]\nthreshold = {threshold}\n"),
        );
        std::thread::spawn(move || std::fs::write(pipe, text))
    };
    let registry = Registry::new();
    let mail = registry.get_or_create("mail", Config::new());
    let mail = mail.expect("the settings are right");
    let (sender, told) = std::sync::mpsc::channel();
    let (watching, watched) = (registry.clone(), pipe.clone());
    write(4);
    std::thread::spawn(move || {
        let watch = watching.watch(watched, 3600 * SECOND, |_| {});
        sender.send(watch).expect("the test waits");
    });
    let watch = told.recv_timeout(10 * SECOND).expect("it is read once");
    let watch = watch.expect("nothing is wrong");
    assert_eq!(mail.config().threshold, Some(4));

    write(5);
    let (sender, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        watch.check();
        sender.send(()).expect("the test waits");
    });
    told.recv_timeout(10 * SECOND).expect("it is read once");
    assert_eq!(mail.config().threshold, Some(5));
    std::fs::remove_dir_all(&folder).expect("it is there");
}

#[test]
fn a_file_that_is_not_text_says_where() {
    let path = std::env::temp_dir().join(format!("breaker-text-{}.toml", std::process::id()));
    std::fs::write(&path, b"# \xff").expect("there is room");
    let problems = Registry::new().load(&path);
    std::fs::remove_file(&path).expect("it was written");
    let problems = problems.expect_err("it is not UTF-8").to_string();
    assert!(problems.contains("is not UTF-8: "), "{problems}");
    assert!(problems.contains("from index 2"), "{problems}");
}
