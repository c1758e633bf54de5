//! A `redis-server` on a free loopback port, and the few commands that ask it for its numbers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

pub(crate) struct Server {
    port: u16,
    child: Option<Child>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let mut server = Self { port, child: None };
        server.run();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts the server, also again after [`kill`](Self::kill), on the same port.
    pub(crate) fn run(&mut self) {
        let program = std::env::var("REDIS_BIN").unwrap_or_else(|_| "redis-server".to_owned());
        let child = Command::new(&program)
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn();
        self.child = Some(child.expect("redis-server is installed"));
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Sends the process a signal, by the name that `kill` knows.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.as_ref().expect("it runs").id().to_string();
        let done = Command::new("kill").args(["-s", name, &id]).status();
        assert!(done.is_ok_and(|status| status.success()), "kill -s {name}");
    }

    /// Returns the answer to a command: the text of a string, an error or a number.
    pub(crate) fn ask(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it answers");
        write!(stream, "{command}\r\n").expect("it reads");
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        stream.read_line(&mut head).expect("it answers");
        let head = head.trim_end();
        match head.strip_prefix('$').map(str::parse) {
            Some(Ok(length)) => {
                let mut text = vec![0; length];
                stream.read_exact(&mut text).expect("the whole answer");
                String::from_utf8_lossy(&text).into_owned()
            }
            _ => head.trim_start_matches([':', '+', '$']).to_owned(),
        }
    }

    pub(crate) fn version(&self) -> String {
        format!("redis {}", self.field("server", "redis_version"))
    }

    /// Returns the calls of some commands since the start.
    pub(crate) fn calls(&self, of: &[&str]) -> u64 {
        self.statistic("calls", of)
    }

    /// Returns the microseconds that scripts have taken since the start.
    pub(crate) fn scripting(&self) -> u64 {
        self.statistic("usec", &["evalsha", "eval"])
    }

    fn statistic(&self, what: &str, of: &[&str]) -> u64 {
        let stats = self.ask("INFO commandstats");
        let values = stats.lines().filter_map(|line| {
            let (name, numbers) = line.strip_prefix("cmdstat_")?.split_once(':')?;
            let values = numbers.split(',').filter_map(|pair| pair.split_once('='));
            let value = values
                .filter(|(name, _)| *name == what)
                .map(|(_, value)| value)
                .next()?;
            of.contains(&name).then(|| value.parse::<u64>().ok())?
        });
        values.sum()
    }

    /// Returns the processor time since the start, in seconds.
    pub(crate) fn processor(&self) -> f64 {
        ["used_cpu_user", "used_cpu_sys"]
            .iter()
            .map(|field| self.field("cpu", field).parse::<f64>().unwrap_or(f64::NAN))
            .sum()
    }

    /// Returns the bytes of a key, 0 without the key.
    pub(crate) fn bytes(&self, key: &str) -> u64 {
        self.ask(&format!("MEMORY USAGE {key} SAMPLES 0"))
            .parse()
            .unwrap_or(0)
    }

    pub(crate) fn field(&self, section: &str, name: &str) -> String {
        let info = self.ask(&format!("INFO {section}"));
        let value = info
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value.unwrap_or_default().trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
