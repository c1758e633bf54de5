use super::super::{File, Force, parse};
use crate::config::{Config, Setting};

fn file(files: &[(&str, &str)]) -> File {
    match parse(files) {
        Ok(file) => file,
        Err(problems) => panic!("{problems:?}"),
    }
}

fn problems(files: &[(&str, &str)]) -> Vec<String> {
    let problems = parse(files).expect_err("something is wrong");
    problems.iter().map(ToString::to_string).collect()
}

const BASE: &str = r#"
[default]
jitter = 0.1
force = "open"

[groups.http]
threshold = 1
ramp = "1s"

[breakers.payment]
group = "http"
threshold = 2
backoff = 2
force = "closed"

[breakers.base]
threshold = 3
"#;

const OVER: &str = r#"[default]
jitter = 0.2
[groups.http]
threshold = 5
[groups.slow]
[breakers.payment]
backoff = 3
[breakers.over]
group = "http"
"#;

#[test]
fn the_second_file_replaces_settings_of_the_first_table_by_table() {
    let file = file(&[("base.toml", BASE), ("over.toml", OVER)]);
    assert_eq!(file.default.config, Config::new().jitter(0.2));
    assert_eq!(file.default.force, Some(Force::Open));
    let second = std::time::Duration::from_secs(1);
    let http = Config::new().threshold(5).ramp(second);
    assert_eq!(file.groups["http"].config, http);
    let payment = &file.breakers["payment"];
    assert_eq!(payment.config, Config::new().threshold(2).backoff(3.0));
    assert_eq!(payment.force, Some(Force::Closed));
    for (name, group) in [
        ("payment", Some("http")),
        ("base", None),
        ("over", Some("http")),
    ] {
        let found = file.breakers[name].group.as_ref();
        assert_eq!(found.map(|group| &*group.name), group, "{name}");
    }
}

#[test]
fn each_setting_has_the_position_of_the_file_that_gives_it() {
    let file = file(&[("base.toml", BASE), ("over.toml", OVER)]);
    let payment = &file.breakers["payment"];
    assert_eq!(payment.head().to_string(), "base.toml:10:11");
    let position = |setting| payment.position(setting).to_string();
    assert_eq!(position(Setting::Threshold), "base.toml:12:1");
    assert_eq!(position(Setting::Backoff), "over.toml:7:1");
    assert_eq!(payment.force_position().to_string(), "base.toml:14:1");
    assert_eq!(file.breakers["over"].head().to_string(), "over.toml:8:11");
}

#[test]
fn mistakes_of_all_files_are_reported_in_the_order_of_the_files() {
    assert_eq!(
        problems(&[
            ("base.toml", "[breakers.a]\ngroup = \"htpp\"\njitter = 7\n"),
            (
                "over.toml",
                "[groups.http]\ntreshold = 1\n[breakers.b]\ngroup = \"x\"\n"
            ),
        ]),
        [
            "base.toml:2:9: there is no group `htpp`; did you mean `http`?",
            "base.toml:3:10: `jitter` must lie between 0 and 1, not 7",
            "over.toml:2:1: unknown setting `treshold`; did you mean `threshold`?",
            "over.toml:4:9: there is no group `x`; its table would be `[groups.x]`",
        ]
    );
}

#[test]
fn a_group_that_a_broken_line_may_define_is_not_reported() {
    assert_eq!(
        problems(&[
            ("base.toml", "[breakers.a]\ngroup = \"http\"\n"),
            ("over.toml", "[groups.http\nthreshold = 1\n"),
        ])
        .len(),
        1
    );
}

#[test]
fn a_group_in_the_wrong_place_or_form_is_reported() {
    for (text, message) in [
        (
            "[default]\ngroup = \"a\"",
            "2:1: `group` belongs in the table of a breaker, not in `[default]`",
        ),
        (
            "[groups.b]\ngroup = \"a\"",
            "2:1: `group` belongs in the table of a breaker: groups have no groups",
        ),
        (
            "[breakers.b]\ngroup = 5",
            "2:9: `group` must be the name of a group, such as \"http\", not a whole number",
        ),
        (
            "[breakers.b]\ngroup = http",
            "2:9: `group` has an invalid value: write `\"http\"`",
        ),
        (
            "[breakers.b]\ngruop = \"a\"",
            "2:1: unknown setting `gruop`; did you mean `group`?",
        ),
        (
            "[breakers.b]\nbaseConfig = \"a\"",
            "2:1: unknown setting `baseConfig`; did you mean `group`?",
        ),
        (
            "[breakers.b.group]\nname = \"a\"",
            "1:1: `group` must be the name of a group, such as \"http\", not a table",
        ),
        (
            "[groups.api.com]\nthreshold = 1",
            "1:13: `groups.api.com` is not the table of a group: quote a name that contains a dot, as \
             in `[groups.\"api.com\"]`",
        ),
        (
            "[groups]\na = 5",
            "2:5: `groups.a` must be a table, not a whole number",
        ),
    ] {
        assert_eq!(problems(&[("b.toml", text)]), [format!("b.toml:{message}")]);
    }
}

#[test]
fn no_file_asks_for_nothing() {
    assert_eq!(parse(&[]), Ok(File::default()));
}
