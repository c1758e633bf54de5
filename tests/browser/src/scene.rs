//! What the page shows in a test: a registry, the clock that the test moves, and the server of the page.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use breaker_runtime::admin::{Access, Admin, AdminServer};
use breaker_runtime::rehearsal::{Recorder, RecorderOptions};
use breaker_runtime::test_util::{ManualClock, TestRegistry};
use breaker_runtime::{CircuitBreaker, Clock, Config, Permit, Registry, Tick, Window};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::shop;

/// The time between two samples of the recorder.
const SAMPLE: Duration = Duration::from_secs(5);

/// The token of `on-call`.
pub(crate) const TOKEN: &str = "0123456789abcdef";

/// The service of an operator who may control, with reading open to everybody.
pub(crate) fn access(token: &str) -> Access {
    Access::token("on-call", token)
        .expect("it is long enough")
        .reading_open()
}

/// A clock that the test moves. It begins in the past, so that it has come to the present time when the page is opened.
#[derive(Clone, Debug)]
pub(crate) struct SceneClock {
    manual: ManualClock,
    began: SystemTime,
}

impl SceneClock {
    fn new(past: Duration) -> Self {
        Self {
            manual: ManualClock::new(),
            began: SystemTime::now() - past,
        }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.manual.advance(by);
    }
}

impl Clock for SceneClock {
    fn now(&self) -> Tick {
        self.manual.now()
    }

    fn wall(&self) -> SystemTime {
        self.began + self.manual.elapsed()
    }
}

/// A registry that is shown.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) registry: Registry,
    pub(crate) clock: SceneClock,
    server: Option<AdminServer>,
    address: SocketAddr,
    /// Calls that are in flight as long as the scene lasts.
    in_flight: Vec<Permit>,
}

impl Scene {
    /// Shows an empty registry.
    pub(crate) fn empty() -> anyhow::Result<Self> {
        Self::empty_since(Duration::ZERO)
    }

    fn empty_since(past: Duration) -> anyhow::Result<Self> {
        let clock = SceneClock::new(past);
        Self::of(Registry::with_clock(clock.clone()), clock)
    }

    /// Records thirty calls of a breaker, a second apart, of which five in a row fail and the sixth succeeds.
    pub(crate) fn record_calls(&self, name: &str) -> anyhow::Result<Recorder> {
        let options = RecorderOptions::new().in_memory(Duration::from_secs(600));
        let recorder = options.start(&self.registry)?;
        let breaker = self.get(name)?;
        for nth in 0..30 {
            self.clock.advance(Duration::from_secs(1));
            let permit = breaker.try_acquire()?;
            if nth % 6 == 0 {
                permit.success();
            } else {
                permit.failure();
            }
        }
        Ok(recorder)
    }

    /// Shows a registry with a number of closed breakers.
    pub(crate) fn closed(number: usize) -> anyhow::Result<Self> {
        let scene = Self::empty()?;
        for number in 0..number {
            let team = ["accounts", "billing", "catalogue", "search", "shipping"][number % 5];
            scene.make(&format!("{team}.task-{number:03}"))?;
        }
        Ok(scene)
    }

    /// Shows twelve breakers in all five states after some samples of calls: the bank fails, mail is forced open.
    pub(crate) async fn twelve(samples: u32) -> anyhow::Result<Self> {
        let test = TestRegistry::with_clock(SceneClock::new(SAMPLE * (samples + 8)));
        let mut scene = Self::of((*test).clone(), test.clock().clone())?;
        let well = [
            "billing/eu",
            "catalogue",
            "reviews",
            "shipping.labels",
            "tax",
            "zones",
        ];
        for name in well {
            scene.make(name)?;
        }
        let calls = |step: u32| {
            let _entered = test.enter();
            shop::play(test.clock());
            for (name, nth) in well.iter().zip(1..) {
                for _ in 0..nth * 4 + step % 5 {
                    let _ = scene.get(name).map(|it| it.call(|| Ok::<_, ()>(())));
                }
            }
        };
        scene.live(samples, calls).await?;
        let half_open = scene.make("half-open")?;
        half_open.trip();
        // Until its open period is over.
        scene.live(6, calls).await?;
        scene.get("mail")?.force_open(
            "the mail server is being moved, INC-7",
            Some(Duration::from_secs(1800)),
        );
        let wrong = scene.make("forced-closed")?;
        wrong.trip();
        wrong.force_closed("the breaker is wrong", None);
        let fail = |step: u32| {
            calls(step);
            let _entered = test.enter();
            shop::fail_bank(test.clock());
        };
        scene.live(1, fail).await?;
        let probe = half_open.try_acquire()?;
        scene.in_flight.push(probe);
        Ok(scene)
    }

