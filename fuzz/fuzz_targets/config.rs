//! Reads any text as a file of settings, and its lines as variables of the environment. The result is settings
//! or problems, and never a panic.
#![no_main]
#![allow(dead_code, unused_imports)]

use std::ffi::OsString;

use libfuzzer_sys::fuzz_target;

#[path = "../../breaker-runtime/src/config/mod.rs"]
mod config;
#[path = "../../breaker-runtime/src/time.rs"]
mod time;
#[path = "../../breaker-runtime/src/values/mod.rs"]
mod values;
mod sync {
    pub(crate) use std::sync::Arc;
}

use config::check_name;
use config::file::{ConfigProblem, Section, environment, parse, variable_name};

const PATH: &str = "breakers.toml";
const NAMES: [&str; 3] = ["payment", "pay:x/y", "pay_x_y"];

fn check_section(section: &Section) {
    for (setting, value) in section.config.given() {
        assert_eq!(value.range_problem(), None, "{setting:?}");
        assert_eq!(
            section.position(setting).line.is_some(),
            section.head().line.is_some()
        );
    }
}

fn check_problem(problem: &ConfigProblem) {
    assert!(!problem.message.is_empty());
    assert!(!problem.message.contains('\n'), "{problem}");
}

fn check_file(text: &str) {
    match parse(&[(PATH, text)]) {
        Ok(file) => {
            check_section(&file.default);
            for (name, section) in file.breakers.iter().chain(&file.groups) {
                assert!(check_name(name).is_ok(), "{name:?}");
                check_section(section);
                let group = section.group.as_ref();
                assert!(group.is_none_or(|group| file.groups.contains_key(&group.name)));
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            let position = |problem: &ConfigProblem| (problem.line, problem.column);
            assert!(problems.is_sorted_by_key(position));
            let lines = text.split('\n').count();
            for problem in &problems {
                check_problem(problem);
                assert_eq!(problem.file, PATH);
                let line = problem.line.map_or(0, |line| line as usize);
                assert!(line <= lines, "{problem}");
                let columns = text.split('\n').nth(line.saturating_sub(1));
                let columns = columns.map_or(0, |line| line.chars().count());
                let column = problem.column.map_or(0, |column| column as usize);
                assert!(column <= columns + 1, "{problem}");
            }
        }
    }
}

fn check_environment(text: &str) {
    let vars = text
        .lines()
        .map(|line| line.split_once('=').unwrap_or((line, "")));
    let vars = vars.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    match environment(vars, &NAMES) {
        Ok(read) => {
            read.default.iter().for_each(check_section);
            for (name, section) in &read.breakers {
                assert!(NAMES.contains(&name.as_str()));
                check_section(section);
            }
            for (name, section) in &read.unknown {
                assert_eq!(variable_name(name), *name);
                check_section(section);
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            problems.iter().for_each(check_problem);
        }
    }
}

fuzz_target!(|text: &str| {
    check_file(text);
    check_environment(text);
});
