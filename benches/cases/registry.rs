//! A breaker is looked up by its name among 10,000.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use breaker_runtime::{Config, Registry};
use criterion::Criterion;

use crate::many::{BREAKERS, name};
use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    let registry = Registry::new();
    let names: Vec<_> = (0..BREAKERS).map(name).collect();
    for name in &names {
        registry
            .get_or_create(name, Config::new())
            .expect("a new name");
    }
    Case::both(criterion, "registry_get_10000", |mut case| {
        let threads = AtomicUsize::new(0);
        case.time("a_name_each", || {
            let at = threads.fetch_add(1, Ordering::Relaxed) % BREAKERS;
            let (registry, name) = (&registry, &names[at]);
            move || registry.get(black_box(name))
        });
        case.time("one_name", || || registry.get(black_box(&names[0])));
        case.time("every_name", || {
            let mut names = names.iter().cycle();
            let registry = &registry;
            move || registry.get(names.next().map_or("", |name| black_box(name)))
        });
    });
}
