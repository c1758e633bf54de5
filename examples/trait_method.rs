//! A circuit breaker on a method of a trait, with `#[async_trait]`, whose fallback is a method of the type.
//!
//! The mail server is down. After three failed letters the circuit opens: the fallback then keeps
//! letters for later without contacting the server. Callers hold a `dyn Mailer` and notice nothing.
//!
//! ```text
//! cargo run --example trait_method
//! ```

use std::io;
use std::net::SocketAddr;

use anyhow::Context;
use async_trait::async_trait;
use breaker_runtime::{Registry, State, circuit_breaker};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

#[derive(Debug, PartialEq, Eq)]
enum Delivery {
    Sent,
    Kept,
}

#[async_trait]
trait Mailer: Send + Sync {
    async fn send(&self, letter: &str) -> io::Result<Delivery>;
}

struct Smtp {
    server: SocketAddr,
    kept: Mutex<Vec<String>>,
}

#[async_trait]
impl Mailer for Smtp {
    #[circuit_breaker(name = "mail", threshold = 3, fallback = Self::keep)]
    async fn send(&self, letter: &str) -> io::Result<Delivery> {
        let mut connection = TcpStream::connect(self.server).await?;
        connection.write_all(letter.as_bytes()).await?;
        Ok(Delivery::Sent)
    }
}

impl Smtp {
    async fn keep(&self, letter: &str) -> io::Result<Delivery> {
        self.kept.lock().await.push(letter.to_owned());
        Ok(Delivery::Kept)
    }
}

async fn write_to_everyone(mailer: &dyn Mailer) -> Vec<io::Result<Delivery>> {
    let mut answers = Vec::new();
    for name in ["Ada", "Grace", "Edsger", "Barbara", "Donald"] {
        let answer = mailer.send(&format!("Dear {name},")).await;
        match &answer {
            Ok(delivery) => println!("to {name:<8} {delivery:?}"),
            Err(error) => println!("to {name:<8} {error}"),
        }
        answers.push(answer);
    }
    answers
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // A port that was free a moment ago, so nothing listens on it.
    let server = TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?;
    let smtp = Smtp {
        server,
        kept: Mutex::default(),
    };

    let answers = write_to_everyone(&smtp).await;

    let mail = Registry::global().get("mail").context("declared above")?;
    println!("`mail` is {}.", mail.state());
    assert_eq!(mail.state(), State::Open);
    assert!(answers[..3].iter().all(Result::is_err));
    assert!(
        answers[3..]
            .iter()
            .all(|answer| matches!(answer, Ok(Delivery::Kept)))
    );
    assert_eq!(
        smtp.kept.lock().await.as_slice(),
        ["Dear Barbara,", "Dear Donald,"]
    );
    Ok(())
}
