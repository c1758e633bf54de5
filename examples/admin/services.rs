//! The services that the shop calls: an HTTP server on a free loopback port, whose faults can be switched.

use std::collections::HashMap;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::sleep;

/// How a service answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// After a few milliseconds.
    #[default]
    Well,
    /// With status 500 to half of the calls.
    Flaky,
    /// With status 503.
    Broken,
    /// Never, although the connection stays open.
    Hanging,
}

/// How many of the hosts always answer with an error.
pub(crate) const SICK_HOSTS: u64 = 20;

/// A handle to the running services.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    address: SocketAddr,
    state: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Services that are not listed are well.
    modes: watch::Sender<HashMap<&'static str, Mode>>,
    answered: AtomicU64,
}

impl Services {
    /// Starts the services on a free port.
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Shared {
            modes: watch::Sender::new(HashMap::new()),
            answered: AtomicU64::new(0),
        });
        let routes = Router::new()
            .route("/{service}", get(answer))
            .route("/host/{number}", get(answer_as_host))
            .with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, state })
    }

    /// The URL of a service, such as `bank` or `host/17`.
    pub(crate) fn url(&self, service: &str) -> String {
        format!("http://{}/{service}", self.address)
    }

    /// Changes how a service answers from now on.
    pub(crate) fn switch(&self, service: &'static str, mode: Mode) {
        self.state.modes.send_modify(|modes| {
            modes.insert(service, mode);
        });
    }
}

async fn answer(State(shared): State<Arc<Shared>>, Path(service): Path<String>) -> StatusCode {
    let mode = shared.modes.borrow().get(service.as_str()).copied();
    let number = shared.answered.fetch_add(1, Ordering::Relaxed);
    sleep(Duration::from_millis(3 + number % 9)).await;
    match mode.unwrap_or_default() {
        Mode::Well => StatusCode::OK,
        Mode::Flaky if is_heads(number) => StatusCode::OK,
        Mode::Flaky => StatusCode::INTERNAL_SERVER_ERROR,
        Mode::Broken => StatusCode::SERVICE_UNAVAILABLE,
        Mode::Hanging => pending().await,
    }
}

/// Answers as one of many hosts: the first of them are sick.
async fn answer_as_host(Path(number): Path<u64>) -> StatusCode {
    sleep(Duration::from_millis(2 + number % 40)).await;
    if number < SICK_HOSTS {
        StatusCode::BAD_GATEWAY
    } else {
        StatusCode::OK
    }
}

/// Tosses a coin that looks random and always falls in the same order.
fn is_heads(number: u64) -> bool {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 63 == 0
}
