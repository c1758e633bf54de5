//! Links from a breaker to pages elsewhere.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// The characters of a name that have a meaning in a URL.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A link, in whose URL `{breaker}` stands for the name of a breaker.
#[derive(Clone, Debug)]
pub(super) struct Link {
    label: String,
    url: String,
}

impl Link {
    /// Returns `None` unless the URL is one of HTTP. Another one, such as `javascript:`, would run code on the page.
    pub(super) fn new(label: &str, url: &str) -> Option<Self> {
        let (scheme, _) = url.split_once("://")?;
        let is_http = ["http", "https"]
            .iter()
            .any(|it| it.eq_ignore_ascii_case(scheme));
        is_http.then(|| Self {
            label: label.to_owned(),
            url: url.to_owned(),
        })
    }

    /// Returns the link for one breaker.
    pub(super) fn to_json(&self, breaker: &str) -> Value {
        let name = utf8_percent_encode(breaker, ENCODED).to_string();
        json!({"label": self.label, "url": self.url.replace("{breaker}", &name)})
    }
}
