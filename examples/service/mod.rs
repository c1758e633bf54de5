//! A payment service for the examples: a small HTTP server on a free loopback port. The examples
//! switch its faults while it runs, and it counts the calls that reach it.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

/// How the service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// With a receipt, immediately.
    Well,
    /// With a receipt, after [`SLOW`].
    Slow,
    /// With a receipt, after [`LATE`], when clients have given up.
    Late,
    /// With status 500.
    Broken,
    /// Not at all: it closes every connection immediately.
    Disconnecting,
    /// With status 402: the card was declined.
    Declining,
    /// With status 500 to [`SHARE`] percent of the calls, never to two in a row.
    Flaky,
    /// Slower and slower: after the time since this began, divided by [`PART`].
    Slowing,
    /// Never, although the connection stays open.
    Hanging,
    /// With status 503 and [`RETRY_AFTER`] as the time to wait.
    Busy,
}

/// How long a slow answer takes. Clients still wait for it.
pub(crate) const SLOW: Duration = Duration::from_millis(120);

/// How long a late answer takes. Clients no longer wait for it.
pub(crate) const LATE: Duration = Duration::from_secs(2);

/// The percentage of calls that fail while the service is flaky.
pub(crate) const SHARE: u64 = 30;

/// The divisor for the delay of an answer while the service gets slower.
pub(crate) const PART: u32 = 3;

/// The time in seconds that a busy service asks clients to wait.
pub(crate) const RETRY_AFTER: u64 = 2;

/// A handle to the running service.
#[derive(Clone, Debug)]
pub(crate) struct PaymentService {
    address: SocketAddr,
    desk: Arc<Desk>,
}

impl PaymentService {
    /// Starts the service on a free port.
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let desk = Arc::new(Desk::new());

        let door = Door {
            listener,
            desk: Arc::clone(&desk),
        };
        let routes = Router::new()
            .route("/charge", post(charge))
            .with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(door, routes).await });

        Ok(Self { address, desk })
    }

    /// The URL that accepts charges: a POST with the amount in cents as its body.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/charge", self.address)
    }

    /// Changes how the service answers from now on.
    pub(crate) fn switch(&self, mode: Mode) {
        self.desk.mode.send_replace((mode, Instant::now()));
    }

    /// How many calls have reached the service, including those whose connection it closed.
    pub(crate) fn hits(&self) -> u64 {
        self.desk.hits.load(Ordering::SeqCst)
    }

    /// The largest number of concurrent calls since this method was last called.
    pub(crate) fn take_most_at_once(&self) -> u64 {
        self.desk.most_at_once.swap(0, Ordering::SeqCst)
    }
}

/// The state that the listener and the handler share.
#[derive(Debug)]
struct Desk {
    /// How the service answers, and since when.
    mode: watch::Sender<(Mode, Instant)>,
    hits: AtomicU64,
    /// How many calls the service has answered while it was flaky.
    drawn: AtomicU64,
    receipts: AtomicU64,
    present: AtomicU64,
    most_at_once: AtomicU64,
}

impl Desk {
    fn new() -> Self {
        Self {
            mode: watch::Sender::new((Mode::Well, Instant::now())),
            hits: AtomicU64::new(0),
            drawn: AtomicU64::new(0),
            receipts: AtomicU64::new(0),
            present: AtomicU64::new(0),
            most_at_once: AtomicU64::new(0),
        }
    }

    fn mode(&self) -> (Mode, Instant) {
        *self.mode.borrow()
    }

    /// Whether the next call of a flaky service fails. The pattern looks random but is always the same:
    /// of a hundred calls [`SHARE`] fail, never two in a row, and never do five in a row succeed.
    fn draws_a_failure(&self) -> bool {
        let drawn = self.drawn.fetch_add(1, Ordering::SeqCst) + 1;
        drawn * 57 % 100 < SHARE
    }
}

/// A listener that counts the connections, one per call, and closes them while the service is disconnecting.
struct Door {
    listener: TcpListener,
    desk: Arc<Desk>,
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            let connection = Listener::accept(&mut self.listener).await;
            self.desk.hits.fetch_add(1, Ordering::SeqCst);
            if self.desk.mode().0 != Mode::Disconnecting {
                return connection;
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One call inside the service. It ends on drop, which includes calls whose client disconnects.
struct Visit<'a>(&'a Desk);

impl<'a> Visit<'a> {
    fn begin(desk: &'a Desk) -> Self {
        let present = desk.present.fetch_add(1, Ordering::SeqCst) + 1;
        desk.most_at_once.fetch_max(present, Ordering::SeqCst);
        Self(desk)
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.0.present.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn charge(State(desk): State<Arc<Desk>>, cents: String) -> impl IntoResponse {
    let _visit = Visit::begin(&desk);
    let (mode, since) = desk.mode();
    let (status, text) = match mode {
        Mode::Well => accept(&desk, &cents),
        Mode::Slow => {
            sleep(SLOW).await;
            accept(&desk, &cents)
        }
        Mode::Late => {
            sleep(LATE).await;
            accept(&desk, &cents)
        }
        Mode::Slowing => {
            sleep(since.elapsed() / PART).await;
            accept(&desk, &cents)
        }
        Mode::Hanging => pending().await,
        Mode::Flaky if !desk.draws_a_failure() => accept(&desk, &cents),
        Mode::Flaky | Mode::Broken => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "the database is down".to_owned(),
        ),
        Mode::Busy => (StatusCode::SERVICE_UNAVAILABLE, "too much to do".to_owned()),
        Mode::Disconnecting => (StatusCode::SERVICE_UNAVAILABLE, "closed".to_owned()),
        Mode::Declining => (StatusCode::PAYMENT_REQUIRED, "card expired".to_owned()),
    };
    let retry_after =
        (mode == Mode::Busy).then(|| [(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER))]);
    // Each connection carries one call, so that the listener counts every call.
    (status, [(header::CONNECTION, "close")], retry_after, text)
}

fn accept(desk: &Desk, cents: &str) -> (StatusCode, String) {
    match cents.parse::<u64>() {
        Ok(_) => {
            let number = desk.receipts.fetch_add(1, Ordering::SeqCst) + 1;
            (StatusCode::OK, format!("R-{number:03}"))
        }
        Err(_) => (
            StatusCode::BAD_REQUEST,
            "the amount is not a number".to_owned(),
        ),
    }
}
