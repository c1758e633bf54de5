use super::*;

fn server(code: &str, detail: &str) -> Failure {
    Failure::of_server("cache:6379", code, detail)
}

#[test]
fn what_only_a_person_can_change_is_refused() {
    for (code, detail) in [
        ("WRONGPASS", "invalid username-password pair"),
        ("NOAUTH", "Authentication required."),
        (
            "NOPERM",
            "this user has no permissions to run the 'evalsha' command",
        ),
        ("WRONGTYPE", "Operation against a key"),
        (
            "ERR",
            "The user executing the script can't run this command or subcommand, on @user_script:1.",
        ),
        ("ERR", "unknown command `EVALSHA`"),
        ("ERR", "SELECT is not allowed in cluster mode"),
        ("ERR", "syntax error script: 52d5, on @user_script:9."),
        (
            "ERR",
            "ACL failure in script: User shop has no permissions to run the 'publish' command script: on @user_script:9.",
        ),
        (
            "ERR",
            "Error running script (call to f_52d5): @user_script:9: WRONGTYPE Operation against a key",
        ),
    ] {
        let failure = server(code, detail);
        assert!(
            matches!(failure.error, StoreError::Refused(_)),
            "{failure:?}"
        );
        assert!(
            failure.error.to_string().starts_with("cache:6379: "),
            "{failure:?}"
        );
    }
}

#[test]
fn what_passes_by_itself_is_away() {
    for (code, then) in [
        ("OOM", Then::Keep),
        ("BUSY", Then::Keep),
        ("LOADING", Then::Keep),
        ("NOREPLICAS", Then::Keep),
        ("TRYAGAIN", Then::Keep),
        ("READONLY", Then::Next),
        ("CLUSTERDOWN", Then::Next),
        ("NOSCRIPT", Then::Load),
    ] {
        let failure = server(code, "said the server");
        assert!(matches!(failure.error, StoreError::Away(_)), "{failure:?}");
        assert_eq!(failure.then, then, "{code}");
    }
}

#[test]
fn an_error_of_the_script_before_redis_7_counts_as_that_of_its_command() {
    let inner = "Error running script (call to f_52d5): @user_script:9: @user_script: 9: -";
    for (error, then) in [
        (
            "READONLY You can't write against a read only replica.",
            Then::Next,
        ),
        (
            "OOM command not allowed when used memory > 'maxmemory'.",
            Then::Keep,
        ),
    ] {
        let failure = server("ERR", &format!("{inner}{error}"));
        assert_eq!(failure.then, then, "{failure:?}");
        let text = failure.error.to_string();
        assert!(text.ends_with(error) && !text.contains("f_52d5"), "{text}");
    }
    let other = server(
        "ERR",
        "Error running script: @user_script:9: Lua went wrong",
    );
    assert!(matches!(other.error, StoreError::Away(_)), "{other:?}");
}

#[test]
fn a_redirection_names_the_other_server() {
    let moved = server("MOVED", "3999 10.0.0.2:7001").then;
    assert_eq!(moved, Then::Moved("10.0.0.2:7001".to_owned()));
    let ask = server("ASK", "3999 10.0.0.2:7001").then;
    assert_eq!(ask, Then::Ask("10.0.0.2:7001".to_owned()));
}

#[test]
fn texts_of_a_server_are_cut_and_have_no_control_characters() {
    let failure = server("ERR", &"forged\nline é".repeat(1000));
    let text = failure.error.to_string();
    assert!(text.len() < 300 && !text.contains('\n'), "{text}");
}

#[test]
fn the_error_of_the_connection_is_found_in_that_of_the_client() {
    let broken = io::Error::from(io::ErrorKind::ConnectionRefused);
    let failure = Failure::of_redis("cache:6379", &RedisError::from(broken));
    assert_eq!(failure.error.to_string(), "cache:6379: connection refused");
    assert_eq!(failure.then, Then::Replace);
}
