//! Who gets an answer: each row of the table of threats in `docs/admin.md`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use breaker_runtime::Actor;
use breaker_runtime::admin::{Access, Admin, Grant};
use serde_json::{Value, json};

use super::{Desk, Reply, SECRET, operator, request, token};

async fn read(desk: &Desk, headers: &[(&str, &str)]) -> Reply {
    desk.send(request("GET", "/breakers", headers)).await
}

#[test]
fn a_short_an_empty_or_an_untransmittable_secret_is_no_token() {
    for secret in [
        "",
        "0123456789abcde",
        "0123456789abcdef\n",
        "0123456789 abcdef",
        "ä123456789abcdef",
    ] {
        assert!(Access::token("on-call", secret).is_err(), "{secret:?}");
    }
    let error = Access::token("", SECRET).unwrap_err();
    assert!(
        error.to_string().starts_with("the name of an actor"),
        "{error}"
    );
}

#[test]
fn no_secret_is_shown() {
    let shown = format!("{:?}", token());
    assert!(
        shown.contains("on-call") && !shown.contains(SECRET),
        "{shown}"
    );
}

#[tokio::test]
async fn reading_needs_a_token_and_a_wrong_one_is_answered_like_none() {
    let desk = Desk::new();
    assert_eq!(desk.get("/breakers").await.status, 200);
    let none = read(&desk, &[]).await;
    assert_eq!(none.problem(), (401, "token-needed".to_owned()));
    assert_eq!(none.header("www-authenticate"), "Bearer realm=\"breaker\"");
    for wrong in [
        "Bearer 0123456789abcdeX",
        "Bearer ",
        "Bearer",
        "Basic MDEyMzQ1Njc4OWFiY2RlZg==",
        SECRET,
    ] {
        let answer = read(&desk, &[("authorization", wrong)]).await;
        assert_eq!(answer.text, none.text, "{wrong}");
        assert_eq!(answer.status, 401);
    }
}

#[tokio::test]
async fn the_scheme_is_compared_without_case_and_every_token_counts() {
    let access = token().and_token("robot", "fedcba9876543210").unwrap();
    let desk = Desk::with(access);
    for header in ["bearer 0123456789abcdef", "BEARER fedcba9876543210"] {
        assert_eq!(read(&desk, &[("authorization", header)]).await.status, 200);
    }
}

#[tokio::test]
async fn a_token_in_the_url_or_in_a_cookie_is_no_token() {
    let desk = Desk::new();
    let url = format!("/breakers?token={SECRET}");
    assert_eq!(desk.send(request("GET", &url, &[])).await.status, 401);
    let cookie = format!("token={SECRET}");
    assert_eq!(read(&desk, &[("cookie", &cookie)]).await.status, 401);
}

#[tokio::test]
async fn open_reading_answers_loopback_and_addresses_but_no_name_that_may_be_rebound() {
    let desk = Desk::with(Access::open_reading());
    for host in [
        "localhost",
        "LOCALHOST:8080",
        "a.localhost",
        "127.0.0.1:80",
        "10.1.2.3",
        "[::1]:9090",
        "[fe80::1]",
    ] {
        assert_eq!(read(&desk, &[("host", host)]).await.status, 200, "{host}");
    }
    for host in [
        "attacker.example",
        "localhost.attacker.example",
        "127.0.0.1.attacker.example:80",
        "",
    ] {
        let answer = read(&desk, &[("host", host)]).await;
        assert_eq!(answer.problem(), (421, "host".to_owned()), "{host}");
    }
    assert_eq!(read(&desk, &[]).await.status, 421);
    let two = read(
        &desk,
        &[("host", "localhost"), ("host", "attacker.example")],
    )
    .await;
    assert_eq!(two.status, 421);
}

#[tokio::test]
async fn the_answer_to_an_unknown_host_says_what_to_write() {
    let desk = Desk::with(Access::open_reading());
    let answer = read(&desk, &[("host", "Tools.Internal:8080")]).await.json();
    assert_eq!(answer["host"], "tools.internal");
    let detail = answer["detail"].as_str().unwrap();
    assert!(detail.contains(".host(\"tools.internal\")"), "{detail}");

    let desk = Desk::with_admin(Access::open_reading(), |admin| admin.host("Tools.internal"));
    assert_eq!(
        read(&desk, &[("host", "tools.INTERNAL:8080")]).await.status,
        200
    );
}

#[tokio::test]
async fn a_token_needs_no_host_that_is_known() {
    let desk = Desk::with(token().reading_open());
    let bearer = format!("Bearer {SECRET}");
    let headers = [("host", "shop.example"), ("authorization", bearer.as_str())];
    assert_eq!(read(&desk, &headers).await.status, 200);
    assert_eq!(read(&desk, &[("host", "shop.example")]).await.status, 421);
    assert_eq!(read(&desk, &[("host", "localhost")]).await.status, 200);
}

