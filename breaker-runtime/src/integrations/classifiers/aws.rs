//! Classifiers for the AWS SDK for Rust. Needs the feature `aws`.
//!
//! They take the `SdkError` that every operation of every service returns:
//!
//! ```
//! # use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
//! # type GetObjectError = aws_smithy_types::error::ErrorMetadata;
//! # type Error = SdkError<GetObjectError, HttpResponse>;
//! # #[cfg(feature = "macros")] {
//! use breaker_runtime::{circuit_breaker, classifiers};
//!
//! #[circuit_breaker(
//!     name = "objects-s3",
//!     classify = classifiers::aws::classify,
//!     open_for_hint = classifiers::aws::retry_after,
//!     cause = classifiers::aws::cause,
//!     fallback = |_rejected| Ok(None),
//! )]
//! async fn object(key: &str) -> Result<Option<Vec<u8>>, Error> {
//! #   let _ = key;
//!     Ok(Some(Vec::new())) // call a client here
//! }
//! # }
//! ```
//!
//! | answer | counts as |
//! |---|---|
//! | an `Ok` | success |
//! | an error of the service with the status `5xx` or `429` | failure |
//! | an error of the service with a code that means throttling or a timeout, at any status: `ThrottlingException`, `SlowDown`, `RequestLimitExceeded`, `ProvisionedThroughputExceededException`, `RequestTimeout`, … | failure |
//! | any other error of the service, such as `NoSuchKey`, `AccessDenied` or `ConditionalCheckFailedException` | success: the service has answered |
//! | a timeout, an error of I/O, a response that cannot be read, an error with the status `2xx` | failure |
//! | a request that could not be built, or that the connector rejects as the user's mistake | ignored: nothing was sent |
//! | an error that holds the error of a breaker | ignored |
//!
//! The hint for the open period is the header `retry-after` of the response, or `x-amz-retry-after` in milliseconds,
//! whichever is longer.
//!
//! `SdkError` cannot hold a rejection. Use a fallback, or an own error type: implement
//! [`ClassifyError`](crate::ClassifyError) for it, pass the question on to the `SdkError`, which implements it too, and
//! write `classify = by_error`.
//!
//! The SDK repeats calls by itself, so one call of the function may be several requests. Its retries and the breaker
//! work together: the breaker counts the function's calls, each after its last attempt.

use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::sources::{chain_text, holds_breaker_error};
use crate::integrations::http_answer;
use crate::values::{ClassifyError, Outcome};

/// The codes that mean that the service cannot work at the moment, whatever the status says. The SDK repeats the call
/// for the same codes.
const BUSY: [&str; 15] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Classifies the result of an operation, for the setting `classify`; see the [table](self).
pub fn classify<T, E>(answer: &Result<T, SdkError<E, HttpResponse>>) -> Outcome
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match answer {
        Ok(_) => Outcome::Success,
        Err(error) => error.outcome(),
    }
}

/// Returns how long the service asks not to be called again, for the setting `open_for_hint`.
pub fn retry_after<T, E>(answer: &Result<T, SdkError<E, HttpResponse>>) -> Option<Duration> {
    of_headers(answer.as_ref().err()?)
}

/// Describes a failure, for the setting `cause`: by the status and the code of the service, or by the error.
pub fn cause<T, E>(answer: &Result<T, SdkError<E, HttpResponse>>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match answer {
        Ok(_) => String::from("an `Ok` that counts as a failure"),
        Err(SdkError::ServiceError(error)) => {
            let status = error.raw().status().as_u16();
            match error.err().code() {
                Some(code) => format!("{status}: {code}"),
                None => status.to_string(),
            }
        }
        Err(error) => chain_text(error),
    }
}

/// As the [table](self) of this module says.
impl<E> ClassifyError for SdkError<E, HttpResponse>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    fn outcome(&self) -> Outcome {
        if holds_breaker_error(self) {
            return Outcome::Ignored;
        }
        match self {
            Self::ConstructionFailure(_) => Outcome::Ignored,
            Self::DispatchFailure(error) if error.is_user() => Outcome::Ignored,
            Self::ServiceError(error)
                if error.err().code().is_some_and(|it| BUSY.contains(&it)) =>
            {
                Outcome::Failure
            }
            Self::ServiceError(error) => match error.raw().status().as_u16() {
                // An answer that the SDK cannot read is an error of the service too.
                ..400 => Outcome::Failure,
                status => Outcome::of_http_status(status),
            },
            _ => Outcome::Failure,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        of_headers(self)
    }
}

fn of_headers<E>(error: &SdkError<E, HttpResponse>) -> Option<Duration> {
    let headers = error.raw_response()?.headers();
    let milliseconds = headers.get("x-amz-retry-after");
    let milliseconds = milliseconds.and_then(|text| text.trim().parse().ok());
    http_answer::retry_after(headers.get_all("retry-after"), headers.get("date"))
        .max(milliseconds.map(Duration::from_millis))
}
