//! The tokens of an assertion.

use std::time::Duration;

use crate::time::read_duration;

/// A token, and where it begins, in bytes.
pub(super) type Placed = (usize, Token);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Number(f64),
    Time(Duration),
    Text(String),
    /// A mark, such as `&&` or `(`.
    Mark(&'static str),
}

/// All marks; a mark that begins like another one comes first if it is longer.
const MARKS: [&str; 12] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "%",
];

/// Splits an assertion. The error has its place in bytes.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, (usize, String)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (token, length) = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            (Token::Mark(mark), mark.len())
        } else if first == '"' || first == '\'' {
            let length = rest[1..]
                .find(first)
                .ok_or((at, "the quote is not closed".to_owned()))?;
            (Token::Text(rest[1..=length].to_owned()), length + 2)
        } else if first.is_ascii_digit() || first == '.' {
            number(rest).map_err(|message| (at, message))?
        } else if first.is_alphabetic() {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let word = &rest[..length];
            let token = match word {
                "and" => Token::Mark("&&"),
                "or" => Token::Mark("||"),
                "not" => Token::Mark("!"),
                _ => Token::Name(word.to_owned()),
            };
            (token, length)
        } else {
            let advice = match first {
                '=' => ": `==` compares",
                '&' => ": `&&` is and",
                '|' => ": `||` is or",
                _ => "",
            };
            return Err((at, format!("`{first}` has no meaning here{advice}")));
        };
        tokens.push((at, token));
        at += length;
    }
    Ok(tokens)
}

/// Reads a number or a duration, such as `30s`.
fn number(text: &str) -> Result<(Token, usize), String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '.' || c == '_';
    let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let word = &text[..length];
    let token = match word.replace('_', "").parse::<f64>() {
        Ok(number) if number.is_finite() => Token::Number(number),
        _ => time(word).ok_or_else(|| {
            format!("`{word}` is neither a number nor a duration, as `30s` and `1.5h` are")
        })?,
    };
    Ok((token, length))
}

/// Reads a duration with its unit.
fn time(text: &str) -> Option<Token> {
    let nanos = read_duration(text, None).ok()?;
    Some(Token::Time(Duration::from_nanos(nanos)))
}
