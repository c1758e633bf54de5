//! The subcommand `suggest`.

use std::fmt::Write as _;
use std::time::SystemTime;

use breaker_rehearse::{as_json, counted, shown_time, thousands};
use breaker_runtime::rehearsal::{
    Candidate, Pick, Report, SuggestOptions, Suggestions, Tried, attribute_line, file_lines,
    rehearse_all, suggest,
};
use serde_json::{Value, json};

use super::args::SuggestArguments;
use super::check::{Watch, check};
use super::output::{print, report};
use super::progress::Progress;
use super::spool::Spool;
use super::stop::Stop;

/// How many candidates of the front are listed.
const FRONT: usize = 12;

pub(super) fn run(arguments: &SuggestArguments) -> Result<bool, Stop> {
    let output = &arguments.output;
    let (spool, mut notes) = Spool::of(&arguments.input)?;
    let progress = Progress::of_search();
    let options = SuggestOptions::new()
        .with_rule(output.outage)
        .with_most_rehearsals(arguments.most.max(1));
    let open = || {
        progress.pass();
        Ok(spool.calls())
    };
    let found = suggest(open, &options)?;
    let candidates = candidates(&found)?;
    progress.pass();
    let mut watch = Watch::new(&output.assertions);
    let calls = spool.calls();
    let calls = calls.inspect(|it| it.iter().for_each(|call| watch.note(call)));
    let (timeline, reports) = rehearse_all(calls, &candidates, output.outage)?;
    progress.finish();
    watch.finish()?;
    notes.add_rejected(&timeline);
    notes.print();
    if !output.json {
        print(&as_text(&found, &spool.breaker))?;
    }
    report(
        &arguments.input,
        output,
        &spool.breaker,
        &notes,
        &timeline,
        &reports,
    )?;
    if found.picks.is_empty() && !output.assertions.is_empty() {
        return Err(Stop::new(
            "no settings were found, so there is nothing that an assertion could check",
        ));
    }
    // The default settings are there to be compared with, and nobody asked for them.
    let failures = check(&output.assertions, &reports[1..], output.json)?;
    if output.json {
        let checked = output.assertions.len();
        let mut json = as_json(&timeline, &reports, &notes.lines, checked, &failures);
        json["assertions"]["checked"] = (checked * found.picks.len()).into();
        json["suggestions"] = suggestions(&found, &spool.breaker);
        print(&format!("{json:#}\n"))?;
    }
    Ok(failures.is_empty())
}

/// The default settings and the picks, to be played on the whole trace.
fn candidates(found: &Suggestions) -> Result<Vec<Candidate>, Stop> {
    let mut candidates = vec![Candidate::parse("default:")?];
    for pick in &found.picks {
        let line = pick.attribute_line("it");
        let settings = line
            .strip_prefix("#[circuit_breaker(")
            .and_then(|it| it.strip_suffix(")]"));
        candidates.push(Candidate::parse(&format!(
            "{}: {}",
            pick.kind,
            settings.unwrap_or_default()
        ))?);
    }
    Ok(candidates)
}

fn as_text(found: &Suggestions, breaker: &str) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "tried {} on the days for choosing, {}; outages: {}",
        counted(found.rehearsals, "candidate"),
        days(&found.chosen_on),
        thousands(found.outages)
    );
    if !found.judged_on.is_empty() {
        let _ = writeln!(
            text,
            "judged on the days held out, {}, which had no part in the choice",
            days(&found.judged_on)
        );
    }
    for caveat in &found.caveats {
        let _ = writeln!(text, "note: {caveat}");
    }
    front(&mut text, found);
    let _ = writeln!(text, "\ndefault settings: {}", defaults(found));
    outcomes(&mut text, &found.base, found.base_judged.as_ref());
    for (nth, pick) in found.picks.iter().enumerate() {
        let same = |other: &&Pick| other.chosen.settings == pick.chosen.settings;
        match found.picks[..nth].iter().find(same) {
            Some(other) => {
                let _ = writeln!(text, "\n{}: the same settings as {}", pick.kind, other.kind);
            }
            None => picked(&mut text, pick, breaker),
        }
    }
    text.push_str("\nall days:\n");
    text
}

