//! The table of `classifiers::sqlx`: against a database in memory, and by the codes of other databases.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use breaker_runtime::classifiers::sqlx::{cause, classify};
use breaker_runtime::{
    BreakerError, ClassifyError, Config, Outcome, Registry, circuit_breaker, classifiers,
};
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sqlx::{Error, Row};

type Answer<T = ()> = Result<T, Error>;

/// A database in memory: the pool has one connection.
async fn database() -> SqlitePool {
    let options = SqlitePoolOptions::new().max_connections(1);
    let options = options.acquire_timeout(Duration::from_millis(50));
    let pool = options.connect("sqlite::memory:").await.expect("in memory");
    let tables =
        "CREATE TABLE item (name TEXT NOT NULL UNIQUE, pieces INTEGER CHECK (pieces >= 0));
        CREATE TABLE sale (item TEXT REFERENCES item (name))";
    sqlx::raw_sql(tables)
        .execute(&pool)
        .await
        .expect("it is valid");
    pool
}

async fn run(pool: &SqlitePool, statement: &str) -> Answer {
    sqlx::query(statement).execute(pool).await.map(drop)
}

#[tokio::test]
async fn an_ok_is_a_success() {
    let answer = run(&database().await, "INSERT INTO item VALUES ('tea', 7)").await;
    assert!(answer.is_ok());
    assert_eq!(classify(&answer), Outcome::Success);
}

#[tokio::test]
async fn no_row_and_a_wrong_column_are_answers() {
    let pool = database().await;
    let none = sqlx::query("SELECT * FROM item").fetch_one(&pool).await;
    assert!(matches!(none, Err(Error::RowNotFound)));
    assert_eq!(classify(&none), Outcome::Success);

    let row = sqlx::query("SELECT 'tea'").fetch_one(&pool).await.unwrap();
    let missing = row.try_get::<String, _>("price");
    assert!(matches!(missing, Err(Error::ColumnNotFound(_))));
    assert_eq!(classify(&missing), Outcome::Success);
    let beyond = row.try_get::<String, _>(7);
    assert!(matches!(beyond, Err(Error::ColumnIndexOutOfBounds { .. })));
    assert_eq!(classify(&beyond), Outcome::Success);
    let other = row.try_get::<i64, _>(0);
    assert!(matches!(other, Err(Error::ColumnDecode { .. })));
    assert_eq!(classify(&other), Outcome::Success);
}

#[tokio::test]
async fn a_violated_constraint_is_an_answer() {
    let pool = database().await;
    run(&pool, "INSERT INTO item VALUES ('tea', 7)")
        .await
        .unwrap();
    for (statement, kind) in [
        (
            "INSERT INTO item VALUES ('tea', 8)",
            ErrorKind::UniqueViolation,
        ),
        (
            "INSERT INTO item VALUES (NULL, 8)",
            ErrorKind::NotNullViolation,
        ),
        (
            "INSERT INTO item VALUES ('milk', -1)",
            ErrorKind::CheckViolation,
        ),
        (
            "INSERT INTO sale VALUES ('gold')",
            ErrorKind::ForeignKeyViolation,
        ),
    ] {
        let answer = run(&pool, statement).await;
        let error = answer.as_ref().unwrap_err().as_database_error().unwrap();
        assert_eq!(error.kind(), kind, "{statement}");
        assert_eq!(classify(&answer), Outcome::Success, "{statement}");
    }
}

