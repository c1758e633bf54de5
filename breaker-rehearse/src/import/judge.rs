//! Judges how a call ended, by a word, an HTTP status, a code of gRPC or a flag of Envoy.

use std::cell::Cell;
use std::ops::RangeInclusive;
use std::str::FromStr;

use breaker_runtime::rehearsal::CallOutcome;
use breaker_runtime::{FailureKind, Outcome};

use crate::problem::{did_you_mean, shown};

const FAILURE: CallOutcome = CallOutcome::Failure(FailureKind::Returned);

/// The words for outcomes; the first word of each outcome is the one that messages show.
const WORDS: [(&str, CallOutcome); 32] = [
    ("success", CallOutcome::Success),
    ("failure", FAILURE),
    ("timed_out", CallOutcome::Failure(FailureKind::TimedOut)),
    ("panicked", CallOutcome::Failure(FailureKind::Panicked)),
    ("trip", CallOutcome::Trip),
    ("ignored", CallOutcome::Ignored),
    ("dropped", CallOutcome::Dropped),
    ("cancelled", CallOutcome::Cancelled),
    ("rejected", CallOutcome::Rejected),
    ("succeeded", CallOutcome::Success),
    ("ok", CallOutcome::Success),
    ("true", CallOutcome::Success),
    ("pass", CallOutcome::Success),
    ("passed", CallOutcome::Success),
    // OpenTelemetry's status of a span that nothing went wrong in.
    ("unset", CallOutcome::Success),
    ("failed", FAILURE),
    ("fail", FAILURE),
    ("error", FAILURE),
    ("err", FAILURE),
    ("false", FAILURE),
    ("ko", FAILURE),
    ("returned", FAILURE),
    ("timeout", CallOutcome::Failure(FailureKind::TimedOut)),
    ("timedout", CallOutcome::Failure(FailureKind::TimedOut)),
    ("panic", CallOutcome::Failure(FailureKind::Panicked)),
    ("ignore", CallOutcome::Ignored),
    ("canceled", CallOutcome::Cancelled),
    ("aborted", CallOutcome::Dropped),
    ("reject", CallOutcome::Rejected),
    ("short_circuited", CallOutcome::Rejected),
    ("circuit_open", CallOutcome::Rejected),
    ("not_permitted", CallOutcome::Rejected),
];

const SHOWN: usize = 9;

/// The codes of gRPC, in their order.
const CODES: [&str; 17] = [
    "ok",
    "cancelled",
    "unknown",
    "invalid_argument",
    "deadline_exceeded",
    "not_found",
    "already_exists",
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
    "internal",
    "unavailable",
    "data_loss",
    "unauthenticated",
];

/// A rule that overrides how an outcome is judged: `404=failure`, `400-499=ignored`, `declined=ignored`.
///
/// A number is an HTTP status, a code of gRPC or a word of the column `outcome`; `5xx` stands for `500-599`. The name of
/// a code of gRPC, a flag of Envoy and any other word can be given too.
///
/// # Examples
///
/// ```
/// use breaker_rehearse::OutcomeRule;
///
/// let rule: OutcomeRule = "400-499=ignored".parse()?;
/// let error = "404=failed badly".parse::<OutcomeRule>().unwrap_err();
/// assert!(error.contains("unknown outcome"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeRule {
    text: String,
    of: Matched,
    outcome: CallOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Matched {
    Number(RangeInclusive<u32>),
    Word(String),
}

impl FromStr for OutcomeRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (of, outcome) = text.rsplit_once('=').ok_or_else(|| {
            format!("`{text}` is not a rule, as `404=failure`, `400-499=ignored` and `declined=ignored` are")
        })?;
        let outcome = word(outcome.trim()).ok_or_else(|| unknown(outcome.trim(), ""))?;
        let of = of.trim();
        let hundreds = of.strip_suffix("xx").and_then(|it| it.parse::<u32>().ok());
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let range = match (hundreds, of.split_once('-')) {
            (Some(hundreds), _) => Some((hundreds * 100, hundreds * 100 + 99)),
            (None, Some((from, to))) => number(from).zip(number(to)),
            (None, None) => number(of).map(|number| (number, number)),
        };
        let of = match range {
            Some((from, to)) if from > to => {
                return Err(format!("`{of}` is no range: {from} is more than {to}"));
            }
            Some((from, to)) => Matched::Number(from..=to),
            None => Matched::Word(plain(of)),
        };
        Ok(Self {
            text: text.to_owned(),
            of,
            outcome,
        })
    }
}

