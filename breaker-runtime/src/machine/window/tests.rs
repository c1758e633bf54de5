use std::collections::VecDeque;
use std::time::Duration;

use proptest::prelude::*;

use super::time::TimeWindow;
use super::{Place, Sample, Window, WindowCounts};
use crate::config::Window as Shape;
use crate::time::{Tick, nanos};

const SECOND: Duration = Duration::from_secs(1);

fn failed(failed: bool) -> Sample {
    Sample {
        failed,
        slow: false,
    }
}

#[test]
fn a_count_window_slides_and_does_not_dilute() {
    let mut window = Window::new(Shape::Calls(100));
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
fn a_count_window_takes_a_quarter_of_a_byte_for_each_call_and_never_more() {
    for size in [1_u32, 31, 32, 33, 100, 1_000, 100_000] {
        let Window::Count(mut window) = Window::new(Shape::Calls(size)) else {
            panic!("it counts");
        };
        assert_eq!(window.bytes(), 0);
        for _ in 0..3 * size {
            window.add(Sample::default());
        }
        let allowed = size as usize / 4 + 8;
        assert!(window.bytes() <= allowed, "{size}: {}", window.bytes());
    }
}

#[test]
fn a_time_window_keeps_a_sample_for_its_length_and_at_most_a_tenth_more() {
    for began in [0, 1, 999_999_999, 7_123_456_789] {
        let mut window = Window::new(Shape::Time(10 * SECOND));
        let start = Tick::from_nanos(began);
        window.add(failed(true), start);
        let calls = |window: &mut Window, after| window.counts(start.after(after)).calls;
        assert_eq!(calls(&mut window, 10 * SECOND), 1);
        assert_eq!(calls(&mut window, 11 * SECOND), 0);
    }
}

#[test]
fn a_time_window_takes_the_same_memory_whatever_goes_through() {
    assert!(size_of::<TimeWindow>() <= 512);
}

#[test]
fn a_time_window_says_until_when_a_sample_is_one_like_those_of_now() {
    let window = Window::new(Shape::Time(10 * SECOND));
    let tick = |millis| Tick::default().after(Duration::from_millis(millis));
    assert_eq!(window.full_at(tick(0)), tick(1_000));
    assert_eq!(window.full_at(tick(2_999)), tick(3_000));
    assert_eq!(window.full_at(tick(3_000)), tick(4_000));
    assert_eq!(window.time(), Some(10 * SECOND));
    let calls = Window::new(Shape::Calls(7));
    assert_eq!(calls.full_at(tick(5)), Tick::from_nanos(u64::MAX));
    assert_eq!(calls.time(), None);
}

#[test]
fn windows_of_the_shortest_and_the_longest_time_hold_on() {
    for time in [Duration::from_nanos(1), Duration::MAX] {
        let mut window = Window::new(Shape::Time(time));
        for at in [0, 5, u64::MAX / 2, u64::MAX] {
            let now = Tick::from_nanos(at);
            let place = window.add(failed(false), now);
            window.fail(place, now);
            assert!(window.counts(now).calls >= 1);
        }
    }
}

/// A window as it is described: a list of samples, judged anew each time.
struct Naive {
    shape: Shape,
    samples: VecDeque<(u64, Tick, Sample)>,
    added: u64,
}

impl Naive {
    fn inside(&self, number: u64, at: Tick, now: Tick) -> bool {
        match self.shape {
            Shape::Calls(calls) => self.added - number <= u64::from(calls),
            Shape::Time(time) => {
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

#[derive(Clone, Debug)]
enum Step {
    Add(bool, bool),
    /// So many successes, which ended so long ago.
    Successes(u64, u64),
    Fail(usize),
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => any::<(bool, bool)>().prop_map(|(failed, slow)| Step::Add(failed, slow)),
        2 => (0..120_u64, 0..2_000_u64).prop_map(|(calls, ago)| Step::Successes(calls, ago)),
        1 => (0..40_usize).prop_map(Step::Fail),
        2 => (0..3_000_u64).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 0..300)
}

fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![
        (1..200_u32).prop_map(Shape::Calls),
        (1..5_000_u64).prop_map(|nanos| Shape::Time(Duration::from_nanos(nanos))),
    ]
}

proptest! {
    #[test]
    fn a_window_counts_what_a_list_of_samples_would(shape in shapes(), steps in steps()) {
        let mut window = Window::new(shape);
        let mut naive = Naive { shape, samples: VecDeque::new(), added: 0 };
        let mut now = Tick::default();
        // Marks are for samples that were added as not failed, each once.
        let mut unmarked: Vec<(u64, Place)> = Vec::new();
        for step in steps {
            match step {
                Step::Add(failed, slow) => {
                    let sample = Sample { failed, slow };
                    let place = window.add(sample, now);
                    if !failed {
                        unmarked.push((naive.added, place));
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
                Step::Fail(which) if which < unmarked.len() => {
                    let (number, place) = unmarked.swap_remove(which);
                    window.fail(place, now);
                    let at = usize::try_from(number).expect("it is small");
                    naive.samples[at].2.failed = true;
                }
                Step::Fail(_) => {}
                Step::Pass(nanos) => now = now.after(Duration::from_nanos(nanos)),
            }
            prop_assert_eq!(window.counts(now), naive.counts(now));
        }
    }
}
