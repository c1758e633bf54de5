//! The form of an argument: what stands behind its key, and where the next one begins.

use proc_macro2::{Ident, Span, TokenStream};
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Error, Expr, Result, Token, parenthesized, token};

use super::key::{Key, Kind};
use super::value::{self, Arm};

/// A value as its tokens tell, before the key's reader sees it.
pub(super) enum Form {
    Value(Expr),
    Pattern(Arm),
}

/// Reads what follows a key; after an unknown word, whatever form it has.
pub(super) fn parse_form(input: ParseStream<'_>, key: Option<Key>, word: &Ident) -> Result<Form> {
    let pattern = match key {
        Some(key) => key.kind() == Kind::Pattern,
        None => input.peek(token::Paren),
    };
    let example = key.map(Key::example).unwrap_or_default();
    let missing = |sign: &str| {
        let message = format!("expected `{sign}`: write `{example}`");
        if input.is_empty() || input.peek(Token![,]) || starts_argument(input) {
            Error::new(word.span(), message)
        } else {
            input.error(message)
        }
    };
    if pattern {
        if !input.peek(token::Paren) {
            return Err(missing("("));
        }
        let empty = |span: Span| Error::new(span, format!("expected a pattern: write `{example}`"));
        return strictly(input, |input| {
            let content;
            let parens = parenthesized!(content in input);
            if content.is_empty() {
                return Err(empty(parens.span.join()));
            }
            value::arm(&content)
        })
        .map(Form::Pattern);
    }
    if !input.peek(Token![=]) || input.peek(Token![==]) || input.peek(Token![=>]) {
        return Err(missing("="));
    }
    let sign: Token![=] = input.parse()?;
    let expr = parse_value(input, &format!("expected a value: write `{example}`"), sign)?;
    Ok(Form::Value(value::ungroup(expr)))
}

fn parse_value(input: ParseStream<'_>, no_value: &str, sign: Token![=]) -> Result<Expr> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(sign.span, no_value));
    }
    let fork = input.fork();
    let cut_short = fork.parse::<Expr>().is_err() && fork.is_empty();
    let expr = strictly(input, Expr::parse).map_err(|error| {
        // The end of the arguments has no place of its own to point at.
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

/// Parses one thing and stands behind it, or where it stood before if there is a mistake in it.
fn strictly<T>(input: ParseStream<'_>, parser: impl Fn(ParseStream<'_>) -> Result<T>) -> Result<T> {
    let fork = input.fork();
    let parsed = parser(&fork)?;
    // Tokens left over inside of a group are only found at the end of a whole parse.
    Parser::parse2(parser, between(input.cursor(), fork.cursor()))?;
    input.advance_to(&fork);
    Ok(parsed)
}

/// Does a key with its value stand here?
fn starts_argument(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let word = ahead.call(Ident::parse_any);
    word.is_ok_and(|word| {
        let known = Key::find(&word.to_string()).is_some();
        known && (ahead.peek(Token![=]) || ahead.peek(token::Paren))
    })
}

/// Goes on to the next comma, or to the next argument if its comma is missing.
pub(super) fn skip(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && !starts_argument(input) {
        skip_one(input);
    }
}

pub(super) fn skip_one(input: ParseStream<'_>) {
    // There is always one more: all callers have looked.
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
