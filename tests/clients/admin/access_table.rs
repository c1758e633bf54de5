//! Each route with each grant and each origin of a request.

use std::collections::BTreeMap;

use breaker_runtime::Actor;
use breaker_runtime::admin::{Access, Grant};
use http::Request;
use serde_json::json;

use super::{Desk, SECRET, request, token, with_body};

/// What a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Nothing,
    Reading,
    Control,
}

/// All routes, as the index lists them, with a path and what the route needs.
const ROUTES: [(&str, &str, Needs); 22] = [
    ("GET openapi.json", "/openapi.json", Needs::Nothing),
    ("GET breakers", "/breakers", Needs::Reading),
    ("GET breakers/{breaker}", "/breakers/bank", Needs::Reading),
    ("GET keys/{breaker}", "/keys/bank", Needs::Reading),
    ("GET settings/{breaker}", "/settings/bank", Needs::Reading),
    ("GET events", "/events", Needs::Reading),
    ("GET actions", "/actions", Needs::Reading),
    ("GET findings", "/findings", Needs::Reading),
    ("GET fleet", "/fleet", Needs::Reading),
    ("GET health", "/health", Needs::Reading),
    ("GET config", "/config", Needs::Reading),
    ("POST config/check", "/config/check", Needs::Control),
    (
        "POST force-open/{breaker}",
        "/force-open/bank",
        Needs::Control,
    ),
    (
        "POST force-closed/{breaker}",
        "/force-closed/bank",
        Needs::Control,
    ),
    ("POST clear/{breaker}", "/clear/bank", Needs::Control),
    ("POST trip/{breaker}", "/trip/bank", Needs::Control),
    ("POST reset/{breaker}", "/reset/bank", Needs::Control),
    ("PATCH settings/{breaker}", "/settings/bank", Needs::Control),
    (
        "DELETE settings/{breaker}",
        "/settings/bank",
        Needs::Control,
    ),
    ("POST rehearse/{breaker}", "/rehearse/bank", Needs::Control),
    // The index itself and the page are in no list.
    ("GET ", "", Needs::Nothing),
    ("GET ui", "/ui", Needs::Nothing),
];

/// What the credentials of a request are good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credentials {
    /// Nothing, and a token would help.
    NoToken,
    WrongToken,
    /// Control, by a token.
    Token,
    /// What the program's own function grants.
    OwnNothing,
    OwnReading,
    OwnControl,
    /// Reading is open to everybody. Control is impossible.
    OpenReading,
    /// Reading is open to everybody. A token would allow control.
    OpenReadingNoToken,
}

use Credentials::{
    NoToken, OpenReading, OpenReadingNoToken, OwnControl, OwnNothing, OwnReading, Token, WrongToken,
};

const CREDENTIALS: [Credentials; 8] = [
    NoToken,
    WrongToken,
    Token,
    OwnNothing,
    OwnReading,
    OwnControl,
    OpenReading,
    OpenReadingNoToken,
];

impl Credentials {
    fn desk(self) -> Desk {
        let ana = || Actor::new("ana").unwrap();
        Desk::with(match self {
            NoToken | WrongToken | Token => token(),
            OwnNothing => Access::by(|_| Grant::None),
            OwnReading => Access::by(|_| Grant::Read),
            OwnControl => Access::by(move |_| Grant::Control(ana())),
            OpenReading => Access::open_reading(),
            OpenReadingNoToken => token().reading_open(),
        })
    }

    fn header(self) -> Option<String> {
        match self {
            Token => Some(format!("Bearer {SECRET}")),
            WrongToken => Some("Bearer 0123456789abcdeX".to_owned()),
            _ => None,
        }
    }
}

/// Where a request comes from: its headers, whether a page of another site sent it, and whether an attacker may have
/// made the name of the host resolve to this server.
struct Origin {
    headers: &'static [(&'static str, &'static str)],
    is_foreign: bool,
    may_be_rebound: bool,
}

const fn own(headers: &'static [(&'static str, &'static str)]) -> Origin {
    Origin {
        headers,
        is_foreign: false,
        may_be_rebound: false,
    }
}

const fn foreign(headers: &'static [(&'static str, &'static str)]) -> Origin {
    Origin {
        headers,
        is_foreign: true,
        may_be_rebound: false,
    }
}

const fn rebound(headers: &'static [(&'static str, &'static str)]) -> Origin {
    Origin {
        headers,
        is_foreign: false,
        may_be_rebound: true,
    }
}

const LOCAL: (&str, &str) = ("host", "localhost:9090");

