//! What the header `Retry-After` of an answer says, for every client.

use std::time::{Duration, SystemTime};

/// Returns the longest time that some values of `Retry-After` ask for; `date` is the header `Date`.
pub(crate) fn retry_after<'a>(
    values: impl Iterator<Item = &'a str>,
    date: Option<&str>,
) -> Option<Duration> {
    let now = || date.and_then(read_date).unwrap_or_else(SystemTime::now);
    let delay = |value: &str| {
        let until = |until: SystemTime| until.duration_since(now()).unwrap_or(Duration::ZERO);
        seconds(value).or_else(|| read_date(value).map(until))
    };
    values.filter_map(delay).max()
}

/// Reads seconds. RFC 9110 allows whole ones only, but servers send fractions too.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    // `parse` would accept a sign.
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let more = fraction.bytes().any(|digit| digit != b'0');
    let whole = whole.parse().unwrap_or(u64::MAX);
    Some(Duration::from_secs(whole.saturating_add(more.into())))
}

fn read_date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text.trim()).ok()
}
