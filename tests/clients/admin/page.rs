//! The page: how its files are served, and how a browser gets there.

use axum::Router;
use breaker_runtime::admin::{Access, Admin};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::{Desk, Reply, request, send, token};

const BROWSER: (&str, &str) = (
    "accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
);

async fn get(path: &str) -> Reply {
    Desk::new().send(request("GET", path, &[])).await
}

/// Returns what stands between quotes after each `before` in a text.
fn quoted<'a>(text: &'a str, before: &'a str) -> Vec<&'a str> {
    let found = text.split(before).skip(1);
    found
        .map(|rest| rest.split(['"', '\'']).next().unwrap())
        .collect()
}

#[tokio::test]
async fn the_page_and_all_that_it_loads_need_no_access_and_have_their_media_types() {
    let page = get("/ui").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let mut files = quoted(&page.text, "href=\"assets/");
    files.extend(quoted(&page.text, "src=\"assets/"));
    assert!(files.contains(&"main.js") && files.contains(&"style.css"));

    let mut files: Vec<_> = files.into_iter().map(str::to_owned).collect();
    let mut seen = 0;
    while let Some(file) = files.get(seen).cloned() {
        seen += 1;
        let reply = get(&format!("/assets/{file}")).await;
        let media_type = match file.rsplit('.').next().unwrap() {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(reply.status, 200, "{file}");
        assert_eq!(reply.header("content-type"), media_type, "{file}");
        if file.ends_with(".js") {
            for module in quoted(&reply.text, "from './") {
                if !files.iter().any(|it| it == module) {
                    files.push(module.to_owned());
                }
            }
        }
    }
    assert!(files.len() > 10, "{files:?}");
}

#[tokio::test]
async fn the_icons_of_all_states_are_served() {
    for state in ["closed", "open", "half", "forced"] {
        let reply = get(&format!("/assets/{state}.svg")).await;
        assert_eq!(reply.header("content-type"), "image/svg+xml", "{state}");
    }
}

#[tokio::test]
async fn the_page_may_load_nothing_from_elsewhere_and_make_nothing_from_text() {
    for path in ["/ui", "/assets/main.js"] {
        let reply = get(path).await;
        let policy = reply.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ] {
            assert!(policy.split("; ").any(|it| it == part), "{part}: {policy}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn the_files_name_no_other_host_and_no_absolute_path() {
    let page = get("/ui").await.text;
    for attribute in ["href=\"", "src=\""] {
        for reference in quoted(&page, attribute) {
            let is_relative = !reference.starts_with('/') && !reference.contains("//");
            assert!(is_relative, "{reference}");
        }
    }
    assert!(!page.contains("style=") && !page.contains("onclick="));
}

#[tokio::test]
async fn a_browser_asks_again_and_gets_only_what_has_changed() {
    for path in ["/ui", "/assets/main.js"] {
        let reply = get(path).await;
        assert_eq!(reply.header("cache-control"), "no-cache");
        let tag = reply.header("etag");
        assert!(!tag.is_empty());
        let again = request("GET", path, &[("if-none-match", tag)]);
        let again = Desk::new().send(again).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
        assert_eq!(again.header("cache-control"), "no-cache");
    }
}

#[tokio::test]
async fn an_unknown_file_is_404_with_the_nearest_one() {
    let reply = get("/assets/mian.js").await;
    assert_eq!(reply.problem(), (404, "no-route".to_owned()));
    assert_eq!(reply.json()["nearest"], "main.js");
    for path in [
        "/assets/",
        "/assets/icons/open.svg",
        "/assets/../ui",
        "/ui/",
    ] {
        assert_eq!(get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_page_is_only_read() {
    for path in ["/ui", "/assets/main.js"] {
        let reply = Desk::new().send(request("POST", path, &[])).await;
        assert_eq!(reply.problem(), (405, "method".to_owned()));
        assert_eq!(reply.header("allow"), "GET, HEAD");
        let head = Desk::new().send(request("HEAD", path, &[])).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
    }
}

/// Asks for a place as a browser does, and returns where it is led to.
async fn led(routes: &Router, path: &str) -> String {
    let request = http::Request::builder()
        .uri(path)
        .header(BROWSER.0, BROWSER.1)
        .body(axum::body::Body::empty())
        .unwrap();
    let reply = routes.clone().oneshot(request).await.unwrap();
    assert_eq!(reply.status(), 307, "{path}");
    let target = reply.headers()["location"].to_str().unwrap().to_owned();
    assert!(
        reply
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .is_empty()
    );
    target
}

#[tokio::test]
async fn a_browser_is_led_to_the_page_under_any_prefix() {
    let desk = Desk::new();
    assert_eq!(led(&desk.routes, "/circuits").await, "circuits/ui");
    assert_eq!(led(&desk.routes, "/circuits/").await, "ui");
    // What precedes a colon would be a scheme.
    let routes = Admin::new(&desk.registry, token()).at("/eu:ops");
    assert_eq!(led(&routes, "/eu:ops").await, "./eu:ops/ui");
    let nested = Router::new().nest("/{tenant}/ops", desk.routes.clone());
    assert_eq!(led(&nested, "/a/ops/circuits").await, "circuits/ui");
    assert_eq!(led(&nested, "/a/ops/circuits/").await, "ui");

    for path in ["/a/ops/circuits/ui", "/a/ops/circuits/assets/main.js"] {
        let request = http::Request::builder().uri(path);
        let request = request.body(axum::body::Body::empty()).unwrap();
        assert_eq!(send(&nested, request).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn other_clients_get_the_index() {
    for accept in [
        "*/*",
        "application/json",
        "text/html;q=0.5, application/json",
    ] {
        let reply = Desk::new()
            .send(request("GET", "", &[("accept", accept)]))
            .await;
        assert_eq!(reply.status, 200, "{accept}");
        assert_eq!(reply.json()["api"], 1);
    }
}

#[tokio::test]
async fn the_page_is_there_where_reading_is_open_too() {
    let desk = Desk::with(Access::open_reading());
    assert_eq!(desk.send(request("GET", "/ui", &[])).await.status, 200);
}
