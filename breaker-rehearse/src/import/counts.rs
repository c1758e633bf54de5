//! Counts what an import reads and skips.

use crate::problem::Problem;

/// Counts what an import reads and skips.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// The lines that were read, without blank ones and the header.
    pub lines: u64,
    /// The lines that did not meet the conditions.
    pub filtered: u64,
    /// The broken lines that were skipped.
    pub skipped: u64,
    /// Whether the text has no durations, so that each call ends when it begins.
    pub lacks_durations: bool,
    /// The problems of the first skipped lines.
    pub first_skipped: Vec<Problem>,
    /// The first messages of skipped lines, and how many lines have each.
    messages: Vec<(String, u64)>,
}

/// How many of the skipped lines are shown.
const SHOWN: usize = 3;
/// How many messages are counted.
const MESSAGES: usize = 64;

impl Counts {
    /// Returns the message that more than half of the skipped lines have, and their number.
    pub fn common_problem(&self) -> Option<(&str, u64)> {
        let most = self.messages.iter().max_by_key(|(_, count)| *count);
        let most = most.filter(|(_, count)| *count > self.skipped / 2 && *count > 1);
        most.map(|(message, count)| (message.as_str(), *count))
    }

    /// Counts a broken line.
    pub(super) fn skip(&mut self, problem: Problem) {
        self.skipped += 1;
        let messages = &mut self.messages;
        match messages.iter().position(|it| it.0 == problem.message) {
            Some(at) => messages[at].1 += 1,
            None if messages.len() < MESSAGES => messages.push((problem.message.clone(), 1)),
            None => {}
        }
        if self.first_skipped.len() < SHOWN {
            self.first_skipped.push(problem);
        }
    }
}
