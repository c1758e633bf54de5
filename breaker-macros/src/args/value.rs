//! Parsers for the values that are not numbers, and what all parsers of values share.

use syn::parse::ParseStream;
use syn::{Error, Expr, ExprLit, ExprUnary, Lit, LitStr, Pat, Path, Result, Token, UnOp};

use super::setting_name::SettingName;
use crate::grammar::name;

/// A pattern for the returned value, with its `if`.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Arm {
    pub(crate) pattern: Pat,
    pub(crate) guard: Option<Expr>,
}

/// Removes the invisible groups around a `macro_rules!` fragment.
pub(crate) fn ungroup(mut expr: Expr) -> Expr {
    while let Expr::Group(group) = expr {
        expr = *group.expr;
    }
    expr
}

/// Returns a literal, and whether a minus precedes it.
pub(super) fn literal(expr: &Expr) -> Option<(&Lit, bool)> {
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

/// Makes an error at a value that ends with what to write instead.
pub(crate) fn expected(what: &str, name: SettingName, value: Option<&str>, at: &Expr) -> Error {
    let form = value.map_or_else(|| name.example(), |value| name.with_value(value));
    Error::new_spanned(at, format!("expected {what}: write `{form}`"))
}

pub(super) fn no_suffix(name: SettingName, suffix: &str, value: &str, at: &Expr) -> Error {
    let form = name.with_value(value);
    Error::new_spanned(at, format!("remove the suffix `{suffix}`: write `{form}`"))
}

pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// Parses the name of the breaker, which has to be a literal.
pub(super) fn name(setting: SettingName, expr: &Expr) -> Result<LitStr> {
    let Some((Lit::Str(text), false)) = literal(expr) else {
        let word = match expr {
            Expr::Path(path) => path.path.get_ident().map(|word| quoted(&word.to_string())),
            _ => None,
        };
        return Err(expected("a string literal", setting, word.as_deref(), expr));
    };
    if !text.suffix().is_empty() {
        return Err(no_suffix(
            setting,
            text.suffix(),
            &quoted(&text.value()),
            expr,
        ));
    }
    name::check(&text.value()).map_err(|message| Error::new_spanned(expr, message))?;
    Ok(text.clone())
}

/// Parses the inside of `ignore(…)`, `success(…)` or `failure(…)`.
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

/// Parses the path of a crate. It cannot contain types, because the expansion also names macros by it.
pub(super) fn path(name: SettingName, expr: Expr) -> Result<Path> {
    let plain = |path: &Path| {
        let mut segments = path.segments.iter();
        segments.all(|it| it.arguments.is_none() && it.ident != "Self")
    };
    match expr {
        Expr::Path(path) if path.qself.is_none() && plain(&path.path) => Ok(path.path),
        Expr::Lit(ExprLit {
            lit: Lit::Str(ref text),
            ..
        }) => {
            let path = text.parse().ok().filter(plain);
            let value = path.map(|_| text.value());
            Err(expected("a path", name, value.as_deref(), &expr))
        }
        _ => Err(expected("a path", name, None, &expr)),
    }
}

#[cfg(test)]
mod tests;
