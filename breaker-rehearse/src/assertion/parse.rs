//! The grammar of assertions, by recursive descent.

use std::time::Duration;

use super::expression::{Comparison, Expression, Term};
use super::tokens::{Placed, Token, tokens};
use crate::figures::{FIGURES, Kind, Value, WITHIN};
use crate::problem::did_you_mean;
use crate::time::read_duration;

/// A mistake, and its place in bytes.
type Mistake = (usize, String);

/// How deep parentheses and negations can be.
const DEEPEST: usize = 64;

/// An expression, its kind, and where it begins.
struct Typed {
    at: usize,
    kind: Kind,
    expression: Expression,
}

/// Reads an assertion.
pub(super) fn parse(text: &str) -> Result<Expression, Mistake> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        depth: 0,
        end: text.len(),
    };
    if parser.tokens.is_empty() {
        return Err((0, "the assertion is empty".to_owned()));
    }
    let parsed = parser.either()?;
    let whole = truth(parsed)?;
    match parser.tokens.get(parser.next) {
        None => Ok(whole),
        Some((at, Token::Mark(")"))) => Err((*at, "this `)` closes nothing".to_owned())),
        Some((at, _)) => Err((*at, "`&&` or `||` is missing before this".to_owned())),
    }
}

struct Parser {
    tokens: Vec<Placed>,
    next: usize,
    depth: usize,
    /// The length of the text.
    end: usize,
}

