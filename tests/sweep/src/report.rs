//! The results of a sweep, and how they are printed.

use std::fmt::{self, Display, Formatter};

use crate::Result;
use crate::mode::Mode;
use crate::package::Package;

/// The results of one crate in one mode.
pub struct Row {
    pub krate: String,
    version: String,
    pub mode: Mode,
    pub annotated: usize,
    /// The functions that the attribute rejects with an error that the documentation names.
    pub rejected: usize,
    pub findings: Vec<Finding>,
    /// How many tests ran, if any.
    pub tests: Option<usize>,
}

/// A difference between a crate with and without the attribute.
pub struct Finding {
    pub kind: Kind,
    /// The code of an error, the name of a lint, or the name of a test.
    pub what: String,
    pub place: String,
    pub function: String,
    pub message: String,
    /// The reason in `known.toml`.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An error that goes away without the attribute on one function.
    Error,
    /// An error that no annotated function accounts for.
    Unplaced,
    /// A warning that only the annotated copy has.
    New,
    /// A warning that only the bare copy has.
    Gone,
    /// A test with another result.
    Test,
}

/// Everything that a sweep has found.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
    /// The crates that could not be downloaded or do not compile without the attribute.
    not_swept: Vec<String>,
}

impl Row {
    pub fn new(package: &Package, mode: Mode) -> Self {
        Self {
            krate: package.name.clone(),
            version: package.version.clone(),
            mode,
            annotated: 0,
            rejected: 0,
            findings: Vec::new(),
            tests: None,
        }
    }

    fn count(&self, kinds: &[Kind]) -> usize {
        self.findings
            .iter()
            .filter(|it| kinds.contains(&it.kind))
            .count()
    }

    /// Counts the findings for which there is no reason in `known.toml`.
    fn faults(&self) -> usize {
        self.findings.iter().filter(|it| it.is_fault()).count()
    }
}

impl Finding {
    fn is_fault(&self) -> bool {
        self.reason.is_none() && self.kind != Kind::Gone
    }
}

const HEADER: &str =
    "crate                      mode       annotated  rejected  errors  warnings  tests";

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            annotated,
            rejected,
            ..
        } = self;
        let krate = format!("{} {}", self.krate, self.version);
        let mode = self.mode.name();
        let errors = self.count(&[Kind::Error, Kind::Unplaced]);
        let warnings = format!(
            "+{} -{}",
            self.count(&[Kind::New]),
            self.count(&[Kind::Gone])
        );
        write!(
            f,
            "{krate:<26} {mode:<10} {annotated:>9}  {rejected:>8}  {errors:>6}  {warnings:>8}  "
        )?;
        match (self.tests, self.count(&[Kind::Test])) {
            (None, _) => write!(f, "not run"),
            (Some(tests), 0) => write!(f, "{tests} same"),
            (Some(tests), differ) => write!(f, "{differ} of {tests} differ"),
        }
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            place,
            function,
            message,
            ..
        } = self;
        let kind = match self.kind {
            Kind::Error => "error",
            Kind::Unplaced => "error at no annotated function",
            Kind::New => "new warning",
            Kind::Gone => "missing warning",
            Kind::Test => "test",
        };
        let what = if what.is_empty() {
            "without a code"
        } else {
            what
        };
        write!(f, "{kind} {what} at {place}")?;
        if !function.is_empty() {
            write!(f, ", {function}")?;
        }
        write!(f, ": {message}")?;
        self.reason
            .iter()
            .try_for_each(|reason| write!(f, " [known: {reason}]"))
    }
}

impl Report {
    /// Adds the results of a crate, and prints every finding.
    pub fn add(&mut self, krate: &str, swept: Result<Vec<Row>>) {
        match swept {
            Ok(rows) => {
                for row in rows {
                    println!("{} {}, {}:", row.krate, row.version, row.mode.name());
                    for finding in &row.findings {
                        println!("  {finding}");
                    }
                    println!("  faults: {}", row.faults());
                    self.rows.push(row);
                }
            }
            Err(error) => {
                println!("{krate}:\n  not swept: {error}");
                self.not_swept.push(krate.to_owned());
            }
        }
    }

    /// Prints the table. Returns whether all crates were swept without a fault.
    pub fn print(&self) -> bool {
        println!("\n{HEADER}");
        for row in &self.rows {
            println!("{row}");
        }
        for krate in &self.not_swept {
            println!("{krate} was not swept");
        }
        let sum = |count: fn(&Row) -> usize| self.rows.iter().map(count).sum::<usize>();
        let faults = sum(Row::faults);
        println!(
            "{} functions annotated, {} rejected, {faults} faults, {} crates not swept",
            sum(|row| row.annotated),
            sum(|row| row.rejected),
            self.not_swept.len(),
        );
        faults == 0 && self.not_swept.is_empty()
    }
}
