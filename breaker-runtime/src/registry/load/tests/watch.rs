//! Watching files.

use std::path::Path;
use std::sync::Mutex;

use super::super::super::{ConfigWatch, LoadReport, Registry};
use super::{Bench, SECOND};
use crate::config::file::ConfigProblems;
use crate::sync::Arc;
use crate::values::State;

#[test]
fn a_watched_file_is_applied_when_it_changes_and_a_broken_one_changes_nothing() {
    let bench = Bench::new();
    let path = std::env::temp_dir().join(format!("breaker-watch-{}.toml", std::process::id()));
    let write = |text: &str| std::fs::write(&path, text).expect("the directory is writable");
    write("[breakers.payment]\nthreshold = 7\n");
    let results = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&results);
    let watch = bench.registry.watch(&path, 3600 * SECOND, move |loaded| {
        list.lock().expect("nobody panics").push(loaded.is_ok());
    });
    let watch = watch.expect("the file is valid");
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
        *results.lock().expect("nobody panics"),
        [true, true, false, false, true]
    );
    assert_eq!(watch.paths(), [path.as_path()]);
    std::fs::remove_file(&path).expect("it was written");
}

#[test]
fn the_first_load_of_a_watched_file_is_reported_unless_it_fails() {
    let registry = Registry::new();
    let first = |text: &'static str| {
        let (sender, loads) = std::sync::mpsc::channel();
        let read = move |_: &Path| Ok(text.to_owned());
        let on_load = move |loaded| sender.send(loaded).expect("the test waits");
        let watch = registry.watch_contents(vec!["b.toml".into()], 3600 * SECOND, read, on_load);
        watch.map(|watch| {
            watch.check();
            drop(watch);
            loads.iter().collect::<Vec<_>>()
        })
    };
    let reports = first("[breakers.paymnet]\nthreshold = 4\n").expect("the contents are valid");
    let [Ok(report)] = reports.as_slice() else {
        panic!("{reports:?}");
    };
    assert_eq!(report.unknown[0].name, "paymnet");
    assert!(first("[breakers.payment]\nthreshold = 0\n").is_err());
}

#[test]
fn the_callback_of_a_watched_file_may_panic() {
    let bench = Bench::new();
    let path = std::env::temp_dir().join(format!("breaker-panic-{}.toml", std::process::id()));
    let write = |text: &str| std::fs::write(&path, text).expect("the directory is writable");
    write("");
    let watch = bench
        .registry
        .watch(&path, 3600 * SECOND, |_| panic!("the panic of this test"));
    let watch = watch.expect("the file is valid");
    for threshold in [4, 5] {
        write(&format!("[breakers.payment]\nthreshold = {threshold}\n"));
        watch.check();
        assert_eq!(bench.threshold(), Some(threshold));
    }
    std::fs::remove_file(&path).expect("it was written");
}

