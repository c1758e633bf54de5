//! A request as a shell command.

use axum::http::HeaderMap;
use serde_json::Value;

use super::incoming::Incoming;

/// Writes the request, without `dry_run`, as a shell command that takes the token from the variable `BREAKER_TOKEN`. `{base}`
/// stands for the address of the API, which only the client knows. All of it is visible ASCII.
pub(super) fn command(incoming: &Incoming<'_>) -> String {
    let request = incoming.request;
    let mut parts = vec![
        format!("curl -X {}", request.method),
        "-H \"Authorization: Bearer $BREAKER_TOKEN\"".to_owned(),
    ];
    for name in ["Breaker-Instance", "If-Match", "Content-Type"] {
        if let Some(value) = header(&request.headers, name) {
            parts.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
        }
    }
    if let Ok(body) = serde_json::from_slice::<Value>(&incoming.body) {
        parts.push(format!("-d {}", quoted(&ascii(&body.to_string()))));
    }
    let path = request.uri.path().trim_start_matches('/');
    let query = incoming.query.without("dry_run");
    let query = if query.is_empty() {
        query
    } else {
        format!("?{query}")
    };
    parts.push(quoted(&format!("{{base}}{path}{query}")));
    parts.join(" ")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Escapes what JSON allows outside of ASCII.
fn ascii(json: &str) -> String {
    let mut ascii = String::new();
    for unit in json.encode_utf16() {
        match u8::try_from(unit) {
            Ok(letter @ b' '..=b'~') => ascii.push(char::from(letter)),
            _ => ascii += &["\\u", &format!("{unit:04x}")].concat(),
        }
    }
    ascii
}

/// Quotes a text for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
