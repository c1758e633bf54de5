use super::*;

fn tcp(host: &str, port: u16) -> Place {
    Place::Tcp {
        host: host.to_owned(),
        port,
        tls: false,
    }
}

#[test]
fn a_url_names_the_server_the_user_and_the_database() {
    let (place, login) = parse("redis://shop:p%40ss@cache.internal:7000/3").expect("valid");
    assert_eq!(place, tcp("cache.internal", 7000));
    assert_eq!(login.user.as_deref(), Some("shop"));
    assert_eq!(login.password.as_deref(), Some("p@ss"));
    assert_eq!(login.database, 3);

    let (place, login) = parse("valkey://:only@[::1]").expect("valid");
    assert_eq!(place.to_string(), "[::1]:6379");
    assert_eq!(login.user, None);
    assert_eq!(login.password.as_deref(), Some("only"));
}

#[test]
fn a_socket_is_named_by_its_path() {
    for url in [
        "unix:/run/redis.sock?db=2",
        "redis+unix:///run/redis.sock?db=2&user=a&pass=b",
    ] {
        let (place, login) = parse(url).expect("valid");
        assert_eq!(place, Place::Unix("/run/redis.sock".into()));
        assert_eq!(login.database, 2);
    }
}

#[test]
fn an_invalid_url_is_an_error_that_does_not_repeat_it() {
    for url in [
        "",
        "secret",
        "http://secret",
        "redis://",
        "redis://host/secret",
        "redis://host:secret",
        "unix:",
        "redis://a:secret@:1",
    ] {
        let error = parse(url).map(|_| ()).expect_err(url).to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn a_redirection_may_leave_out_the_host() {
    let here = tcp("10.0.0.1", 6379);
    assert_eq!(here.named("10.0.0.2:7001"), Some(tcp("10.0.0.2", 7001)));
    assert_eq!(here.named(":7001"), Some(tcp("10.0.0.1", 7001)));
    assert_eq!(here.named("?:7001"), Some(tcp("10.0.0.1", 7001)));
    assert_eq!(here.named("fe80::1:7001"), Some(tcp("fe80::1", 7001)));
    for garbage in ["", "host", "host:", "host:port", "host:0", "host:99999"] {
        assert_eq!(here.named(garbage), None, "{garbage}");
    }
}
