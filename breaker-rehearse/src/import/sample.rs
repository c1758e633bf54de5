//! The first lines of an input, by which its format and columns are recognized: one broken line decides nothing.

use super::format::Format;

/// How many lines are looked at.
const MOST: usize = 100;

/// Returns the first lines that are whole and not blank.
pub(super) fn sample(start: &[u8]) -> Vec<&[u8]> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let mut lines: Vec<_> = start
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .collect();
    // The buffer ends in the last line, unless it has only one.
    if lines.len() > 1 && !start.ends_with(b"\n") {
        lines.pop();
    }
    lines.retain(|line| !line.is_empty());
    lines.truncate(MOST);
    lines
}

/// Recognizes the format that most lines have.
pub(super) fn format(lines: &[&[u8]]) -> Format {
    if lines.is_empty() {
        return Format::Csv;
    }
    let count = |format: Format| {
        let alike = lines
            .iter()
            .filter(|line| Format::recognize(line) == format);
        alike.count()
    };
    // The last of several that are equally frequent. The header of CSV is like no log.
    let formats = [
        Format::Csv,
        Format::Json,
        Format::EnvoyJson,
        Format::Envoy,
        Format::Nginx,
    ];
    formats
        .into_iter()
        .max_by_key(|format| count(*format))
        .unwrap_or(Format::Csv)
}

#[cfg(test)]
mod tests;
