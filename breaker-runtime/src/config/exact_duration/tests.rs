use std::time::Duration;

use super::ExactDuration;

#[test]
fn a_duration_is_written_as_briefly_as_possible() {
    for (nanos, text) in [
        (30_000_000_000, "30s"),
        (3_600_000_000_000, "3600s"),
        (250_000_000, "250ms"),
        (1_500_000_000, "1.5s"),
        (1_000_500_000, "1.0005s"),
        (1, "0.000001ms"),
        (100_000, "0.1ms"),
        (0, "0s"),
    ] {
        assert_eq!(ExactDuration(Duration::from_nanos(nanos)).to_string(), text);
    }
    let longest = "18446744073709551615.999999999s";
    assert_eq!(ExactDuration(Duration::MAX).to_string(), longest);
}

#[cfg(feature = "config")]
mod read_back {
    use proptest::prelude::*;

    use super::{Duration, ExactDuration};
    use crate::config::grammar::duration;

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 20 } else { 1000 },
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn a_duration_is_read_back_exactly(
            seconds in prop_oneof![0_u64..100_000, any::<u64>()],
            nanos in prop_oneof![Just(0_u32), 0_u32..1_000_000_000, (0_u32..1000).prop_map(|ms| ms * 1_000_000)],
        ) {
            let written = Duration::new(seconds, nanos);
            prop_assume!(!written.is_zero());
            prop_assert_eq!(duration::parse(&ExactDuration(written).to_string()), Ok(written));
        }
    }
}
