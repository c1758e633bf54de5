//! A pool of Postgres connections behind the attribute.
//!
//! A database on a loopback port speaks the Postgres protocol, and the example switches its faults: it
//! closes connections, has too many of them, or hangs. A violated constraint is not an outage. The time
//! that a call waits for the pool is part of the call.
//!
//! ```text
//! cargo run -p example-postgres-pool
//! ```

mod database;

use std::error::Error;
use std::io;
use std::time::Duration;

use anyhow::{Context, ensure};
use breaker_runtime::{BreakerError, CircuitBreaker, Registry, State, circuit_breaker};
use database::{Database, Fault};
use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime};
use tokio::time::{sleep, timeout};
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

/// The largest error of the coarse clock.
const TOLERANCE: Duration = Duration::from_millis(50);

/// The classes of `SQLSTATE` that indicate a problem of the database rather than of the statement:
/// connection, insufficient resources, operator intervention, system error, internal error.
const OUTAGES: [&str; 5] = ["08", "53", "57", "58", "XX"];

#[derive(Debug, thiserror::Error)]
enum OrderError {
    #[error(transparent)]
    Pool(#[from] PoolError),
    #[error(transparent)]
    Postgres(#[from] tokio_postgres::Error),
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

impl OrderError {
    fn postgres(&self) -> Option<&tokio_postgres::Error> {
        match self {
            Self::Postgres(error) | Self::Pool(PoolError::Backend(error)) => Some(error),
            Self::Pool(_) | Self::Breaker(_) => None,
        }
    }

    fn state(&self) -> Option<&SqlState> {
        self.postgres()?.code()
    }

    /// Whether the database is unreachable or in trouble.
    fn is_outage(&self) -> bool {
        let Some(error) = self.postgres() else {
            // The pool had no connection in time.
            return matches!(self, Self::Pool(PoolError::Timeout(_)));
        };
        if let Some(state) = error.code() {
            return OUTAGES.iter().any(|class| state.code().starts_with(class));
        }
        // The database did not answer. Other errors are the client's mistakes, such as a wrong type.
        let source = error
            .source()
            .and_then(<dyn Error>::downcast_ref::<io::Error>);
        error.is_closed() || source.is_some()
    }
}

/// Stores an order.
#[circuit_breaker(
    name = "orders",
    threshold = 3,
    open_for = "500ms",
    success_threshold = 1,
    call_timeout = "1s",
    success(Err(error) if !error.is_outage()), // the database has answered
)]
async fn store(pool: &Pool, order: i64) -> Result<(), OrderError> {
    let client = pool.get().await?;
    let insert = "INSERT INTO orders (id) VALUES ($1)";
    client.execute(insert, &[&order]).await?;
    Ok(())
}

fn pool(database: &Database) -> anyhow::Result<Pool> {
    let address = database.address();
    let mut config = tokio_postgres::Config::new();
    config
        .host(address.ip().to_string())
        .port(address.port())
        .user("shop")
        .connect_timeout(Duration::from_millis(500));
    // A cancelled call returns its connection to the pool while the statement still runs. So the pool tests
    // each connection before it hands it out.
    let recycling_method = RecyclingMethod::Verified;
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method });
    let pool = Pool::builder(manager)
        .max_size(2)
        .runtime(Runtime::Tokio1)
        .recycle_timeout(Some(Duration::from_millis(100)));
    Ok(pool.build()?)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    timeout(Duration::from_secs(20), tell()).await?
}

async fn tell() -> anyhow::Result<()> {
    let database = Database::start().await?;
    let pool = pool(&database)?;
    let circuit = Registry::global().get("orders").context("declared above")?;

    println!("The database stores orders. A duplicate order is not a failure of the database:");
    told(1, store(&pool, 1).await)?;
    told(2, store(&pool, 2).await)?;
    for _ in 0..4 {
        let twice = told(1, store(&pool, 1).await).err();
        ensure!(twice.is_some_and(|error| error.state() == Some(&SqlState::UNIQUE_VIOLATION)));
    }
    let totals = circuit.snapshot().totals;
    ensure!((totals.successes, totals.failures) == (6, 0));

    println!(
        "It is down; the third failure opens the circuit, and the fourth call does not reach it:"
    );
    database.switch(Fault::Disconnecting).await;
    for _ in 0..3 {
        let down = told(3, store(&pool, 3).await).err().context("it is down")?;
        ensure!(down.is_outage());
    }
    rejected(&pool, &database).await?;

    println!("It is back, but has too many connections: the SQLSTATE makes the probe fail:");
    database.switch(Fault::Full).await;
    open_period(&circuit).await?;
    let full = told(3, store(&pool, 3).await).err();
    ensure!(full.is_some_and(|error| error.state() == Some(&SqlState::TOO_MANY_CONNECTIONS)));
    rejected(&pool, &database).await?;

    println!("It accepts connections and hangs: the probe fails because it takes too long:");
    database.switch(Fault::Hanging).await;
    open_period(&circuit).await?;
    let late = told(3, store(&pool, 3).await);
    ensure!(matches!(
        late,
        Err(OrderError::Breaker(BreakerError::TimedOut(_)))
    ));
    rejected(&pool, &database).await?;

    println!("It has recovered, and the pool drops the connection that still hangs:");
    database.switch(Fault::None).await;
    open_period(&circuit).await?;
    told(3, store(&pool, 3).await)?;
    told(4, store(&pool, 4).await)?;
    ensure!(circuit.state() == State::Closed);
    ensure!(database.orders() == [1, 2, 3, 4]);
    Ok(())
}

/// Waits until the circuit admits a probe.
async fn open_period(circuit: &CircuitBreaker) -> anyhow::Result<()> {
    let wait = circuit.snapshot().retry_after.context("it is open")?;
    sleep(wait + TOLERANCE).await;
    Ok(())
}

/// Makes a call, and checks that it is rejected and does not reach the database.
async fn rejected(pool: &Pool, database: &Database) -> anyhow::Result<()> {
    let hits = database.hits();
    let Err(OrderError::Breaker(error)) = told(3, store(pool, 3).await) else {
        anyhow::bail!("the circuit should be open");
    };
    ensure!(error.rejection().is_some() && !error.is_retryable());
    ensure!(
        database.hits() == hits,
        "a rejected call reached the database"
    );
    Ok(())
}

fn told(order: i64, answer: Result<(), OrderError>) -> Result<(), OrderError> {
    let said = |error: &OrderError| error.postgres()?.as_db_error().map(ToString::to_string);
    match &answer {
        Ok(()) => println!("  order {order}: stored"),
        Err(error) => println!(
            "  order {order}: {}",
            said(error).unwrap_or_else(|| error.to_string())
        ),
    }
    answer
}
