use breaker_runtime::rehearsal::CallOutcome::Success;

use super::Sorter;

fn released(sorter: &mut Sorter) -> Vec<i64> {
    std::iter::from_fn(|| sorter.pop())
        .map(|it| it.started)
        .collect()
}

fn push(sorter: &mut Sorter, started: i64) -> Result<(), u64> {
    sorter.push(started, 0, Success, None)
}

#[test]
fn calls_leave_in_the_order_of_their_starts() {
    let mut sorter = Sorter::new(10);
    for started in [5, 3, 9, 4] {
        push(&mut sorter, started).expect("in time");
    }
    assert_eq!(released(&mut sorter), [0; 0]);
    push(&mut sorter, 14).expect("in time");
    assert_eq!(released(&mut sorter), [3, 4]);
    sorter.finish();
    assert_eq!(released(&mut sorter), [5, 9, 14]);
}

#[test]
fn equal_starts_keep_the_order_of_the_lines() {
    let mut sorter = Sorter::new(10);
    for took in [3, 1, 2] {
        sorter.push(7, took, Success, None).expect("in time");
    }
    sorter.finish();
    let took: Vec<_> = std::iter::from_fn(|| sorter.pop())
        .map(|it| it.took)
        .collect();
    assert_eq!(took, [3, 1, 2]);
}

#[test]
fn a_call_that_began_too_early_is_an_error() {
    let mut sorter = Sorter::new(10);
    push(&mut sorter, 100).expect("in time");
    push(&mut sorter, 120).expect("in time");
    assert_eq!(released(&mut sorter), [100]);
    assert_eq!(push(&mut sorter, 99), Err(1));
    assert_eq!(push(&mut sorter, 100), Ok(()));
}

#[test]
fn memory_is_bounded_whatever_the_times() {
    let mut sorter = Sorter::new(i64::MAX);
    sorter.most = 3;
    for started in 0..5 {
        push(&mut sorter, started).expect("in time");
    }
    assert_eq!(released(&mut sorter), [0, 1]);
}
