//! Reads candidates as text: in the notation of the attribute, or from the table of a breaker in a file.

use super::candidate::Candidate;
use crate::config::file::{ConfigProblem, ConfigProblems, File, Position, Section, parse};
use crate::config::{Config, ConfigError, Setting, nearest};

/// The table into which the settings of a candidate are put.
const TABLE: &str = "[breakers.candidate]";
const NAME: &str = "candidate";

impl Candidate {
    /// Reads a candidate in the notation of the attribute: `name: threshold = 5, open_for = "10s"`.
    ///
    /// The name may be missing; the settings are then the name. An attribute, `#[circuit_breaker(…)]`, can be given as
    /// it is, with a name in front or without. Settings of its function, such as `ignore` or `fallback`, have no effect on
    /// recorded calls and are left out.
    ///
    /// # Errors
    ///
    /// [`ConfigProblems`] lists everything that is wrong with the settings. The file of each problem is the candidate.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::rehearsal::Candidate;
    ///
    /// let calm = Candidate::parse(r#"calm: threshold = 20, open_for = "5s""#)?;
    /// assert_eq!((calm.name(), calm.settings().threshold), ("calm", Some(20)));
    ///
    /// let pasted = Candidate::parse(r#"#[circuit_breaker(name = "payment", open_for = "5s")]"#)?;
    /// assert_eq!(pasted.settings().open_for, Duration::from_secs(5));
    ///
    /// let error = Candidate::parse("calm: treshold = 20").unwrap_err();
    /// assert!(error.to_string().ends_with("unknown setting `treshold`; did you mean `threshold`?"));
    /// # Ok::<(), breaker_runtime::ConfigProblems>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ConfigProblems> {
        let (mut name, settings) = split_name(text.trim());
        let mut problems = Vec::new();
        let mut config = Config::new();
        let items = items(settings);
        let label = name.unwrap_or(settings).trim().to_owned();
        for item in &items {
            if let Some(given) = given_name(item) {
                name = name.or(Some(given));
                continue;
            }
            if is_of_function(item) {
                continue;
            }
            let place = Position::whole(&format!("candidate `{label}`, in `{item}`"));
            match parse(&[(&place.file, &format!("{TABLE}\n{item}\n"))]) {
                Ok(file) => apply(&mut config, &file, &place, &mut problems),
                Err(found) => {
                    problems.extend(found.into_iter().map(|it| place.problem(it.message)));
                }
            }
        }
        if !problems.is_empty() {
            return Err(ConfigProblems::new(problems));
        }
        let name = name.map_or(label.as_str(), str::trim);
        Self::new(name, config).map_err(|error| {
            let place = Position::whole(&format!("candidate `{name}`"));
            ConfigProblems::new(vec![place.problem(error.to_string())])
        })
    }

    /// Reads a candidate from a file of settings: the table of a breaker, the table of its group and `[default]`.
    ///
    /// `path` is the name of the file that problems show, and `name` that of the candidate. What the attribute of the
    /// breaker sets is not in the file, and has its default here.
    ///
    /// # Errors
    ///
    /// [`ConfigProblems`] lists everything that is wrong with the file. A breaker that has no table is a problem too.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::rehearsal::Candidate;
    ///
    /// let text = "[default]\nopen_for = \"5s\"\n\n[breakers.payment]\nthreshold = 10\n";
    /// let new = Candidate::from_file("new", text, "breakers.toml", "payment")?;
    /// assert_eq!(new.settings().threshold, Some(10));
    ///
    /// let error = Candidate::from_file("new", text, "breakers.toml", "paymnet").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "breakers.toml: there is no table `[breakers.paymnet]`; did you mean `payment`?"
    /// );
    /// # Ok::<(), breaker_runtime::ConfigProblems>(())
    /// ```
    pub fn from_file(
        name: &str,
        text: &str,
        path: &str,
        breaker: &str,
    ) -> Result<Self, ConfigProblems> {
        let file = parse(&[(path, text)]).map_err(ConfigProblems::new)?;
        let Some(section) = file.breakers.get(breaker) else {
            let problem = unknown_breaker(&file, breaker);
            return Err(ConfigProblems::new(vec![
                Position::whole(path).problem(problem),
            ]));
        };
        let group = section.group.as_ref();
        let group = group.and_then(|group| file.groups.get(&group.name));
        let layers = [Some(&file.default), group, Some(section)];
        let mut config = Config::new();
        for layer in layers.into_iter().flatten() {
            config.apply(&layer.config);
        }
        Self::new(name, config)
            .map_err(|error| ConfigProblems::new(vec![positioned(&error, section)]))
    }
}

