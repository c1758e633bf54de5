//! An HTTP API and a page for whoever is on call, as routes of axum. Needs the feature `admin`.
//!
//! [`Admin`] says what is shown, [`Access`] to whom. All paths are relative to the one that [`Admin::at`] gets:
//!
//! | route | answer | needs |
//! |---|---|---|
//! | `GET /` | the instance, what the credentials may do, and the routes | nothing |
//! | `GET /ui` | the page for a browser, to which `/` leads one; its files are beneath `/assets/` | nothing |
//! | `GET /openapi.json` | the description of this API | nothing |
//! | `GET /breakers` | all breakers, worst first, with a summary | reading |
//! | `GET /breakers/{breaker}` | everything about a breaker, or with `?key=` about that of a key | reading |
//! | `GET /keys/{breaker}` | the keys of a name, worst first | reading |
//! | `GET /settings/{breaker}` | each setting, with the values of all layers | reading |
//! | `GET /events` | the last 1024 events, or for `Accept: text/event-stream` a stream of events | reading |
//! | `GET /actions` | the last 256 actions of people and programs, the newest first | reading |
//! | `GET /findings` | the result of [`Registry::verify`](crate::Registry::verify) | reading |
//! | `GET /fleet` | the fleet that this instance is in, and its members | reading |
//! | `GET /health` | the health of all breakers, as [`axum::health`](crate::axum::health) reports it | reading |
//! | `GET /config` | the watched files, and the result of the last load | reading |
//! | `POST /config/check` | looks at the watched files now | control |
//! | `POST /force-open/{breaker}` | rejects all calls | control |
//! | `POST /force-closed/{breaker}` | admits all calls | control |
//! | `POST /clear/{breaker}` | clears the override that one of these has set | control |
//! | `POST /trip/{breaker}` | opens the circuit | control |
//! | `POST /reset/{breaker}` | closes the circuit | control |
//! | `PATCH /settings/{breaker}` | changes settings by a merge patch | control |
//! | `DELETE /settings/{breaker}` | takes back the settings that were configured at run time | control |
//! | `POST /rehearse/{breaker}` | what a merge patch of the settings would have made of the last ten minutes, if a recorder keeps them; changes nothing | control |
//!
//! The chapter *Admin* of the project's documentation describes the parameters, the answers and the problems.
//!
//! Answers are JSON, and lists are also text for a terminal. A request that cannot be carried out gets a problem in the
//! format of RFC 9457 (`application/problem+json`). A request never creates a breaker or a key. Requests are readings: they apply
//! transitions that are due, such as the end of an open period.

mod access;
#[expect(
    clippy::module_inception,
    reason = "the file is named after `Admin`, as the other files are after their types"
)]
mod admin;
mod audit;
mod breaker_says;
mod command;
mod config;
mod control;
mod deed;
mod details;
mod distance;
mod done;
mod effect;
mod endpoints;
mod events;
mod fleet;
mod format;
mod guard;
mod histogram;
mod incoming;
mod instance;
mod links;
mod lists;
#[cfg(not(feature = "rehearsal"))]
mod not_recorded;
mod on_action;
mod order;
mod page;
mod past;
mod problem;
mod query;
mod recorder;
#[cfg(feature = "rehearsal")]
mod rehearse;
mod renderings;
mod report;
mod ring;
mod routes;
mod row;
mod says;
mod selection;
mod server;
mod settings;
mod shown_keys;
mod standing;
mod table;
mod tables;
mod undo;
mod verb;
mod why;
mod words;

pub use self::access::{Access, Grant, InvalidAccess};
pub use self::admin::Admin;
pub use self::server::AdminServer;
