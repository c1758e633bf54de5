//! What the API answers about the fleet: its status, its members, and what it does with circuits.

use serde_json::{Value, json};

use super::joined::Joined;
use super::roll::Member;
use super::sick::{Sick, sick};
use super::words::label;
use crate::breaker::Snapshot;
use crate::config::ExactDuration;
use crate::integrations::admin::format::Format;
use crate::integrations::admin::incoming::{Answer, Incoming};
use crate::integrations::admin::says::Says;
use crate::integrations::admin::table::table;
use crate::integrations::admin::words::{Lasts, count, plural};
use crate::registry::Registry;
use crate::values::{FleetStatus, FleetView};

/// What somebody can do who finds no fleet.
const NO_FLEET: &str = "This instance is in no fleet. A program joins one with `Fleet::join`.";

/// Answers with the status of the fleet and its live members.
pub(in super::super) async fn read(incoming: &Incoming<'_>) -> Answer {
    let format = incoming.format()?;
    let Some(fleet) = Joined::of(&incoming.site.registry) else {
        return Ok(match format {
            Format::Json => incoming.json(&json!({
                "instance": incoming.site.instance.to_json(),
                "fleet": null,
                "says": [NO_FLEET],
                "members": null,
                "tables": [],
            })),
            Format::Text => incoming.text(format!("{NO_FLEET}\n")),
        });
    };
    let site = incoming.site;
    let members = &*site
        .members
        .call(site.registry.now(), fleet.members())
        .await;
    let own = fleet.id();
    let known = members.as_ref().map_or(&[][..], |members| members);
    if format == Format::Text {
        let now = incoming.site.registry.wall_now();
        let says = Says::of_status(&fleet.status()).at(now);
        let rows: Vec<_> = known.iter().map(|it| cells(it, own).to_vec()).collect();
        return Ok(incoming.text(format!("{says}\n{}", table(&HEADS, &rows))));
    }
    let numbers = fleet.numbers();
    let listed = known.iter().map(|it| {
        json!({
            "id": it.id,
            "label": label(&it.id),
            "heard": ExactDuration(it.heard),
            "here": it.id == own,
        })
    });
    let listed = members.is_ok().then(|| listed.collect::<Vec<_>>());
    Ok(incoming.json(&json!({
        "instance": incoming.site.instance.to_json(),
        "fleet": fleet.namespace(),
        "member": own,
        "observer": fleet.is_observer(),
        "status": fleet.status(),
        "says": Says::of_status(&fleet.status()).to_json(),
        "members": listed,
        "problem": members.as_ref().err(),
        "numbers": numbers,
        "tables": [members_table(known, own), numbers_table(&fleet)],
    })))
}

const HEADS: [&str; 3] = ["Member", "Last heard", "Which"];

fn cells(member: &Member, own: &str) -> [String; 3] {
    let here = if member.id == own {
        "this instance"
    } else {
        ""
    };
    [
        member.id.clone(),
        format!("{} ago", Lasts(member.heard)),
        here.to_owned(),
    ]
}

fn members_table(members: &[Member], own: &str) -> Value {
    let rows: Vec<_> = members.iter().map(|it| cells(it, own)).collect();
    json!({
        "section": "Fleet", "title": plural(rows.len() as u64, "live member"), "heads": HEADS,
        "nothing": "The store does not tell the members.", "few": 20, "rows": rows,
    })
}

fn numbers_table(fleet: &Joined) -> Value {
    let numbers = fleet.numbers();
    let quantile = |share| {
        let quantile = numbers.lag.quantile(share);
        quantile.map_or("–".to_owned(), |it| Lasts(it).to_string())
    };
    let mut rows = vec![
        [
            "Batches that the store has answered".to_owned(),
            count(numbers.round_trips),
        ],
        [
            "Time for a change to arrive, median".to_owned(),
            quantile(0.5),
        ],
        [
            "Time for a change to arrive, 99 % below".to_owned(),
            quantile(0.99),
        ],
    ];
    let errors = numbers.errors.by_kind().into_iter();
    rows.extend(errors.map(|(kind, number)| {
        let text = match kind {
            "away" => "Batches without an answer",
            "refused" => "Batches that the store refused",
            "panicked" => "Panics of the task",
            _ => "Values that made no sense and were ignored",
        };
        [text.to_owned(), count(number)]
    }));
    json!({
        "section": "Fleet", "title": "Exchange with the store", "heads": ["What", "Number"],
        "nothing": "", "few": 20, "rows": rows,
    })
}

/// Returns what a list of breakers says about the fleet; null if none is joined.
pub(in super::super) fn of_list(registry: &Registry) -> Value {
    let Some(fleet) = Joined::of(registry) else {
        return Value::Null;
    };
    let status = fleet.status();
    let text = match &status {
        FleetStatus::Joined { members, .. } => plural((*members).into(), "member"),
        FleetStatus::Polling { members, .. } => {
            format!("{}, polling", plural((*members).into(), "member"))
        }
        FleetStatus::Alone { .. } => "alone".to_owned(),
        FleetStatus::Left => "left".to_owned(),
    };
    json!({
        "fleet": fleet.namespace(),
        "text": format!("fleet {}: {text}", fleet.namespace()),
        "says": Says::of_status(&status).to_json(),
        "status": status,
    })
}

/// Returns what the details of a breaker say about the fleet; null if it is not shared with one.
pub(in super::super) fn of_breaker(it: &Snapshot, registry: &Registry) -> Value {
    let Some(view) = &it.fleet else {
        return Value::Null;
    };
    let finding = sick(&it.name, it.key.as_deref(), Some(view), registry.wall_now());
    json!({
        "says": Says::of_fleet(view).to_json(),
        "status": Says::of_status(&view.status).to_json(),
        "finding": finding.as_ref().map(Sick::text),
        "tables": [voters(view)],
    })
}

fn voters(view: &FleetView) -> Value {
    let probes = view.prober.iter().filter(|it| !view.votes.contains(it));
    let rows = view.votes.iter().chain(probes).map(|id| {
        let votes = view.votes.contains(id).then_some("votes");
        let probes = (view.prober.as_ref() == Some(id)).then_some("probes");
        let does = [votes, probes].into_iter().flatten();
        [id.clone(), does.collect::<Vec<_>>().join(", ")]
    });
    let rows: Vec<_> = rows.collect();
    json!({
        "section": "Fleet", "title": format!("Who votes and probes, of {}", plural(view.members.into(), "member")),
        "heads": ["Member", "What it does"], "nothing": "", "few": 6, "rows": rows,
    })
}
