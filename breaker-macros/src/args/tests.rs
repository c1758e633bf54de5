use crate::expand::tests::{about, messages};

/// Returns the errors of an attribute on a valid function.
fn whole(attribute: &str) -> Vec<String> {
    messages(attribute, "fn pay() -> Result<(), Error> { charge() }")
}

const ALL: &str = "; the settings are `name`, `threshold`, `window`, `max_failures`, `failure_rate`, \
                    `min_calls`, `slow_call`, `slow_rate`, `open_for`, `backoff`, `max_open_for`, \
                    `jitter`, `open_for_hint`, `half_open_calls`, `success_threshold`, \
                    `probe_failures`, `probe_timeout`, `ramp`, `max_in_flight`, `probe`, `probe_always`, `call_timeout`, `cancel_after`, \
                    `cancelled_in_a_row`, `trip`, `ignore`, `success`, `failure`, `classify`, `cause`, `fallback`, `fallback_on`, \
                    `key`, `max_keys`, `idle_ttl`, `max_open_share`, `registry`, `latency`, `critical`, `shared`, `shadow`, \
                    `crate`";

#[test]
fn every_setting_is_accepted() {
    let arguments = "threshold = 3, open_for = \"1m\", backoff = 2, max_open_for = LIMIT, \
                     jitter = 0.5, half_open_calls = 1, success_threshold = Some::<u32>(3).unwrap(), \
                     probe_failures = 0x10, probe_timeout = \"1s\", trip(Err(C)), ignore(Err(A) | Err(B)), \
                     success(| Ok(_) if true), failure(_), fallback = |e: E| -> R { r(e) }, \
                     fallback_on = any, registry = &self.registry, crate = crate::rt,";
    assert_eq!(about(arguments), [] as [&str; 0]);
    assert_eq!(about("classify = |r: &R| judge(r)"), [] as [&str; 0]);
    let arguments = "window = \"60s\", max_failures = 10, failure_rate = 0.5, min_calls = LIMIT, \
                     slow_call = \"2s\", slow_rate = 1, open_for_hint = |r| hint(r), ramp = \"1m\", max_in_flight = 50, \
                     cancel_after = \"off\", cancelled_in_a_row = 50";
    assert_eq!(about(arguments), [] as [&str; 0]);
    let arguments = "key = (self.host.as_str(), port).0, max_keys = 10usize, idle_ttl = \"1h\", \
                     latency = true, critical = cfg!(feature = \"vital\"), shared = true, shadow = false";
    assert_eq!(about(arguments), [] as [&str; 0]);
    assert_eq!(about("key = key, latency = LATENCY"), [] as [&str; 0]);
    for cause in [
        "cause",
        "cause, latency = true",
        "cause = describe",
        "cause = |r| text(r)",
    ] {
        assert_eq!(about(cause), [] as [&str; 0], "{cause}");
    }
    assert_eq!(
        about("classify = Self::judge, fallback = <T as Later>::pay::<u8>"),
        [] as [&str; 0]
    );
}

#[test]
fn commas_inside_values_do_not_separate_arguments() {
    let arguments = "threshold = max::<1, 2>(3, 4), ignore(Err(E { a, .. })), backoff = F";
    assert_eq!(about(arguments), [] as [&str; 0]);
}

#[test]
fn an_unknown_word_names_the_nearest_setting_or_all() {
    let nearest = "unknown setting `treshold`; did you mean `threshold`?";
    assert_eq!(about("treshold = 5"), [nearest]);
    let all = format!("unknown setting `colour`{ALL}");
    assert_eq!(about("colour = 5"), [all]);
    assert_eq!(about("colour(5, 6)").len(), 1);
    assert_eq!(about("colour").len(), 1);
}

#[test]
fn a_misspelt_name_is_not_missing_as_well() {
    assert_eq!(whole("nmae = \"payment\"").len(), 1);
}

#[test]
fn a_misspelt_setting_is_not_a_duplicate_of_the_right_one() {
    assert_eq!(about("treshold = 5, threshold = 5").len(), 1);
}

#[test]
fn timeout_is_ambiguous() {
    let message = "`timeout` is ambiguous: `open_for` sets how long the circuit stays open, \
                   `call_timeout` limits one call";
    assert_eq!(about("timeout = \"2s\""), [message]);
}

#[test]
fn the_name_of_a_listener_leads_to_the_registry() {
    let message = "unknown setting `on_open`; to observe events, \
                   write `Registry::global().subscribe(…)`";
    assert_eq!(about("on_open = notify"), [message]);
}

#[test]
fn a_second_value_is_a_duplicate_and_only_that() {
    let message = "duplicate `name`; first given on line 1";
    assert_eq!(about("name = \"other\""), [message]);
    assert_eq!(about("name = 5"), [message]);
    assert_eq!(about("name"), [message]);
    let lines = whole("name = \"a\",\nthreshold = 1,\nbackoff = 1,\nthreshold = 2");
    assert_eq!(lines, ["duplicate `threshold`; first given on line 2"]);
}

