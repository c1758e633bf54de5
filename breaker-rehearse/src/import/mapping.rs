//! Which column is what: as the command line says, or by the usual names.

use std::str::FromStr;

use crate::problem::did_you_mean;
use crate::time::Unit;

/// What a column says about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    At,
    End,
    Took,
    Outcome,
    Status,
    Grpc,
    Flags,
    Key,
}

impl Target {
    pub(super) const ALL: [Self; 8] = [
        Self::At,
        Self::End,
        Self::Took,
        Self::Outcome,
        Self::Status,
        Self::Grpc,
        Self::Flags,
        Self::Key,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::At => "at",
            Self::End => "end",
            Self::Took => "took",
            Self::Outcome => "outcome",
            Self::Status => "status",
            Self::Grpc => "grpc",
            Self::Flags => "flags",
            Self::Key => "key",
        }
    }

    /// Whether this is a time or a duration, which have units.
    fn has_unit(self) -> bool {
        matches!(self, Self::At | Self::End | Self::Took)
    }

    /// The usual names of such a column in lower case, the most certain first.
    fn usual_names(self) -> &'static [&'static str] {
        match self {
            Self::At => &[
                "at",
                "started",
                "started_at",
                "start",
                "start_time",
                "starttime",
                "time",
                "timestamp",
                "@timestamp",
                "ts",
                "datetime",
                "date",
            ],
            Self::End => &[
                "ended",
                "ended_at",
                "end",
                "end_time",
                "endtime",
                "time_local",
                "time_iso8601",
                "msec",
            ],
            Self::Took => &[
                "took",
                "duration",
                "request_time",
                "latency",
                "elapsed",
                "response_time",
                "time_taken",
                "upstream_response_time",
                "rt",
            ],
            Self::Outcome => &["outcome", "result"],
            Self::Status => &[
                "status",
                "status_code",
                "response_code",
                "http_status",
                "http.status_code",
                "http.response.status_code",
                "upstream_status",
            ],
            Self::Grpc => &[
                "grpc",
                "grpc_status",
                "grpc_code",
                "grpc-status",
                "rpc.grpc.status_code",
            ],
            Self::Flags => &["response_flags"],
            Self::Key => &["key"],
        }
    }
}

/// Stands in place of a column that is not to be used.
pub(super) const LEFT_OUT: &str = "-";

/// One column that is mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapped {
    pub(super) target: Target,
    pub(super) column: String,
    pub(super) unit: Option<Unit>,
}

/// Which columns are what: `at=time,took=request_time:s,status=status,key=upstream`.
///
/// # Examples
///
/// ```
/// use breaker_rehearse::Mapping;
///
/// let mapping: Mapping = "at=time,took=request_time:s".parse()?;
/// let error = "tok=request_time".parse::<Mapping>().unwrap_err();
/// assert!(error.contains("did you mean `took`?"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    pub(super) columns: Vec<Mapped>,
}

impl FromStr for Mapping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let columns: Result<_, _> = text.split(',').map(read).collect();
        let mapping = Self { columns: columns? };
        mapping.check()?;
        Ok(mapping)
    }
}

fn read(text: &str) -> Result<Mapped, String> {
    let names = || Target::ALL.map(Target::name);
    let (target, column) = text.split_once('=').ok_or_else(|| {
        format!("`{text}` is not of the form WHAT=COLUMN, as `took=request_time:s` is")
    })?;
    let (target, column) = (target.trim(), column.trim());
    let found = Target::ALL.into_iter().find(|it| it.name() == target);
    let target = found.ok_or_else(|| {
        let (meant, names) = (did_you_mean(target, names()), names().join(", "));
        format!("`{target}` is nothing that a column can say{meant}; possible are {names}")
    })?;
    if column.is_empty() {
        return Err(format!("`{}=` names no column", target.name()));
    }
    if column == LEFT_OUT && !matches!(target, Target::Took | Target::Key) {
        return Err(format!(
            "`{}` cannot be left out, only `took` and `key`",
            target.name()
        ));
    }
    let (column, unit) = match column.rsplit_once(':') {
        Some((name, unit)) if target.has_unit() => match Unit::of(unit) {
            Some(unit) => (name, Some(unit)),
            None => return Err(format!("`{unit}` is not a unit: s, ms, us or ns")),
        },
        _ => (column, None),
    };
    Ok(Mapped {
        target,
        column: column.to_owned(),
        unit,
    })
}

