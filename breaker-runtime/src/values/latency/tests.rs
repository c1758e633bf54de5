use proptest::prelude::*;

use super::*;

#[test]
fn every_bucket_begins_where_the_one_before_ends() {
    let mut begin = 0;
    for at in 0..BUCKETS {
        assert_eq!(bucket_of(begin), at);
        assert_eq!(bucket_of(end(at) - 1), at);
        begin = end(at);
    }
    assert_eq!(begin, (LONGEST + 1) << UNIT_SHIFT);
    assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
}

proptest! {
    #[test]
    fn no_bucket_is_wider_than_an_eighth_of_a_duration_in_it(nanos in 2048_u64..1 << 40) {
        let end = end(bucket_of(nanos));
        prop_assert!(end > nanos && end - nanos <= nanos / 8 + 1, "{nanos} in a bucket to {end}");
    }
}

#[test]
fn a_difference_has_the_calls_since_the_earlier_reading() {
    let reading = |calls: [u64; 2], sum| {
        let mut counts = vec![0; BUCKETS];
        counts[3] = calls[0];
        counts[70] = calls[1];
        Latency::new(counts, Duration::from_millis(sum))
    };
    let (earlier, later) = (reading([2, 1], 5), reading([2, 4], 9));
    assert_eq!(later.since(&earlier), reading([0, 3], 4));
    assert_eq!(later.since(&later).quantile(0.5), None);
    // The breaker was made again meanwhile.
    assert_eq!(earlier.since(&later), reading([0, 0], 0));
}
