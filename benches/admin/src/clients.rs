//! Clients of the API: pages that poll, and streams of events.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{self, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval_at, sleep};

/// What the clients have got.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// The milliseconds that each answer took.
    pub(crate) answers: Mutex<Vec<f64>>,
    /// The number of answers without a body, because nothing had changed.
    pub(crate) unchanged: AtomicU64,
    /// The number of chunks of streams.
    pub(crate) chunks: AtomicU64,
}

/// Clients, which disconnect when they are dropped.
pub(crate) struct Clients {
    tasks: Vec<JoinHandle<io::Result<()>>>,
    pub(crate) received: Arc<Received>,
}

impl Clients {
    /// Connects pages, whose requests are spread over each second, and streams.
    pub(crate) fn connect(runtime: &Runtime, to: SocketAddr, pages: u32, streams: u32) -> Self {
        let received = Arc::<Received>::default();
        let page = |nth| {
            let offset = Duration::from_secs(1) * nth / pages;
            runtime.spawn(poll(to, offset, Arc::clone(&received)))
        };
        let stream = |_| runtime.spawn(listen(to, Arc::clone(&received)));
        let tasks = (0..pages).map(page).chain((0..streams).map(stream));
        Self {
            tasks: tasks.collect(),
            received,
        }
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        for task in &self.tasks {
            assert!(!task.is_finished(), "a client has lost its connection");
            task.abort();
        }
    }
}

async fn poll(to: SocketAddr, offset: Duration, received: Arc<Received>) -> io::Result<()> {
    sleep(offset).await;
    let mut connection = BufReader::new(TcpStream::connect(to).await?);
    let second = Duration::from_secs(1);
    let mut seconds = interval_at(tokio::time::Instant::now(), second);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tag = String::new();
    loop {
        seconds.tick().await;
        let began = Instant::now();
        let request = format!(
            "GET /breakers?series=true HTTP/1.1\r\nHost: {to}\r\nIf-None-Match: {tag}\r\n\r\n"
        );
        connection.get_mut().write_all(request.as_bytes()).await?;
        let answer = read_answer(&mut connection).await?;
        let millis = began.elapsed().as_secs_f64() * 1e3;
        let answers = received.answers.lock();
        answers.unwrap_or_else(PoisonError::into_inner).push(millis);
        if answer.is_unchanged {
            received.unchanged.fetch_add(1, Ordering::Relaxed);
        }
        tag = answer.tag;
    }
}

struct Answer {
    is_unchanged: bool,
    tag: String,
}

/// Reads an answer, whose body is dropped.
async fn read_answer(connection: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if connection.read_line(&mut head).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(other, _)| other.eq_ignore_ascii_case(name))
    };
    let value = |name| header(name).map_or("", |(_, value)| value);
    let is_unchanged = head.starts_with("HTTP/1.1 304");
    assert!(is_unchanged || head.starts_with("HTTP/1.1 200"), "{head}");
    let mut body = vec![0; value("content-length").parse().unwrap_or(0)];
    connection.read_exact(&mut body).await?;
    Ok(Answer {
        is_unchanged,
        tag: value("etag").to_owned(),
    })
}

async fn listen(to: SocketAddr, received: Arc<Received>) -> io::Result<()> {
    let mut connection = TcpStream::connect(to).await?;
    let request =
        format!("GET /events HTTP/1.1\r\nHost: {to}\r\nAccept: text/event-stream\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut chunk = [0; 4096];
    while connection.read(&mut chunk).await? > 0 {
        received.chunks.fetch_add(1, Ordering::Relaxed);
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}
