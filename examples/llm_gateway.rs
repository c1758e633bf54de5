//! A gateway in front of a language model that streams its answers.
//!
//! A whole stream is one call: its first error fails it, and its end is the success. The provider on a loopback port
//! breaks off in the middle of its answers, asks for a pause with a `429`, and revokes the key. Users who leave early
//! say nothing about the provider.
//!
//! ```text
//! cargo run --example llm_gateway
//! ```

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use breaker_runtime::{BreakerError, Reason, Registry, State, circuit_breaker};
use futures::stream::{self, Stream, StreamExt};
use tokio::time::{sleep, timeout};

const OPEN_FOR: Duration = Duration::from_millis(200);

/// The largest error of the coarse clock.
const TOLERANCE: Duration = Duration::from_millis(50);

/// What the provider writes into `retry-after`, in seconds.
const RETRY_AFTER: u64 = 2;

#[derive(Debug, thiserror::Error)]
enum ModelError {
    #[error("the key is not valid")]
    BadKey,
    #[error("too many requests, retry after {seconds} s")]
    TooMany { seconds: u64 },
    #[error("the provider answered {0}")]
    Status(u16),
    #[error("the answer broke off")]
    Transport(#[from] reqwest::Error),
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

fn retry_after(token: &Result<String, ModelError>) -> Option<Duration> {
    match token {
        Err(ModelError::TooMany { seconds }) => Some(Duration::from_secs(*seconds)),
        _ => None,
    }
}

/// How far a request is.
enum Progress {
    Unsent,
    Answering(reqwest::Response),
}

/// Streams the tokens of an answer.
#[circuit_breaker(
    name = "model",
    threshold = 3,
    open_for = "200ms",
    jitter = 0.0,
    success_threshold = 1,
    trip(Err(ModelError::BadKey | ModelError::TooMany { .. })), // no other request would fare better
    open_for_hint = retry_after,
    cause = |token| format!("{token:?}"),
)]
fn ask(url: String) -> impl Stream<Item = Result<String, ModelError>> {
    stream::try_unfold(Progress::Unsent, move |progress| {
        let url = url.clone();
        async move {
            let mut response = match progress {
                Progress::Unsent => send(&url).await?,
                Progress::Answering(response) => response,
            };
            let chunk = response.chunk().await?;
            Ok(chunk.map(|token| {
                let token = String::from_utf8_lossy(&token).into_owned();
                (token, Progress::Answering(response))
            }))
        }
    })
}

async fn send(url: &str) -> Result<reqwest::Response, ModelError> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let response = http.get(url).send().await?;
    match response.status().as_u16() {
        200 => Ok(response),
        401 => Err(ModelError::BadKey),
        429 => {
            let header = response.headers().get("retry-after");
            let seconds = header.and_then(|it| it.to_str().ok()?.parse().ok());
            let seconds = seconds.unwrap_or_default();
            Err(ModelError::TooMany { seconds })
        }
        status => Err(ModelError::Status(status)),
    }
}

/// Reads a whole answer; returns its tokens, and the error that ended it.
async fn read(url: &str) -> (String, Option<ModelError>) {
    let mut tokens = pin!(ask(url.to_owned()));
    let mut text = String::new();
    while let Some(token) = tokens.next().await {
        match token {
            Ok(token) => text.push_str(&token),
            Err(error) => {
                println!("  {text:?}, then: {error}");
                return (text, Some(error));
            }
        }
    }
    println!("  {text:?}");
    (text, None)
}

/// Reads the first token of an answer, and leaves.
async fn leave_early(url: &str) -> anyhow::Result<()> {
    let mut tokens = pin!(ask(url.to_owned()));
    let first = tokens.next().await.context("there is an answer")?;
    ensure!(first? == "one");
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    timeout(Duration::from_secs(30), story()).await?
}

