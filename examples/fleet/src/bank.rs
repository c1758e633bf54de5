//! The dependency: a small TCP service whose faults the story chooses, and which counts who calls it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// How the bank answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Everybody gets an answer.
    None,
    /// One caller gets no answer, as if its network were broken.
    OnlyFor(String),
    /// Nobody gets an answer: each connection is closed at once.
    Down,
    /// Connections stay open, and nothing comes.
    Hangs,
}

/// The running bank.
#[derive(Clone, Debug)]
pub(crate) struct Bank {
    pub(crate) address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Debug)]
struct Desk {
    fault: Fault,
    calls: Vec<(Instant, String)>,
}

impl Bank {
    /// Opens the bank on a free loopback port.
    pub(crate) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let bank = Self {
            address: listener.local_addr()?,
            desk: Arc::new(Mutex::new(Desk {
                fault: Fault::None,
                calls: Vec::new(),
            })),
        };
        let served = bank.clone();
        tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let bank = served.clone();
                tokio::spawn(async move { bank.serve(caller).await });
            }
        });
        Ok(bank)
    }

    /// Chooses the fault, from the next call on.
    pub(crate) fn set(&self, fault: Fault) {
        self.desk().fault = fault;
    }

    /// Returns how many calls of whom have arrived since an instant.
    pub(crate) fn callers_since(&self, since: Instant) -> BTreeMap<String, usize> {
        let mut callers = BTreeMap::new();
        for (_, caller) in self.desk().calls.iter().filter(|(at, _)| *at >= since) {
            *callers.entry(caller.clone()).or_default() += 1;
        }
        callers
    }

    async fn serve(&self, caller: TcpStream) -> io::Result<()> {
        let mut caller = BufReader::new(caller);
        let mut name = String::new();
        caller.read_line(&mut name).await?;
        let name = name.trim().to_owned();
        let fault = {
            let mut desk = self.desk();
            desk.calls.push((Instant::now(), name.clone()));
            desk.fault.clone()
        };
        match fault {
            Fault::Down => return Ok(()),
            Fault::OnlyFor(other) if other == name => return Ok(()),
            Fault::Hangs => sleep(Duration::from_secs(60)).await,
            Fault::None | Fault::OnlyFor(_) => caller.write_all(b"paid\n").await?,
        }
        Ok(())
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Pays at the bank, in the name of a caller.
pub(crate) async fn pay(bank: SocketAddr, caller: &str) -> io::Result<String> {
    timeout(PATIENCE, async {
        let mut bank = BufReader::new(TcpStream::connect(bank).await?);
        bank.write_all(format!("{caller}\n").as_bytes()).await?;
        let mut answer = String::new();
        match bank.read_line(&mut answer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(answer.trim().to_owned()),
        }
    })
    .await
    .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// How long a call waits for the bank.
const PATIENCE: Duration = Duration::from_secs(3);
