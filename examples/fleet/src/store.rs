//! Where the fleet of the example meets: a Redis that it starts, one that it is given, or the memory of this process.

use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use breaker_runtime::fleet::{MemoryFault, MemoryStore};

/// The store that the story uses.
#[derive(Debug)]
pub(crate) enum Store {
    /// A `redis-server` of our own, which the story kills and starts again.
    Own(Server),
    /// A server that belongs to somebody else. The story leaves it running.
    Url(String),
    /// The memory of this process, because there is no Redis.
    Memory(MemoryStore),
}

impl Store {
    /// Takes `REDIS_URL`, else the `redis-server` on the path (or in `REDIS_BIN`), else the memory of this process.
    pub(crate) fn choose() -> anyhow::Result<Self> {
        if let Ok(url) = env::var("REDIS_URL") {
            return Ok(Self::Url(url));
        }
        let program = env::var_os("REDIS_BIN").unwrap_or_else(|| "redis-server".into());
        match Server::start(program.into()) {
            Ok(server) => Ok(Self::Own(server)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self::Memory(MemoryStore::new()))
            }
            Err(error) => Err(error).context("redis-server does not start"),
        }
    }

    /// Says what the fleet uses, and how to get a real store.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Own(server) => format!(
                "five processes, and a redis-server on port {} that the example starts",
                server.port
            ),
            Self::Url(_) => "five processes, and the Redis of REDIS_URL".to_owned(),
            Self::Memory(_) => "five instances in one process, and a store in its memory.\n\
                 For a real one, install redis-server (`apt install redis-server`, `brew install redis`), or set\n\
                 REDIS_URL=redis://127.0.0.1:6379, and run the example again"
                .to_owned(),
        }
    }

    /// Takes the store away, with its data, as if it were killed. Returns false if it is not ours to kill.
    pub(crate) fn kill(&mut self) -> anyhow::Result<bool> {
        match self {
            Self::Own(server) => server.kill()?,
            Self::Url(_) => return Ok(false),
            Self::Memory(store) => {
                store.lose_data();
                store.fail(MemoryFault::Away);
            }
        }
        Ok(true)
    }

    /// Brings the store back, empty.
    pub(crate) fn restart(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Own(server) => server.run().context("redis-server does not start again")?,
            Self::Url(_) => bail!("this Redis belongs to somebody else"),
            Self::Memory(store) => store.recover(),
        }
        Ok(())
    }
}

/// A `redis-server` on a free loopback port, which ends with its owner.
#[derive(Debug)]
pub(crate) struct Server {
    program: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Server {
    fn start(program: PathBuf) -> io::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut server = Self {
            program,
            port,
            child: None,
        };
        server.run()?;
        Ok(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn run(&mut self) -> io::Result<()> {
        let port = self.port.to_string();
        let child = Command::new(&self.program)
            .args(["--port", &port, "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()?;
        self.child = Some(child);
        for _ in 0..250 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    fn kill(&mut self) -> io::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
