//! Whether a body only reads a variable, and leaves it where it is.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::control::BEFORE_EXPRESSION;
use super::mentions::{is_formatted, is_variable};

/// Words after which a name may be a copy of the variable, another variable, or not there at all.
const HIDING: &[&str] = &["cfg", "fn", "macro_rules", "move"];

/// Words that may end a body before it reaches the tokens that follow.
const ENDING: &[&str] = &[
    "loop",
    "panic",
    "return",
    "todo",
    "unimplemented",
    "unreachable",
];

/// Methods that take `self` by reference, by the conventions of the standard library.
const BORROWING: &[&str] = &["contains", "get", "iter", "len"];

/// The beginnings of the names of such methods.
const BORROWING_PREFIXES: &[&str] = &["as_", "is_"];

/// Returns whether a body certainly reads the variable, and never moves or assigns it: it borrows the variable, or uses
/// its fields, its elements and methods that borrow it.
///
/// It finds too little rather than too much. A copy of the variable or of a field does not count: clippy can find only a
/// local variable that need not be cloned.
pub(crate) fn is_read_in_place(body: TokenStream, name: &Ident) -> bool {
    let mut reader = Reader {
        name,
        is_read: false,
    };
    reader.accepts(body, Part::Body) && reader.is_read
}

/// The part of the body that tokens belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Body,
    Braces,
    /// The arguments of a function that copies a value, such as `Arc::clone`.
    Copied,
    Macro,
    Other,
}

struct Reader<'a> {
    name: &'a Ident,
    /// Whether the tokens so far read the variable.
    is_read: bool,
}

impl Reader<'_> {
    /// Returns whether all tokens leave the variable in place.
    fn accepts(&mut self, tokens: TokenStream, part: Part) -> bool {
        let tokens: Vec<_> = tokens.into_iter().collect();
        tokens.iter().enumerate().all(|(at, token)| match token {
            TokenTree::Ident(word) if word == self.name => self.accepts_name(&tokens, at, part),
            TokenTree::Ident(word) => {
                let is_one_of = |words: &[&str]| words.iter().any(|it| word == it);
                let may_end = part == Part::Body && !self.is_read;
                !(is_one_of(HIDING) || may_end && is_one_of(ENDING))
            }
            TokenTree::Group(group) => {
                let in_macro = part == Part::Macro || is_sign(before(&tokens, at), '!');
                let part = match (group.delimiter(), before(&tokens, at)) {
                    _ if in_macro => Part::Macro,
                    (Delimiter::Brace, _) => Part::Braces,
                    (_, Some(TokenTree::Ident(called))) if copies(called) => Part::Copied,
                    _ => Part::Other,
                };
                self.accepts(group.stream(), part)
            }
            TokenTree::Literal(literal) => {
                self.is_read |=
                    part == Part::Macro && is_formatted(&literal.to_string(), self.name);
                true
            }
            TokenTree::Punct(_) => true,
        })
    }

    fn accepts_name(&mut self, tokens: &[TokenTree], at: usize, part: Part) -> bool {
        if !is_variable(tokens, at) {
            // `let name: u8` declares another variable, but `Order { name: 1 }` only names a field.
            let in_literal = part == Part::Braces && (at == 0 || is_sign(before(tokens, at), ','));
            let has_type = is_sign(tokens.get(at + 1), ':') && !is_sign(tokens.get(at + 2), ':');
            return in_literal || !has_type;
        }
        let rest = &tokens[at + 1..];
        let is_in_place = match first_part(rest) {
            Some((Place::Method(name), _)) => borrows(name),
            Some(_) => true,
            None => {
                let is_used = is_called(rest) || is_sign(rest.first(), '?');
                !is_used && is_borrowed(&tokens[..at])
            }
        };
        self.is_read |= is_in_place;
        is_in_place && part != Part::Copied && !is_copied(rest)
    }
}

/// What follows a value.
enum Place<'a> {
    Part,
    Method(&'a Ident),
}

/// Returns the field, the element or the method that the tokens begin with, and the tokens behind it.
fn first_part(tokens: &[TokenTree]) -> Option<(Place<'_>, &[TokenTree])> {
    match tokens {
        [TokenTree::Group(index), rest @ ..] if index.delimiter() == Delimiter::Bracket => {
            Some((Place::Part, rest))
        }
        [TokenTree::Punct(dot), TokenTree::Literal(_), rest @ ..] if dot.as_char() == '.' => {
            Some((Place::Part, rest))
        }
        [TokenTree::Punct(dot), TokenTree::Ident(name), rest @ ..] if dot.as_char() == '.' => {
            let is_method = name == "await" || is_called(rest) || is_sign(rest.first(), ':');
            let place = if is_method {
                Place::Method(name)
            } else {
                Place::Part
            };
            Some((place, rest))
        }
        _ => None,
    }
}

/// Returns whether a method copies the value or a part of it.
fn is_copied(mut rest: &[TokenTree]) -> bool {
    while let Some((place, after)) = first_part(rest) {
        match place {
            Place::Method(name) => return copies(name),
            Place::Part => rest = after,
        }
    }
    false
}

fn is_called(rest: &[TokenTree]) -> bool {
    matches!(rest.first(), Some(TokenTree::Group(group))
        if group.delimiter() == Delimiter::Parenthesis)
}

fn copies(function: &Ident) -> bool {
    let name = function.to_string();
    name == "clone" || name.starts_with("to_")
}

fn borrows(method: &Ident) -> bool {
    let name = method.to_string();
    BORROWING.contains(&name.as_str()) || BORROWING_PREFIXES.iter().any(|it| name.starts_with(it))
}

/// Returns whether the tokens end with the `&` of a shared reference. In `|&name|` it belongs to a pattern, and in
/// `a & name` it is an operator.
fn is_borrowed(tokens: &[TokenTree]) -> bool {
    let [rest @ .., TokenTree::Punct(and)] = tokens else {
        return false;
    };
    let begins_expression = match rest.last() {
        None => true,
        Some(TokenTree::Punct(sign)) => sign.as_char() != '|',
        Some(TokenTree::Ident(word)) => BEFORE_EXPRESSION.iter().any(|it| word == it),
        Some(TokenTree::Group(_) | TokenTree::Literal(_)) => false,
    };
    and.as_char() == '&' && begins_expression
}

fn before(tokens: &[TokenTree], at: usize) -> Option<&TokenTree> {
    at.checked_sub(1).map(|before| &tokens[before])
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

#[cfg(test)]
mod tests;