#[tokio::test]
async fn an_expired_token_is_not_taken_for_open_reading() {
    let desk = Desk::with(token().reading_open());
    let headers = [
        ("host", "localhost"),
        ("authorization", "Bearer 0123456789abcdeX"),
    ];
    assert_eq!(read(&desk, &headers).await.status, 401);
}

#[tokio::test]
async fn the_programs_own_function_grants_by_the_request() {
    let desk = Desk::with(Access::by(|request| match request.headers.get("x-user") {
        Some(user) if user == "ana" => Grant::Control(Actor::new("ana").unwrap()),
        Some(_) => Grant::Read,
        None => Grant::None,
    }));
    assert_eq!(read(&desk, &[("x-user", "ana")]).await.status, 200);
    assert_eq!(read(&desk, &[("x-user", "ben")]).await.status, 200);
    let none = read(&desk, &[]).await;
    assert_eq!(none.problem(), (403, "not-granted".to_owned()));
}

#[tokio::test]
async fn the_index_needs_nothing_and_tells_nothing_about_breakers() {
    let desk = Desk::new();
    let index = desk.send(request("GET", "", &[])).await;
    assert_eq!(index.status, 200);
    assert!(!index.text.contains("bank"), "{}", index.text);
    assert!(
        index.json()["routes"]
            .as_array()
            .unwrap()
            .contains(&"GET breakers/{breaker}".into())
    );
}

/// Asks for the index, and returns the grant in it.
async fn granted(desk: &Desk, headers: &[(&str, &str)]) -> Value {
    let index = desk.send(request("GET", "", headers)).await;
    assert_eq!(index.status, 200);
    index.json()["grant"].clone()
}

#[tokio::test]
async fn the_index_says_what_the_credentials_of_the_request_are_good_for() {
    let grant = |may: &str, who: Value, control: &str, token: bool| json!({"may": may, "who": who, "control": control, "token": token});
    let bearer = format!("Bearer {SECRET}");
    let right = [("authorization", bearer.as_str())];
    let wrong = [("authorization", "Bearer 0123456789abcdeX")];

    let desk = Desk::new();
    let on_call = grant("control", json!("on-call"), "possible", true);
    assert_eq!(granted(&desk, &right).await, on_call);
    let nothing = grant("none", Value::Null, "possible", true);
    assert_eq!(granted(&desk, &[]).await, nothing);
    assert_eq!(granted(&desk, &wrong).await, nothing);

    let desk = Desk::with(token().reading_open());
    let read = grant("read", Value::Null, "possible", true);
    assert_eq!(granted(&desk, &[("host", "localhost")]).await, read);
    assert_eq!(
        granted(&desk, &[("host", "attacker.example")]).await,
        nothing
    );

    let desk = Desk::with(Access::open_reading());
    let never = grant("read", Value::Null, "never", false);
    assert_eq!(granted(&desk, &[("host", "localhost")]).await, never);

    let desk = Desk::with(Access::by(|_| Grant::Read));
    let read = grant("read", Value::Null, "possible", false);
    assert_eq!(granted(&desk, &[]).await, read);
}

#[tokio::test]
async fn the_links_of_the_index_are_relative_to_the_path_that_was_asked_for() {
    let desk = Desk::new();
    for (path, base) in [("", "circuits/"), ("/", "")] {
        let index = desk.send(request("GET", path, &[])).await.json();
        let links = index["links"].as_object().unwrap();
        assert_eq!(links["breakers"], format!("{base}breakers"));
        assert!(links.keys().all(|link| !link.contains('{')), "{links:?}");
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_against_embedding_and_caching() {
    let desk = Desk::new();
    for path in ["", "/breakers", "/nothing", "/breakers?x=1"] {
        let answer = desk.get(path).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            (
                "content-security-policy",
                "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("breaker-api", "1"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(answer.headers.get("access-control-allow-origin").is_none());
        assert_eq!(answer.header("breaker-instance").len(), 16);
    }
}

#[tokio::test]
async fn the_programs_function_runs_once_and_without_a_token_only() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let access = Access::by(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Grant::Read
    });
    let desk = Desk::with(access.and_token("on-call", SECRET).unwrap());
    assert_eq!(desk.send(operator("GET", "/breakers")).await.status, 200);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    // A proxy may use the header for something else.
    assert_eq!(
        read(&desk, &[("authorization", "Bearer of.the.proxy")])
            .await
            .status,
        200
    );
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn an_admin_can_be_shared_and_shown() {
    fn check<T: Clone + Send + Sync + std::fmt::Debug>() {}
    check::<Admin>();
    check::<Access>();
}
