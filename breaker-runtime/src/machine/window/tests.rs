use std::collections::VecDeque;
use std::time::Duration;

use proptest::prelude::*;

use super::time::TimeWindow;
use super::{Sample, SampleIndex, SlidingWindow, WindowCounts};
use crate::config::Window;
use crate::time::{Tick, nanos};
use crate::values::{FailureCounts, FailureKind, Failures};

const SECOND: Duration = Duration::from_secs(1);

fn failed(failed: bool) -> Sample {
    Sample {
        failed: failed.then_some(FailureKind::Returned),
        slow: false,
    }
}

#[test]
fn r5_a_count_window_slides_and_does_not_dilute() {
    let mut window = SlidingWindow::new(Window::Calls(100));
    let now = Tick::default();
    for _ in 0..10_000 {
        window.add(failed(false), now);
    }
    for failures in 1..=50 {
        window.add(failed(true), now);
        let counts = window.counts(now);
        assert_eq!((counts.calls, counts.failures), (100, failures));
    }
}

#[test]
fn a_count_window_takes_at_most_half_a_byte_per_call() {
    for size in [1_u32, 15, 16, 17, 31, 32, 33, 100, 1_000, 100_000] {
        let SlidingWindow::Count(mut window) = SlidingWindow::new(Window::Calls(size)) else {
            panic!("not a count window");
        };
        assert_eq!(window.bytes(), 0);
        for _ in 0..3 * size {
            window.add(Sample::default());
        }
        let allowed = size as usize / 2 + 8;
        assert!(window.bytes() <= allowed, "{size}: {}", window.bytes());
    }
}

#[test]
fn r5_a_time_window_keeps_a_sample_for_its_length_and_at_most_a_tenth_longer() {
    for began in [0, 1, 999_999_999, 7_123_456_789] {
        let mut window = SlidingWindow::new(Window::Time(10 * SECOND));
        let start = Tick::from_nanos(began);
        window.add(failed(true), start);
        let calls = |window: &mut SlidingWindow, after| window.counts(start.after(after)).calls;
        assert_eq!(calls(&mut window, 10 * SECOND), 1);
        assert_eq!(calls(&mut window, 11 * SECOND), 0);
    }
}

#[test]
fn a_time_window_has_a_fixed_size() {
    assert!(size_of::<TimeWindow>() <= 304);
}

#[test]
fn a_time_window_returns_the_end_of_the_bucket_that_is_filling() {
    let window = SlidingWindow::new(Window::Time(10 * SECOND));
    let tick = |millis| Tick::default().after(Duration::from_millis(millis));
    assert_eq!(window.bucket_end(tick(0)), tick(1_000));
    assert_eq!(window.bucket_end(tick(2_999)), tick(3_000));
    assert_eq!(window.bucket_end(tick(3_000)), tick(4_000));
    assert_eq!(window.time(), Some(10 * SECOND));
    let calls = SlidingWindow::new(Window::Calls(7));
    assert_eq!(calls.bucket_end(tick(5)), Tick::from_nanos(u64::MAX));
    assert_eq!(calls.time(), None);
}

#[test]
fn the_shortest_and_the_longest_time_window_count_at_any_instant() {
    for time in [Duration::from_nanos(1), Duration::MAX] {
        let mut window = SlidingWindow::new(Window::Time(time));
        for at in [0, 5, u64::MAX / 2, u64::MAX] {
            let now = Tick::from_nanos(at);
            let index = window.add(failed(false), now);
            window.fail(index, FailureKind::Returned, now);
            assert!(window.counts(now).calls >= 1);
        }
    }
}

/// A window as the rules describe it: a list of samples that is evaluated at each query.
struct NaiveWindow {
    window: Window,
    samples: VecDeque<(u64, Tick, Sample)>,
    added: u64,
}

impl NaiveWindow {
    fn inside(&self, number: u64, at: Tick, now: Tick) -> bool {
        match self.window {
            Window::Calls(calls) => self.added - number <= u64::from(calls),
            Window::Time(time) => {
                let width = nanos(time).div_ceil(10);
                now.as_nanos() / width - at.as_nanos() / width <= 10
            }
        }
    }

