//! Readers of values: one per kind of value, whatever the key.

use std::time::Duration;

use syn::parse::ParseStream;
use syn::{Error, Expr, ExprLit, ExprUnary, Lit, LitStr, Pat, Path, Result, Token, UnOp};

use super::duration;
use super::key::{Bound, Key, Range};
use super::name;

/// A setting of the breaker itself.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) key: Key,
    pub(crate) value: SettingValue,
    /// The range that a literal has been checked against and that a `Const` still has to meet.
    pub(crate) range: Range,
}

#[derive(Debug)]
pub(crate) enum SettingValue {
    Count(Number<u32>),
    Factor(Number<f64>),
    Period(Number<Duration>),
}

#[derive(Debug)]
pub(crate) enum Number<T> {
    Literal(T),
    /// Any expression that is no literal: its range is asserted when it is compiled.
    Const(Expr),
}

/// A pattern over the returned value, with its `if`.
#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) pattern: Pat,
    pub(crate) guard: Option<Expr>,
}

/// Looks through the invisible groups that fragments of `macro_rules!` leave.
pub(crate) fn ungroup(mut expr: Expr) -> Expr {
    while let Expr::Group(group) = expr {
        expr = *group.expr;
    }
    expr
}

/// A literal, and whether a minus stands before it.
fn literal(expr: &Expr) -> Option<(&Lit, bool)> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => Some((lit, false)),
        Expr::Group(group) => literal(&group.expr),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) => literal(expr).map(|(lit, negative)| (lit, !negative)),
        _ => None,
    }
}

/// An error at a value, which ends in what to write instead.
pub(crate) fn expected(what: &str, key: Key, value: Option<&str>, at: &Expr) -> Error {
    let form = value.map_or_else(|| key.example(), |value| key.form(value));
    Error::new_spanned(at, format!("expected {what}: write `{form}`"))
}

fn no_suffix(key: Key, suffix: &str, value: &str, at: &Expr) -> Error {
    let form = key.form(value);
    Error::new_spanned(at, format!("remove the suffix `{suffix}`: write `{form}`"))
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// A literal name that the runtime will take.
pub(super) fn name(key: Key, expr: &Expr) -> Result<LitStr> {
    let Some((Lit::Str(text), false)) = literal(expr) else {
        let word = match expr {
            Expr::Path(path) => path.path.get_ident().map(|word| quoted(&word.to_string())),
            _ => None,
        };
        return Err(expected("a string literal", key, word.as_deref(), expr));
    };
    if !text.suffix().is_empty() {
        return Err(no_suffix(key, text.suffix(), &quoted(&text.value()), expr));
    }
    name::check(&text.value()).map_err(|message| Error::new_spanned(expr, message))?;
    Ok(text.clone())
}

pub(super) fn setting(key: Key, range: Range, expr: Expr) -> Result<Setting> {
    let value = match range.bound {
        Bound::Count => SettingValue::Count(number(key, range, expr, count)?),
        Bound::Growth | Bound::Share => SettingValue::Factor(number(key, range, expr, factor)?),
        Bound::Period => SettingValue::Period(number(key, range, expr, period)?),
    };
    Ok(Setting { key, value, range })
}

/// Where a literal number was found.
struct Found<'a> {
    key: Key,
    range: Range,
    lit: &'a Lit,
    negative: bool,
    /// The whole value, with its minus.
    expr: &'a Expr,
}

impl Found<'_> {
    fn out_of_range(&self) -> Error {
        Error::new_spanned(self.expr, self.range.words)
    }

    fn expected(&self, what: &str, value: Option<&str>) -> Error {
        expected(what, self.key, value, self.expr)
    }

    fn no_suffix(&self, suffix: &str, digits: &str) -> Error {
        no_suffix(self.key, suffix, digits, self.expr)
    }
}