const ORIGINS: [Origin; 13] = [
    // No browser.
    own(&[LOCAL]),
    own(&[("host", "192.0.2.7:9090")]),
    own(&[("host", "[2001:db8::7]:9090")]),
    // A browser.
    own(&[
        LOCAL,
        ("origin", "http://localhost:9090"),
        ("sec-fetch-site", "same-origin"),
    ]),
    own(&[LOCAL, ("sec-fetch-site", "none")]),
    foreign(&[
        LOCAL,
        ("origin", "http://localhost:3000"),
        ("sec-fetch-site", "same-site"),
    ]),
    foreign(&[
        LOCAL,
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ]),
    // A browser that sends no `Sec-Fetch-Site`, because the connection is not encrypted.
    own(&[
        ("host", "192.0.2.7:9090"),
        ("origin", "http://192.0.2.7:9090"),
    ]),
    foreign(&[
        ("host", "192.0.2.7:9090"),
        ("origin", "http://evil.example"),
    ]),
    foreign(&[LOCAL, ("origin", "null")]),
    // A page whose name now resolves to this server.
    rebound(&[("host", "evil.example"), ("origin", "http://evil.example")]),
    rebound(&[("host", "evil.example"), ("sec-fetch-site", "same-origin")]),
    rebound(&[]),
];

/// Returns the status and the name of the problem that a request gets, or `None` if it is answered.
fn expected(needs: Needs, with: Credentials, from: &Origin) -> Option<(u16, &'static str)> {
    let not_granted = Some((403, "not-granted"));
    match (needs, with) {
        (Needs::Nothing, _) => None,
        (Needs::Control, _) if from.is_foreign => Some((403, "cross-origin")),
        (_, NoToken | WrongToken) => Some((401, "token-needed")),
        (_, OwnNothing) => not_granted,
        (_, Token | OwnControl) | (Needs::Reading, OwnReading) => None,
        (Needs::Control, OwnReading) => not_granted,
        (Needs::Control, OpenReading) => Some((403, "read-only")),
        (Needs::Control, OpenReadingNoToken) => Some((401, "token-needed")),
        (Needs::Reading, _) if from.may_be_rebound => Some((421, "host")),
        (Needs::Reading, _) => None,
    }
}

#[tokio::test]
async fn the_table_contains_every_route() {
    let index = Desk::new().get("").await.json();
    let listed = index["routes"].as_array().unwrap().iter();
    let mut listed: Vec<_> = listed.map(|it| it.as_str().unwrap()).collect();
    let mut table: Vec<_> = ROUTES.iter().map(|(route, ..)| *route).collect();
    table.retain(|route| !["GET ", "GET ui"].contains(route));
    listed.sort_unstable();
    table.sort_unstable();
    assert_eq!(listed, table);
}

#[tokio::test]
async fn each_route_is_answered_for_each_grant_and_origin_as_the_table_says() {
    let mut cells = BTreeMap::new();
    for with in CREDENTIALS {
        let desk = with.desk();
        for (route, path, needs) in ROUTES {
            for from in &ORIGINS {
                let method = route.split(' ').next().unwrap();
                let body = match path.starts_with("/force") {
                    true => json!({"reason": "a test", "ttl": "1s"}),
                    false => json!({}),
                };
                let mut headers = from.headers.to_vec();
                let authorization = with.header();
                if let Some(value) = &authorization {
                    headers.push(("authorization", value));
                }
                headers.push(("content-type", "application/json"));
                let (head, _) = request(method, path, &headers).into_parts();
                let (_, body) = with_body(method, path, &body).into_parts();
                let actions = desk.registry.actions().len();
                let answer = desk.send(Request::from_parts(head, body)).await;
                let place = format!("{route}, {with:?}, {:?}", from.headers);
                match expected(needs, with, from) {
                    None => assert!(
                        // No file is watched here, and no call is recorded.
                        answer.status == 200
                            || answer.status == 409
                                && ["/config/check", "/rehearse/bank"].contains(&path),
                        "{place}: {answer:?}"
                    ),
                    Some((status, kind)) => {
                        assert_eq!(answer.problem(), (status, kind.to_owned()), "{place}");
                        assert_eq!(desk.registry.actions().len(), actions, "{place}");
                        assert!(!answer.text.contains("mail"), "{place}: {answer:?}");
                    }
                }
                *cells.entry(answer.status).or_insert(0) += 1;
            }
        }
    }
    let all: usize = cells.values().sum();
    assert_eq!(all, ROUTES.len() * CREDENTIALS.len() * ORIGINS.len());
    // The table would be worthless if it expected the same everywhere.
    assert_eq!(
        cells.keys().copied().collect::<Vec<_>>(),
        [200, 401, 403, 409, 421]
    );
}
