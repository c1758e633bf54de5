use crate::config::file::parse;

fn problems(text: &str) -> Vec<String> {
    let problems = parse(&[("b.toml", text)]).expect_err("something is wrong");
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_syntax_error_is_reported_once_for_each_line() {
    let text = "[default]\nthreshold =\nopen_for = 30s\nbackoff = 2 jitter = 1\nramp\n";
    assert_eq!(
        problems(text),
        [
            "b.toml:2:12: string values must be quoted, expected literal string",
            "b.toml:3:12: `open_for` has an invalid value: write `\"30s\"`",
            "b.toml:4:11: string values must be quoted, expected literal string",
            "b.toml:5:5: key with no value, expected `=`",
        ]
    );
}

#[test]
fn syntax_errors_and_wrong_settings_are_reported_together_in_the_order_of_their_lines() {
    let text = "[default]\ntreshold = 5\nopen_for = 30s\nramp = 5\n[breakers.mail]\njitter = 0.1.2\n\
                latency = 1\n";
    assert_eq!(
        problems(text),
        [
            "b.toml:2:1: unknown setting `treshold`; did you mean `threshold`?",
            "b.toml:3:12: `open_for` has an invalid value: write `\"30s\"`",
            "b.toml:4:8: `ramp` must be a duration such as \"30s\" or \"off\", not a whole number: write \
             `\"5ms\"` or `\"5s\"`",
            "b.toml:6:13: invalid float, expected nothing",
            "b.toml:7:11: `latency` must be `true` or `false`, not a whole number: write `true`",
        ]
    );
}

#[test]
fn problems_that_follow_from_a_broken_head_are_not_reported() {
    let text = "[breakers.mail\nthreshold = 0\ntreshold = 5\n[default]\ntreshold = 5\n";
    assert_eq!(
        problems(text),
        [
            "b.toml:1:15: unclosed table, expected `]`",
            "b.toml:5:1: unknown setting `treshold`; did you mean `threshold`?",
        ]
    );
}

#[test]
fn duplicate_keys_and_tables_are_named() {
    let text = "[default]\nthreshold = 5\nthreshold = 5\n[breakers.mail]\n[breakers.\"mail\"]\n";
    assert_eq!(
        problems(text),
        [
            "b.toml:3:1: duplicate key `threshold`",
            "b.toml:5:11: duplicate table `[breakers.\"mail\"]`",
        ]
    );
    assert_eq!(
        problems("breakers = { a = {}, a = {} }\n"),
        ["b.toml:1:22: duplicate key `a`"]
    );
}

#[test]
fn the_message_for_a_name_that_needs_quotes_mentions_them() {
    assert_eq!(
        problems("[breakers.pay:x/y]\nthreshold = 5\n"),
        [
            "b.toml:1:14: invalid unquoted key, expected letters, numbers, `-`, `_`; quote a \
             name that has other characters"
        ]
    );
}

#[test]
fn an_error_without_a_position_is_reported_for_the_file() {
    let text = "a.".repeat(1000) + "b = 1\n";
    assert_eq!(problems(&text), ["b.toml: recursion limit"]);
}

#[test]
fn a_value_that_toml_cannot_read_is_answered_with_what_it_means() {
    for (line, forms) in [
        ("open_for = 5m", ["`\"5m\"`"].as_slice()),
        ("open_for = PT5S # ISO", &["`\"5s\"`"]),
        ("open_for = 1m30s", &["`\"90s\"`"]),
        ("open_for = 2.5h", &["`\"2.5h\"`"]),
        ("open_for = 1_000ms,", &["`\"1000ms\"`"]),
        ("failure_rate = 50%", &["`0.5`"]),
        ("failure_rate = .5", &["`0.5`"]),
        ("jitter = 10 %", &["`0.1`"]),
        ("threshold = 5;", &["`5`"]),
        ("threshold = off", &["`\"off\"`"]),
        ("window = 100 calls", &["`100`"]),
        ("latency = True", &["`true`"]),
        ("latency = no", &["`false`"]),
        ("force = open", &["`\"open\"`"]),
        ("force = OFF", &["`\"off\"`"]),
    ] {
        let all = problems(&format!("[breakers.mail]\n{line}\n"));
        let [problem] = all.as_slice() else {
            panic!("{line}: {all:?}");
        };
        let (_, advice) = problem
            .split_once(" has an invalid value: write ")
            .expect(problem);
        assert_eq!(advice, forms.join(" or "), "{line}");
        let word = line.split(' ').next().expect("it is a setting");
        let fixed = format!("[breakers.mail]\n{word} = {}\n", advice.trim_matches('`'));
        assert!(parse(&[("b.toml", &fixed)]).is_ok(), "{fixed}");
    }
}

#[test]
fn a_value_that_toml_cannot_read_keeps_its_message_if_the_meaning_is_unclear() {
    for line in [
        "open_for = soon",
        "threshold = 1,000",
        "threshold = many",
        "colour = 50%",
        "force = on",
    ] {
        let all = problems(&format!("[breakers.mail]\n{line}\n"));
        assert!(!all[0].contains("write"), "{all:?}");
    }
}
