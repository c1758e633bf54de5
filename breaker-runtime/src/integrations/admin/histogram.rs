//! A histogram of latencies that is ready to be drawn.

use serde_json::{Value, json};

use super::words::Lasts;
use crate::values::Latency;

/// Returns the histogram of all calls, with the places of p50, p95 and p99; places are shares of the width and the
/// height.
pub(super) fn to_json(all: &Latency) -> Option<Value> {
    if all.count() == 0 {
        return None;
    }
    let axis = Axis::of(all);
    let quantiles = [0.5, 0.95, 0.99].into_iter();
    let quantiles = quantiles.filter_map(|share| all.quantile(share));
    let quantiles = quantiles.map(|it| axis.place(it.as_secs_f64()));
    Some(json!({
        "text": "All calls since start, by duration, on a logarithmic axis. The lines are p50, p95 and p99.",
        "bars": axis.bars(all),
        "quantiles": quantiles.collect::<Vec<_>>(),
        "ticks": axis.ticks(),
    }))
}

/// A logarithmic axis of durations in seconds.
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    fn of(latency: &Latency) -> Self {
        let mut bars = latency.bars();
        let first = bars.next();
        let last = bars.last().or(first);
        Self {
            low: first.map_or(0.0, |(from, ..)| from.as_secs_f64().log2()),
            high: last.map_or(1.0, |(_, to, _)| to.as_secs_f64().log2()),
        }
    }

    /// Returns the place of a duration, from 0 to 1.
    fn place(&self, seconds: f64) -> f64 {
        let place = (seconds.log2() - self.low) / (self.high - self.low);
        (place * 1e4).round() / 1e4
    }

    /// Returns the bars, each as its place, its width and its height. The area of a bar shows its calls.
    #[expect(clippy::cast_precision_loss, reason = "nobody sees the loss")]
    fn bars(&self, latency: &Latency) -> Vec<[f64; 3]> {
        let bars = latency.bars().map(|(from, to, calls)| {
            let (from, to) = (from.as_secs_f64(), to.as_secs_f64());
            let begin = self.place(from);
            [
                begin,
                self.place(to) - begin,
                calls as f64 / (to / from).log2(),
            ]
        });
        let mut bars: Vec<_> = bars.collect();
        let highest = bars.iter().map(|[.., height]| *height).fold(0.0, f64::max);
        for [.., height] in &mut bars {
            *height = (*height / highest * 1e4).round() / 1e4;
        }
        bars
    }

    /// Returns round durations on the axis, more of them if it is short.
    fn ticks(&self) -> Vec<(f64, String)> {
        let steps: &[u64] = if self.high - self.low > 7.0 {
            &[1]
        } else {
            &[1, 2, 5]
        };
        let tens = (0..14).map(|power| 10_u64.pow(power));
        let nanos = tens.flat_map(|ten| steps.iter().map(move |step| ten * step));
        let all = nanos.map(std::time::Duration::from_nanos);
        let placed = all.map(|it| (self.place(it.as_secs_f64()), Lasts(it).to_string()));
        placed
            .filter(|(place, _)| (0.0..0.93).contains(place))
            .collect()
    }
}

#[cfg(test)]
mod tests;
