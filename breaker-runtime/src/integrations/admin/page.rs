//! The page for a browser: its files, which are part of the program, and the way to them.

use axum::body::Body;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue, LOCATION,
};
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};

use super::format::{qualities, tag_of};
use super::guard::only_reads;
use super::incoming::{Answer, base_of_links, tagged};
use super::problem::{Problem, did_you_mean, not_allowed};
use crate::config::nearest;

/// What the page may load: files from where it comes from, and nothing that is made from text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const ICON: &str = "image/svg+xml";

const PAGE: &str = include_str!("page/index.html");

macro_rules! assets {
    ($($path:literal: $media_type:expr),* $(,)?) => {
        /// The other files of the page: path in the source, media type and text.
        const ASSETS: &[(&str, &str, &str)] = &[$(($path, $media_type, include_str!(concat!("page/", $path)))),*];
    };
}

assets! {
    "icons/closed.svg": ICON,
    "icons/forced.svg": ICON,
    "icons/half.svg": ICON,
    "icons/open.svg": ICON,
    "style.css": STYLE,
    "act.js": SCRIPT,
    "api.js": SCRIPT,
    "detail.js": SCRIPT,
    "dom.js": SCRIPT,
    "draw.js": SCRIPT,
    "main.js": SCRIPT,
    "overview.js": SCRIPT,
    "parts.js": SCRIPT,
    "poll.js": SCRIPT,
    "settings.js": SCRIPT,
    "shell.js": SCRIPT,
    "state.js": SCRIPT,
    "text.js": SCRIPT,
}

/// Answers a request for the page or for one of its files, which hold no data and need no access.
pub(super) fn answer(request: &Parts) -> Option<Answer> {
    let path = request.uri.path();
    let file = match path.strip_prefix('/').unwrap_or(path) {
        "ui" => None,
        path => Some(path.strip_prefix("assets/")?),
    };
    if !only_reads(&request.method) {
        return Some(Err(not_allowed("GET, HEAD")));
    }
    Some(match file {
        None => Ok(answer_with(request, HTML, PAGE)),
        Some(file) => asset(request, file),
    })
}

fn asset(request: &Parts, file: &str) -> Answer {
    let name = |path: &'static str| path.rsplit('/').next().unwrap_or(path);
    let found = ASSETS.iter().find(|(path, ..)| name(path) == file);
    let Some((_, media_type, text)) = found else {
        let meant = nearest(file, ASSETS.iter().map(|(path, ..)| name(path)));
        let detail = format!("the page has no such file{}", did_you_mean(meant));
        let problem = Problem::new(StatusCode::NOT_FOUND, "no-route", detail);
        return Err(problem.with("nearest", meant));
    };
    Ok(answer_with(request, media_type, text))
}

fn answer_with(request: &Parts, media_type: &'static str, text: &'static str) -> Response<Body> {
    let mut response = tagged(request, media_type, text.to_owned(), &tag_of(text));
    let headers = response.headers_mut();
    // A browser may keep the files, and asks each time whether they are still those of the program.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// Leads a browser that asks for the place of the `Admin` to its page.
pub(super) fn redirect(request: &Parts) -> Option<Response<Body>> {
    if !prefers_html(&request.headers) {
        return None;
    }
    let target = HeaderValue::try_from(base_of_links(request) + "ui").ok()?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(LOCATION, target);
    Some(response)
}

/// Returns whether a client wants a page rather than JSON. Clients that take anything get JSON.
fn prefers_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|it| it.to_str().ok());
    let quality = |wanted: &str| {
        let ranges = qualities(accept.unwrap_or_default());
        let found = ranges.filter(|(range, _)| range == wanted).last();
        found.map_or(0.0, |(_, quality)| quality)
    };
    quality("text/html") > quality("application/json")
}

#[cfg(test)]
mod tests;