#[tokio::test]
async fn any_other_error_about_the_statement_is_an_answer() {
    let answer = run(&database().await, "SELEKT 1").await;
    assert!(matches!(answer, Err(Error::Database(_))));
    assert_eq!(classify(&answer), Outcome::Success);
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_a_failure() {
    let options = SqliteConnectOptions::new().filename("/nowhere/at/all.db");
    let answer = SqlitePool::connect_with(options).await.map(drop);
    assert!(matches!(answer, Err(Error::Database(_))), "{answer:?}");
    assert_eq!(classify(&answer), Outcome::Failure);
    assert_eq!(cause(&answer), "14: unable to open database file");
}

#[tokio::test]
async fn a_pool_that_times_out_is_a_failure_and_a_closed_one_is_ignored() {
    let pool = database().await;
    let held = pool.acquire().await.unwrap();
    let answer = run(&pool, "SELECT 1").await;
    assert!(matches!(answer, Err(Error::PoolTimedOut)));
    assert_eq!(classify(&answer), Outcome::Failure);
    assert!(cause(&answer).starts_with("pool timed out"));
    drop(held);
    pool.close().await;
    let answer = run(&pool, "SELECT 1").await;
    assert!(matches!(answer, Err(Error::PoolClosed)));
    assert_eq!(classify(&answer), Outcome::Ignored);
}

#[test]
fn errors_of_the_connection_are_failures() {
    let gone = || std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    for error in [
        Error::Io(gone()),
        Error::Tls(gone().into()),
        Error::Protocol(String::from("unexpected message")),
        Error::WorkerCrashed,
        Error::BeginFailed,
    ] {
        assert_eq!(error.outcome(), Outcome::Failure, "{error}");
    }
}

#[tokio::test]
async fn own_mistakes_are_ignored() {
    let answer = SqlitePool::connect("sqlite://items.db?mode=wrong")
        .await
        .map(drop);
    assert!(matches!(answer, Err(Error::Configuration(_))), "{answer:?}");
    assert_eq!(classify(&answer), Outcome::Ignored);
    let encode = Error::Encode("too large".into());
    assert_eq!(encode.outcome(), Outcome::Ignored);
    assert_eq!(
        Error::InvalidArgument(String::new()).outcome(),
        Outcome::Ignored
    );
    assert_eq!(Error::InvalidSavePointStatement.outcome(), Outcome::Ignored);
}

/// The error of a database that is not at hand.
#[derive(Debug)]
struct Coded(&'static str);

impl fmt::Display for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for Coded {}

impl DatabaseError for Coded {
    fn message(&self) -> &'static str {
        "said the database"
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        (!self.0.is_empty()).then(|| self.0.into())
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

#[test]
fn a_code_decides_about_other_errors_of_the_database() {
    use Outcome::{Failure, Ignored, Success};
    for (code, expected) in [
        ("08006", Failure), // the connection failed
        ("08004", Failure), // too many connections (MySQL)
        ("53300", Failure), // too many connections (PostgreSQL)
        ("53100", Failure), // the disk is full
        ("57014", Failure), // the statement took too long
        ("57P01", Failure), // the server shuts down
        ("58030", Failure), // an error of I/O
        ("XX001", Failure), // the data are corrupted
        ("F0000", Failure), // the server's configuration is broken
        ("70100", Failure), // the query was interrupted
        ("40001", Success), // the transaction could not be serialized
        ("40P01", Success), // a deadlock
        ("55P03", Success), // the lock is taken
        ("42601", Success), // a syntax error
        ("28P01", Success), // a wrong password
        ("HY000", Ignored), // one of many errors (MySQL)
        ("5", Failure),     // SQLITE_BUSY
        ("261", Failure),   // SQLITE_BUSY_RECOVERY
        ("7", Failure),
        ("3850", Failure), // SQLITE_IOERR_LOCK
        ("11", Failure),
        ("13", Failure),
        ("15", Failure),
        ("26", Failure),
        ("6", Success),    // SQLITE_LOCKED
        ("2067", Success), // SQLITE_CONSTRAINT_UNIQUE
        ("9", Ignored),    // SQLITE_INTERRUPT
        ("", Success),
        ("another", Success),
    ] {
        let answer: Answer = Err(Coded(code).into());
        assert_eq!(classify(&answer), expected, "{code}");
    }
    let answer: Answer = Err(Coded("57P01").into());
    assert_eq!(cause(&answer), "57P01: said the database");
}

#[test]
fn the_error_of_a_breaker_is_ignored_and_any_other_error_is_a_failure() {
    let breaker = Registry::new()
        .get_or_create("inner", Config::new())
        .unwrap();
    breaker.trip();
    let rejected = BreakerError::from(breaker.try_acquire().unwrap_err());
    let answer: anyhow::Result<()> = Err(rejected.clone().into());
    assert_eq!(classify(&answer), Outcome::Ignored);
    assert_eq!(Error::Decode(rejected.into()).outcome(), Outcome::Ignored);
    let answer: anyhow::Result<()> = Err(anyhow::anyhow!("out of tea"));
    assert_eq!(classify(&answer), Outcome::Failure);
}

#[tokio::test]
async fn the_settings_of_the_attribute_take_the_functions() {
    #[circuit_breaker(
        name = "sqlx",
        threshold = 1,
        classify = classifiers::sqlx::classify,
        cause = classifiers::sqlx::cause,
    )]
    async fn pieces(pool: &SqlitePool) -> anyhow::Result<i64> {
        let row = sqlx::query("SELECT pieces FROM item")
            .fetch_one(pool)
            .await?;
        Ok(row.try_get(0)?)
    }

    let pool = database().await;
    assert!(pieces(&pool).await.is_err());
    let _held = pool.acquire().await.unwrap();
    assert!(pieces(&pool).await.is_err());
    let snapshot = Registry::global().get("sqlx").unwrap().snapshot();
    assert_eq!(
        (snapshot.totals.successes, snapshot.totals.failures),
        (1, 1)
    );
    assert_eq!(snapshot.totals.opens, 1);
}
