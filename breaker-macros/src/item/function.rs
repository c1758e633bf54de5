//! The parts of the annotated function.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Abi, Attribute, Result, ReturnType, Signature, Token, Type, Visibility};

use super::body::{Body, raw_body};
use super::returns::{self, Shape};
use super::spelling::Output;
use super::{bare_trait, unsupported};

#[cfg_attr(test, derive(Debug))]
pub(crate) struct Function {
    /// The outer attributes below this one, in order.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
    pub(crate) shape: Shape,
}

impl Function {
    /// Parses a function. Every other item is an error.
    pub(crate) fn parse(item: TokenStream) -> Result<Self> {
        let statements = raw_body(item.clone());
        let mut function = match parse.parse2(item.clone()) {
            Ok(function) => function,
            Err(error) => parse.parse2(bare_trait::add_dyn(item)).map_err(|_| error)?,
        };
        if let (Some(statements), true) = (statements, function.body.inner_attributes.is_empty()) {
            function.body.statements = statements;
        }
        Ok(function)
    }

    /// Returns the type of the value that is classified, which is the output of a future or the item of a stream. It is
    /// `None` for a signature without an arrow. For an alias of a stream it is the alias.
    pub(crate) fn returned(&self) -> Option<&Type> {
        match (self.output(), &self.signature.output) {
            (Some(output), _) => Some(&output.ty),
            (None, ReturnType::Type(_, ty)) => Some(ty),
            (None, ReturnType::Default) => None,
        }
    }

    /// Returns the same type as far as the signature spells it. For an alias that is its parameter.
    pub(crate) fn spelled(&self) -> Option<&Type> {
        match self.output() {
            Some(output) => output.spelled.as_ref(),
            None => self.returned(),
        }
    }

    /// Returns the output of the future, or the item of the stream, that a function without `async` returns.
    fn output(&self) -> Option<&Output> {
        match &self.shape {
            Shape::Block(block) => Some(&block.output),
            Shape::Boxed(boxed) => Some(&boxed.output),
            Shape::ImplFuture { output } => Some(output),
            Shape::Stream(stream) => Some(&stream.item),
            Shape::Sync | Shape::Async => None,
        }
    }
}

fn parse(input: ParseStream<'_>) -> Result<Function> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility = input.parse()?;
    let defaultness = input.parse()?;
    if !starts_function(input) {
        return Err(unsupported::not_a_function(input));
    }
    // Only a function in an `extern` block is `safe`. It has no body, which is an error below.
    input.parse::<Option<Token![safe]>>()?;
    let signature: Signature = input.parse()?;
    let body = Body::parse(input, &signature)?;
    let shape = returns::shape(&signature, &body);
    Ok(Function {
        attributes,
        visibility,
        defaultness,
        signature,
        body,
        shape,
    })
}

fn starts_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<Option<Token![safe]>>().is_ok()
        && ahead.parse::<Option<Token![const]>>().is_ok()
        && ahead.parse::<Option<Token![async]>>().is_ok()
        && ahead.parse::<Option<Token![unsafe]>>().is_ok()
        && ahead.parse::<Option<Abi>>().is_ok()
        && ahead.peek(Token![fn])
}

#[cfg(test)]
mod tests;
