use std::time::{Duration, SystemTime};

use super::{Interval, read_instant};

/// 2026-11-03T10:00:00Z in seconds since 1970.
const TEN: u64 = 1_793_700_000;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn read(text: &str) -> (SystemTime, SystemTime) {
    let interval: Interval = text.parse().expect("an interval");
    (interval.from, interval.to)
}

#[test]
fn an_interval_ends_at_a_time_after_a_duration_or_with_the_day() {
    let two_hours = (at(TEN), at(TEN + 7_200));
    for text in [
        "2026-11-03T10:00/12:00",
        "2026-11-03 10:00:00Z/12:00:00",
        "2026-11-03T11:00+01:00/13:00",
        "2026-11-03T10:00 / 2h",
        "2026-11-03T10:00/120m",
        "2026-11-03T10:00/PT2H",
        "2026-11-03T10:00/2026-11-03T12:00",
        "1793700000/1793707200",
    ] {
        assert_eq!(read(text), two_hours, "{text}");
    }
    assert_eq!(read("2026-11-03"), (at(TEN - 36_000), at(TEN + 50_400)));
    assert_eq!(read("2026-11-03/2026-11-05").1, at(TEN + 50_400 + 86_400));
}

#[test]
fn an_interval_without_an_end_or_sense_says_what_to_write() {
    let error = |text: &str| text.parse::<Interval>().expect_err("a mistake");
    assert_eq!(
        error("2026-11-03T10:00"),
        "`2026-11-03T10:00` has no end: write `2026-11-03T10:00/12:00`, `2026-11-03T10:00/2h` or a whole day"
    );
    assert_eq!(
        error("2026-11-03T10:00/09:00"),
        "`2026-11-03T10:00/09:00` ends before it begins"
    );
    assert_eq!(
        error("noon/12:00"),
        "`noon` is not a time: write `2026-11-03T10:00`, which is UTC, or `2026-11-03T10:00+01:00`"
    );
}

#[test]
fn the_end_does_not_belong_to_an_interval() {
    let interval: Interval = "2026-11-03T10:00/1s".parse().expect("an interval");
    assert!(interval.holds(at(TEN)) && !interval.holds(at(TEN + 1)));
    assert!(interval.meets(at(TEN - 5), at(TEN)) && !interval.meets(at(TEN + 1), at(TEN + 9)));
    assert_eq!(read_instant("2026-11-03T10:00"), Ok(at(TEN)));
}
