//! A shop whose services fail, with the page and the API for whoever is on call.
//!
//! The shop makes 300 calls a second over HTTP. For three minutes its services fail one after the other, and the
//! program prints what to look at. Then it begins again.
//!
//! ```text
//! cargo run --example admin
//! ```
//!
//! | argument | meaning |
//! |---|---|
//! | `--port N` | the port of the page; by default a free one |
//! | `--names N` | how many breakers there are besides those of the functions; by default 40 |
//! | `--keys N` | how many hosts there are, each with its own breaker; by default 300 |
//! | `--fleet` | joins a fleet with two more instances, one of which has a broken network |
//! | `--serve` | the same faults all the time, for tools |
//! | `--check` | does what an operator would do, checks the answers, and ends |
//!
//! The token is in the variable `BREAKER_TOKEN`; without it, the program uses one that everybody knows.

mod check;
mod fleet;
mod load;
mod script;
mod services;
mod shop;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::routing::get;
use breaker_runtime::Registry;
use breaker_runtime::admin::{Access, Admin};
use tokio::net::TcpListener;
use tokio::time::timeout;

use check::Operator;
use services::Services;
use shop::Shop;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::read()?;
    let services = Services::start().await?;
    let shop = Arc::new(Shop::new(services.clone(), arguments.names)?);
    let file = settings_file()?;
    let watch = Registry::global().watch(&file, Duration::from_secs(2), |loaded| {
        if let Err(problems) = loaded {
            eprintln!("the settings stay as they were:\n{problems}");
        }
    })?;

    // The page and the API are part of the shop's server, under a path of its choice.
    let token =
        std::env::var("BREAKER_TOKEN").unwrap_or_else(|_| "correct-horse-battery".to_owned());
    let access = Access::token("on-call", &token)?.reading_open();
    let admin = Admin::new(Registry::global(), access)
        .service("shop", env!("CARGO_PKG_VERSION"))
        .environment("example")
        .link("Runbook", "https://wiki.example/breakers/{breaker}")
        .watches(watch);
    let app = Router::new()
        .route("/", get(|| async { "a shop" }))
        .merge(admin.at("/circuits"));
    let listener = TcpListener::bind(("127.0.0.1", arguments.port))
        .await
        .with_context(|| format!("port {} cannot be used", arguments.port))?;
    let url = format!("http://{}/circuits", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    println!("the page      {url}/ui");
    println!("as text       curl '{url}/breakers?format=text'");
    println!("the token     {token}    (to act; reading needs none)");
    println!("the settings  {}\n", file.display());

    let _instances = if arguments.has_fleet {
        println!("the fleet     {url}/ui#/fleet    (`stock` never answers the third instance)\n");
        Some(fleet::join(&shop)?)
    } else {
        None
    };
    load::meet_hosts(&shop, arguments.keys).await;
    tokio::spawn(load::run(shop, arguments.keys));
    match arguments.mode {
        Mode::Play => script::play(services).await,
        Mode::Serve => {
            script::freeze(&services);
            server.await??;
        }
        Mode::Check => {
            let check = check::run(Operator::new(url, token)?, &services);
            timeout(Duration::from_secs(60), check)
                .await
                .context("it took too long")??;
            println!("\nAll answers were as expected.");
        }
    }
    Ok(())
}

/// Returns the path of the settings file, relative to the current folder if the file is beneath it.
fn settings_file() -> anyhow::Result<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("admin/breakers.toml");
    let relative = file.strip_prefix(std::env::current_dir()?);
    Ok(relative.map(Path::to_owned).unwrap_or(file))
}

/// What the program does besides serving.
#[derive(Clone, Copy, Debug)]
enum Mode {
    Play,
    Serve,
    Check,
}

#[derive(Debug)]
struct Arguments {
    mode: Mode,
    port: u16,
    names: usize,
    keys: u64,
    has_fleet: bool,
}

impl Arguments {
    fn read() -> anyhow::Result<Self> {
        let mut arguments = Self {
            mode: Mode::Play,
            port: 0,
            names: 40,
            keys: 300,
            has_fleet: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut number = || words.next().context("a number is missing");
            match word.as_str() {
                "--serve" => arguments.mode = Mode::Serve,
                "--fleet" => arguments.has_fleet = true,
                "--check" => arguments.mode = Mode::Check,
                "--port" => arguments.port = number()?.parse()?,
                "--names" => arguments.names = number()?.parse()?,
                "--keys" => arguments.keys = number()?.parse()?,
                _ => bail!("unknown argument `{word}`; examples/admin/main.rs lists them"),
            }
        }
        Ok(arguments)
    }
}
