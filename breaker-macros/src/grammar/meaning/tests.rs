use super::{calls, count, factor, flag, is_off, rate, share};

/// Checks a reader with texts and what each one means.
fn check(read: fn(&str) -> Option<String>, rows: &[(&str, Option<&str>)]) {
    for (text, meaning) in rows {
        assert_eq!(read(text).as_deref(), *meaning, "{text:?}");
    }
}

#[test]
fn a_rate_is_a_share_or_a_percentage() {
    check(
        rate,
        &[
            ("0.5", Some("0.5")),
            ("50%", Some("0.5")),
            ("50 %", Some("0.5")),
            ("50", Some("0.5")),
            ("33.3", Some("0.333")),
            ("100", Some("1")),
            ("0.5%", Some("0.005")),
            ("\"0.5\"", Some("0.5")),
            ("1", Some("1")),
            ("10", Some("0.1")),
            // A percentage, a count or a mistake
            ("5", None),
            ("1.5", None),
            ("0", None),
            ("0%", None),
            ("101", None),
            ("-50", None),
            ("half", None),
        ],
    );
}

#[test]
fn a_share_has_a_sign_if_it_is_a_percentage() {
    check(
        share,
        &[
            ("0.1", Some("0.1")),
            (".1", Some("0.1")),
            ("0", Some("0")),
            ("10%", Some("0.1")),
            ("10", None),
            ("200%", None),
        ],
    );
}

#[test]
fn a_count_is_a_whole_number_above_zero() {
    check(
        count,
        &[
            ("5", Some("5")),
            ("5.0", Some("5")),
            ("1e3", Some("1000")),
            ("1_000", Some("1000")),
            ("'7'", Some("7")),
            ("5.5", None),
            ("0", None),
            ("4294967296", None),
            ("many", None),
        ],
    );
}

#[test]
fn a_factor_is_at_least_one() {
    check(
        factor,
        &[
            ("2", Some("2")),
            ("1.50", Some("1.5")),
            ("0.5", None),
            ("fast", None),
        ],
    );
}

#[test]
fn a_window_of_calls_may_name_them() {
    check(
        calls,
        &[
            ("100 calls", Some("100")),
            ("1 call", Some("1")),
            ("100requests", Some("100")),
            ("100", None),
            ("0 calls", None),
            ("1.5 calls", None),
        ],
    );
}

#[test]
fn words_for_true_false_and_off_have_any_case() {
    for word in ["TRUE", "on", "Yes", "1", "enabled"] {
        assert_eq!(flag(word), Some(true), "{word}");
    }
    for word in ["False", "off", "no", "0", "disabled"] {
        assert_eq!(flag(word), Some(false), "{word}");
    }
    for word in ["", "2", "maybe", "truee"] {
        assert_eq!(flag(word), None, "{word}");
    }
    assert!(is_off("OFF") && is_off("none") && is_off("\"off\""));
    assert!(!is_off("0") && !is_off("on"));
}
