//! The table of `classifiers::aws`, with the client of a real service against a scripted server.

use std::net::SocketAddr;
use std::time::Duration;

use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use breaker_runtime::classifiers::aws::{cause, classify, retry_after};
use breaker_runtime::{
    BreakerError, ClassifyError, Config, Outcome, Registry, circuit_breaker, classifiers,
};

use crate::server::{answering, hanging, http, nobody};

type Error = SdkError<GetCallerIdentityError>;
type Answer = Result<String, Error>;

fn client(address: &str) -> Client {
    let http: SharedHttpClient = aws_smithy_http_client::Builder::new().build_http();
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(500));
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts.build())
        .http_client(http)
        .endpoint_url(address);
    Client::from_conf(config.build())
}

async fn asked(address: SocketAddr) -> Answer {
    let answer = client(&format!("http://{address}"))
        .get_caller_identity()
        .send()
        .await?;
    Ok(answer.account().unwrap_or_default().to_owned())
}

fn error(status: &str, headers: &str, code: &str) -> String {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>\
         <RequestId>1</RequestId></ErrorResponse>"
    );
    http(
        status,
        &format!("content-type: text/xml\r\n{headers}"),
        &body,
    )
}

#[tokio::test]
async fn an_ok_is_a_success() {
    let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>7</Account>\
        </GetCallerIdentityResult></GetCallerIdentityResponse>";
    let answer = asked(answering(http("200 OK", "", body)).await).await;
    assert_eq!(answer.as_deref().unwrap(), "7");
    assert_eq!(classify(&answer), Outcome::Success);
}

#[tokio::test]
async fn an_error_of_the_service_is_classified_by_its_code_and_its_status() {
    use Outcome::{Failure, Success};
    for (status, code, expected) in [
        ("403 Forbidden", "AccessDenied", Success),
        ("404 Not Found", "NoSuchKey", Success),
        (
            "400 Bad Request",
            "ConditionalCheckFailedException",
            Success,
        ),
        ("400 Bad Request", "ExpiredToken", Success),
        ("400 Bad Request", "ThrottlingException", Failure),
        (
            "400 Bad Request",
            "ProvisionedThroughputExceededException",
            Failure,
        ),
        ("400 Bad Request", "RequestLimitExceeded", Failure),
        ("400 Bad Request", "RequestTimeout", Failure),
        ("503 Slow Down", "SlowDown", Failure),
        ("500 Internal Server Error", "InternalFailure", Failure),
        ("429 Too Many Requests", "Other", Failure),
    ] {
        let answer = asked(answering(error(status, "", code)).await).await;
        assert!(
            matches!(answer, Err(SdkError::ServiceError(_))),
            "{answer:?}"
        );
        assert_eq!(classify(&answer), expected, "{status} {code}");
        assert_eq!(cause(&answer), format!("{}: {code}", &status[..3]));
        assert_eq!(retry_after(&answer), None);
        assert_eq!(answer.unwrap_err().outcome(), expected);
    }
}

#[tokio::test]
async fn the_hint_is_the_longest_time_that_the_service_asks_for() {
    for (headers, expected) in [
        ("retry-after: 7\r\n", 7_000),
        ("x-amz-retry-after: 1500\r\n", 1_500),
        ("retry-after: 1\r\nx-amz-retry-after: 1500\r\n", 1_500),
    ] {
        let busy = error("503 Slow Down", headers, "SlowDown");
        let answer = asked(answering(busy).await).await;
        let expected = Some(Duration::from_millis(expected));
        assert_eq!(retry_after(&answer), expected, "{headers}");
        assert_eq!(answer.unwrap_err().retry_after(), expected, "{headers}");
    }
}

#[tokio::test]
async fn no_connection_a_timeout_and_a_broken_response_are_failures() {
    let answer = asked(nobody().await).await;
    assert!(
        matches!(answer, Err(SdkError::DispatchFailure(_))),
        "{answer:?}"
    );
    assert_eq!(classify(&answer), Outcome::Failure);
    assert!(!cause(&answer).is_empty());

    let answer = asked(hanging().await).await;
    assert!(
        matches!(answer, Err(SdkError::TimeoutError(_))),
        "{answer:?}"
    );
    assert_eq!(classify(&answer), Outcome::Failure);

    let answer = asked(answering("").await).await;
    assert_eq!(classify(&answer), Outcome::Failure);
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n<GetCaller";
    let answer = asked(answering(half).await).await;
    assert_eq!(classify(&answer), Outcome::Failure, "{answer:?}");
    let page = http("200 OK", "content-type: text/html\r\n", "<h1>Maintenance");
    let answer = asked(answering(page).await).await;
    assert_eq!(classify(&answer), Outcome::Failure, "{answer:?}");
}

#[tokio::test]
async fn a_request_that_was_never_sent_is_ignored() {
    // The SDK makes these errors for mistakes in the input and in the address.
    let answer: Answer = Err(Error::construction_failure("wrong"));
    assert_eq!(classify(&answer), Outcome::Ignored);
    let answer: Answer = Err(Error::dispatch_failure(ConnectorError::user(
        "wrong".into(),
    )));
    assert_eq!(classify(&answer), Outcome::Ignored);
}

#[tokio::test]
async fn the_error_of_a_breaker_is_ignored() {
    let breaker = Registry::new()
        .get_or_create("inner", Config::new())
        .unwrap();
    breaker.trip();
    let rejected = BreakerError::from(breaker.try_acquire().unwrap_err());
    assert_eq!(Error::timeout_error(rejected).outcome(), Outcome::Ignored);
}

#[derive(Debug, thiserror::Error)]
enum OwnError {
    #[error(transparent)]
    Aws(Box<Error>),
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

impl ClassifyError for OwnError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Aws(error) => error.outcome(),
            Self::Breaker(error) => error.outcome(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Aws(error) => error.retry_after(),
            Self::Breaker(_) => None,
        }
    }
}

#[tokio::test]
async fn the_settings_of_the_attribute_take_the_functions_and_the_error() {
    #[circuit_breaker(
        name = "aws",
        threshold = 1,
        classify = classifiers::aws::classify,
        open_for_hint = classifiers::aws::retry_after,
        cause = classifiers::aws::cause,
        fallback = |_| Ok(String::new()),
    )]
    async fn account(address: SocketAddr) -> Answer {
        asked(address).await
    }

    #[circuit_breaker(name = "aws-by-error", threshold = 1, classify = by_error)]
    async fn account_by_error(address: SocketAddr) -> Result<String, OwnError> {
        asked(address)
            .await
            .map_err(|error| OwnError::Aws(Box::new(error)))
    }

    let denied = answering(error("403 Forbidden", "", "AccessDenied")).await;
    let busy = answering(error("503 Slow Down", "retry-after: 90\r\n", "SlowDown")).await;
    for address in [denied, busy] {
        assert!(account(address).await.is_err());
        assert!(account_by_error(address).await.is_err());
    }
    for name in ["aws", "aws-by-error"] {
        let snapshot = Registry::global().get(name).unwrap().snapshot();
        assert_eq!(
            (snapshot.totals.successes, snapshot.totals.failures),
            (1, 1)
        );
        assert_eq!(
            snapshot.open_period,
            Some(Duration::from_secs(90)),
            "{name}"
        );
    }
}