#[test]
fn a_value_follows_an_equals_sign() {
    let message = "expected `=`, such as `name = \"payment\"`";
    for wrong in [
        "name",
        "name,",
        "name threshold = 5",
        "name(\"a\", \"b\")",
        "name: 5 5",
        "name == later()",
        "name => \"not valid\"",
    ] {
        assert_eq!(whole(wrong), [message], "{wrong}");
    }
}

#[test]
fn a_value_after_a_wrong_sign_is_repeated() {
    for (wrong, right) in [
        ("threshold: 7", "threshold = 7"),
        ("threshold == 7", "threshold = 7"),
        ("threshold => 7, jitter = 0.5", "threshold = 7"),
        ("threshold(7)", "threshold = 7"),
        ("threshold[LIMIT]", "threshold = LIMIT"),
        ("threshold 7", "threshold = 7"),
        ("backoff: 1.5 jitter = 0.5", "backoff = 1.5"),
        ("open_for: \"5s\"", "open_for = \"5s\""),
        (
            "open_for(Duration::from_secs(5))",
            "open_for = Duration::from_secs(5)",
        ),
        ("fallback: Self::later", "fallback = Self::later"),
        (
            "fallback_on: error, fallback = later",
            "fallback_on = error",
        ),
        ("key(host)", "key = host"),
    ] {
        let message = format!("expected `=`: write `{right}`");
        assert_eq!(about(wrong).first(), Some(&message), "{wrong}");
        assert_eq!(
            about(&wrong.replace(wrong, right)).len(),
            usize::from(right.starts_with("fallback_on"))
        );
    }
}

#[test]
fn a_value_after_a_wrong_sign_that_is_wrong_itself_is_not_repeated() {
    for (wrong, example) in [
        ("threshold: 0", "threshold = 5"),
        ("open_for: 5", "open_for = \"30s\""),
        ("open_for(\"PT5S\")", "open_for = \"30s\""),
        ("fallback_on(always), fallback = later", "fallback_on = any"),
    ] {
        let message = format!("expected `=`, such as `{example}`");
        assert_eq!(about(wrong), [message], "{wrong}");
    }
}

#[test]
fn a_pattern_is_in_parentheses() {
    let message = "expected `(`, such as `ignore(Err(_))`";
    for wrong in ["ignore", "ignore, threshold = 5"] {
        assert_eq!(about(wrong), [message], "{wrong}");
    }
    for (wrong, right) in [
        ("ignore = Err(_)", "ignore(Err(_))"),
        ("ignore: Err(E::A | E::B)", "ignore(Err(E::A | E::B))"),
        (
            "ignore[Err(e) if e.is_old()]",
            "ignore(Err(e) if e.is_old())",
        ),
        ("success = Ok(0), threshold = 5", "success(Ok(0))"),
    ] {
        let message = format!("expected `(`: write `{right}`");
        assert_eq!(about(wrong), [message], "{wrong}");
    }
}

#[test]
fn a_literal_alone_is_not_a_setting() {
    assert_eq!(
        whole("\"orders\""),
        ["expected a setting: write `name = \"orders\"`"]
    );
    assert_eq!(
        whole("5"),
        ["expected a setting, such as `name = \"payment\"`"]
    );
    assert_eq!(
        whole("\"not valid\""),
        ["expected a setting, such as `name = \"payment\"`"]
    );
}

#[test]
fn a_missing_value_is_named_once() {
    let message = "expected a value, such as `threshold = 5`";
    for wrong in [
        "threshold =",
        "threshold = ,",
        "threshold = , backoff = 2.0",
    ] {
        assert_eq!(about(wrong), [message], "{wrong}");
    }
    assert_eq!(
        about("fallback = |e|"),
        ["expected a value, such as `fallback = pay_later`"]
    );
}

#[test]
fn arguments_are_separated_by_commas() {
    assert_eq!(about("threshold = 5; backoff = 2.0"), ["expected `,`"]);
    assert_eq!(about("threshold = 5 backoff = 2.0"), ["expected `,`"]);
    assert_eq!(about("threshold = 5 6, backoff = 2.0"), ["expected `,`"]);
    assert_eq!(about("threshold = backoff = 2.0"), ["expected `,`"]);
    let message = "expected a setting before this `,`: remove it";
    assert_eq!(about("threshold = 5,, backoff = 2.0"), [message]);
    assert_eq!(about(", threshold = 5"), [message]);
}

#[test]
fn parsing_continues_after_a_missing_comma() {
    let all = about("threshold = 0 backoff = 0.5");
    assert_eq!(all.len(), 3, "{all:#?}");
    assert_eq!(whole("threshold = 5 6 name = \"x\""), ["expected `,`"]);
}

#[test]
fn raw_words_are_not_settings() {
    assert_eq!(whole("r#name = \"x\""), ["remove `r#`: write `name`"]);
}

#[test]
fn tokens_left_over_inside_a_value_are_an_error() {
    assert_eq!(about("threshold = f(1 2)").len(), 1);
    assert_eq!(about("ignore(Err(a b))").len(), 1);
}
