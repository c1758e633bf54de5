//! The four outages of the example `outages`, as the shop without a breaker met them.

use std::time::Duration;

use breaker_runtime::rehearsal::{Candidate, OutageRule, Rehearsal, Report};
use breaker_runtime::{Config, Window};

use crate::read;

const MS: Duration = Duration::from_millis(1);

/// The example's outages last for two seconds: three errors in ten calls, or answers that take longer than 100 ms.
fn rule() -> OutageRule {
    let rule = OutageRule::new().with_slot(200 * MS).with_share(0.25);
    let rule = rule.with_slow(100 * MS).with_gap(500 * MS);
    rule.with_least(1000 * MS).with_tolerance(500 * MS)
}

fn report(config: &Config) -> Report {
    let candidate = Candidate::new("test", *config).unwrap();
    let mut rehearsal = Rehearsal::with_rule(candidate, rule());
    for call in read("outages.csv.gz") {
        rehearsal.push(&call).unwrap();
    }
    rehearsal.finish()
}

#[test]
fn the_settings_of_the_example_meet_all_four_outages() {
    let report = report(
        &Config::new()
            .window(Window::Calls(20))
            .min_calls(10)
            .failure_rate(0.25)
            .slow_call(100 * MS)
            .slow_rate(0.5)
            .open_for(400 * MS)
            .max_open_for(5000 * MS)
            .success_threshold(5)
            .ramp(500 * MS),
    );
    assert_eq!((report.calls, report.outages.len()), (860, 4));
    assert_eq!((report.missed_outages(), report.false_openings), (0, 0));
}

#[test]
fn the_defaults_miss_errors_between_successes_and_slow_answers() {
    let report = report(&Config::new().open_for(400 * MS));
    let met: Vec<_> = report
        .outages
        .iter()
        .map(|it| it.opening_delay.is_some())
        .collect();
    assert_eq!(met, [false, false, true, true]);
}
