//! Tests of how often the store is asked for the members.

use std::cell::Cell;
use std::time::Duration;

use super::Roll;
use crate::time::Tick;

#[tokio::test]
async fn the_store_is_asked_at_most_once_a_second() {
    let (roll, asked) = (Roll::default(), Cell::new(0));
    let begin = Tick::from_nanos(5_000_000_000);
    for (millis, times) in [(0, 1), (300, 1), (999, 1), (1000, 2), (1500, 2)] {
        let ask = async {
            asked.set(asked.get() + 1);
            Ok(Vec::new())
        };
        let now = begin.after(Duration::from_millis(millis));
        let members = roll.call(now, ask).await;
        assert!(members.as_ref().as_ref().is_ok_and(Vec::is_empty));
        assert_eq!(asked.get(), times, "after {millis} ms");
    }
}
