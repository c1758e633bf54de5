//! The error of a guarded service.

use std::error::Error;
use std::fmt;

use super::wrappers::note;
use crate::values::{BreakerError, CallError, Rejection};

type BoxError = Box<dyn Error + Send + Sync>;

/// The error of a guarded service: the breaker's error, or the error of the inner service.
///
/// It has the variants of [`CallError`] but does not implement [`std::error::Error`]. Most layers use the error type
/// `Box<dyn Error + Send + Sync>`, which does not implement it either, and require that the inner error converts into
/// such a box. A type that can hold such a box cannot both implement `Error` and convert into a box. So this type only
/// converts: into a box of the error that it holds, a [`BreakerError`] or the inner error as it was. `downcast_ref`
/// finds either, however many layers are outside. If you need a standard error and the inner error is one, use
/// [`CallError::from`].
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
    /// The breaker did not admit the call.
    Breaker(BreakerError),
    /// The inner service returned an error.
    Inner(E),
}

impl<E> ServiceError<E> {
    /// Returns the rejection, if the call was rejected.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Breaker(error) => error.rejection(),
            Self::Inner(_) => None,
        }
    }

    /// Returns the error of the inner service, if the breaker admitted the call.
    pub fn into_inner(self) -> Option<E> {
        match self {
            Self::Inner(error) => Some(error),
            Self::Breaker(_) => None,
        }
    }
}

impl<E: 'static> ServiceError<E> {
    /// Notes that services return this type, so that an outer layer can look into it.
    pub(super) fn note() {
        note::<Self>(|error| match error.downcast_ref::<Self>()? {
            Self::Breaker(error) => Some(error),
            Self::Inner(error) => Some(error),
        });
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

impl<E: 'static> From<ServiceError<E>> for CallError<E> {
    fn from(error: ServiceError<E>) -> Self {
        note::<Self>(|error| match error.downcast_ref::<Self>()? {
            Self::Breaker(error) => Some(error),
            Self::Inner(error) => Some(error),
        });
        match error {
            ServiceError::Breaker(error) => Self::Breaker(error),
            ServiceError::Inner(error) => Self::Inner(error),
        }
    }
}