async fn story() -> anyhow::Result<()> {
    let provider = Provider::start().await?;
    let url = provider.url.as_str();
    let model = Registry::global()
        .get("model")
        .context("it is declared above")?;

    println!("A whole answer is one success:");
    let (text, error) = read(url).await;
    ensure!(text == "one two three" && error.is_none());
    ensure!(model.snapshot().totals.successes == 1);

    println!("Thirty users leave after the first token. That opens nothing:");
    provider.switch(Mode::Endless);
    for _ in 0..30 {
        leave_early(url).await?;
    }
    let totals = model.snapshot().totals;
    ensure!((totals.cancelled, totals.failures) == (30, 0));
    ensure!(model.state() == State::Closed);

    println!("Three answers break off in the middle, although each began with a 200:");
    provider.switch(Mode::Breaking);
    for _ in 0..3 {
        ensure!(model.state() == State::Closed);
        let (text, error) = read(url).await;
        ensure!(text == "one" && matches!(error, Some(ModelError::Transport(_))));
    }
    ensure!(model.state() == State::Open);
    ensure!(model.snapshot().totals.failures == 3);

    println!("A user who leaves during a probe neither opens the circuit again nor closes it:");
    provider.switch(Mode::Endless);
    sleep(OPEN_FOR + TOLERANCE).await;
    leave_early(url).await?;
    ensure!(model.state() == State::HalfOpen);

    println!("A whole answer closes it:");
    provider.switch(Mode::Well);
    ensure!(read(url).await.1.is_none());
    ensure!(model.state() == State::Closed);

    println!("One 429 opens it at once, for as long as the answer asks:");
    provider.switch(Mode::Busy);
    let (_, error) = read(url).await;
    ensure!(matches!(error, Some(ModelError::TooMany { .. })));
    let snapshot = model.snapshot();
    ensure!(snapshot.state == State::Open);
    ensure!(snapshot.open_period == Some(Duration::from_secs(RETRY_AFTER)));
    let opening = &snapshot.history.last().context("it is open")?.transition;
    ensure!(opening.reason == Reason::TrippedByCall);
    println!("  {}", opening.cause.as_ref().context("it was stated")?);

    println!("No request reaches the provider meanwhile:");
    let hits = provider.hits();
    sleep(2 * OPEN_FOR).await;
    let (_, error) = read(url).await;
    ensure!(matches!(error, Some(ModelError::Breaker(_))));
    ensure!(provider.hits() == hits);

    println!("The key is revoked. The probe says so, and opens the circuit again:");
    provider.switch(Mode::Revoked);
    sleep(Duration::from_secs(RETRY_AFTER)).await;
    let (_, error) = read(url).await;
    ensure!(matches!(error, Some(ModelError::BadKey)));
    ensure!(model.state() == State::Open);

    println!("With a new key an operator need not wait:");
    provider.switch(Mode::Well);
    model.reset();
    ensure!(read(url).await.1.is_none());
    ensure!(model.state() == State::Closed);
    Ok(())
}

/// What the provider does.
#[derive(Clone, Copy)]
enum Mode {
    Well,
    /// It never comes to an end.
    Endless,
    /// It closes the connection in the middle of its answer.
    Breaking,
    Busy,
    Revoked,
}

/// A provider on a loopback port.
struct Provider {
    url: String,
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    mode: AtomicU8,
    hits: AtomicU64,
}

impl Provider {
    async fn start() -> anyhow::Result<Self> {
        let desk = Arc::<Desk>::default();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/answer", listener.local_addr()?);
        let router = Router::new()
            .route("/answer", get(answer))
            .with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, desk })
    }

    fn switch(&self, mode: Mode) {
        self.desk.mode.store(mode as u8, Ordering::Relaxed);
    }

    fn hits(&self) -> u64 {
        self.desk.hits.load(Ordering::Relaxed)
    }
}

async fn answer(Shared(desk): Shared<Arc<Desk>>) -> Response {
    const ENDLESS: u8 = Mode::Endless as u8;
    const BREAKING: u8 = Mode::Breaking as u8;
    const BUSY: u8 = Mode::Busy as u8;
    const REVOKED: u8 = Mode::Revoked as u8;

    desk.hits.fetch_add(1, Ordering::Relaxed);
    let first = stream::iter([Ok::<_, std::io::Error>("one")]);
    // The tokens arrive one by one.
    let later = |token| async move {
        sleep(Duration::from_millis(20)).await;
        token
    };
    let body = match desk.mode.load(Ordering::Relaxed) {
        BUSY => {
            let header = [("retry-after", RETRY_AFTER.to_string())];
            return (StatusCode::TOO_MANY_REQUESTS, header).into_response();
        }
        REVOKED => return StatusCode::UNAUTHORIZED.into_response(),
        ENDLESS => Body::from_stream(first.chain(stream::repeat_with(|| Ok(" more")).then(later))),
        BREAKING => {
            let broken = stream::iter([Err(std::io::Error::other("out of memory"))]);
            Body::from_stream(first.chain(broken.then(later)))
        }
        _ => Body::from_stream(first.chain(stream::iter([Ok(" two"), Ok(" three")]).then(later))),
    };
    body.into_response()
}
