//! Which types can be a key: texts, values that can be displayed, and generic types.

use std::borrow::Cow;
use std::fmt::Display;
use std::net::IpAddr;
use std::rc::Rc;

use breaker_runtime::{Registry, circuit_breaker};

use super::calls::eager_boxed;
use super::{answer, opens_only_its_key};
use crate::expansion::{Error, pause, run};

/// A type with `AsRef<str>` and without `Display`.
#[derive(Clone, Copy)]
struct Host(&'static str);

impl AsRef<str> for Host {
    fn as_ref(&self) -> &str {
        self.0
    }
}

#[circuit_breaker(name = "key_types.str", key = host, threshold = 1)]
fn of_str(host: &str) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "key_types.owned", key = host, threshold = 1)]
fn of_string(host: String) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "key_types.cow", key = host, threshold = 1)]
fn of_cow(host: Cow<'_, str>) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "key_types.boxed", key = host, threshold = 1)]
fn of_boxed(host: Box<str>) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "key_types.unsized", key = *host, threshold = 1)]
fn of_unsized(host: Rc<str>) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "key_types.host", key = host, threshold = 1)]
fn of_host(host: Host) -> Result<u32, Error> {
    answer(host)
}

#[test]
fn a_type_with_a_text_is_a_key() {
    opens_only_its_key(of_str, "down", "up");
    opens_only_its_key(|host| of_string(String::from(host)), "down", "up");
    opens_only_its_key(|host| of_cow(Cow::Borrowed(host)), "down", "up");
    opens_only_its_key(|host| of_boxed(Box::from(host)), "down", "up");
    opens_only_its_key(|host| of_unsized(Rc::from(host)), "down", "up");
    opens_only_its_key(of_host, Host("down"), Host("up"));
}

#[circuit_breaker(name = "key_types.address", key = address, threshold = 1)]
fn of_address(address: IpAddr) -> Result<u32, Error> {
    if address.is_ipv6() {
        Err(Error::Down)
    } else {
        Ok(1)
    }
}

#[circuit_breaker(name = "key_types.number", key = tenant, threshold = 1)]
fn of_number(tenant: u64) -> Result<u32, Error> {
    if tenant > 5 { Err(Error::Down) } else { Ok(1) }
}

#[circuit_breaker(name = "key_types.format", key = format_args!("{host}:{}", port + 1), threshold = 1)]
fn of_format(host: &str, port: u16) -> Result<u32, Error> {
    if port > 80 {
        Err(Error::Down)
    } else {
        answer(host)
    }
}

#[circuit_breaker(name = "key_types.sum", key = left + right, threshold = 1)]
fn of_sum(left: u64, right: u64) -> Result<u32, Error> {
    if left == right {
        Err(Error::Down)
    } else {
        Ok(1)
    }
}

#[test]
fn a_type_with_display_is_a_key() {
    let [six, four] = ["::1", "127.0.0.1"].map(|text| text.parse::<IpAddr>().unwrap());
    opens_only_its_key(of_address, six, four);
    opens_only_its_key(of_number, 7, 5);
    opens_only_its_key(|port| of_format("up", port), 81, 80);
    // Equal keys share a breaker, however they are computed.
    assert_eq!(of_sum(2, 2), Err(Error::Down));
    assert!(of_sum(1, 3).unwrap_err().is_rejection());
    assert_eq!(of_sum(1, 2), Ok(1));
}

#[circuit_breaker(name = "key_types.generic_shown", key = value, threshold = 1)]
fn of_generic_shown<T: Display + PartialOrd>(value: T, most: T) -> Result<u32, Error> {
    if value > most {
        Err(Error::Down)
    } else {
        Ok(1)
    }
}

#[circuit_breaker(name = "key_types.generic_text", key = host, threshold = 1)]
fn of_generic_text<T>(host: T) -> Result<u32, Error>
where
    T: AsRef<str>,
{
    answer(host)
}

#[circuit_breaker(name = "key_types.impl_shown", key = value, threshold = 1)]
fn of_impl_shown(value: impl Display) -> Result<u32, Error> {
    answer(value.to_string())
}

#[circuit_breaker(name = "key_types.impl_text", key = host, threshold = 1)]
async fn of_impl_text(host: impl AsRef<str>) -> Result<u32, Error> {
    pause().await;
    answer(host)
}

#[circuit_breaker(name = "key_types.dynamic", key = value, threshold = 1)]
fn of_dynamic(value: &dyn Display) -> Result<u32, Error> {
    answer(value.to_string())
}

#[test]
fn a_generic_type_is_a_key_by_its_bound() {
    opens_only_its_key(|n| of_generic_shown(n, 5), 7, 5);
    opens_only_its_key(|n| of_generic_shown(n, 0.5), 0.75, 0.25);
    opens_only_its_key(of_generic_text, "down", "up");
    opens_only_its_key(|host| of_generic_text(String::from(host)), "down.too", "up");
    opens_only_its_key(of_impl_shown, "down", "up");
    opens_only_its_key(|host| run(of_impl_text(host)), "down", "up");
    opens_only_its_key(|host| of_dynamic(&host), "down", "up");
}

#[test]
fn a_breaker_is_found_by_the_text_of_its_key() {
    assert_eq!(of_format("texts", 7), Ok(1));
    assert_eq!(of_generic_shown(0.125, 5.0), Ok(1));
    assert_eq!(run(eager_boxed(" trimmed ")), Ok(1));
    let registry = Registry::global();
    for (name, key) in [
        ("key_types.format", "texts:8"),
        ("key_types.generic_shown", "0.125"),
        ("keyed_calls.eager_boxed", "trimmed"),
    ] {
        let keyed = registry.get_keyed(name, key).unwrap();
        assert_eq!(keyed.snapshot().totals.successes, 1, "{name}");
    }
}
