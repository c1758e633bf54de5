//! A payment service for the examples: a small HTTP server on a free loopback port, whose faults
//! can be switched while it runs and which counts what reaches it.

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
    /// At once, with a receipt.
    Well,
    /// With a receipt, after [`SLOW`].
    Slow,
    /// After [`LATE`], when no client waits any more.
    Late,
    /// With the status 500.
    Broken,
    /// Not at all: every connection is closed as soon as it is there.
    Refusing,
    /// That the card is not good: the status 402.
    Declining,
    /// With the status 500 to [`SHARE`] percent of the calls, never to two in a row.
    Flaky,
    /// Later and later: after one part in [`PART`] of the time for which this has gone on.
    Slowing,
    /// Never, though the connection stays.
    Hanging,
    /// With the status 503, and [`RETRY_AFTER`] as the time to wait.
    Busy,
}

/// How long an answer takes that is slow, but in time.
pub(crate) const SLOW: Duration = Duration::from_millis(120);

/// How long an answer takes that comes too late.
pub(crate) const LATE: Duration = Duration::from_secs(2);

/// How many percent of the calls fail while the service is flaky.
pub(crate) const SHARE: u64 = 30;

/// Which part of the time an answer takes while the service gets slower.
pub(crate) const PART: u32 = 3;

/// How long a busy service asks to be left alone, in seconds.
pub(crate) const RETRY_AFTER: u64 = 2;

/// The service, as the test bench around it sees it.
#[derive(Clone, Debug)]
pub(crate) struct PaymentService {
    address: SocketAddr,
    desk: Arc<Desk>,
}

impl PaymentService {
    /// Starts the service on a port that the system chooses.
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

    /// The address to which a charge is posted, with the amount in cents as its body.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/charge", self.address)
    }

    /// Changes how the service answers from now on.
    pub(crate) fn switch(&self, mode: Mode) {
        self.desk.mode.send_replace((mode, Instant::now()));
    }

    /// How many calls have reached the service, those included that it refused.
    pub(crate) fn hits(&self) -> u64 {
        self.desk.hits.load(Ordering::SeqCst)
    }

    /// The most calls that were in the service at the same moment since this was last asked.
    pub(crate) fn take_most_at_once(&self) -> u64 {
        self.desk.most_at_once.swap(0, Ordering::SeqCst)
    }
}

/// What the door and the handler share.
#[derive(Debug)]
struct Desk {
    /// How the service answers, and since when.
    mode: watch::Sender<(Mode, Instant)>,
    hits: AtomicU64,
    /// The calls that a flaky service has answered.
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

    /// Whether the next call of a flaky service fails. This looks like chance and is the same each
    /// time: of a hundred calls [`SHARE`] fail, no two in a row, and no five in a row succeed.
    fn draws_a_failure(&self) -> bool {
        let drawn = self.drawn.fetch_add(1, Ordering::SeqCst) + 1;
        drawn * 57 % 100 < SHARE
    }
}

/// Counts the connections, of which every call makes its own, and refuses them if it shall.
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
            if self.desk.mode().0 != Mode::Refusing {
                return connection;
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One call inside the service. Dropping it is leaving, also for a client that hangs up.
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
            "the database is away".to_owned(),
        ),
        Mode::Busy => (StatusCode::SERVICE_UNAVAILABLE, "too much to do".to_owned()),
        Mode::Refusing => (StatusCode::SERVICE_UNAVAILABLE, "closed".to_owned()),
        Mode::Declining => (StatusCode::PAYMENT_REQUIRED, "card expired".to_owned()),
    };
    let retry_after =
        (mode == Mode::Busy).then(|| [(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER))]);
    // A connection carries one call, so that the door sees each of them.
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
