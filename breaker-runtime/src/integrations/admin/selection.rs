//! Which breakers a list contains, and in which order.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::incoming::Incoming;
use super::problem::Problem;
use super::row::{QUIET, Row, STATES};
use super::shown_keys::ShownKeys;
use crate::breaker::CircuitBreaker;
use crate::values::State;

/// The number of rows of a list, unless the request asks for another number.
const ROWS: usize = 100;
/// The largest number of rows of a list.
const MOST_ROWS: usize = 1000;
/// The length of the longest part of a name to look for.
const LONGEST_PART: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Worst,
    Label,
    Calls,
    Failures,
    Rejected,
}

/// What a request for a list asks for.
#[derive(Debug)]
pub(super) struct Selection {
    states: Option<Vec<State>>,
    part: Option<String>,
    critical: Option<bool>,
    overridden: Option<bool>,
    configured: Option<bool>,
    sort: Sort,
    limit: usize,
    after: Option<String>,
    keys: ShownKeys,
}

/// The rows that a list shows.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) rows: Vec<Row>,
    /// The number of breakers that were selected, whether they are shown or not.
    pub(super) total: usize,
    /// Where the next page begins.
    pub(super) next: Option<String>,
}

/// Which texts a list is sorted by and searched for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Label {
    Name,
    Key,
}

impl Label {
    fn of<'a>(self, breaker: &'a CircuitBreaker, keys: &ShownKeys) -> Cow<'a, str> {
        match self {
            Self::Name => Cow::Borrowed(breaker.name()),
            Self::Key => keys.shown(breaker.key().unwrap_or_default()),
        }
    }
}

/// The order of a row: urgency or counts first, then the label.
type Order = ((u64, Reverse<u64>), String);

impl Selection {
    pub(super) fn new(incoming: &Incoming<'_>, label: Label) -> Result<Self, Problem> {
        let query = &incoming.query;
        let states = STATES.map(|state| (state.as_str(), state));
        let by_label = match label {
            Label::Name => ("name", Sort::Label),
            Label::Key => ("key", Sort::Label),
        };
        let sorts = [
            ("worst", Sort::Worst),
            by_label,
            ("calls", Sort::Calls),
            ("failures", Sort::Failures),
            ("rejected", Sort::Rejected),
        ];
        let part = query.get("q").map(str::to_ascii_lowercase);
        if part.as_ref().is_some_and(|part| part.len() > LONGEST_PART) {
            let detail = format!("`q` must have at most {LONGEST_PART} bytes");
            return Err(Problem::bad_query("q", detail));
        }
        let sort = query.word("sort", &sorts)?.unwrap_or(Sort::Worst);
        let after = query.get("after").map(str::to_owned);
        if after.is_some() && sort != Sort::Label {
            let detail = format!("`after` needs `sort={}`", by_label.0);
            return Err(Problem::bad_query("after", detail));
        }
        Ok(Self {
            states: query.list("state", &states)?,
            part,
            critical: query.flag("critical")?,
            overridden: query.flag("overridden")?,
            configured: query.flag("configured")?,
            sort,
            limit: query.number("limit", 1..=MOST_ROWS)?.unwrap_or(ROWS),
            after,
            keys: incoming.site.keys.clone(),
        })
    }

    /// Selects among the breakers to which `each` applies what it is given.
    ///
    /// Keeps at most twice as many rows as are shown, and no breaker.
    pub(super) fn select(
        &self,
        label: Label,
        each: impl FnOnce(&mut dyn FnMut(&CircuitBreaker, Option<Row>)),
    ) -> Selected {
        let mut total = 0;
        let mut is_cut = false;
        let mut kept = Vec::<(Order, Row)>::new();
        // The last of the rows, if there are enough: no row after it is shown.
        let mut bound = None::<Order>;
        each(&mut |breaker, row| {
            let text = label.of(breaker, &self.keys);
            let part = self.part.as_deref().unwrap_or_default();
            if !text.to_ascii_lowercase().contains(part) {
                return;
            }
            let quiet_is_after = |bound: &Order| self.is_quiet_after(&text, bound);
            let row = match row {
                Some(row) => row,
                // Most keys are quiet. To know that one is not shown takes less than a row.
                None if bound.as_ref().is_some_and(quiet_is_after) && breaker.is_quiet() => {
                    total += usize::from(self.wants_quiet());
                    return;
                }
                None => Row::of(breaker, &self.keys),
            };
            if !self.wants(&row) {
                return;
            }
            total += 1;
            if self.after.as_deref().is_some_and(|after| *text <= *after) {
                return;
            }
            let first = self.order(&row);
            let is_after = |(of_last, last): &Order| (first, &*text) > (*of_last, last);
            if bound.as_ref().is_some_and(is_after) {
                return;
            }
            kept.push(((first, text.into_owned()), row));
            if kept.len() >= 2 * self.limit {
                is_cut |= self.cut(&mut kept);
                bound = kept.last().map(|(last, _)| last.clone());
            }
        });
        is_cut |= self.cut(&mut kept);
        let last = kept.last().filter(|_| is_cut && self.sort == Sort::Label);
        let next = last.map(|((_, text), _)| text.clone());
        Selected {
            rows: kept.into_iter().map(|(_, row)| row).collect(),
            total,
            next,
        }
    }

    fn cut(&self, kept: &mut Vec<(Order, Row)>) -> bool {
        kept.sort_by(|(one, _), (other, _)| one.cmp(other));
        let is_cut = kept.len() > self.limit;
        kept.truncate(self.limit);
        is_cut
    }

    fn wants(&self, row: &Row) -> bool {
        let it = &row.snapshot;
        let fits = |wanted: Option<bool>, is: bool| wanted.is_none_or(|wanted| wanted == is);
        let states = self.states.as_ref();
        states.is_none_or(|states| states.contains(&it.state))
            && fits(self.critical, it.config.critical)
            && fits(self.overridden, it.r#override.is_some())
            && self
                .configured
                .is_none_or(|wanted| wanted == row.is_configured())
    }

    /// Returns whether a quiet breaker comes after a row.
    fn is_quiet_after(&self, text: &str, (first, label): &Order) -> bool {
        let quiet = match self.sort {
            Sort::Worst => QUIET,
            Sort::Label => (0, Reverse(0)),
            Sort::Calls | Sort::Failures | Sort::Rejected => return false,
        };
        self.critical.is_none() && (quiet, text) > (*first, label)
    }

    fn wants_quiet(&self) -> bool {
        let states = self.states.as_ref();
        states.is_none_or(|states| states.contains(&State::Closed))
            && self.overridden != Some(true)
            && self.configured != Some(true)
    }

    /// Returns the order of a row before its label decides.
    fn order(&self, row: &Row) -> (u64, Reverse<u64>) {
        let totals = row.totals();
        match self.sort {
            Sort::Worst => row.urgency(),
            Sort::Label => (0, Reverse(0)),
            Sort::Calls => (0, Reverse(totals.calls)),
            Sort::Failures => (0, Reverse(totals.failures)),
            Sort::Rejected => (0, Reverse(totals.rejected)),
        }
    }
}
