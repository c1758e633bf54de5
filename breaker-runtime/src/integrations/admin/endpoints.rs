//! The table of routes.

use axum::http::Method;
use serde_json::{Value, json};

use super::access::{Grant, Granted};
use super::config;
use super::control;
use super::details;
use super::events;
use super::fleet;
use super::guard::Needs;
use super::incoming::{Answer, Incoming, LateAnswer, Work, base_of_links};
use super::lists;
#[cfg(not(feature = "rehearsal"))]
use super::not_recorded::rehearse;
use super::page;
use super::problem::Problem;
#[cfg(feature = "rehearsal")]
use super::rehearse::rehearse;
use super::settings;
use crate::integrations::axum::health_of;

/// What a request to one path with one method gets.
pub(super) struct Endpoint {
    /// The first part of the path.
    pub(super) verb: &'static str,
    /// Whether the name of a breaker follows.
    pub(super) has_name: bool,
    pub(super) method: Method,
    pub(super) needs: Needs,
    /// The parameters that the query may have.
    pub(super) parameters: &'static [&'static str],
    /// Prepares work that has to end before the answer.
    pub(super) work: Option<Prepare>,
    pub(super) answer: Answers,
}

/// How an endpoint answers.
pub(super) enum Answers {
    AtOnce(AnswerAtOnce),
    Late(AnswerLate),
}

impl Endpoint {
    /// Makes this an endpoint that needs no access.
    const fn for_everybody(mut self) -> Self {
        self.needs = Needs::Nothing;
        self
    }

    /// Makes this an endpoint of a name that says on which keys it acts.
    const fn with_keys(mut self) -> Self {
        self.parameters = &["key", "keys", "scope", "dry_run"];
        self
    }

    /// Makes this an endpoint whose query is empty.
    const fn without_parameters(mut self) -> Self {
        self.parameters = &[];
        self
    }

    /// Makes this an endpoint that may have to wait for the store of the fleet.
    const fn answered_late(mut self, answer: AnswerLate) -> Self {
        self.answer = Answers::Late(answer);
        self
    }

    /// Returns the name of the breaker in a path, which is empty for an endpoint without one; `None` if the path leads
    /// elsewhere.
    pub(super) fn name_in<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(self.verb)?;
        if self.has_name {
            rest.strip_prefix('/')
        } else {
            rest.is_empty().then_some(rest)
        }
    }
}

/// All routes.
pub(super) const ENDPOINTS: &[Endpoint] = &[
    list("", &[], index).for_everybody(),
    list("openapi.json", &[], open_api).for_everybody(),
    list(
        "breakers",
        &[
            "state",
            "q",
            "critical",
            "overridden",
            "configured",
            "sort",
            "limit",
            "after",
            "series",
            "format",
        ],
        lists::breakers,
    ),
    of_breaker("breakers", &["key", "format"], details::breaker),
    of_breaker(
        "keys",
        &[
            "state",
            "q",
            "overridden",
            "sort",
            "limit",
            "after",
            "format",
        ],
        lists::keys,
    ),
    of_breaker("settings", &[], settings::read),
    list(
        "events",
        &["after", "last", "breaker", "kind"],
        events::events,
    ),
    list("actions", &["format"], details::actions),
    list("findings", &["format"], details::findings),
    list("fleet", &["format"], health).answered_late(members),
    list("health", &[], health),
    list("config", &[], config::read),
    Endpoint {
        verb: "config/check",
        has_name: false,
        method: Method::POST,
        needs: Needs::Control,
        parameters: &[],
        work: Some(config::check),
        answer: Answers::AtOnce(config::read),
    },
    control("force-open", control::force_open),
    control("force-closed", control::force_closed),
    control("clear", control::clear).with_keys(),
    control("trip", control::trip),
    control("reset", control::reset).with_keys(),
    change_of_settings(Method::PATCH, settings::patch),
    change_of_settings(Method::DELETE, settings::take_back),
    control("rehearse", rehearse).without_parameters(),
];

