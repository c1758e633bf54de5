//! The syntax of an argument: the form of its value, and where the next argument begins.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Error, Expr, Lit, Result, Token, parenthesized, token};

use super::setting_name::{Bound, SettingName, ValueKind};
use super::value::{self, Arm};
use crate::grammar::meaning;

/// The tokens of a value, before its setting checks them.
pub(super) enum Form {
    /// `= value`
    Value(Expr),
    /// `(pattern)`
    Pattern(Arm),
    /// The name of the setting without a value.
    Word,
}

/// Why a setting has no value.
pub(super) enum Malformed {
    /// The sign before the value is missing or wrong.
    Sign {
        sign: &'static str,
        at: Span,
        /// The value that was probably meant.
        given: Option<Box<Form>>,
    },
    Other(Error),
}

impl From<Error> for Malformed {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Parses what follows the name of a setting. An unknown word can have either form.
pub(super) fn parse_form(
    input: ParseStream<'_>,
    name: Option<SettingName>,
    word: &Ident,
) -> std::result::Result<Form, Malformed> {
    let pattern = match name {
        Some(name) => name.kind() == ValueKind::Pattern,
        None => input.peek(token::Paren),
    };
    let example = name.map(SettingName::example).unwrap_or_default();
    let missing = |sign: &'static str| {
        let alone = input.is_empty() || input.peek(Token![,]) || starts_argument(input);
        Malformed::Sign {
            sign,
            at: if alone { word.span() } else { input.span() },
            given: if alone {
                None
            } else {
                given(&input.fork(), pattern)
            },
        }
    };
    if pattern {
        if !input.peek(token::Paren) {
            return Err(missing("("));
        }
        let empty =
            |span: Span| Error::new(span, format!("expected a pattern, such as `{example}`"));
        let arm = parse_all(input, |input| {
            let content;
            let parens = parenthesized!(content in input);
            if content.is_empty() {
                return Err(empty(parens.span.join()));
            }
            value::arm(&content)
        })?;
        return Ok(Form::Pattern(arm));
    }
    let alone = input.is_empty() || input.peek(Token![,]);
    if alone && name == Some(SettingName::Cause) {
        return Ok(Form::Word);
    }
    if !input.peek(Token![=]) || input.peek(Token![==]) || input.peek(Token![=>]) {
        return Err(missing("="));
    }
    let sign: Token![=] = input.parse()?;
    if let Some(error) = name.and_then(|name| percentage(input, name)) {
        return Err(error.into());
    }
    let expr = parse_value(
        input,
        &format!("expected a value, such as `{example}`"),
        sign,
    )?;
    Ok(Form::Value(value::ungroup(expr)))
}

/// Recognises a number with a percent sign, which Rust reads as a division without a divisor.
fn percentage(input: ParseStream<'_>, name: SettingName) -> Option<Error> {
    let ahead = input.fork();
    let digits = match ahead.parse().ok()? {
        Lit::Int(int) => int.base10_digits().to_owned(),
        Lit::Float(float) => float.base10_digits().to_owned(),
        _ => return None,
    };
    let sign: Option<Token![%]> = ahead.parse().ok()?;
    let complete = ahead.is_empty() || ahead.peek(Token![,]);
    let percentage = sign.filter(|_| complete).map(|_| format!("{digits}%"))?;
    let meant = match name.bound()? {
        Bound::Rate => meaning::rate(&percentage),
        Bound::Share => meaning::share(&percentage),
        _ => None,
    };
    let advice = name.advise(meant.map(|value| name.with_value(&value)));
    Some(Error::new_spanned(
        between(input.cursor(), ahead.cursor()),
        advice.about("expected a number without `%`"),
    ))
}

/// Finds the value after a wrong sign, in parentheses, or without a sign.
fn given(input: ParseStream<'_>, pattern: bool) -> Option<Box<Form>> {
    let parse = |input: ParseStream<'_>| {
        let form = if pattern {
            Form::Pattern(value::arm_before_comma(input)?)
        } else {
            Form::Value(value::ungroup(input.parse()?))
        };
        Ok((
            form,
            input.is_empty() || input.peek(Token![,]) || starts_argument(input),
        ))
    };
    let (form, complete) = if let Ok(TokenTree::Group(group)) = input.fork().parse() {
        parse.parse2(group.stream()).ok()?
    } else {
        let mut signs = 0;
        while input.peek(Token![:]) || input.peek(Token![=]) || input.peek(Token![>]) {
            skip_one(input);
            signs += 1;
        }
        let literal = input.peek(Lit);
        parse(input).ok().filter(|_| signs > 0 || literal)?
    };
    complete.then(|| Box::new(form))
}

fn parse_value(input: ParseStream<'_>, no_value: &str, sign: Token![=]) -> Result<Expr> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(sign.span, no_value));
    }
    let fork = input.fork();
    let cut_short = fork.parse::<Expr>().is_err() && fork.is_empty();
    let expr = parse_all(input, Expr::parse).map_err(|error| {
        // The end of the arguments has no span, so the error points to the incomplete value.
        if cut_short {
            Error::new_spanned(between(input.cursor(), fork.cursor()), no_value)
        } else {
            error
        }
    })?;
    match expr {
        // `threshold = open_for = "30s"`
        Expr::Assign(assign) => Err(Error::new(assign.eq_token.span, "expected `,`")),
        expr => Ok(expr),
    }
}

/// Parses one thing including all tokens in its groups. The input advances only after success.
fn parse_all<T>(
    input: ParseStream<'_>,
    parser: impl Fn(ParseStream<'_>) -> Result<T>,
) -> Result<T> {
    let fork = input.fork();
    let parsed = parser(&fork)?;
    // Only at the end of a whole parse does syn detect tokens that are left over in a group.
    Parser::parse2(parser, between(input.cursor(), fork.cursor()))?;
    input.advance_to(&fork);
    Ok(parsed)
}

/// Returns whether the name of a setting and its value follow.
fn starts_argument(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let word = ahead.call(Ident::parse_any);
    word.is_ok_and(|word| {
        let known = SettingName::find(&word.to_string()).is_some();
        known && (ahead.peek(Token![=]) || ahead.peek(token::Paren))
    })
}

/// Skips to the next comma, or to the next argument if the comma before it is missing.
pub(super) fn skip(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && !starts_argument(input) {
        skip_one(input);
    }
}

/// Skips one token. All callers have made sure that there is one.
pub(super) fn skip_one(input: ParseStream<'_>) {
    let _ = input.step(|cursor| match cursor.token_tree() {
        Some((_, rest)) => Ok(((), rest)),
        None => Err(cursor.error("expected a token")),
    });
}

fn between(mut from: Cursor<'_>, to: Cursor<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while from < to {
        let Some((token, rest)) = from.token_tree() else {
            break;
        };
        tokens.extend([token]);
        from = rest;
    }
    tokens
}
