//! Reads the delay from the details of a gRPC status: a `google.rpc.Status` that holds a `google.rpc.RetryInfo`.
//!
//! Only these few fields are read, so the classifiers need no library for Protocol Buffers.

use std::time::Duration;

const RETRY_INFO: &[u8] = b"type.googleapis.com/google.rpc.RetryInfo";

/// Returns the delay in the details, or `None` if there is none or they are malformed.
pub(super) fn retry_delay(details: &[u8]) -> Option<Duration> {
    // Status { details: 3 }, a list of Any { type_url: 1, value: 2 }.
    let mut status = details;
    while !status.is_empty() {
        let (number, value) = field(&mut status)?;
        let (3, Value::Bytes(any)) = (number, value) else {
            continue;
        };
        if bytes_of(any, 1) == Some(RETRY_INFO) {
            // RetryInfo { retry_delay: 1 }, a Duration { seconds: 1, nanos: 2 }.
            let delay = bytes_of(bytes_of(any, 2)?, 1)?;
            let seconds = number_of(delay, 1).unwrap_or(0);
            let nanos = number_of(delay, 2).unwrap_or(0);
            let nanos = u32::try_from(nanos).ok().filter(|it| *it < 1_000_000_000)?;
            // A negative number of seconds has its highest bit set.
            return i64::try_from(seconds)
                .is_ok()
                .then(|| Duration::new(seconds, nanos));
        }
    }
    None
}

/// The value of a field.
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// A field of a fixed size, which nothing here has.
    Other,
}

fn bytes_of(mut message: &[u8], wanted: u64) -> Option<&[u8]> {
    while !message.is_empty() {
        match field(&mut message)? {
            (number, Value::Bytes(bytes)) if number == wanted => return Some(bytes),
            _ => {}
        }
    }
    None
}

fn number_of(mut message: &[u8], wanted: u64) -> Option<u64> {
    while !message.is_empty() {
        match field(&mut message)? {
            (number, Value::Number(value)) if number == wanted => return Some(value),
            _ => {}
        }
    }
    None
}

/// Takes the next field off a message.
fn field<'a>(message: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let key = varint(message)?;
    let value = match key & 7 {
        0 => Value::Number(varint(message)?),
        1 => take(message, 8).map(|_| Value::Other)?,
        2 => {
            let length = usize::try_from(varint(message)?).ok()?;
            Value::Bytes(take(message, length)?)
        }
        5 => take(message, 4).map(|_| Value::Other)?,
        _ => return None,
    };
    Some((key >> 3, value))
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for position in 0..10 {
        let byte = take(message, 1)?[0];
        number |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn take<'a>(message: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = message.split_at_checked(length)?;
    *message = rest;
    Some(taken)
}

#[cfg(test)]
mod tests;
