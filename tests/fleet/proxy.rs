//! A faulty network between an instance and a server, in the process of the test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// What the network does to the bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    /// Every piece of data arrives this much later, in both directions.
    Delay(Duration),
    /// Connections are accepted and stay open, and nothing passes.
    Blackhole,
    /// What the instance says arrives; answers do not.
    Deaf,
    /// Connections are accepted and closed at once.
    Cut,
    /// Messages of subscriptions are lost; answers arrive.
    NoMessages,
    /// A command whose bytes contain the word is answered with these bytes, and does not arrive.
    Answer(&'static str, &'static str),
}

/// The answer of a server before Redis 6, and of some proxies.
pub(crate) const OLD_PROTOCOL: Fault = Fault::Answer(
    "HELLO",
    "-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n",
);

/// A proxy. Its connections end when it is dropped.
pub(crate) struct Proxy {
    port: u16,
    fault: watch::Sender<Fault>,
    target: Arc<Mutex<u16>>,
    connections: Arc<AtomicU32>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Forwards to a port of this machine.
    pub(crate) async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let fault = watch::Sender::new(Fault::None);
        let target = Arc::new(Mutex::new(target));
        let connections = Arc::new(AtomicU32::new(0));
        let accepting = tokio::spawn(accept(
            listener,
            fault.clone(),
            Arc::clone(&target),
            Arc::clone(&connections),
        ));
        Self {
            port,
            fault,
            target,
            connections,
            accepting,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// From now on, and for present connections too.
    pub(crate) fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// Later connections lead to another server, as those of a name whose address has changed.
    pub(crate) fn lead_to(&self, port: u16) {
        *self.target.lock().unwrap() = port;
    }

    /// How many connections were accepted.
    pub(crate) fn connections(&self) -> u32 {
        self.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    fault: watch::Sender<Fault>,
    target: Arc<Mutex<u16>>,
    connections: Arc<AtomicU32>,
) {
    let mut pipes = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        connections.fetch_add(1, Ordering::Relaxed);
        let port = *target.lock().unwrap();
        pipes.spawn(join(client, port, fault.subscribe()));
    }
}

async fn join(client: TcpStream, port: u16, mut fault: watch::Receiver<Fault>) {
    if *fault.borrow_and_update() == Fault::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    let (from_client, mut to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let now = *fault.borrow_and_update();
    if let Fault::Answer(word, answer) = now {
        return answer_for(word, answer, from_client, to_client, from_server, to_server).await;
    }
    let up = forward(from_client, to_server, fault.clone(), false);
    let down = async {
        forward(from_server, &mut to_client, fault.clone(), true).await;
    };
    let mut cut = fault.clone();
    let cut = async {
        let _ = cut.wait_for(|fault| *fault == Fault::Cut).await.map(|_| ());
    };
    tokio::select! {
        () = up => {}
        () = down => {}
        () = cut => {}
    }
}

async fn forward(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut fault: watch::Receiver<Fault>,
    answers: bool,
) {
    let mut buffer = vec![0; 65_536];
    loop {
        let Ok(count) = from.read(&mut buffer).await else {
            return;
        };
        let now = *fault.borrow_and_update();
        let mut bytes = &buffer[..count];
        let without;
        match now {
            Fault::Delay(delay) => tokio::time::sleep(delay).await,
            Fault::Blackhole => bytes = &[],
            Fault::Deaf if answers => bytes = &[],
            Fault::NoMessages if answers => {
                without = without_message(bytes);
                bytes = &without;
            }
            _ => {}
        }
        if count == 0 || to.write_all(bytes).await.is_err() {
            return;
        }
    }
}

/// Removes a message of a subscription: `>3 message channel payload`. It may come before or after an answer.
fn without_message(bytes: &[u8]) -> Vec<u8> {
    const MESSAGE: &[u8] = b">3\r\n$7\r\nmessage";
    let begin = bytes.windows(MESSAGE.len()).position(|it| it == MESSAGE);
    let (before, message) = bytes.split_at(begin.unwrap_or(bytes.len()));
    let mut lines = 0;
    let last = message.iter().position(|byte| {
        lines += u32::from(*byte == b'\n');
        lines == 7
    });
    let after = last.map_or(&[][..], |last| &message[last + 1..]);
    [before, after].concat()
}

/// Answers commands that contain the word, and forwards all others.
async fn answer_for(
    word: &str,
    answer: &str,
    mut from_client: impl AsyncRead + Unpin,
    mut to_client: impl AsyncWrite + Unpin,
    mut from_server: impl AsyncRead + Unpin,
    mut to_server: impl AsyncWrite + Unpin,
) {
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = from_client.read(&mut up) => {
                let bytes = &up[..read.unwrap_or(0)];
                let done = if String::from_utf8_lossy(bytes).contains(word) {
                    to_client.write_all(answer.as_bytes()).await
                } else {
                    to_server.write_all(bytes).await
                };
                if bytes.is_empty() || done.is_err() {
                    return;
                }
            }
            read = from_server.read(&mut down) => {
                let bytes = &down[..read.unwrap_or(0)];
                if bytes.is_empty() || to_client.write_all(bytes).await.is_err() {
                    return;
                }
            }
        }
    }
}