/// Judges by the tables of `breaker_runtime`, and by rules that override them.
#[derive(Clone, Debug, Default)]
pub(super) struct Judge {
    rules: Vec<OutcomeRule>,
    /// Which of the rules have decided.
    used: Vec<Cell<bool>>,
    /// Whether the status 0 means that the client went away, as it does in the logs of Envoy.
    zero_is_dropped: bool,
}

impl Judge {
    pub(super) fn new(rules: Vec<OutcomeRule>, zero_is_dropped: bool) -> Self {
        Self {
            used: vec![Cell::new(false); rules.len()],
            rules,
            zero_is_dropped,
        }
    }

    /// The rules that have decided nothing so far, as they were written.
    pub(super) fn unused(&self) -> impl Iterator<Item = &str> {
        let rules = self.rules.iter().zip(&self.used);
        rules
            .filter(|(_, used)| !used.get())
            .map(|(rule, _)| rule.text.as_str())
    }

    /// Judges a word of `column`, which is mapped as `outcome`.
    pub(super) fn of_word(&self, text: &str, column: &str) -> Result<CallOutcome, String> {
        if let Some(outcome) = word(text).filter(|_| self.rules.is_empty()) {
            return Ok(outcome);
        }
        if let Some(outcome) = self.rule_of_text(text).or_else(|| word(text)) {
            return Ok(outcome);
        }
        if text.trim().parse().is_ok_and(|it| matches!(it, 100..=599)) {
            return Err(format!(
                "`{}` is an HTTP status and not a word; map the column with `--map status={column}`",
                text.trim()
            ));
        }
        Err(unknown(text, &format!("; {}", advice(text, FAILURE))))
    }

    /// Judges an HTTP status of `column`. Of a list, which nginx writes if it asked several servers, the last one counts.
    ///
    /// Programs that got no answer write a word instead, such as `timeout`, and a rule says what it means.
    pub(super) fn of_status(&self, text: &str, column: &str) -> Result<CallOutcome, String> {
        let last = text.rsplit([',', ':']).next().unwrap_or(text).trim();
        let status = match last {
            "" | "-" => None,
            _ => last.parse::<u16>().ok(),
        };
        let Some(status) = status.filter(|it| matches!(it, 0 | 100..=599)) else {
            return self
                .rule_of_text(last)
                .ok_or_else(|| no_status(last, column));
        };
        if let Some(outcome) = self.rule_of_number(status.into()) {
            return Ok(outcome);
        }
        match status {
            0 if !self.zero_is_dropped => Err(
                "the status 0 is not HTTP; say what it means: `--outcome 0=failure` if the server could not be \
                 reached, `--outcome 0=dropped` if the client went away"
                    .to_owned(),
            ),
            // The client did not wait for the answer: nginx writes 499, Envoy 0.
            0 | 499 => Ok(CallOutcome::Dropped),
            _ => Ok(of_outcome(Outcome::of_http_status(status))),
        }
    }

    /// Judges a code of gRPC, a number or a name.
    pub(super) fn of_code(&self, text: &str) -> Result<CallOutcome, String> {
        let name = plain(text);
        let by_name = || {
            CODES
                .iter()
                .position(|it| *it == name || it.replace('_', "") == name)
        };
        let number = text.parse::<u32>().ok();
        let code = number.or_else(|| by_name().and_then(|it| u32::try_from(it).ok()));
        let Some(code) = code.filter(|code| *code <= 16) else {
            let meant = did_you_mean(&name, CODES);
            return Err(format!("`{}` is not a code of gRPC{meant}", shown(text)));
        };
        let by_rule = self.rule_of_number(code);
        let by_rule = by_rule.or_else(|| self.rule_of_word(CODES[code as usize]));
        Ok(by_rule.unwrap_or(match code {
            4 => CallOutcome::Failure(FailureKind::TimedOut),
            _ => of_outcome(Outcome::of_grpc_code(code)),
        }))
    }

