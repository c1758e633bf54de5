//! Classifiers for sqlx 0.8. Needs the feature `sqlx`.
//!
//! ```
//! # use sqlx_core as sqlx;
//! # #[cfg(feature = "macros")] {
//! use breaker_runtime::{circuit_breaker, classifiers};
//!
//! type Error = Box<dyn std::error::Error + Send + Sync>;
//!
//! #[circuit_breaker(
//!     name = "accounts-db",
//!     classify = classifiers::sqlx::classify,
//!     cause = classifiers::sqlx::cause,
//! )]
//! async fn balance(account: i64) -> Result<i64, Error> {
//! #   let _ = account;
//!     Err(sqlx::Error::PoolTimedOut.into()) // query a pool here
//! }
//! # }
//! ```
//!
//! | answer | counts as |
//! |---|---|
//! | an `Ok` | success |
//! | no row; a column that is missing or cannot be decoded; an unknown type | success: the database has answered |
//! | a violation of a constraint: unique, foreign key, not null, check | success |
//! | any other error of the database, such as a syntax error, a deadlock or a lock that is taken | success |
//! | an error of the database that says it cannot work: see below | failure |
//! | `PoolTimedOut`, an error of I/O, of TLS or of the protocol, a crashed worker, and everything else | failure |
//! | `PoolClosed`, a wrong configuration, an argument that cannot be encoded | ignored: own doing |
//! | an error that is or holds the error of a breaker | ignored |
//! | an error without a `sqlx::Error` among its sources | failure |
//!
//! The database says that it cannot work by these codes:
//!
//! | database | codes |
//! |---|---|
//! | `postgres`, `mysql`: SQLSTATE | the classes `08` (connection), `53` (resources), `57` (operator intervention, which includes a statement that took too long), `58` (system), `XX` and `F0` (broken inside), and `70100` (query interrupted) |
//! | `sqlite` | busy, no memory, error of I/O, corrupt, full, cannot be opened, broken protocol of locks, not a database |
//!
//! `HY000` of `mysql` is ignored, because it stands for many different errors; an interrupted call of `sqlite` too, because
//! the program has interrupted it.
//!
//! The functions look for a `sqlx::Error` among the sources of an error. The variant of an own error type that is
//! `#[error(transparent)]` hides it. For such a type, implement [`ClassifyError`](crate::ClassifyError) and write
//! `classify = by_error`; `sqlx::Error` implements it too.
//!
//! A database never says how long to wait, so there is no function for `open_for_hint`.

use ::sqlx_core::error::{DatabaseError, Error, ErrorKind};

use super::holder::{HoldsError, find, judge};
use super::sources::{chain_text, holds_breaker_error};
use crate::values::{ClassifyError, Outcome};

/// Classifies the result of a function that uses sqlx, for the setting `classify`; see the [table](self).
pub fn classify<T, E: HoldsError<By>, By>(answer: &Result<T, E>) -> Outcome {
    match answer {
        Ok(_) => Outcome::Success,
        Err(error) => judge::<Error>(error.outermost()),
    }
}

/// Describes a failure, for the setting `cause`: by the code and the message of the database, or by the error.
pub fn cause<T, E: HoldsError<By>, By>(answer: &Result<T, E>) -> String {
    let Err(error) = answer else {
        return String::from("an `Ok` that counts as a failure");
    };
    let Some(found) = find::<Error>(error.outermost()) else {
        return chain_text(error.outermost());
    };
    let database = found.as_database_error();
    match database.and_then(|error| Some((error.code()?, error.message()))) {
        Some((code, message)) => format!("{code}: {message}"),
        None => chain_text(found),
    }
}

/// As the [table](self) of this module says.
impl ClassifyError for Error {
    fn outcome(&self) -> Outcome {
        if holds_breaker_error(self) {
            return Outcome::Ignored;
        }
        match self {
            Self::Database(error) => outcome_of(&**error),
            Self::RowNotFound
            | Self::TypeNotFound { .. }
            | Self::ColumnIndexOutOfBounds { .. }
            | Self::ColumnNotFound(_)
            | Self::ColumnDecode { .. }
            | Self::Decode(_) => Outcome::Success,
            Self::PoolClosed
            | Self::Configuration(_)
            | Self::InvalidArgument(_)
            | Self::Encode(_)
            | Self::InvalidSavePointStatement => Outcome::Ignored,
            _ => Outcome::Failure,
        }
    }
}

/// Classifies an error of the database by its kind and its code.
fn outcome_of(error: &dyn DatabaseError) -> Outcome {
    if !matches!(error.kind(), ErrorKind::Other) {
        return Outcome::Success;
    }
    let Some(code) = error.code() else {
        return Outcome::Success;
    };
    match code.len() {
        5 => of_sqlstate(&code),
        _ => code.parse().map_or(Outcome::Success, of_sqlite),
    }
}

/// Classifies a code of the standard SQL, which `postgres` and `mysql` use.
fn of_sqlstate(code: &str) -> Outcome {
    match code {
        "HY000" => Outcome::Ignored,
        "70100" => Outcome::Failure,
        _ => match code.get(..2) {
            Some("08" | "53" | "57" | "58" | "F0" | "XX") => Outcome::Failure,
            _ => Outcome::Success,
        },
    }
}

/// Classifies a result code of `sqlite`; the lowest byte of an extended code is the plain code.
fn of_sqlite(code: u32) -> Outcome {
    match code & 0xff {
        // SQLITE_INTERRUPT
        9 => Outcome::Ignored,
        // SQLITE_BUSY, NOMEM, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB
        5 | 7 | 10 | 11 | 13 | 14 | 15 | 26 => Outcome::Failure,
        _ => Outcome::Success,
    }
}
