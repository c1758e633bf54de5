//! What criterion measured.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use crate::OURS;

/// Nanoseconds per call, by case and crate.
pub(crate) struct Times {
    pub(crate) rounds: usize,
    pub(crate) medians: BTreeMap<(String, String), f64>,
}

impl Times {
    /// Reads a directory that has one of criterion's for each round.
    pub(crate) fn read(rounds: &Path) -> Result<Self, Box<dyn Error>> {
        let rounds = directories(rounds)?;
        let mut measured: BTreeMap<_, Vec<f64>> = BTreeMap::new();
        for case in rounds.iter().map(|round| directories(round)) {
            for case in case? {
                for through in directories(&case)? {
                    let Ok(text) = fs::read_to_string(through.join("new/estimates.json")) else {
                        continue; // criterion's own reports
                    };
                    let estimates: serde_json::Value = serde_json::from_str(&text)?;
                    let median = estimates["median"]["point_estimate"].as_f64();
                    let key = (name(&case), name(&through));
                    measured.entry(key).or_default().extend(median);
                }
            }
        }
        let medians = measured
            .into_iter()
            .map(|(key, times)| (key, median(times)));
        Ok(Self {
            rounds: rounds.len(),
            medians: medians.collect(),
        })
    }

    /// Returns the time of a call; a number that no bench gave compares with nothing.
    pub(crate) fn of(&self, case: &str, through: &str) -> f64 {
        let key = (case.to_owned(), through.to_owned());
        self.medians.get(&key).copied().unwrap_or(f64::NAN)
    }

    /// Returns what a breaker costs over the bare call, of which a rejection has none.
    pub(crate) fn added(&self, case: &str, through: &str) -> f64 {
        let bare = if case.ends_with("open_rejected") {
            0.0
        } else {
            self.of(case, "bare")
        };
        self.of(case, through) - bare
    }

    /// Returns how many times as much another crate adds; below a tenth of a nanosecond there is
    /// only noise.
    pub(crate) fn ratio(&self, case: &str, peer: &str) -> f64 {
        self.added(case, peer) / self.added(case, OURS).max(0.1)
    }

    /// Returns the time per call on two threads by that on one.
    pub(crate) fn scaling(&self, case: &str, through: &str) -> f64 {
        self.of(&format!("{case}_2_threads"), through) / self.of(case, through)
    }
}

fn directories(of: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(of).map_err(|error| format!("{}: {error}", of.display()))?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|it| it.path())).collect();
    Ok(paths?.into_iter().filter(|path| path.is_dir()).collect())
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match (
        values.get((values.len().max(1) - 1) / 2),
        values.get(values.len() / 2),
    ) {
        (Some(below), Some(above)) => f64::midpoint(*below, *above),
        _ => f64::NAN,
    }
}
