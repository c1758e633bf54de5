//! Parsers for the values that are not numbers, and what all parsers of values share.

use std::fmt;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::{Error, Expr, ExprLit, ExprPath, ExprUnary, Lit, LitStr, Pat, Path, Result, Token, UnOp};

use super::setting_name::SettingName;
use super::spelling::spelled;
use crate::grammar::name;

/// A pattern for the returned value, with its `if`.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Arm {
    pub(crate) pattern: Pat,
    pub(crate) guard: Option<Expr>,
}

/// The name of a breaker.
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Name {
    Literal(LitStr),
    /// The path of a `const` of type `&str`. The expansion checks its value at compile time.
    Const(ExprPath),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(&text.value()),
            Self::Const(path) => {
                let path = path.to_token_stream();
                f.write_str(&spelled(path.clone()).unwrap_or_else(|| path.to_string()))
            }
        }
    }
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

/// Makes an error at a value that ends with what to write instead, or with an example if the meaning of
/// the value is unknown.
pub(crate) fn expected(what: &str, name: SettingName, value: Option<&str>, at: &Expr) -> Error {
    let meant = value.map(|value| name.with_value(value));
    let advice = name.advise(meant);
    Error::new_spanned(at, advice.about(&format!("expected {what}")))
}

pub(super) fn no_suffix(name: SettingName, suffix: &str, value: &str, at: &Expr) -> Error {
    let form = name.with_value(value);
    Error::new_spanned(at, format!("remove the suffix `{suffix}`: write `{form}`"))
}

pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// Returns the text of a literal that is not a number: what is between its quotes, or a word.
pub(super) fn text(lit: &Lit) -> Option<String> {
    match lit {
        Lit::Str(text) => Some(text.value()),
        Lit::ByteStr(text) => String::from_utf8(text.value()).ok(),
        Lit::CStr(text) => text.value().into_string().ok(),
        Lit::Char(letter) => Some(letter.value().to_string()),
        Lit::Byte(letter) => Some(char::from(letter.value()).to_string()),
        Lit::Bool(flag) => Some(flag.value.to_string()),
        _ => None,
    }
}

/// Parses the name of the breaker: a literal, or the path of a constant.
pub(super) fn name(setting: SettingName, expr: Expr) -> Result<Name> {
    let expr = ungroup(expr);
    let meant = meant_name(&expr);
    if let (Expr::Path(path), None) = (&expr, &meant) {
        return Ok(Name::Const(path.clone()));
    }
    let Some((Lit::Str(text), false)) = literal(&expr) else {
        let meant = meant.filter(|name| name::check(name).is_ok());
        let meant = meant.as_deref().map(quoted);
        return Err(expected(
            "a string literal or the path of a constant",
            setting,
            meant.as_deref(),
            &expr,
        ));
    };
    name::check(&text.value()).map_err(|message| Error::new_spanned(&expr, message))?;
    if !text.suffix().is_empty() {
        let value = quoted(&text.value());
        return Err(no_suffix(setting, text.suffix(), &value, &expr));
    }
    Ok(Name::Literal(text.clone()))
}

/// Returns the name that was written without quotes or in the wrong ones. A word in upper case is the
/// name of a constant.
fn meant_name(expr: &Expr) -> Option<String> {
    match (expr, literal(expr)) {
        (_, Some((Lit::Int(number), false))) => Some(number.to_string()),
        (_, Some((lit, false))) => text(lit),
        (Expr::Path(path), None) => {
            let word = path.path.get_ident()?.to_string();
            word.contains(char::is_lowercase).then_some(word)
        }
        _ => None,
    }
}

/// Parses the inside of `trip(…)`, `ignore(…)`, `success(…)` or `failure(…)`.
pub(super) fn arm(input: ParseStream<'_>) -> Result<Arm> {
    let arm = arm_before_comma(input)?;
    if input.peek(Token![,]) {
        return Err(input.error("expected one pattern: join several with `|`"));
    }
    if !input.is_empty() {
        return Err(input.error("expected `|`, `if` or the end of the pattern"));
    }
    Ok(arm)
}

/// Parses a pattern with its `if`, and leaves what follows.
pub(super) fn arm_before_comma(input: ParseStream<'_>) -> Result<Arm> {
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    let guard = match input.parse::<Option<Token![if]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    Ok(Arm { pattern, guard })
}

impl ToTokens for Arm {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.pattern.to_tokens(tokens);
        if let Some(guard) = &self.guard {
            tokens.extend(quote!(if #guard));
        }
    }
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
