//! The error of a guarded service.

use std::error::Error;
use std::fmt;

use crate::values::{BreakerError, CallError, Rejection};

type BoxError = Box<dyn Error + Send + Sync>;

/// The error of a guarded service: the breaker's, or the inner service's own.
///
/// It has the variants of [`CallError`] but is not a [`std::error::Error`] itself. The errors of most
/// layers are `Box<dyn Error + Send + Sync>`, which is none either, and a type that holds one could not
/// be both a standard error and a box again, which the next layer asks for. So this one becomes a box of
/// whatever it holds: a [`BreakerError`], or the inner error as it was. Either is found again by
/// `downcast_ref`, however many layers are around. Where a standard error is needed and the inner error
/// is one, [`CallError::from`] makes it.
///
/// # Examples
///
/// ```
/// use breaker_runtime::tower::{CircuitBreakerLayer, ServiceError};
/// use breaker_runtime::{BreakerError, Config, Registry};
/// use tower::{BoxError, Layer, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mail = Registry::new().get_or_create("mail", Config::new())?;
/// let service = service_fn(|()| async { Ok::<_, BoxError>("sent") });
/// let service = CircuitBreakerLayer::from(mail.clone()).layer(service);
///
/// mail.trip();
/// let error: ServiceError<BoxError> = service.oneshot(()).await.unwrap_err();
/// let error = BoxError::from(error);
/// assert!(error.downcast_ref::<BreakerError>().is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceError<E> {
    /// The breaker did not let the call through.
    Breaker(BreakerError),
    /// The inner service failed by itself.
    Inner(E),
}

impl<E> ServiceError<E> {
    /// Returns the refusal, if that is what it is.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Breaker(error) => error.rejection(),
            Self::Inner(_) => None,
        }
    }

    /// Returns the inner service's own error, if it is one.
    pub fn into_inner(self) -> Option<E> {
        match self {
            Self::Inner(error) => Some(error),
            Self::Breaker(_) => None,
        }
    }
}

impl<E: fmt::Display> fmt::Display for ServiceError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Breaker(error) => error.fmt(f),
            Self::Inner(error) => error.fmt(f),
        }
    }
}

impl<E: Into<BoxError>> From<ServiceError<E>> for BoxError {
    fn from(error: ServiceError<E>) -> Self {
        match error {
            ServiceError::Breaker(error) => error.into(),
            ServiceError::Inner(error) => error.into(),
        }
    }
}

impl<E> From<ServiceError<E>> for CallError<E> {
    fn from(error: ServiceError<E>) -> Self {
        match error {
            ServiceError::Breaker(error) => Self::Breaker(error),
            ServiceError::Inner(error) => Self::Inner(error),
        }
    }
}
