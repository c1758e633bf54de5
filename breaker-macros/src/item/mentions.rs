//! Which arguments the tokens of an expression mention.

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use syn::Pat;
use syn::ext::IdentExt as _;

/// Returns whether an expression uses one of the variables `names`, also as `{name}` in a format string.
///
/// Fields, methods, segments of paths and the names of fields in a struct literal are not variables.
pub(crate) fn mentions(tokens: TokenStream, names: &[Ident]) -> bool {
    let tokens: Vec<_> = tokens.into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Ident(ident) => names.contains(ident) && is_variable(&tokens, at),
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            names.iter().any(|name| is_formatted(&text, name))
        }
        TokenTree::Punct(_) => false,
    })
}

/// Returns whether the identifier at this position can be a variable.
pub(super) fn is_variable(tokens: &[TokenTree], at: usize) -> bool {
    let sign = |at: Option<usize>, sign: char| match at.and_then(|at| tokens.get(at)) {
        Some(TokenTree::Punct(punct)) if punct.as_char() == sign => Some(punct.spacing()),
        _ => None,
    };
    let (before, two_before) = (at.checked_sub(1), at.checked_sub(2));
    // `x.name`, but not `..name`.
    let field = sign(before, '.').is_some() && sign(two_before, '.').is_none();
    let in_path = |first| sign(first, ':') == Some(Spacing::Joint);
    let after_path = in_path(two_before) && sign(before, ':').is_some();
    // `name::x` and `name: x`.
    let before_colon = sign(Some(at + 1), ':').is_some();
    !field && !after_path && !before_colon
}

/// Returns whether a string literal has a hole for the variable: `{name}`, `{name:?}` or `{:name$}`.
pub(super) fn is_formatted(text: &str, name: &Ident) -> bool {
    let name = name.unraw().to_string();
    text.contains(&format!("{{{name}}}"))
        || text.contains(&format!("{{{name}:"))
        || text.match_indices(&format!("{name}$")).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_')
        })
}

/// Returns whether the tokens contain one of the names anywhere, also at the beginning of a hole in a format string.
///
/// It finds too much rather than too little: the body of a function is not parsed.
pub(crate) fn may_mention(tokens: TokenStream, names: &[Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&ident),
        TokenTree::Group(group) => may_mention(group.stream(), names),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            let begins = |name: &Ident| text.contains(&format!("{{{}", name.unraw()));
            names.iter().any(begins)
        }
        TokenTree::Punct(_) => false,
    })
}

/// Returns the variables that a pattern binds.
pub(crate) fn bindings(pattern: &Pat) -> Vec<Ident> {
    let mut found = Vec::new();
    collect(pattern, &mut found);
    found
}

fn collect(pattern: &Pat, found: &mut Vec<Ident>) {
    match pattern {
        Pat::Ident(binding) => {
            found.push(binding.ident.clone());
            if let Some((_, inner)) = &binding.subpat {
                collect(inner, found);
            }
        }
        Pat::Or(or) => or.cases.iter().for_each(|case| collect(case, found)),
        Pat::Paren(paren) => collect(&paren.pat, found),
        Pat::Reference(reference) => collect(&reference.pat, found),
        Pat::Slice(slice) => slice.elems.iter().for_each(|it| collect(it, found)),
        Pat::Struct(fields) => {
            let fields = fields.fields.iter();
            fields.for_each(|field| collect(&field.pat, found));
        }
        Pat::Tuple(tuple) => tuple.elems.iter().for_each(|it| collect(it, found)),
        Pat::TupleStruct(tuple) => tuple.elems.iter().for_each(|it| collect(it, found)),
        Pat::Type(typed) => collect(&typed.pat, found),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
