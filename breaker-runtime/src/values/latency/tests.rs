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
