use std::time::Duration;

use super::retry_delay;

/// A field with bytes.
fn bytes(number: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).expect("a short field");
    [&[number << 3 | 2, length], content].concat()
}

/// `Status { code: 8, message: "quota", details: [Any] }`.
fn status(type_url: &str, value: &[u8]) -> Vec<u8> {
    let any = [bytes(1, type_url.as_bytes()), bytes(2, value)].concat();
    [vec![1 << 3, 8], bytes(2, b"quota"), bytes(3, &any)].concat()
}

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

#[test]
fn the_delay_of_a_retry_info_is_read() {
    // Duration { seconds: 300, nanos: 5 }
    let delay = bytes(1, &[1 << 3, 0xac, 0x02, 2 << 3, 5]);
    assert_eq!(
        retry_delay(&status(RETRY_INFO, &delay)),
        Some(Duration::new(300, 5))
    );
    // A duration of zero has no fields.
    assert_eq!(
        retry_delay(&status(RETRY_INFO, &bytes(1, &[]))),
        Some(Duration::ZERO)
    );
}

#[test]
fn other_details_and_negative_delays_are_no_delay() {
    let delay = bytes(1, &[1 << 3, 7]);
    let other = status("type.googleapis.com/google.rpc.ErrorInfo", &delay);
    assert_eq!(retry_delay(&other), None);
    let mut minus_one = vec![1 << 3];
    minus_one.extend([0xff; 9]);
    minus_one.push(0x01);
    assert_eq!(
        retry_delay(&status(RETRY_INFO, &bytes(1, &minus_one))),
        None
    );
    assert_eq!(retry_delay(b""), None);
}

#[test]
fn every_prefix_of_the_details_is_survived() {
    let whole = status(RETRY_INFO, &bytes(1, &[1 << 3, 0xac, 0x02, 2 << 3, 5]));
    for end in 0..whole.len() {
        assert_eq!(retry_delay(&whole[..end]), None, "{end}");
    }
    // An endless number, and lengths beyond the end.
    assert_eq!(retry_delay(&[0xff; 40]), None);
    assert_eq!(
        retry_delay(&[3 << 3 | 2, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        None
    );
}
