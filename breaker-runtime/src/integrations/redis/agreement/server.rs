//! A server of its own for a test.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ::redis::Value;

use super::RedisStore;

pub(super) struct Server {
    process: Child,
    folder: PathBuf,
}

impl Server {
    /// Starts a server on a socket in a folder of its own, or says that there is none.
    pub(super) async fn start() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let binary = std::env::var("REDIS_BIN").unwrap_or_else(|_| "redis-server".to_owned());
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = format!("breaker-redis-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).expect("a folder for the server");
        let started = Command::new(&binary)
            .current_dir(&folder)
            .args([
                "--port",
                "0",
                "--unixsocket",
                "socket",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .stdout(Stdio::null())
            .spawn();
        let process = match started {
            Ok(process) => process,
            Err(error) => {
                let on_ci = std::env::var("CI").is_ok_and(|value| value == "true");
                assert!(
                    !on_ci,
                    "{binary}: {error}; Debian's package redis-server has it"
                );
                eprintln!("NOT TESTED: {binary}: {error}; REDIS_BIN names the server");
                return None;
            }
        };
        let server = Self { process, folder };
        for _ in 0..500 {
            if std::os::unix::net::UnixStream::connect(server.folder.join("socket")).is_ok() {
                return Some(server);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{binary} does not start");
    }

    pub(super) fn url(&self) -> String {
        format!("unix:{}", self.folder.join("socket").display())
    }

    /// Runs a command on the connection of a store.
    pub(super) async fn run(&self, store: &RedisStore, words: &[&str]) -> Value {
        let mut command = ::redis::cmd(words[0]);
        command.arg(&words[1..]);
        let link = store.shared().link().await.expect("connected");
        link.ask(&command).await.expect("answered")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
