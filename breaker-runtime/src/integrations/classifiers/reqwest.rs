//! Classifiers for reqwest. Needs the feature `reqwest`.
//!
//! They classify both the response of a function and its error:
//!
//! ```
//! # #[cfg(feature = "macros")] {
//! use breaker_runtime::{circuit_breaker, classifiers};
//!
//! type Error = Box<dyn std::error::Error + Send + Sync>;
//!
//! #[circuit_breaker(
//!     name = "catalogue-http",
//!     classify = classifiers::reqwest::classify,
//!     open_for_hint = classifiers::reqwest::retry_after,
//!     cause = classifiers::reqwest::cause,
//! )]
//! async fn look_up(client: &reqwest::Client, id: u64) -> Result<reqwest::Response, Error> {
//!     Ok(client.get(format!("https://catalogue.example/{id}")).send().await?)
//! }
//! # }
//! ```
//!
//! | answer | counts as |
//! |---|---|
//! | a response with the status `5xx` or `429` | failure; its `Retry-After` is the hint |
//! | a response with any other status, such as `404` | success |
//! | any other `Ok` | success |
//! | the error of `error_for_status` | as its status; it has no headers, so it gives no hint |
//! | no connection, a timeout, a connection that breaks | failure |
//! | a body that breaks, or that cannot be decoded | failure |
//! | too many redirects, or one that the client's policy stops | success: the server has answered |
//! | a request that could not be built | ignored: nothing was sent |
//! | an error that is or holds the error of a breaker | ignored |
//! | an error without a `reqwest::Error` among its sources | failure |
//!
//! The functions look for a `reqwest::Error` among the sources of an error. The variant of an own error type that is
//! `#[error(transparent)]` hides it. For such a type, implement [`ClassifyError`](crate::ClassifyError) and write
//! `classify = by_error`; `reqwest::Error` implements it too.
//!
//! Dropping the future of a call is no answer at all: see the setting `cancel_after`.
//!
//! A Tower service whose response is a [`reqwest::Response`](::reqwest::Response) is classified by `.http()` of the
//! layer, with the features `http` and `reqwest`.

use std::any::Any;
use std::error::Error as _;
use std::time::Duration;

use ::reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use ::reqwest::{Error, Response};

use super::holder::{HoldsError, find, judge};
use super::sources::{chain_text, holds_breaker_error};
use crate::integrations::http_answer;
use crate::values::{ClassifyError, Outcome};

/// Classifies the result of a function that uses reqwest, for the setting `classify`; see the
/// [table](self).
pub fn classify<T: 'static, E: HoldsError<By>, By>(answer: &Result<T, E>) -> Outcome {
    match answer {
        Ok(value) => response(value).map_or(Outcome::Success, |response| {
            Outcome::of_http_status(response.status().as_u16())
        }),
        Err(error) => judge::<Error>(error.outermost()),
    }
}

/// Returns the time that the header `Retry-After` of a response asks for, for the setting `open_for_hint`.
///
/// It reads seconds or a date, as [`HttpClassifier::retry_after`](crate::tower) does. An error has no headers.
pub fn retry_after<T: 'static, E>(answer: &Result<T, E>) -> Option<Duration> {
    let headers = response(answer.as_ref().ok()?)?.headers();
    let values = headers.get_all(RETRY_AFTER).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    http_answer::retry_after(values, date(headers))
}

/// Describes a failure, for the setting `cause`: by its status, or by the error without its address.
///
/// The text contains neither the address, which may hold a token, nor the body.
pub fn cause<T: 'static, E: HoldsError<By>, By>(answer: &Result<T, E>) -> String {
    match answer {
        Ok(value) => match response(value) {
            Some(response) => response.status().to_string(),
            None => String::from("an `Ok` that counts as a failure"),
        },
        Err(error) => match find::<Error>(error.outermost()) {
            Some(error) => text(error),
            None => chain_text(error.outermost()),
        },
    }
}

fn response<T: 'static>(value: &T) -> Option<&Response> {
    (value as &dyn Any).downcast_ref()
}

fn date(headers: &HeaderMap) -> Option<&str> {
    headers.get(DATE)?.to_str().ok()
}

/// Describes an error without its address.
fn text(error: &Error) -> String {
    if let Some(status) = error.status() {
        return status.to_string();
    }
    let what = match error {
        error if error.is_timeout() => "timed out",
        error if error.is_connect() => "no connection",
        error if error.is_decode() => "the body cannot be read",
        error if error.is_body() => "the body broke off",
        _ => "the request failed",
    };
    match error.source() {
        Some(source) => format!("{what}: {}", chain_text(source)),
        None => what.to_owned(),
    }
}

/// As the [table](self) of this module says.
impl ClassifyError for Error {
    fn outcome(&self) -> Outcome {
        if holds_breaker_error(self) || self.is_builder() {
            Outcome::Ignored
        } else if let Some(status) = self.status() {
            Outcome::of_http_status(status.as_u16())
        } else if self.is_redirect() {
            Outcome::Success
        } else {
            Outcome::Failure
        }
    }
}
