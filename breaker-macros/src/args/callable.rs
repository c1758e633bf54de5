//! Readers of what is called: the fallback, the classifier and the hint.

use proc_macro2::{Ident, TokenTree};
use quote::ToTokens;
use syn::{
    Error, Expr, ExprClosure, ExprLit, ExprPath, Lit, Member, Pat, Result, ReturnType, Type,
};

use super::key::Key;
use super::value::{expected, ungroup};

/// When the fallback runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FallbackOn {
    Rejected,
    Error,
    Any,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) enum FallbackKind {
    Path(ExprPath),
    Closure(Closure),
}

/// A closure that is written into the function in place of its call.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Closure {
    /// The pattern of its one argument.
    pub(crate) pattern: Pat,
    pub(crate) ty: Option<Type>,
    pub(crate) output: Option<Type>,
    pub(crate) body: Expr,
}

pub(super) fn fallback(key: Key, expr: Expr) -> Result<FallbackKind> {
    Ok(match callable(key, expr)? {
        Callable::Path(path) => FallbackKind::Path(path),
        Callable::Closure(closure, argument) => {
            refuse_attributes(&argument)?;
            let (pattern, ty) = match argument {
                Pat::Type(typed) => (*typed.pat, Some(*typed.ty)),
                pattern => (pattern, None),
            };
            FallbackKind::Closure(Closure {
                pattern,
                ty,
                output: match closure.output {
                    ReturnType::Default => None,
                    ReturnType::Type(_, ty) => Some(*ty),
                },
                body: *closure.body,
            })
        }
    })
}

/// Its argument becomes a `let`, which those of an argument do not fit.
fn refuse_attributes(argument: &Pat) -> Result<()> {
    match argument.to_token_stream().into_iter().next() {
        Some(TokenTree::Punct(sign)) if sign.as_char() == '#' => {
            let message = "remove the attribute: the closure is part of the function";
            Err(Error::new(sign.span(), message))
        }
        _ => Ok(()),
    }
}

/// What is asked about the returned value: a classifier or a hint.
pub(super) fn of_value(key: Key, expr: Expr) -> Result<Expr> {
    Ok(match callable(key, expr)? {
        Callable::Path(path) => Expr::Path(path),
        Callable::Closure(closure, _) => Expr::Closure(closure),
    })
}

pub(super) fn fallback_on(expr: &Expr) -> Result<FallbackOn> {
    let word = match expr {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    };
    match word.as_deref() {
        Some("rejected") => Ok(FallbackOn::Rejected),
        Some("error") => Ok(FallbackOn::Error),
        Some("any") => Ok(FallbackOn::Any),
        _ => {
            let message =
                "expected `rejected`, `error` or `any`, without quotes: write `fallback_on = any`";
            Err(Error::new_spanned(expr, message))
        }
    }
}

enum Callable {
    Path(ExprPath),
    /// The closure and a copy of its argument.
    Closure(ExprClosure, Pat),
}

fn callable(key: Key, expr: Expr) -> Result<Callable> {
    match expr {
        Expr::Path(ref path) if key == Key::Fallback && is_none(path) => {
            Err(no_closure("None", &expr))
        }
        Expr::Path(path) if !path.path.is_ident("self") => Ok(Callable::Path(path)),
        Expr::Closure(closure) => inlined(key, closure),
        Expr::Lit(ExprLit {
            lit: Lit::Str(ref text),
            ..
        }) => {
            let path = text.parse::<ExprPath>().ok().map(|_| text.value());
            Err(expected("a path", key, path.as_deref(), &expr))
        }
        Expr::Call(ref call) => {
            let form = match ungroup((*call.func).clone()) {
                Expr::Path(path) => written(&path),
                _ => None,
            };
            if let (Key::Fallback, Some(path)) = (key, form.as_deref().filter(|it| is_made(it))) {
                return Err(no_closure(&format!("{path}(…)"), &expr));
            }
            let form = form.map_or_else(|| key.example(), |path| key.form(&path));
            let message = format!("without the call: write `{form}`");
            Err(Error::new_spanned(&expr, message))
        }
        Expr::Field(_) | Expr::MethodCall(_) => {
            let form = method(&expr).map_or_else(
                || key.example(),
                |method| key.form(&format!("Self::{method}")),
            );
            let message = format!("write the path of the method: `{form}`");
            Err(Error::new_spanned(&expr, message))
        }
        Expr::Lit(ref value) if key == Key::Fallback => {
            Err(no_closure(&value.to_token_stream().to_string(), &expr))
        }
        _ => Err(expected("a path or a closure", key, None, &expr)),
    }
}

fn is_none(path: &ExprPath) -> bool {
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "None")
}

/// Is it a type or a variant that a call of this path makes, and no function?
fn is_made(path: &str) -> bool {
    let last = path.rsplit("::").next();
    last.is_some_and(|last| last.starts_with(char::is_uppercase))
}

/// An error at an answer that is there already.
fn no_closure(answer: &str, at: &Expr) -> Error {
    let form = Key::Fallback.form(&format!("|_| {answer}"));
    Error::new_spanned(at, format!("an answer needs a closure: write `{form}`"))
}

/// A closure that can be inlined: it takes one argument and is not `async`.
fn inlined(key: Key, closure: ExprClosure) -> Result<Callable> {
    let (argument, word, why) = match key {
        Key::Fallback => (
            "the error",
            "error",
            "the closure is part of the function and may `.await`",
        ),
        Key::OpenForHint => (
            "the returned value",
            "value",
            "a value gives its hint at once",
        ),
        _ => ("the returned value", "value", "a value is judged at once"),
    };
    if let Some(token) = closure.asyncness {
        return Err(Error::new_spanned(token, format!("remove `async`: {why}")));
    }
    let mut inputs = closure.inputs.iter();
    if let (Some(only), None) = (inputs.next(), inputs.next()) {
        let only = only.clone();
        return Ok(Callable::Closure(closure, only));
    }
    let form = key.form(&format!("|{word}| …"));
    let message = format!("the closure takes one argument, {argument}: write `{form}`");
    let mut arguments = closure.inputs_begin.to_token_stream();
    closure.inputs.to_tokens(&mut arguments);
    closure.inputs_end.to_tokens(&mut arguments);
    Err(Error::new_spanned(arguments, message))
}

/// The name behind the last dot.
fn method(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Field(field) => match &field.member {
            Member::Named(name) => Some(name),
            Member::Unnamed(_) => None,
        },
        Expr::MethodCall(call) => Some(&call.method),
        _ => None,
    }
}

/// A path as people write it; with generic arguments it is left out.
fn written(path: &ExprPath) -> Option<String> {
    let text = path.to_token_stream().to_string().replace(' ', "");
    (!text.contains('<')).then_some(text)
}

#[cfg(test)]
mod tests;
