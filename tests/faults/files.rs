//! Files that an editor is writing.

use std::fs;
use std::time::Duration;

use breaker_runtime::{Config, Registry, State};

#[test]
fn a_file_that_an_editor_has_truncated_takes_no_override_back() {
    let file = std::env::temp_dir().join(format!("breaker-truncated-{}.toml", std::process::id()));
    fs::write(&file, "[breakers.bank]\nforce = \"open\"\n").unwrap();
    let registry = Registry::new();
    let bank = registry.get_or_create("bank", Config::new()).unwrap();
    let watch = registry
        .watch(&file, Duration::from_secs(3600), |_| {})
        .unwrap();
    let saving = fs::File::create(&file).unwrap();
    watch.check();
    assert_eq!(bank.state(), State::ForcedOpen);
    drop(saving);
    fs::remove_file(&file).unwrap();
}
