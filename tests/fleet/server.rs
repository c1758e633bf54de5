//! Servers of their own for tests: started, stopped, killed, asked.

use std::fmt::Debug;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A server, with a folder of its own.
pub(crate) struct Server {
    process: Option<Child>,
    folder: PathBuf,
    port: u16,
    arguments: Vec<String>,
    /// Whether the first argument is a file of settings.
    from_file: bool,
    /// The user and the password of the commands of the test.
    login: Option<(String, String)>,
}

/// The name of the binary, or `None` if there is none: then tests say so, and fail on CI.
pub(crate) fn binary() -> Option<String> {
    let binary = std::env::var("REDIS_BIN").unwrap_or_else(|_| "redis-server".to_owned());
    match Command::new(&binary).arg("--version").output() {
        Ok(_) => Some(binary),
        Err(error) => {
            let on_ci = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(
                !on_ci,
                "{binary}: {error}; Debian's package redis-server has it"
            );
            eprintln!("NOT TESTED: {binary}: {error}; REDIS_BIN names the server");
            None
        }
    }
}

/// The first part of the server's version; Valkey's versions go on where those of Redis were.
pub(crate) fn major_version() -> u32 {
    let said = Command::new(binary().unwrap()).arg("--version").output();
    let said = String::from_utf8(said.unwrap().stdout).unwrap();
    let (_, version) = said.split_once("v=").unwrap();
    version.split_once('.').unwrap().0.parse().unwrap()
}

/// A port that nobody uses now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A new folder.
pub(crate) fn folder(what: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("breaker-{what}-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Waits until a condition holds. The limit is generous, because machines are slow.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "not in a minute: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Server {
    /// Starts a server without persistence, or returns `None` if there is no binary.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&["--save", "", "--appendonly", "no"])
    }

    /// Starts a server with these arguments.
    pub(crate) fn start_with(arguments: &[&str]) -> Option<Self> {
        binary()?;
        // Another program may take the port between the choice and the start.
        let started = (0..5).find_map(|_| Self::try_start(free_port(), arguments));
        assert!(started.is_some(), "no server starts with {arguments:?}");
        started
    }

    /// Starts a server whose port is low enough for the bus of a cluster.
    pub(crate) fn start_low(arguments: &[&str]) -> Option<Self> {
        binary()?;
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let first = 20_000 + u64::from(std::process::id()) * 61 % 30_000;
        let started = (0..50).find_map(|_| {
            let next = first + u64::from(NEXT.fetch_add(1, Ordering::Relaxed));
            let port = u16::try_from(next).unwrap();
            let free = [port, port + 10_000].map(|port| TcpListener::bind(("127.0.0.1", port)));
            free.iter().all(Result::is_ok).then_some(())?;
            drop(free);
            Self::try_start(port, arguments)
        });
        assert!(started.is_some(), "no server starts with {arguments:?}");
        started
    }

    /// Starts a server from a file of settings, which it may rewrite.
    pub(crate) fn start_from(file: &Path, arguments: &[&str]) -> Option<Self> {
        binary()?;
        let mut all = vec![file.to_str().unwrap()];
        all.extend(arguments);
        Self::try_start_as(free_port(), &all, true)
    }

    fn try_start(port: u16, arguments: &[&str]) -> Option<Self> {
        Self::try_start_as(port, arguments, false)
    }

    fn try_start_as(port: u16, arguments: &[&str], from_file: bool) -> Option<Self> {
        let mut server = Self {
            from_file,
            process: None,
            folder: folder("server"),
            port,
            arguments: arguments.iter().map(ToString::to_string).collect(),
            login: None,
        };
        server.launch();
        server.comes_up().then_some(server)
    }

    fn launch(&mut self) {
        let (file, options) = self.arguments.split_at(usize::from(self.from_file));
        let process = Command::new(binary().unwrap())
            .current_dir(&self.folder)
            .args(file)
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(options)
            .stdout(std::fs::File::create(self.folder.join("log")).unwrap())
            .stderr(Stdio::inherit())
            .spawn();
        self.process = Some(process.unwrap());
    }

    fn comes_up(&mut self) -> bool {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(30) {
            if let Some(process) = &mut self.process {
                if process.try_wait().unwrap().is_some() {
                    return false;
                }
            }
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                // It may still be loading its data.
                match self.try_ask(&["PING"]) {
                    Ok(Reply::Error(error)) if error.starts_with("LOADING") => {}
                    Ok(_) => return true,
                    Err(_) => {}
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn is_running(&self) -> bool {
        self.process.is_some()
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Logs in as this user from now on.
    pub(crate) fn log_in(&mut self, user: &str, password: &str) {
        self.login = Some((user.to_owned(), password.to_owned()));
    }

    fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("the server runs");
        let status = Command::new("kill")
            .args([signal, &process.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Makes the server hang: its connections stay open, and nobody answers.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    /// Kills the server without a chance to say anything.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it again on the same port, in the same folder.
    pub(crate) fn restart(&mut self) {
        self.kill();
        self.launch();
        assert!(self.comes_up(), "the server does not start again");
    }

    /// Asks, and expects no error.
    pub(crate) fn ask(&self, words: &[&str]) -> Reply {
        match self.try_ask(words).unwrap() {
            Reply::Error(error) => panic!("{words:?}: {error}"),
            reply => reply,
        }
    }

    pub(crate) fn try_ask(&self, words: &[&str]) -> std::io::Result<Reply> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        if let Some((user, password)) = &self.login {
            stream.write_all(&packed(&["AUTH", user, password]))?;
        }
        stream.write_all(&packed(words))?;
        let mut replies = BufReader::new(stream);
        if self.login.is_some() {
            read(&mut replies)?;
        }
        read(&mut replies)
    }

    /// Returns a field of `INFO`.
    pub(crate) fn info(&self, section: &str, field: &str) -> String {
        let info = self.ask(&["INFO", section]).text();
        let line = info
            .lines()
            .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.unwrap_or_default().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "server at {}", self.port)
    }
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    Nothing,
    Text(String),
    Number(i64),
    List(Vec<Reply>),
    Error(String),
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) | Self::Error(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Nothing => String::new(),
            Self::List(items) => format!("{items:?}"),
        }
    }

    pub(crate) fn number(&self) -> i64 {
        self.text().parse().unwrap()
    }

    pub(crate) fn list(&self) -> &[Reply] {
        match self {
            Self::List(items) => items,
            other => panic!("{other:?}"),
        }
    }
}

fn packed(words: &[&str]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n{word}\r\n", word.len()).into_bytes());
    }
    bytes
}

fn read(from: &mut impl BufRead) -> std::io::Result<Reply> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    let line = line.trim_end();
    let Some((kind, rest)) = line.split_at_checked(1) else {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    };
    Ok(match kind {
        "-" => Reply::Error(rest.to_owned()),
        ":" => Reply::Number(rest.parse().unwrap()),
        "$" | "*" if rest == "-1" => Reply::Nothing,
        "$" => {
            let mut bytes = vec![0; rest.parse::<usize>().unwrap() + 2];
            from.read_exact(&mut bytes)?;
            bytes.truncate(bytes.len() - 2);
            Reply::Text(String::from_utf8_lossy(&bytes).into_owned())
        }
        "*" => {
            let count: usize = rest.parse().unwrap();
            Reply::List((0..count).map(|_| read(from)).collect::<Result<_, _>>()?)
        }
        _ => Reply::Text(rest.to_owned()),
    })
}
