use proptest::prelude::*;

use super::{check_name, name_problem};

fn agree(name: &str) {
    assert_eq!(
        name_problem(name).is_none(),
        check_name(name).is_ok(),
        "{name:?}"
    );
}

#[test]
fn a_constant_is_checked_as_a_literal_is() {
    for length in [0, 1, 127, 128, 129, 1000] {
        agree(&"x".repeat(length));
        agree(&"ö".repeat(length));
    }
    for byte in 0..=u8::MAX {
        agree(&format!("a{}", char::from(byte)));
    }
}

proptest! {
    #[test]
    fn a_constant_is_checked_as_a_literal_is_whatever_it_contains(name in ".{0,140}|[a-z_.:/-]{120,140}") {
        agree(&name);
    }
}