/// Writes the front with the picks and the default settings, which are marked.
fn front(text: &mut String, found: &Suggestions) {
    if found.front.is_empty() {
        return;
    }
    let mark = |tried: &Tried| {
        let picks = found.picks.iter();
        let picks = picks.filter(|it| it.chosen.settings == tried.settings);
        let mut marks: Vec<_> = picks.map(|it| it.kind.as_str()).collect();
        if tried.settings == found.base.settings {
            marks.push("default settings");
        }
        marks.join(", ")
    };
    let step = found.front.len().div_ceil(FRONT).max(1);
    let listed = found.front.iter().enumerate();
    let listed = listed.filter(|(nth, it)| nth % step == 0 || !mark(it).is_empty());
    let mut listed: Vec<_> = listed.map(|(_, it)| it).collect();
    if !listed.iter().any(|it| it.settings == found.base.settings) {
        listed.push(&found.base);
    }
    listed.sort_by_key(|it| (it.rejected_succeeded, it.admitted_failed));
    text.push_str("\nrejected, would have succeeded   failures that went through   settings\n");
    for tried in listed {
        let (settings, mark) = (settings(tried), mark(tried));
        let arrow = if mark.is_empty() { "" } else { "   <- " };
        let _ = writeln!(
            text,
            "{:>30}   {:>26}   {}{arrow}{mark}",
            thousands(tried.rejected_succeeded),
            thousands(tried.admitted_failed),
            if settings.is_empty() {
                defaults(found)
            } else {
                settings
            }
        );
    }
    text.push_str("settings that are not named have their defaults\n");
}

/// The default settings that matter most.
fn defaults(found: &Suggestions) -> String {
    let settings = &found.base.settings;
    let threshold = settings.threshold.unwrap_or_default();
    format!(
        "threshold = {threshold}, open_for = \"{}s\"",
        settings.open_for.as_secs()
    )
}

fn picked(text: &mut String, pick: &Pick, breaker: &str) {
    let _ = writeln!(text, "\n{}: {}", pick.kind, pick.attribute_line(breaker));
    for line in pick.file_lines(breaker).lines() {
        let _ = writeln!(text, "    {line}");
    }
    outcomes(text, &pick.chosen, pick.judged.as_ref());
}

fn outcomes(text: &mut String, chosen: &Tried, judged: Option<&Report>) {
    let _ = writeln!(text, "  on the days for choosing: {}", outcome(chosen));
    if let Some(judged) = judged {
        let judged = outcome(&Tried::from(judged));
        let _ = writeln!(text, "  on the days held out:     {judged}");
    }
}

fn outcome(tried: &Tried) -> String {
    let [openings, false_openings, failed, succeeded, admitted] = [
        tried.openings,
        tried.false_openings,
        tried.rejected_failed,
        tried.rejected_succeeded,
        tried.admitted_failed,
    ]
    .map(thousands);
    format!(
        "openings: {openings}, false: {false_openings}; rejected: {failed} that failed in truth, {succeeded} that would \
         have succeeded; failures that went through: {admitted}"
    )
}

/// The settings that differ from the defaults, in one line.
fn settings(tried: &Tried) -> String {
    let lines = file_lines("it", &tried.settings);
    lines.lines().skip(1).collect::<Vec<_>>().join(", ")
}

fn days(days: &[SystemTime]) -> String {
    const SHOWN: usize = 7;
    let shown = days.iter().take(SHOWN).map(|day| date(*day));
    let more = if days.len() > SHOWN {
        format!(" and {} more", days.len() - SHOWN)
    } else {
        String::new()
    };
    format!("{}{more}", shown.collect::<Vec<_>>().join(", "))
}

fn date(day: SystemTime) -> String {
    shown_time(day).chars().take("2026-11-03".len()).collect()
}

fn suggestions(found: &Suggestions, breaker: &str) -> Value {
    let dates = |days: &[SystemTime]| days.iter().map(|day| date(*day)).collect::<Vec<_>>();
    json!({
        "chosen_on": dates(&found.chosen_on),
        "judged_on": dates(&found.judged_on),
        "outages": found.outages,
        "rehearsals": found.rehearsals,
        "caveats": found.caveats.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        "front": found.front.iter().map(tried).collect::<Vec<_>>(),
        "picks": found.picks.iter().map(|pick| json!({
            "kind": pick.kind.as_str(),
            "attribute": pick.attribute_line(breaker),
            "file": pick.file_lines(breaker),
            "chosen": tried(&pick.chosen),
            "judged": pick.judged.as_ref().map(|it| tried(&it.into())),
        })).collect::<Vec<_>>(),
    })
}

fn tried(tried: &Tried) -> Value {
    json!({
        "attribute": attribute_line("it", &tried.settings),
        "openings": tried.openings,
        "false_openings": tried.false_openings,
        "rejected_failed": tried.rejected_failed,
        "rejected_succeeded": tried.rejected_succeeded,
        "admitted_failed": tried.admitted_failed,
    })
}
