use std::borrow::Cow;
use std::fmt::{self, Display};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::ptr;
use std::rc::Rc;

use super::{KeyOf, kept_key};

struct Host(String);

impl AsRef<str> for Host {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Implements both traits, with different texts.
struct Both;

impl AsRef<str> for Both {
    fn as_ref(&self) -> &'static str {
        "lent"
    }
}

impl Display for Both {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("`AsRef<str>` has precedence");
    }
}

#[test]
fn a_type_that_implements_as_ref_lends_its_text() {
    let host = Host("db".to_owned());
    let lent = [
        KeyOf::new("db").__circuit_breaker_key(),
        KeyOf::new(&"db").__circuit_breaker_key(),
        KeyOf::new(&&"db").__circuit_breaker_key(),
        KeyOf::new(&host).__circuit_breaker_key(),
        KeyOf::new(&Cow::Borrowed("db")).__circuit_breaker_key(),
        KeyOf::new(&Box::<str>::from("db")).__circuit_breaker_key(),
        KeyOf::new(&&mut "db".to_owned()).__circuit_breaker_key(),
        KeyOf::new(&Rc::<str>::from("db")).__circuit_breaker_key(),
    ]
    .map(str::to_owned);
    assert_eq!(lent, ["db"; 8]);
    assert_eq!(KeyOf::new(&Both).__circuit_breaker_key(), "lent");
    let text = KeyOf::new(&host.0).__circuit_breaker_key();
    assert!(ptr::eq(text, host.0.as_str()), "the text is not copied");
}

#[test]
fn every_other_type_formats_its_text() {
    let written: [String; 5] = [
        KeyOf::new(&IpAddr::V4(Ipv4Addr::LOCALHOST)).__circuit_breaker_key(),
        KeyOf::new(&7_u64).__circuit_breaker_key(),
        KeyOf::new(&7).__circuit_breaker_key(),
        KeyOf::new(&format_args!("{}:{}", "db", 5432)).__circuit_breaker_key(),
        KeyOf::new(&Path::new("a/b").display()).__circuit_breaker_key(),
    ];
    assert_eq!(written, ["127.0.0.1", "7", "7", "db:5432", "a/b"]);
}

#[test]
fn the_bound_of_a_type_parameter_decides() {
    fn lent<T: AsRef<str> + ?Sized>(value: &T) -> &str {
        KeyOf::new(value).__circuit_breaker_key()
    }
    fn written<T: Display + ?Sized>(value: &T) -> String {
        KeyOf::new(value).__circuit_breaker_key()
    }
    fn either(value: &(impl Display + AsRef<str>)) -> &str {
        KeyOf::new(value).__circuit_breaker_key()
    }

    assert_eq!(lent("db"), "db");
    assert_eq!(written("db"), "db");
    assert_eq!(written(&7 as &dyn Display), "7");
    assert_eq!(either(&Both), "lent");
    assert_eq!(kept_key(&written(&7)), "7");
}
