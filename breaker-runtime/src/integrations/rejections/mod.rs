//! The errors of a breaker as answers of servers.

#[cfg(feature = "actix")]
mod actix;
#[cfg(any(
    feature = "actix",
    feature = "axum",
    feature = "poem",
    feature = "rocket"
))]
mod answer;
#[cfg(any(
    feature = "actix",
    feature = "axum",
    feature = "poem",
    feature = "rocket"
))]
pub(crate) mod json;
#[cfg(feature = "poem")]
mod poem;
#[cfg(feature = "rocket")]
mod rocket;
#[cfg(feature = "tonic")]
mod tonic;
pub(crate) mod whole_seconds;

#[cfg(feature = "axum")]
pub(crate) use self::answer::Answer;
