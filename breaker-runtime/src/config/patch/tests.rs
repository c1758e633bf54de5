use super::Patch;
use crate::config::{Config, Overrides, Setting};

fn runtime(patches: &[Patch]) -> Option<Config> {
    let mut runtime = None;
    for patch in patches {
        patch.apply(&mut runtime);
    }
    runtime.map(|config| *config)
}

fn threshold(failures: u32) -> Patch {
    Patch::from(Overrides {
        threshold: Some(failures),
        ..Overrides::default()
    })
}

#[test]
fn the_later_mention_of_a_setting_counts() {
    let off = Config::new().with(Setting::Threshold, crate::config::value::Value::Off);
    let patch = threshold(5).take_back("threshold").off("threshold");
    assert_eq!(runtime(std::slice::from_ref(&patch)), Some(off));
    assert_eq!(patch.to_string(), "threshold = off");
    let patch = threshold(5).off("threshold").take_back("threshold");
    assert_eq!(runtime(&[threshold(4), patch.clone()]), None);
    assert_eq!(patch.to_string(), "threshold taken back");
}

#[test]
fn a_patch_keeps_what_it_does_not_mention() {
    let patches = [threshold(5), Patch::new().off("ramp"), Patch::new()];
    let runtime = runtime(&patches).expect("two settings are configured");
    let given: Vec<_> = runtime.given().map(|(setting, _)| setting).collect();
    assert_eq!(given, [Setting::Threshold, Setting::Ramp]);
}

#[test]
fn every_optional_setting_and_no_other_can_be_turned_off() {
    for setting in Setting::ALL {
        let patch = Patch::new().off(setting.name());
        assert_eq!(
            patch.problems().is_empty(),
            setting.takes_off(),
            "{setting:?}"
        );
    }
    let patch = Patch::new().off("open_for");
    assert_eq!(
        patch.problems()[0].to_string(),
        "`open_for` cannot be turned off"
    );
}

#[test]
fn an_unknown_name_is_a_problem() {
    let patch = Patch::new().take_back("opne_for").off("\n");
    let problems: Vec<_> = patch.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "unknown setting `opne_for`; did you mean `open_for`?",
            "unknown setting `\\n`"
        ]
    );
}
