//! The first example of the README counts what its comments say.

use breaker_runtime::circuit_breaker;
use reqwest::{Client, StatusCode};

#[derive(Debug, thiserror::Error)]
enum PayError {
    #[error("the bank answered {0}")]
    Declined(StatusCode),
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

#[circuit_breaker(
    name = "payment",
    threshold = 5,                       // failures in a row that open the circuit
    open_for = "30s",
    ignore(Err(PayError::Declined(_))),  // an answer, not an outage
    fallback = pay_later,                // same arguments, same return type
)]
async fn charge(http: &Client, url: &str, cents: u64) -> Result<String, PayError> {
    let response = http.post(url).body(cents.to_string()).send().await?;
    let status = response.status();
    // A 4xx is the bank's answer to this request. A 429 is not: the bank is overloaded.
    if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
        return Err(PayError::Declined(status));
    }
    Ok(response.error_for_status()?.text().await?) // 429 and 5xx are failures
}

// Answers while the circuit is open.
async fn pay_later(_: &Client, _: &str, cents: u64) -> Result<String, PayError> {
    Ok(format!("{cents} cents, to be paid later"))
}

mod checks {
    use breaker_runtime::State;
    use breaker_runtime::test_util::TestRegistry;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::{Client, PayError, charge};

    #[test]
    fn the_readme_has_this_example() {
        let readme = include_str!("../../README.md");
        let (_, example) = readme.split_once("```rust\n").unwrap();
        let (example, rest) = example.split_once("```").unwrap();
        assert!(include_str!("first_example.rs").contains(example));
        assert!(!rest.contains("```rust"), "a second example has no test");
    }

    /// Answers every request with `status`; returns the URL.
    async fn serve(status: &'static str) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.ends_with(b"450") {
                    stream.read_buf(&mut request).await.unwrap();
                }
                let answer =
                    format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        url
    }

    /// Charges `calls` times and returns the state of the circuit.
    async fn after(calls: usize, status: &'static str) -> State {
        let test = TestRegistry::new();
        let _entered = test.enter();
        let (http, url) = (Client::new(), serve(status).await);
        for _ in 0..calls {
            let answer = charge(&http, &url, 450).await;
            let declined = ["402", "404"].iter().any(|code| status.starts_with(code));
            let is_declined = matches!(answer, Err(PayError::Declined(_)));
            assert_eq!(is_declined, declined, "{answer:?}");
        }
        let breaker = test.get("payment").unwrap();
        if breaker.state() == State::Open {
            let later = charge(&http, &url, 450).await;
            assert_eq!(later.unwrap(), "450 cents, to be paid later");
        }
        breaker.state()
    }

    #[tokio::test]
    async fn an_answer_opens_nothing_however_often_it_comes() {
        assert_eq!(after(20, "402 Payment Required").await, State::Closed);
        assert_eq!(after(20, "404 Not Found").await, State::Closed);
    }

    #[tokio::test]
    async fn five_failures_in_a_row_open_the_circuit() {
        for status in ["429 Too Many Requests", "500 Internal Server Error"] {
            assert_eq!(after(4, status).await, State::Closed);
            assert_eq!(after(5, status).await, State::Open);
        }
    }
}
