//! The time of a call, case by case; `table.sh` makes the table of it.

mod asynchronous;
mod closed;
mod many;
mod observed;
mod open;
mod optional;
mod registry;
mod slow_call;
mod streams;
mod timing;
mod tower;
mod windows;

use std::time::Duration;

use criterion::Criterion;

fn main() {
    // Short, as the table takes the median of several rounds.
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .sample_size(30)
        .nresamples(1_000)
        .without_plots()
        .configure_from_args();
    closed::cases(&mut criterion);
    asynchronous::cases(&mut criterion);
    streams::cases(&mut criterion);
    tower::cases(&mut criterion);
    open::cases(&mut criterion);
    windows::cases(&mut criterion);
    slow_call::cases(&mut criterion);
    registry::cases(&mut criterion);
    many::cases(&mut criterion);
    observed::cases(&mut criterion);
    optional::cases(&mut criterion);
    criterion.final_summary();
}
