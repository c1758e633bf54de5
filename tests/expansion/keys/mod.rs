//! Functions with a breaker for each key.

mod calls;
mod expressions;
mod types;

use super::Error;

/// Checks that a failure opens the circuit of `bad` and leaves that of `good` closed.
fn opens_only_its_key<K: Copy>(call: impl Fn(K) -> Result<u32, Error>, bad: K, good: K) {
    assert_eq!(call(good), Ok(1));
    assert_eq!(call(bad), Err(Error::Down));
    assert!(call(bad).unwrap_err().is_rejection());
    assert_eq!(call(good), Ok(1));
}

/// Fails for the keys that begin with `down` and succeeds for all others.
fn answer(key: impl AsRef<str>) -> Result<u32, Error> {
    if key.as_ref().starts_with("down") {
        Err(Error::Down)
    } else {
        Ok(1)
    }
}
