//! Parsers for the values that the expansion calls: the fallback, the classifier, the hint, the cause and the probe.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Error, Expr, ExprCall, ExprClosure, ExprLit, ExprPath, Lit, LitStr, Member, Pat, Result,
    ReturnType, Type,
};

use super::setting_name::SettingName;
use super::value::{expected, literal, text, ungroup};
use crate::grammar::advice::Advice;

/// The source of the text that the setting `cause` keeps.
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Cause {
    /// The error of the returned `Result`: the setting has no value.
    Error(Span),
    /// A function of the returned value.
    Stated(Expr),
}

/// How the setting `classify` judges a value.
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Classify {
    /// The word `by_error`: the error knows what it says about the dependency.
    ByError,
    /// A function of the returned value.
    Function(Expr),
}

/// The calls that the fallback runs for.
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

/// A closure whose body the expansion writes into the function, in place of a call.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Closure {
    /// The pattern of the only argument.
    pub(crate) pattern: Pat,
    pub(crate) ty: Option<Type>,
    pub(crate) output: Option<Type>,
    pub(crate) body: Expr,
}

pub(super) fn fallback(name: SettingName, expr: Expr) -> Result<FallbackKind> {
    Ok(match callable(name, expr)? {
        Callable::Path(path) => FallbackKind::Path(path),
        Callable::Closure(closure, argument) => {
            reject_attributes(&argument)?;
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

/// Rejects attributes of the argument. It becomes a `let`, where other attributes are valid.
fn reject_attributes(argument: &Pat) -> Result<()> {
    match argument.to_token_stream().into_iter().next() {
        Some(TokenTree::Punct(sign)) if sign.as_char() == '#' => {
            let message = "remove the attribute: the closure is inlined into the function";
            Err(Error::new(sign.span(), message))
        }
        _ => Ok(()),
    }
}

/// Parses a function of the returned value: a classifier, a hint or a cause.
pub(super) fn of_value(name: SettingName, expr: Expr) -> Result<Expr> {
    Ok(match callable(name, expr)? {
        Callable::Path(path) => Expr::Path(path),
        Callable::Closure(closure, _) => Expr::Closure(closure),
    })
}

/// Parses a classifier: the word `by_error`, or a function of the returned value.
pub(super) fn classify(name: SettingName, expr: Expr) -> Result<Classify> {
    Ok(match of_value(name, expr)? {
        Expr::Path(path) if path.path.is_ident("by_error") => Classify::ByError,
        function => Classify::Function(function),
    })
}

/// Parses the path of a probe, which is called from a `static` and not from the function.
pub(super) fn probe(name: SettingName, expr: &Expr) -> Result<ExprPath> {
    let problem = match expr {
        Expr::Path(path) if names_self_type(path.to_token_stream()) => Error::new_spanned(
            path,
            "`Self` is unknown where the probe is called: write the name of the type in its place",
        ),
        Expr::Path(path) if !path.path.is_ident("self") => return Ok(path.clone()),
        Expr::Closure(_) => Error::new_spanned(
            expr,
            "expected a path, not a closure: write a function without arguments, such as `async fn ping()`",
        ),
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => quoted_path(name, text, expr),
        Expr::Call(call) => called(name, called_path(call).as_deref(), expr),
        _ => expected("a path", name, None, expr),
    };
    Err(problem)
}

/// Returns whether the type `Self` occurs in the tokens of a path.
fn names_self_type(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "Self",
        TokenTree::Group(group) => names_self_type(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
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
            let problem = "expected `rejected`, `error` or `any`, without quotes";
            let text = literal(expr).and_then(|(lit, _)| text(lit)).or(word);
            let text = text.map(|text| text.to_lowercase());
            let known = |text: &String| matches!(text.as_str(), "rejected" | "error" | "any");
            Err(Error::new_spanned(
                expr,
                match text.filter(known) {
                    Some(word) => {
                        let form = SettingName::FallbackOn.with_value(&word);
                        Advice::Write(vec![form]).about(problem)
                    }
                    None => problem.to_owned(),
                },
            ))
        }
    }
}

enum Callable {
    Path(ExprPath),
    /// The closure and a copy of its argument.
    Closure(ExprClosure, Pat),
}

fn callable(name: SettingName, expr: Expr) -> Result<Callable> {
    match expr {
        Expr::Path(ref path) if name == SettingName::Fallback && is_none(path) => {
            Err(not_callable("None", &expr))
        }
        Expr::Path(path) if !path.path.is_ident("self") => Ok(Callable::Path(path)),
        Expr::Closure(closure) => inlined(name, closure),
        Expr::Lit(ExprLit {
            lit: Lit::Str(ref text),
            ..
        }) => Err(quoted_path(name, text, &expr)),
        Expr::Call(ref call) => {
            let form = called_path(call);
            let constructor = form.as_deref().filter(|path| is_constructor(path));
            if let (SettingName::Fallback, Some(path)) = (name, constructor) {
                return Err(not_callable(&format!("{path}(…)"), &expr));
            }
            Err(called(name, form.as_deref(), &expr))
        }
        Expr::Field(_) | Expr::MethodCall(_) => {
            let Some(method) = method(&expr) else {
                return Err(expected("a path or a closure", name, None, &expr));
            };
            let form = name.with_value(&format!("Self::{method}"));
            let message = format!("expected the path of the method: write `{form}`");
            Err(Error::new_spanned(&expr, message))
        }
        Expr::Lit(ref value) if name == SettingName::Fallback => {
            Err(not_callable(&value.to_token_stream().to_string(), &expr))
        }
        _ => Err(expected("a path or a closure", name, None, &expr)),
    }
}

/// Makes an error for a path in quotes.
fn quoted_path(name: SettingName, text: &LitStr, at: &Expr) -> Error {
    let path = text.parse::<ExprPath>().ok().map(|_| text.value());
    expected("a path", name, path.as_deref(), at)
}

/// Returns the path of the function that is called.
fn called_path(call: &ExprCall) -> Option<String> {
    match ungroup((*call.func).clone()) {
        Expr::Path(path) => written(&path),
        _ => None,
    }
}

/// Makes an error for the call of a function in place of its path.
fn called(name: SettingName, path: Option<&str>, at: &Expr) -> Error {
    let advice = name.advise(path.map(|path| name.with_value(path)));
    Error::new_spanned(at, advice.about("expected a path, not a call"))
}

fn is_none(path: &ExprPath) -> bool {
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "None")
}

/// Returns whether a call of this path constructs a type or a variant, judged by its spelling.
fn is_constructor(path: &str) -> bool {
    let last = path.rsplit("::").next();
    last.is_some_and(|last| last.starts_with(char::is_uppercase))
}

/// Makes an error for a fallback that is a value rather than something to call.
fn not_callable(value: &str, at: &Expr) -> Error {
    let form = SettingName::Fallback.with_value(&format!("|_| {value}"));
    let message = format!("expected a path or a closure, not a value: write `{form}`");
    Error::new_spanned(at, message)
}

/// Accepts a closure with one argument that is not `async`.
fn inlined(name: SettingName, closure: ExprClosure) -> Result<Callable> {
    let (argument, word, why) = match name {
        SettingName::Fallback => (
            "the error",
            "error",
            "the closure is inlined into the function and may use `.await`",
        ),
        SettingName::OpenForHint => (
            "the returned value",
            "value",
            "the hint is computed without waiting",
        ),
        SettingName::Cause => (
            "the returned value",
            "value",
            "the cause is stated without waiting",
        ),
        _ => (
            "the returned value",
            "value",
            "a value is classified without waiting",
        ),
    };
    if let Some(token) = closure.asyncness {
        return Err(Error::new_spanned(token, format!("remove `async`: {why}")));
    }
    let mut inputs = closure.inputs.iter();
    if let (Some(only), None) = (inputs.next(), inputs.next()) {
        let only = only.clone();
        return Ok(Callable::Closure(closure, only));
    }
    let form = name.with_value(&format!("|{word}| …"));
    let message = format!("expected a closure with one argument, {argument}: write `{form}`");
    let mut arguments = closure.inputs_begin.to_token_stream();
    closure.inputs.to_tokens(&mut arguments);
    closure.inputs_end.to_tokens(&mut arguments);
    Err(Error::new_spanned(arguments, message))
}

/// Returns the name of a method of `self`.
fn method(expr: &Expr) -> Option<&Ident> {
    let (receiver, name) = match expr {
        Expr::Field(field) => match &field.member {
            Member::Named(name) => (&field.base, name),
            Member::Unnamed(_) => return None,
        },
        Expr::MethodCall(call) => (&call.receiver, &call.method),
        _ => return None,
    };
    let of_self = matches!(receiver.as_ref(), Expr::Path(path) if path.path.is_ident("self"));
    of_self.then_some(name)
}

/// Returns the source text of a path, unless it has generic arguments.
fn written(path: &ExprPath) -> Option<String> {
    let text = path.to_token_stream().to_string().replace(' ', "");
    (!text.contains('<')).then_some(text)
}

#[cfg(test)]
mod tests;