impl Mapping {
    /// Adds the columns of another mapping.
    ///
    /// # Errors
    ///
    /// A sentence, if both say the same of two columns.
    pub fn add(&mut self, other: Self) -> Result<(), String> {
        self.columns.extend(other.columns);
        self.check()
    }

    fn check(&self) -> Result<(), String> {
        for target in Target::ALL {
            if self.columns.iter().filter(|it| it.target == target).count() > 1 {
                return Err(format!("`{}` is mapped twice", target.name()));
            }
        }
        let timing = [Target::At, Target::End, Target::Took];
        if timing.iter().all(|it| self.of(*it).is_some()) {
            return Err(
                "map two of `at`, `end` and `took`: the third follows from them".to_owned(),
            );
        }
        Ok(())
    }

    pub(super) fn of(&self, target: Target) -> Option<&Mapped> {
        self.columns.iter().find(|it| it.target == target)
    }

    /// Fills what is not mapped from another mapping or from the usual names of columns.
    pub(super) fn completed(&self, preset: &Self, columns: &[String]) -> Self {
        let usual = |target: Target| {
            let preset = preset.of(target).cloned();
            let preset = preset.map(|it| or_left_out(it, columns));
            preset.or_else(|| usual(target, columns))
        };
        let mut all = self.clone();
        let is_mapped = |target: &Target| self.of(*target).is_some();
        let judging = [Target::Outcome, Target::Grpc, Target::Status, Target::Flags];
        if !judging.iter().any(is_mapped) {
            all.columns.extend(judging.into_iter().filter_map(usual));
        }
        // Two of these suffice.
        let lacks = |all: &Self, target| all.of(target).is_none();
        if lacks(&all, Target::At) && lacks(&all, Target::End) {
            let found = usual(Target::At).filter(|_| preset.of(Target::End).is_none());
            all.columns.extend(found.or_else(|| usual(Target::End)));
        }
        if lacks(&all, Target::Took) && (lacks(&all, Target::At) || lacks(&all, Target::End)) {
            let found = usual(Target::Took);
            all.columns.extend(found.or_else(|| {
                let other = if lacks(&all, Target::End) {
                    Target::End
                } else {
                    Target::At
                };
                usual(other)
            }));
        }
        if !is_mapped(&Target::Key) {
            all.columns.extend(usual(Target::Key));
        }
        all
    }
}

/// Leaves out the duration if the log of nginx or Apache does not have it, as the format `combined`.
fn or_left_out(preset: Mapped, columns: &[String]) -> Mapped {
    if preset.column != "request_time" || columns.contains(&preset.column) {
        return preset;
    }
    Mapped {
        column: LEFT_OUT.to_owned(),
        ..preset
    }
}

/// Finds a column by the usual names, and its unit by the end of its name.
fn usual(target: Target, columns: &[String]) -> Option<Mapped> {
    let names = target.usual_names().iter();
    names.copied().find_map(|name| {
        columns.iter().find_map(|column| {
            let lower = column.to_lowercase();
            let unit = if lower == name {
                usual_unit(target, name)
            } else {
                let suffix = lower.strip_prefix(name)?.strip_prefix('_')?;
                Some(Unit::of(suffix).filter(|_| target.has_unit())?)
            };
            Some(Mapped {
                target,
                column: column.clone(),
                unit,
            })
        })
    })
}

/// The unit that a name of nginx has.
fn usual_unit(target: Target, name: &str) -> Option<Unit> {
    let is_nginx = matches!(name, "request_time" | "upstream_response_time" | "rt");
    (target == Target::Took && is_nginx).then_some(Unit::Seconds)
}

#[cfg(test)]
mod tests;