fn number<T>(
    key: Key,
    range: Range,
    expr: Expr,
    read: fn(&Found<'_>) -> Result<T>,
) -> Result<Number<T>> {
    let Some((lit, negative)) = literal(&expr) else {
        return Ok(Number::Const(expr));
    };
    let found = Found {
        key,
        range,
        lit,
        negative,
        expr: &expr,
    };
    read(&found).map(Number::Literal)
}

fn count(found: &Found<'_>) -> Result<u32> {
    let integer = |text: &str| {
        let digits = text.strip_suffix(".0").unwrap_or(text);
        let usable = digits.parse::<u32>().is_ok_and(|count| count > 0);
        found.expected("an integer", usable.then_some(digits))
    };
    let int = match found.lit {
        Lit::Int(int) => int,
        Lit::Float(float) => return Err(integer(float.base10_digits())),
        Lit::Str(text) => return Err(integer(&text.value())),
        _ => return Err(integer("")),
    };
    let digits = int.base10_digits();
    if !matches!(int.suffix(), "" | "u32") {
        return Err(found.no_suffix(int.suffix(), digits));
    }
    if found.negative || digits == "0" {
        return Err(found.out_of_range());
    }
    digits.parse().map_err(|_| {
        let (name, most) = (found.key.name(), u32::MAX);
        let message = format!("`{digits}` is too large for a `u32`: `{name}` is at most {most}");
        Error::new_spanned(found.expr, message)
    })
}

fn factor(found: &Found<'_>) -> Result<f64> {
    let (digits, suffix) = match found.lit {
        Lit::Int(int) => (int.base10_digits(), int.suffix()),
        Lit::Float(float) => (float.base10_digits(), float.suffix()),
        Lit::Str(text) => {
            let text = text.value();
            let usable = text
                .parse::<f64>()
                .is_ok_and(|value| in_range(found, value));
            return Err(found.expected("a number", usable.then_some(&text)));
        }
        _ => return Err(found.expected("a number", None)),
    };
    if !matches!(suffix, "" | "f64") {
        return Err(found.no_suffix(suffix, digits));
    }
    let value = digits.parse().ok().filter(|value| in_range(found, *value));
    value
        .filter(|_| !found.negative)
        .ok_or_else(|| found.out_of_range())
}

fn in_range(found: &Found<'_>, value: f64) -> bool {
    match found.range.bound {
        Bound::Share => (0.0..=1.0).contains(&value),
        _ => value >= 1.0 && value.is_finite(),
    }
}

fn period(found: &Found<'_>) -> Result<Duration> {
    let text = match found.lit {
        Lit::Str(text) if !found.negative => text,
        Lit::Int(int) => return Err(no_unit(found, int.base10_digits())),
        Lit::Float(float) => return Err(no_unit(found, float.base10_digits())),
        _ => return Err(found.expected("a duration", None)),
    };
    if !text.suffix().is_empty() {
        return Err(found.no_suffix(text.suffix(), &quoted(&text.value())));
    }
    duration::parse(&text.value()).map_err(|message| Error::new_spanned(found.expr, message))
}

fn no_unit(found: &Found<'_>, digits: &str) -> Error {
    let seconds = format!("{digits}s");
    let form = match duration::parse(&seconds) {
        Ok(_) if !found.negative => found.key.form(&quoted(&seconds)),
        _ => found.key.example(),
    };
    Error::new_spanned(
        found.expr,
        format!("a duration needs a unit: write `{form}`"),
    )
}

/// The inside of `ignore(…)` and its like.
pub(super) fn arm(input: ParseStream<'_>) -> Result<Arm> {
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    let guard = match input.parse::<Option<Token![if]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    if input.peek(Token![,]) {
        return Err(input.error("expected one pattern: join several with `|`"));
    }
    if !input.is_empty() {
        return Err(input.error("expected `|`, `if` or the end of the pattern"));
    }
    Ok(Arm { pattern, guard })
}

/// The path of a crate.
pub(super) fn path(key: Key, expr: Expr) -> Result<Path> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => Ok(path.path),
        Expr::Lit(ExprLit {
            lit: Lit::Str(ref text),
            ..
        }) => {
            let value = text.parse::<Path>().ok().map(|_| text.value());
            Err(expected("a path", key, value.as_deref(), &expr))
        }
        _ => Err(expected("a path", key, None, &expr)),
    }
}

#[cfg(test)]
mod tests;