    fn counts(&self, now: Tick) -> WindowCounts {
        let mut counts = WindowCounts::default();
        for (number, at, sample) in &self.samples {
            if self.inside(*number, *at, now) {
                counts.add(*sample);
            }
        }
        counts
    }
}

impl NaiveWindow {
    fn failures(&self, now: Tick) -> Failures {
        let mut failures = FailureCounts::default();
        for (number, at, sample) in &self.samples {
            if let Some(kind) = sample.failed.filter(|_| self.inside(*number, *at, now)) {
                failures.add(kind);
            }
        }
        failures.into()
    }
}

#[test]
fn a_tenth_of_a_time_window_counts_at_most_65535_failures_of_a_kind() {
    let mut window = SlidingWindow::new(Window::Time(10 * SECOND));
    let sample = Sample {
        failed: Some(FailureKind::TimedOut),
        slow: false,
    };
    for _ in 0..70_000 {
        window.add(sample, Tick::default());
    }
    assert_eq!(window.counts(Tick::default()).failures, 70_000);
    assert_eq!(window.failures(Tick::default()).timed_out, 65_535);
    let later = Tick::default().after(11 * SECOND);
    assert_eq!(window.failures(later), Failures::default());
}

#[derive(Clone, Debug)]
enum Step {
    Add(Option<FailureKind>, bool),
    /// The number of successes, and how many nanoseconds ago they ended.
    Successes(u64, u64),
    Fail(usize, FailureKind),
    /// The number of nanoseconds that pass.
    Pass(u64),
}

fn kinds() -> impl Strategy<Value = FailureKind> {
    prop::sample::select(&FailureKind::ALL[..5])
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (proptest::option::of(kinds()), any::<bool>())
            .prop_map(|(failed, slow)| Step::Add(failed, slow)),
        2 => (0..120_u64, 0..2_000_u64).prop_map(|(calls, ago)| Step::Successes(calls, ago)),
        1 => (0..40_usize, kinds()).prop_map(|(which, kind)| Step::Fail(which, kind)),
        2 => (0..3_000_u64).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 0..300)
}

fn windows() -> impl Strategy<Value = Window> {
    prop_oneof![
        (1..200_u32).prop_map(Window::Calls),
        (1..5_000_u64).prop_map(|nanos| Window::Time(Duration::from_nanos(nanos))),
    ]
}

proptest! {
    #[test]
    fn a_window_counts_what_a_list_of_samples_would(kind in windows(), steps in steps()) {
        let mut window = SlidingWindow::new(kind);
        let mut naive = NaiveWindow { window: kind, samples: VecDeque::new(), added: 0 };
        let mut now = Tick::default();
        // A sample is marked at most once, and only if it was added as a success.
        let mut unmarked: Vec<(u64, SampleIndex)> = Vec::new();
        for step in steps {
            match step {
                Step::Add(failed, slow) => {
                    let sample = Sample { failed, slow };
                    let index = window.add(sample, now);
                    if failed.is_none() {
                        unmarked.push((naive.added, index));
                    }
                    naive.samples.push_back((naive.added, now, sample));
                    naive.added += 1;
                }
                Step::Successes(calls, ago) => {
                    let at = Tick::from_nanos(now.as_nanos().saturating_sub(ago));
                    window.add_successes(calls, at);
                    for _ in 0..calls {
                        naive.samples.push_back((naive.added, at, Sample::default()));
                        naive.added += 1;
                    }
                }
                Step::Fail(which, kind) if which < unmarked.len() => {
                    let (number, index) = unmarked.swap_remove(which);
                    window.fail(index, kind, now);
                    let at = usize::try_from(number).expect("a small number");
                    naive.samples[at].2.failed = Some(kind);
                }
                Step::Fail(..) => {}
                Step::Pass(nanos) => now = now.after(Duration::from_nanos(nanos)),
            }
            prop_assert_eq!(window.counts(now), naive.counts(now));
            prop_assert_eq!(window.failures(now), naive.failures(now));
        }
    }
}