    /// Shows a bank that has failed for a minute, after nine minutes in which it was well.
    pub(crate) async fn bank() -> anyhow::Result<Self> {
        let scene = Self::empty_since(SAMPLE * 120)?;
        let config = Config::new()
            .critical(true)
            .window(Window::Calls(40))
            .failure_rate(0.5)
            .open_for(Duration::from_secs(45))
            .latency(true);
        let bank = scene.registry.get_or_create("bank", config)?;
        scene
            .live(120, |step| {
                for call in 0..20 + step % 7 {
                    let permit = bank.try_acquire();
                    scene
                        .clock
                        .advance(Duration::from_micros(300 + 90 * u64::from(call)));
                    match permit {
                        Ok(permit) if step < 108 => permit.success(),
                        Ok(permit) => permit.failure_with_cause(|| "the service answered 503"),
                        Err(_) => {}
                    }
                }
            })
            .await?;
        Ok(scene)
    }

    /// Shows a name with a number of keys, of which every thirtieth is open.
    pub(crate) fn keys(number: usize) -> anyhow::Result<Self> {
        let scene = Self::closed(3)?;
        let most = u32::try_from(number)?.max(1);
        let config = Config::new().threshold(2).max_keys(most as usize);
        for key in 0..number {
            let breaker = scene.registry.get_or_create_keyed(
                "fetch",
                &format!("host-{key:05}.example"),
                config,
            )?;
            breaker.try_acquire()?.success();
            if key % 30 == 7 {
                breaker
                    .try_acquire()?
                    .failure_with_cause(|| "connection refused");
                breaker
                    .try_acquire()?
                    .failure_with_cause(|| "connection refused");
            }
        }
        Ok(scene)
    }

    /// Shows a registry whose clock no test moves.
    pub(crate) fn of_now(registry: Registry) -> anyhow::Result<Self> {
        Self::of(registry, SceneClock::new(Duration::ZERO))
    }

    fn of(registry: Registry, clock: SceneClock) -> anyhow::Result<Self> {
        let admin = admin(&registry, access(TOKEN));
        let server = admin.serve("127.0.0.1:0")?;
        Ok(Self {
            address: server.local_addr(),
            registry,
            clock,
            server: Some(server),
            in_flight: Vec::new(),
        })
    }

    pub(crate) fn make(&self, name: &str) -> anyhow::Result<CircuitBreaker> {
        Ok(self.registry.get_or_create(name, Config::new())?)
    }

    pub(crate) fn get(&self, name: &str) -> anyhow::Result<CircuitBreaker> {
        self.registry
            .get(name)
            .with_context(|| format!("no {name}"))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the address of the page, with a fragment such as `#/b/bank`.
    pub(crate) fn url(&self, fragment: &str) -> String {
        format!("http://{}/ui{fragment}", self.address)
    }

    /// Stops the server. The address stays the same.
    pub(crate) fn stop(&mut self) {
        self.server = None;
    }

    /// Starts the server again, with another access.
    pub(crate) fn restart(&mut self, access: Access) -> anyhow::Result<()> {
        self.stop();
        self.server = Some(admin(&self.registry, access).serve(self.address)?);
        Ok(())
    }

    /// Moves the clock in steps of five seconds, so that the recorder takes each of its samples, and makes calls
    /// before each step.
    pub(crate) async fn live(&self, steps: u32, calls: impl Fn(u32)) -> anyhow::Result<()> {
        for step in 0..steps {
            calls(step);
            self.clock.advance(SAMPLE);
            self.read("breakers?limit=1").await?;
        }
        Ok(())
    }

    /// Reads a path of the API as a client without a token, and returns the answer with its headers.
    pub(crate) async fn read(&self, path: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(self.address).await?;
        let request = format!(
            "GET /{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

/// The `Admin` of each scene.
pub(crate) fn admin(registry: &Registry, access: Access) -> Admin {
    Admin::new(registry, access)
        .service("shop", "1.4.2")
        .environment("test")
        .instance("shop-7f9c8-x2lmv")
        .link("Runbook", "https://wiki.example/breakers/{breaker}")
}
