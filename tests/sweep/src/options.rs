//! The command line.

use std::path::{Path, PathBuf};

use crate::Result;
use crate::mode::Mode;

pub struct Options {
    /// The crates to sweep, each `NAME[@VERSION][/FEATURE,…]`.
    pub crates: Vec<String>,
    pub modes: Vec<Mode>,
    pub clippy: bool,
    pub tests: bool,
    /// The root of this project.
    pub project: PathBuf,
    /// The directory for copies and builds.
    pub work: PathBuf,
}

impl Options {
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()?;
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or(project.join("target"), PathBuf::from);
        let work = target.join("sweep");
        std::fs::create_dir_all(&work)?;
        let work = work.canonicalize()?;
        let mut options = Self {
            crates: Vec::new(),
            modes: vec![Mode::Universal, Mode::Result],
            clippy: false,
            tests: false,
            work,
            project,
        };
        let mut list = "crates.txt";
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--short" => list = "short.txt",
                "--clippy" => options.clippy = true,
                "--tests" => options.tests = true,
                "--mode" => {
                    let name = arguments.next().unwrap_or_default();
                    let mode =
                        Mode::named(&name).ok_or_else(|| format!("unknown mode `{name}`"))?;
                    options.modes = vec![mode];
                }
                option if option.starts_with('-') => {
                    return Err(format!("unknown option `{option}`").into());
                }
                _ => options.crates.push(argument),
            }
        }
        if options.crates.is_empty() {
            let text = std::fs::read_to_string(options.project.join("tests/sweep").join(list))?;
            let lines = text.lines().map(str::trim);
            let named = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
            options.crates = named.map(str::to_owned).collect();
        }
        Ok(options)
    }
}
