//! The points of the search: a rule that opens the circuit, and how long it stays open.

use std::time::Duration;

use crate::config::{Config, Setting, Window};
use crate::rehearsal::candidate::Candidate;

/// One point of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Parameters {
    rule: Rule,
    open_for_millis: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Rule {
    /// So many failures in a row.
    Row(u32),
    /// A share of failures in a window, in percent.
    Rate {
        window: Span,
        percent: u32,
        min_calls: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Span {
    Calls(u32),
    Millis(u64),
}

/// The settings that a point decides.
const VARIED: [Setting; 6] = [
    Setting::Threshold,
    Setting::Window,
    Setting::MaxFailures,
    Setting::FailureRate,
    Setting::MinCalls,
    Setting::OpenFor,
];

const ROWS: [u32; 6] = [2, 3, 5, 8, 13, 20];
const PERCENTS: [u32; 3] = [25, 50, 75];
const TIMES: [u64; 3] = [10_000, 30_000, 60_000];
const MIN_CALLS: [u32; 2] = [5, 20];
const CALLS: [u32; 3] = [20, 50, 100];
const OPEN_FOR: [u64; 3] = [5_000, 15_000, 60_000];

/// Returns the coarse grid with which a search begins.
pub(super) fn grid() -> Vec<Parameters> {
    let rows = ROWS.into_iter().map(Rule::Row);
    let times = TIMES.into_iter().flat_map(|millis| {
        PERCENTS.into_iter().flat_map(move |percent| {
            MIN_CALLS.into_iter().map(move |min_calls| Rule::Rate {
                window: Span::Millis(millis),
                percent,
                min_calls,
            })
        })
    });
    let calls = CALLS.into_iter().flat_map(|calls| {
        PERCENTS.into_iter().map(move |percent| Rule::Rate {
            window: Span::Calls(calls),
            percent,
            min_calls: calls / 2,
        })
    });
    let rules = rows.chain(times).chain(calls);
    rules
        .flat_map(|rule| {
            OPEN_FOR.into_iter().map(move |open_for_millis| Parameters {
                rule,
                open_for_millis,
            })
        })
        .collect()
}

impl Parameters {
    /// Returns the points around this one: one parameter is smaller or larger in each.
    pub(super) fn neighbours(self) -> Vec<Self> {
        let shorter = (self.open_for_millis * 2 / 3).max(500);
        let longer = (self.open_for_millis * 3 / 2).min(600_000);
        let mut around: Vec<Self> = [rounded(shorter), rounded(longer)]
            .into_iter()
            .map(|open_for_millis| Self {
                open_for_millis,
                ..self
            })
            .collect();
        let rules = self.rule.neighbours().into_iter();
        around.extend(rules.map(|rule| Self { rule, ..self }));
        around.retain(|point| *point != self);
        around
    }

    /// Makes the candidate, or returns `None` if the settings cannot be met together with those of `base`.
    pub(super) fn candidate(self, base: &Config) -> Option<Candidate> {
        let mut config = *base;
        for setting in VARIED {
            config.remove(setting);
        }
        config = config.open_for(Duration::from_millis(self.open_for_millis));
        config = match self.rule {
            Rule::Row(failures) => config.threshold(failures),
            Rule::Rate {
                window,
                percent,
                min_calls,
            } => config
                .window(match window {
                    Span::Calls(calls) => Window::Calls(calls),
                    Span::Millis(millis) => Window::Time(Duration::from_millis(millis)),
                })
                .failure_rate(f64::from(percent) / 100.0)
                .min_calls(min_calls),
        };
        Candidate::new("", config).ok()
    }
}

impl Rule {
    fn neighbours(self) -> Vec<Self> {
        match self {
            Self::Row(failures) => {
                let step = (failures / 4).max(1);
                let fewer = failures.saturating_sub(step).max(1);
                vec![Self::Row(fewer), Self::Row(failures + step)]
            }
            Self::Rate {
                window,
                percent,
                min_calls,
            } => {
                let rates = [percent.saturating_sub(10).max(5), (percent + 10).min(100)];
                let rates = rates.map(|percent| Self::Rate {
                    window,
                    percent,
                    min_calls,
                });
                let most = match window {
                    Span::Calls(calls) => calls,
                    Span::Millis(_) => 1_000,
                };
                let least = [(min_calls * 2 / 3).max(2), (min_calls * 3 / 2).min(most)];
                let least = least.map(|min_calls| Self::Rate {
                    window,
                    percent,
                    min_calls,
                });
                let windows = window.neighbours().map(|window| Self::Rate {
                    window,
                    percent,
                    min_calls: match window {
                        Span::Calls(calls) => min_calls.min(calls),
                        Span::Millis(_) => min_calls,
                    },
                });
                [rates, least, windows].concat()
            }
        }
    }
}

impl Span {
    fn neighbours(self) -> [Self; 2] {
        match self {
            Self::Calls(calls) => [
                Self::Calls((calls * 2 / 3).max(5)),
                Self::Calls((calls * 3 / 2).min(1_000)),
            ],
            Self::Millis(millis) => [
                Self::Millis(rounded((millis * 2 / 3).max(2_000))),
                Self::Millis(rounded((millis * 3 / 2).min(600_000))),
            ],
        }
    }
}

/// Rounds a time to a number that a person would write.
fn rounded(millis: u64) -> u64 {
    let unit = match millis {
        0..2_000 => 100,
        2_000..20_000 => 1_000,
        _ => 5_000,
    };
    (millis + unit / 2) / unit * unit
}
