//! The `Box::pin(…)` at the end of a body.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::control::may_return;

/// The call of `Box::pin`.
#[derive(Debug)]
pub(crate) struct Constructor {
    /// The path before the parentheses.
    pub(crate) path: TokenStream,
    pub(crate) parens: DelimSpan,
}

/// A body that ends with a call of `Box::pin`.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Tail {
    /// The statements before the call.
    pub(crate) before: TokenStream,
    pub(crate) constructor: Constructor,
    /// The parentheses of the call.
    pub(crate) arguments: Group,
}

/// Takes a body apart if it ends with a call of `Box::pin` and returns nothing else.
pub(super) fn box_pin(statements: &TokenStream) -> Option<Tail> {
    let tokens = visible(statements.clone());
    let (last, before) = tokens.split_last()?;
    let TokenTree::Group(arguments) = last else {
        return None;
    };
    let length = path_length(before);
    let (statements, path) = before.split_at(before.len() - length);
    let ends = match statements.last() {
        None => true,
        Some(TokenTree::Punct(sign)) => sign.as_char() == ';',
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(_) => false,
    };
    let returns = may_return(statements.iter().cloned().collect())
        || !is_async_block(arguments) && may_return(arguments.stream());
    let is_call = arguments.delimiter() == Delimiter::Parenthesis && is_box_pin(path);
    (is_call && ends && !returns).then(|| Tail {
        before: statements.iter().cloned().collect(),
        constructor: Constructor {
            path: path.iter().cloned().collect(),
            parens: arguments.delim_span(),
        },
        arguments: arguments.clone(),
    })
}

/// Looks through the invisible group of a fragment.
fn visible(tokens: TokenStream) -> Vec<TokenTree> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            visible(group.stream())
        }
        _ => tokens,
    }
}

/// Returns how many of the last tokens are a path.
fn path_length(tokens: &[TokenTree]) -> usize {
    let mut length = 0;
    let mut word_expected = true;
    for token in tokens.iter().rev() {
        match token {
            TokenTree::Ident(_) if word_expected => word_expected = false,
            TokenTree::Punct(sign) if sign.as_char() == ':' => word_expected = true,
            _ => break,
        }
        length += 1;
    }
    length
}

fn is_box_pin(path: &[TokenTree]) -> bool {
    let [.., name, first, second, function] = path else {
        return false;
    };
    let is = |token: &TokenTree, text: &str| token.to_string() == text;
    is(name, "Box") && is(first, ":") && is(second, ":") && is(function, "pin")
}

/// Returns whether the argument is one `async` block, whose `return`s end only the block.
fn is_async_block(arguments: &Group) -> bool {
    let words: Vec<_> = visible(arguments.stream());
    let is = |token: &TokenTree, text: &str| token.to_string() == text;
    let is_block = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    match words.as_slice() {
        [first, block] => is(first, "async") && is_block(block),
        [first, second, third, rest @ ..] if is(first, "async") => {
            is_block(second) && is(third, ",") && rest.is_empty()
                || is(second, "move") && is_block(third) && rest.iter().all(|it| is(it, ","))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