    /// Judges by the response flags of Envoy, if they say more than the status.
    pub(super) fn of_flags(&self, text: &str) -> Option<CallOutcome> {
        let has = |flag: &str| text.split(',').any(|it| it == flag);
        let by_rule = text
            .split(',')
            .find_map(|flag| self.rule_of_word(&plain(flag)));
        by_rule.or_else(|| {
            if has("UO") {
                // Envoy's own limits rejected the request.
                Some(CallOutcome::Rejected)
            } else if has("DC") {
                // The client closed the connection.
                Some(CallOutcome::Dropped)
            } else if has("UT") || has("SI") {
                Some(CallOutcome::Failure(FailureKind::TimedOut))
            } else {
                None
            }
        })
    }

    /// Finds the last rule that fits, and notes that it has decided.
    fn rule(&self, fits: impl Fn(&Matched) -> bool) -> Option<CallOutcome> {
        let at = self.rules.iter().rposition(|rule| fits(&rule.of))?;
        self.used[at].set(true);
        Some(self.rules[at].outcome)
    }

    /// Finds the last rule for a number or a word.
    fn rule_of_text(&self, text: &str) -> Option<CallOutcome> {
        let number = text.trim().parse().ok();
        let by_number = number.and_then(|number| self.rule_of_number(number));
        by_number.or_else(|| self.rule_of_word(&plain(text)))
    }

    fn rule_of_number(&self, number: u32) -> Option<CallOutcome> {
        self.rule(|it| matches!(it, Matched::Number(range) if range.contains(&number)))
    }

    fn rule_of_word(&self, word: &str) -> Option<CallOutcome> {
        self.rule(|it| matches!(it, Matched::Word(it) if it == word))
    }
}

fn of_outcome(outcome: Outcome) -> CallOutcome {
    match outcome {
        Outcome::Success => CallOutcome::Success,
        Outcome::Failure => FAILURE,
        Outcome::Ignored => CallOutcome::Ignored,
        Outcome::Trip => CallOutcome::Trip,
    }
}

fn word(text: &str) -> Option<CallOutcome> {
    let find = |text: &str| WORDS.iter().find(|(word, _)| *word == text).map(|it| it.1);
    find(text).or_else(|| find(&plain(text)))
}

/// Writes a word as the tables do.
fn plain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("status_code_").unwrap_or(&text);
    text.replace(['-', ' '], "_")
}

/// Describes a text in place of an HTTP status.
fn no_status(text: &str, column: &str) -> String {
    let start = format!("`{}` is not an HTTP status", shown(text));
    if matches!(text, "" | "-") {
        return start;
    }
    let known = word(text);
    let advice = advice(text, known.unwrap_or(FAILURE));
    match known {
        Some(_) => format!(
            "{start}; {advice}, or map a column that has only words with `--map outcome={column}`"
        ),
        None => format!("{start}; {advice}"),
    }
}

/// Says how to give a text a meaning.
fn advice(text: &str, outcome: CallOutcome) -> String {
    let text = shown(text.trim());
    let named = WORDS.iter().find(|(_, it)| *it == outcome);
    let rule = format!("{text}={}", named.map_or("failure", |(word, _)| word));
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let quote = if text.chars().all(is_plain) { "" } else { "'" };
    format!("say what it means with `--outcome {quote}{rule}{quote}`")
}

fn unknown(text: &str, advice: &str) -> String {
    let words = WORDS.map(|it| it.0);
    let meant = did_you_mean(&plain(text), words);
    let known = words[..SHOWN].join(", ");
    format!(
        "unknown outcome `{}`{meant}; known are {known}{advice}",
        shown(text)
    )
}

#[cfg(test)]
mod tests;