#[test]
fn the_callback_of_a_watched_file_may_check_it() {
    let folder = std::env::temp_dir().join(format!("breaker-watch-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the directory is writable");
    let file = folder.join("looked-at.toml");
    std::fs::write(&file, "").expect("the directory is writable");
    let watch = Arc::new(Mutex::new(None::<Arc<ConfigWatch>>));
    let (sender, called) = std::sync::mpsc::channel();
    let looking = Arc::clone(&watch);
    let registry = Registry::new();
    let watching = registry.watch(&file, SECOND / 50, move |_| {
        if let Some(watch) = &*looking.lock().expect("nobody panics") {
            watch.check();
        }
        sender.send(()).expect("the test waits");
    });
    let watching = Arc::new(watching.expect("the settings are valid"));
    called.recv_timeout(10 * SECOND).expect("the first load");
    *watch.lock().expect("nobody panics") = Some(Arc::clone(&watching));
    std::fs::write(&file, "[default]\nthreshold = 4").expect("the directory is writable");
    called
        .recv_timeout(10 * SECOND)
        .expect("the callback returned");
    std::fs::remove_dir_all(&folder).expect("it exists");
    // The callback holds the watch, and the watch holds its thread.
    drop(watching);
    *watch.lock().expect("nobody panics") = None;
    while called.recv_timeout(10 * SECOND).is_ok() {}
}

/// Returns a watch that reads these contents one after the other, and then the last ones again and again.
fn watch_script(
    registry: &Registry,
    contents: &[&str],
) -> (
    ConfigWatch,
    std::sync::mpsc::Receiver<Result<LoadReport, ConfigProblems>>,
) {
    let mut contents: Vec<_> = contents.iter().rev().map(|&text| text.to_owned()).collect();
    let (sender, loads) = std::sync::mpsc::channel();
    let read = move |_: &Path| {
        let next = contents.pop().expect("the last one stays");
        if contents.is_empty() {
            contents.push(next.clone());
        }
        Ok(next)
    };
    let on_load = move |loaded| sender.send(loaded).expect("the test waits");
    let watch = registry.watch_contents(vec!["breakers.toml".into()], 3600 * SECOND, read, on_load);
    let watch = watch.expect("the first contents are valid");
    let first = loads.recv().expect("the first load is reported");
    assert!(first.is_ok());
    (watch, loads)
}

#[test]
fn a_change_of_a_watched_file_takes_effect_when_it_was_read_twice() {
    let bench = Bench::new();
    let threshold = |n: u32| format!("[breakers.payment]\nthreshold = {n}\n");
    let (four, half, five) = (threshold(4), "[breakers.pay", threshold(5));
    let (watch, loads) = watch_script(&bench.registry, &[&four, half, &five, &five]);
    assert_eq!(bench.threshold(), Some(4));
    watch.check();
    assert_eq!(bench.threshold(), Some(5));
    assert!(loads.try_recv().expect("one load").is_ok());
    assert!(
        loads.try_recv().is_err(),
        "the half-written file was loaded"
    );
}

#[test]
fn a_change_of_any_watched_file_loads_all_of_them() {
    let bench = Bench::new();
    let folder = std::env::temp_dir().join(format!("breaker-two-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the directory is writable");
    let paths = ["base.toml", "over.toml"].map(|name| folder.join(name));
    let write = |at: usize, text: &str| {
        std::fs::write(&paths[at], text).expect("the directory is writable");
    };
    write(0, "[breakers.payment]\nthreshold = 4\nbackoff = 2\n");
    write(1, "[breakers.payment]\nthreshold = 5\n");
    let (sender, loads) = std::sync::mpsc::channel();
    let watch = bench
        .registry
        .watch_files(&paths, 3600 * SECOND, move |loaded| {
            let loaded = loaded.map_err(|problems| problems.to_string());
            sender.send(loaded).expect("the test waits");
        });
    let watch = watch.expect("the files are valid");
    assert_eq!(watch.paths(), paths);
    assert!(loads.recv().expect("the first load").is_ok());
    let settings = || {
        let config = bench.payment.config();
        (config.threshold, config.backoff.to_string())
    };
    assert_eq!(settings(), (Some(5), "2".to_owned()));
    write(0, "[breakers.payment]\nbackoff = 3\n");
    watch.check();
    assert_eq!(settings(), (Some(5), "3".to_owned()));
    assert!(loads.try_recv().expect("a load").is_ok());
    write(1, "# an editor is writing\n");
    watch.check();
    assert_eq!(settings(), (Some(5), "3".to_owned()));
    let problem = loads.try_recv().expect("it is reported");
    let problem = problem.expect_err("the file has become empty");
    assert!(problem.contains("over.toml: the file contains no settings any more"));
    drop(watch);
    std::fs::remove_dir_all(&folder).expect("it exists");
}

#[test]
fn a_file_that_goes_back_before_it_was_read_twice_is_not_loaded() {
    let bench = Bench::new();
    let four = "[breakers.payment]\nthreshold = 4\n";
    let (watch, loads) = watch_script(&bench.registry, &[four, "[", four]);
    watch.check();
    assert_eq!(bench.threshold(), Some(4));
    assert!(loads.try_recv().is_err());
}

#[test]
fn a_watched_file_that_becomes_empty_changes_nothing() {
    for empty in [
        "",
        "\n  \n",
        "# threshold = 5\n",
        "\u{feff}",
        "[default]\n[breakers.payment] # soon\n",
    ] {
        let bench = Bench::new();
        let forced = "[breakers.payment]\nforce = \"open\"\n";
        let (watch, loads) = watch_script(&bench.registry, &[forced, empty, empty]);
        let payment = bench.registry.get("payment").expect("it exists");
        watch.check();
        assert_eq!(payment.state(), State::ForcedOpen);
        let problems = loads.try_recv().expect("it is reported");
        let problems = problems.expect_err("it is a problem").to_string();
        assert!(
            problems.starts_with("breakers.toml: the file contains no settings any more; "),
            "{problems}"
        );
        watch.check();
        assert!(loads.try_recv().is_err(), "it is reported once");
    }
}

#[test]
fn a_watched_file_may_be_empty_from_the_start() {
    let bench = Bench::new();
    let five = "[breakers.payment]\nthreshold = 5\n";
    let (watch, loads) = watch_script(
        &bench.registry,
        &["", "# nothing\n", "# nothing\n", five, five],
    );
    watch.check();
    assert!(loads.try_recv().expect("a load").is_ok());
    watch.check();
    assert_eq!(bench.threshold(), Some(5));
}