type Prepare = fn(&Incoming<'_>) -> Result<Work, Problem>;

type AnswerAtOnce = fn(&Incoming<'_>) -> Answer;
type AnswerLate = for<'a> fn(&'a Incoming<'a>) -> LateAnswer<'a>;

/// Makes an endpoint that reads, without the name of a breaker.
const fn list(
    verb: &'static str,
    parameters: &'static [&'static str],
    answer: AnswerAtOnce,
) -> Endpoint {
    Endpoint {
        verb,
        has_name: false,
        method: Method::GET,
        needs: Needs::Reading,
        parameters,
        work: None,
        answer: Answers::AtOnce(answer),
    }
}

/// Makes an endpoint that reads one breaker.
const fn of_breaker(
    verb: &'static str,
    parameters: &'static [&'static str],
    answer: AnswerAtOnce,
) -> Endpoint {
    Endpoint {
        verb,
        has_name: true,
        method: Method::GET,
        needs: Needs::Reading,
        parameters,
        work: None,
        answer: Answers::AtOnce(answer),
    }
}

/// Makes an endpoint that controls one breaker.
const fn control(verb: &'static str, answer: AnswerLate) -> Endpoint {
    Endpoint {
        verb,
        has_name: true,
        method: Method::POST,
        needs: Needs::Control,
        parameters: &["key", "scope", "dry_run"],
        work: None,
        answer: Answers::Late(answer),
    }
}

/// Makes an endpoint that changes the settings of one breaker.
const fn change_of_settings(method: Method, answer: AnswerAtOnce) -> Endpoint {
    Endpoint {
        verb: "settings",
        has_name: true,
        method,
        needs: Needs::Control,
        parameters: &["reason", "dry_run"],
        work: None,
        answer: Answers::AtOnce(answer),
    }
}

/// Answers with what there is and with what the client may do, or leads a browser to the page.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it is an endpoint like the others"
)]
fn index(incoming: &Incoming<'_>) -> Answer {
    if let Some(redirect) = page::redirect(incoming.request) {
        return Ok(redirect);
    }
    let endpoints = || ENDPOINTS.iter().filter(|it| !it.verb.is_empty());
    let routes = endpoints().map(|it| {
        let name = if it.has_name { "/{breaker}" } else { "" };
        format!("{} {}{name}", it.method, it.verb)
    });
    let base = base_of_links(incoming.request);
    let linked = endpoints().filter(|it| it.method == Method::GET && !it.has_name);
    let linked = linked.map(|it| it.verb).chain(["ui"]);
    let links = linked.map(|it| (it.to_owned(), json!(format!("{base}{it}"))));
    let grant = grant(incoming);
    Ok(incoming.json(&json!({
        "api": 1,
        "instance": incoming.site.instance.to_json(),
        "hint": hint(&grant),
        "grant": grant,
        "overrides": incoming.site.rules.to_json(),
        "links": Value::Object(links.collect()),
        "routes": routes.collect::<Vec<_>>(),
    })))
}

/// Returns what the credentials of a request may do.
fn grant(incoming: &Incoming<'_>) -> Value {
    let site = incoming.site;
    let granted = site.guard.granted(incoming.request);
    if granted == Granted::WrongToken {
        // Nobody can try tokens here without a trace.
        site.wrong_tokens.add();
    }
    let (may, who) = match &granted {
        Granted::To(Grant::Control(actor)) => ("control", Some(actor.name())),
        Granted::To(Grant::Read) | Granted::OpenReading => ("read", None),
        Granted::To(Grant::None) | Granted::WrongToken => ("none", None),
    };
    let control = if site.guard.access.is_read_only() {
        "never"
    } else {
        "possible"
    };
    let token = site.guard.access.has_tokens();
    json!({"may": may, "who": who, "control": control, "token": token})
}

/// Says why a client may not act, if it may not.
fn hint(grant: &Value) -> Option<&'static str> {
    match (grant["may"].as_str(), grant["control"].as_str()) {
        (Some("control"), _) => None,
        (_, Some("never")) => {
            Some("Nobody can act here: the program has set no token (Access::token).")
        }
        _ if grant["token"] == true => Some("You can read. To act, sign in with a token."),
        _ => Some("You can read, but not act."),
    }
}

/// Answers with the status and the members of the fleet.
fn members<'a>(incoming: &'a Incoming<'a>) -> LateAnswer<'a> {
    Box::pin(fleet::read(incoming))
}

/// Answers with the health of all breakers.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it is an endpoint like the others"
)]
fn health(incoming: &Incoming<'_>) -> Answer {
    Ok(health_of(&incoming.site.registry))
}

/// Answers with the description of the API.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it is an endpoint like the others"
)]
fn open_api(incoming: &Incoming<'_>) -> Answer {
    Ok(incoming.json_text(OPEN_API.to_owned()))
}

/// The description of the API as JSON.
const OPEN_API: &str = include_str!("openapi.json");

#[cfg(test)]
mod tests;