/// Adds the settings of one item, which have a file to themselves.
fn apply(config: &mut Config, file: &File, place: &Position, problems: &mut Vec<ConfigProblem>) {
    let Some(section) = file.breakers.get(NAME) else {
        return;
    };
    if section.force.is_some() {
        problems.push(place.problem("overrides are not rehearsed: leave `force` out"));
    }
    for (setting, _) in section.config.given() {
        if config.value(setting).is_some() {
            problems.push(place.problem(format!("`{}` is set twice", setting.name())));
        }
    }
    config.apply(&section.config);
}

/// Puts an error of the settings together at the setting that cannot be met.
fn positioned(error: &ConfigError, section: &Section) -> ConfigProblem {
    let setting = error.field().and_then(Setting::find);
    let position = setting.map_or(section.head(), |it| section.position(it));
    position.problem(error.to_string())
}

fn unknown_breaker(file: &File, breaker: &str) -> String {
    let problem = format!("there is no table `[breakers.{breaker}]`");
    let names = || file.breakers.keys().map(String::as_str);
    match nearest(breaker, names()) {
        Some(meant) => format!("{problem}; did you mean `{meant}`?"),
        None if file.breakers.is_empty() => problem,
        None => format!(
            "{problem}; there are {}",
            names().collect::<Vec<_>>().join(", ")
        ),
    }
}

/// The settings of an attribute that say how its function is called and judged. A recorded call has been judged already,
/// so they change nothing in a rehearsal.
const OF_FUNCTION: [&str; 14] = [
    "open_for_hint",
    "probe",
    "probe_always",
    "trip",
    "ignore",
    "success",
    "failure",
    "classify",
    "cause",
    "fallback",
    "fallback_on",
    "key",
    "registry",
    "crate",
];

/// Splits the name of a candidate from its settings.
fn split_name(text: &str) -> (Option<&str>, &str) {
    match text.split_once(':') {
        Some((name, settings))
            if !name.contains(['=', '"', '(', '#']) && !settings.starts_with(':') =>
        {
            (Some(name.trim()), inside(settings.trim()))
        }
        _ => (None, inside(text)),
    }
}

/// Returns the settings in `#[circuit_breaker(…)]` or `circuit_breaker(…)`, or the whole text.
fn inside(text: &str) -> &str {
    let attribute = text.strip_prefix("#[").and_then(|it| it.strip_suffix(']'));
    let call = attribute.unwrap_or(text).trim();
    match call.split_once('(') {
        Some((path, rest)) if path.trim_end().ends_with("circuit_breaker") => {
            rest.strip_suffix(')').unwrap_or(text).trim()
        }
        _ => text,
    }
}

/// Returns whether an item is a setting that a rehearsal has no use for.
fn is_of_function(item: &str) -> bool {
    let word = item.split_once('=').map(|(word, _)| word.trim());
    word.is_some_and(|word| OF_FUNCTION.contains(&word))
}

/// Returns the name in an item `name = "payment"`, which an attribute has.
fn given_name(item: &str) -> Option<&str> {
    let (word, value) = item.split_once('=')?;
    let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
    (word.trim() == "name").then_some(value)
}

/// Splits settings at the commas outside of quotes and brackets, and leaves out comments.
fn items(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut chars = text.chars().peekable();
    let (mut in_quotes, mut depth) = (false, 0_usize);
    while let Some(next) = chars.next() {
        match next {
            '/' if !in_quotes && chars.peek() == Some(&'/') => {
                chars.by_ref().take_while(|it| *it != '\n').for_each(drop);
                continue;
            }
            ',' if !in_quotes && depth == 0 => {
                items.push(String::new());
                continue;
            }
            '(' | '[' | '{' if !in_quotes => depth += 1,
            ')' | ']' | '}' if !in_quotes => depth = depth.saturating_sub(1),
            '"' => in_quotes = !in_quotes,
            _ => {}
        }
        if let Some(item) = items.last_mut() {
            item.push(next);
        }
    }
    let items = items.iter().map(|item| item.trim().to_owned());
    items.filter(|item| !item.is_empty()).collect()
}

#[cfg(test)]
mod tests;
