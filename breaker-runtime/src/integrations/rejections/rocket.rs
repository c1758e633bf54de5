//! The errors of a breaker as responses of Rocket.

use std::io::Cursor;

use rocket::Request;
use rocket::http::{ContentType, Status};
use rocket::response::{Responder, Response, Result};

use super::answer::Answer;
use crate::values::{BreakerError, CallError, Rejection, TimedOut};

impl From<Answer> for Response<'static> {
    fn from(answer: Answer) -> Self {
        let mut response = Self::build();
        response
            .status(Status::new(answer.status))
            .header(ContentType::JSON)
            .raw_header("Cache-Control", "no-store")
            .sized_body(answer.body.len(), Cursor::new(answer.body));
        if let Some(seconds) = answer.retry_after {
            response.raw_header("Retry-After", seconds.to_string());
        }
        response.finalize()
    }
}

/// Responds with `503`, a JSON body and, if the time is known, the header `Retry-After`. No catcher replaces this
/// response.
impl<'r> Responder<'r, 'static> for Rejection {
    fn respond_to(self, _: &'r Request<'_>) -> Result<'static> {
        Ok(Answer::from(&self).into())
    }
}

/// Responds with `504` and a JSON body. No catcher replaces this response.
impl<'r> Responder<'r, 'static> for TimedOut {
    fn respond_to(self, _: &'r Request<'_>) -> Result<'static> {
        Ok(Answer::from(&self).into())
    }
}

/// Responds as the [`Rejection`] or the [`TimedOut`] does.
impl<'r> Responder<'r, 'static> for BreakerError {
    fn respond_to(self, _: &'r Request<'_>) -> Result<'static> {
        Ok(Answer::from(&self).into())
    }
}

/// Responds as the breaker's error or the call's own error does.
impl<'r, 'o: 'r, E: Responder<'r, 'o>> Responder<'r, 'o> for CallError<E> {
    fn respond_to(self, request: &'r Request<'_>) -> Result<'o> {
        match self {
            Self::Breaker(error) => error.respond_to(request),
            Self::Inner(error) => error.respond_to(request),
        }
    }
}