impl Parser {
    fn either(&mut self) -> Result<Typed, Mistake> {
        let mut left = self.both()?;
        while self.takes("||") {
            let right = self.both()?;
            left = joined(left, right, Expression::Either)?;
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Typed, Mistake> {
        let mut left = self.comparison()?;
        while self.takes("&&") {
            let right = self.comparison()?;
            left = joined(left, right, Expression::Both)?;
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Typed, Mistake> {
        let left = self.value()?;
        let Some(comparison) = self.compares() else {
            return Ok(left);
        };
        let mut right = self.value()?;
        // A duration can be in quotes.
        if left.kind != right.kind {
            let (is, other) = (left.kind.words(), right.kind.words());
            let advice = if left.kind == Kind::Time {
                ": write it with a unit, as in `30s`"
            } else {
                ""
            };
            return Err((
                right.at,
                format!("this is {other}, but it is compared with {is}{advice}"),
            ));
        }
        let at = left.at;
        right.at = at;
        if self.compares().is_some() {
            let place = self.tokens[self.next - 1].0;
            return Err((place, "join two comparisons with `&&`".to_owned()));
        }
        let (left, right) = (Box::new(left.expression), Box::new(right.expression));
        Ok(Typed {
            at,
            kind: Kind::Truth,
            expression: Expression::Compare(left, comparison, right),
        })
    }

    fn value(&mut self) -> Result<Typed, Mistake> {
        let Some((at, token)) = self.tokens.get(self.next).cloned() else {
            return Err((self.end, "the assertion ends too early".to_owned()));
        };
        self.next += 1;
        let (kind, expression) = match token {
            Token::Number(number) => {
                let number = if self.takes("%") {
                    number / 100.0
                } else {
                    number
                };
                (Kind::Number, Expression::Constant(Value::Number(number)))
            }
            Token::Time(time) => (Kind::Time, Expression::Constant(Value::Time(time))),
            Token::Text(text) => match read_duration(&text, None) {
                Ok(nanos) => {
                    let time = Value::Time(Duration::from_nanos(nanos));
                    (Kind::Time, Expression::Constant(time))
                }
                Err(_) => return Err((at, format!("\"{text}\" is not a duration, as \"30s\" is"))),
            },
            Token::Name(name) if self.sees("(") => self.within(at, &name)?,
            Token::Name(name) => named(at, &name)?,
            Token::Mark("!") => {
                let inner = self.nested(Self::value)?;
                (Kind::Truth, Expression::Not(Box::new(truth(inner)?)))
            }
            Token::Mark("(") => {
                let inner = self.nested(Self::either)?;
                if !self.takes(")") {
                    return Err((at, "this `(` is not closed".to_owned()));
                }
                (inner.kind, inner.expression)
            }
            Token::Mark(mark) => {
                return Err((
                    at,
                    format!("a figure or a number is missing before this `{mark}`"),
                ));
            }
        };
        Ok(Typed {
            at,
            kind,
            expression,
        })
    }

    /// Reads what is inside of a parenthesis or a negation.
    fn nested(&mut self, read: fn(&mut Self) -> Result<Typed, Mistake>) -> Result<Typed, Mistake> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let at = self.tokens[self.next - 1].0;
            return Err((at, "the assertion is nested too deeply".to_owned()));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Reads a function and its interval.
    fn within(&mut self, at: usize, name: &str) -> Result<(Kind, Expression), Mistake> {
        let names = || WITHIN.iter().map(|it| it.name);
        let Some(within) = WITHIN.iter().find(|it| it.name == name) else {
            let meant = did_you_mean(name, names());
            let all = names().collect::<Vec<_>>().join(", ");
            return Err((
                at,
                format!("there is no function `{name}`{meant}; there are {all}"),
            ));
        };
        self.next += 1;
        let (place, text) = match self.tokens.get(self.next) {
            Some((at, Token::Text(text))) => (*at, text.clone()),
            other => {
                let place = other.map_or(self.end, |(at, _)| *at);
                let message = format!(
                    "`{name}` takes an interval in quotes: `{name}(\"2026-11-03T10:00/12:00\")`"
                );
                return Err((place, message));
            }
        };
        let interval = text.parse().map_err(|message| (place, message))?;
        self.next += 1;
        if !self.takes(")") {
            let place = self.tokens.get(self.next).map_or(self.end, |(at, _)| *at);
            return Err((place, format!("`{name}` takes one interval and a `)`")));
        }
        Ok((
            within.kind,
            Expression::Term(Term::Within(within, text, interval)),
        ))
    }

    fn sees(&self, mark: &str) -> bool {
        matches!(self.tokens.get(self.next), Some((_, Token::Mark(it))) if *it == mark)
    }

    fn takes(&mut self, mark: &str) -> bool {
        let takes = self.sees(mark);
        self.next += usize::from(takes);
        takes
    }

    fn compares(&mut self) -> Option<Comparison> {
        let comparisons = [
            ("==", Comparison::Equal),
            ("!=", Comparison::Different),
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("<", Comparison::Less),
            (">", Comparison::More),
        ];
        comparisons
            .into_iter()
            .find_map(|(mark, comparison)| self.takes(mark).then_some(comparison))
    }
}

/// Finds the figure of a name.
fn named(at: usize, name: &str) -> Result<(Kind, Expression), Mistake> {
    if let Some(within) = WITHIN.iter().find(|it| it.name == name) {
        let name = within.name;
        return Err((
            at,
            format!("`{name}` takes an interval: `{name}(\"2026-11-03T10:00/12:00\")`"),
        ));
    }
    let names = || FIGURES.iter().map(|it| it.name);
    let Some(figure) = FIGURES.iter().find(|it| it.name == name) else {
        let meant = did_you_mean(name, names());
        let all = if meant.is_empty() {
            format!("; there are {}", names().collect::<Vec<_>>().join(", "))
        } else {
            String::new()
        };
        return Err((at, format!("there is no figure `{name}`{meant}{all}")));
    };
    Ok((figure.kind, Expression::Term(Term::Figure(figure))))
}

fn joined(
    left: Typed,
    right: Typed,
    join: fn(Box<Expression>, Box<Expression>) -> Expression,
) -> Result<Typed, Mistake> {
    let at = left.at;
    let (left, right) = (truth(left)?, truth(right)?);
    Ok(Typed {
        at,
        kind: Kind::Truth,
        expression: join(Box::new(left), Box::new(right)),
    })
}

/// Asks for a condition.
fn truth(typed: Typed) -> Result<Expression, Mistake> {
    match typed.kind {
        Kind::Truth => Ok(typed.expression),
        other => Err((
            typed.at,
            format!(
                "this is {}, not a condition: compare it, as in `openings == 0`",
                other.words()
            ),
        )),
    }
}
