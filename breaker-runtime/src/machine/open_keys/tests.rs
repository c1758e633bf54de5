use std::time::Duration;

use super::OpenKeys;
use crate::sync::Arc;
use crate::time::Tick;

fn four_keys() -> Arc<OpenKeys> {
    let keys = Arc::new(OpenKeys::default());
    keys.set_keys(4);
    keys
}

#[test]
fn r32_a_place_counts_from_the_moment_at_which_it_is_taken() {
    let keys = four_keys();
    let now = Tick::default();
    let place = keys.take(0.25, now);
    assert!(place.is_some());
    // The machine of another key asks before the first one has finished opening.
    let later = now.after(Duration::from_secs(1));
    assert!(keys.take(0.25, now).is_none());
    assert!(keys.take(0.25, later).is_none());
    drop(place);
    assert!(keys.take(0.25, now).is_some());
}

#[test]
fn r32_a_place_counts_until_the_instant_that_its_machine_names() {
    let keys = four_keys();
    let now = Tick::default();
    let later = now.after(Duration::from_secs(1));
    let place = keys.take(0.25, now).expect("no other key is open");
    place.extend(later);
    assert!(keys.take(0.25, now).is_none());
    assert!(keys.take(0.25, later).is_some());
}
