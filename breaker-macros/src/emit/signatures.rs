//! The signatures of closures that a function returns as `impl Fn(…)`.
//!
//! rustc takes the signature of a closure from the bound on the type that is expected of it. The expansion has to write
//! `_` in place of `impl Fn(…)`, and so loses the bound. A local function restores it:
//!
//! ```rust,ignore
//! fn measure() -> impl Fn(&str) -> usize { |text| text.len() }
//!
//! fn shaped<T0: ?Sized, T1, R0, F>(call: F) -> R0 where R0: Fn(&T0) -> T1, F: FnOnce() -> R0 { call() }
//! shaped::<str, usize, _, _>(move || { |text| text.len() })
//! ```
//!
//! A local function cannot name the generics of the functions and `impl`s around it. So the types in the bound become
//! parameters, except those that contain a lifetime of the bound itself.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, Generics, Lifetime, Path, PathArguments, ReturnType, Token, TraitBound, Type,
    TypeParamBound,
};

use super::paths::local;
use super::returned::infer_opaque;
use crate::item::function::Function;
use crate::item::returns::Shape;
use crate::item::spelling::visible;
use crate::item::words::{Word, words};

/// Types that accept every type as their argument.
const CONTAINERS: &[&str] = &["Arc", "Box", "Option", "Pin", "Poll", "Rc", "Result", "Vec"];

/// A function that gives the closures in the returned value their signatures.
pub(super) struct Signatures {
    /// The local function.
    pub(super) item: TokenStream,
    /// Its path. It takes the body of a synchronous function as a closure, and the value of an asynchronous one.
    pub(super) path: TokenStream,
}

impl Signatures {
    /// Returns the function if the returned type contains `impl Fn(…)`.
    pub(super) fn new(function: &Function) -> Option<Self> {
        let is_async = match function.shape {
            Shape::Sync => false,
            Shape::Async => true,
            Shape::Block(_) | Shape::Boxed(_) | Shape::ImplFuture { .. } | Shape::Stream(_) => {
                return None;
            }
        };
        let mut writer = Writer::new(&function.signature.generics);
        let returned = writer.returned(function.returned()?);
        (!writer.closures.is_empty()).then(|| writer.finish(is_async, &returned))
    }
}

/// Writes the generics of the function.
struct Writer<'a> {
    generics: &'a Generics,
    lifetimes: Vec<Lifetime>,
    /// The parameters, each with its bound.
    parameters: Vec<TokenStream>,
    /// The values of the parameters.
    values: Vec<TokenStream>,
    /// The requirements on the closures.
    closures: Vec<TokenStream>,
}

impl<'a> Writer<'a> {
    fn new(generics: &'a Generics) -> Self {
        Self {
            generics,
            lifetimes: Vec::new(),
            parameters: Vec::new(),
            values: Vec::new(),
            closures: Vec::new(),
        }
    }

    fn finish(self, is_async: bool, returned: &TokenStream) -> Signatures {
        let Self {
            lifetimes,
            parameters,
            values,
            closures,
            ..
        } = self;
        let (name, value, body) = (
            local("signatures"),
            local("value"),
            format_ident!("__CircuitBreakerBody", span = Span::mixed_site()),
        );
        let span = Span::mixed_site();
        let (item, body) = if is_async {
            let item = quote_spanned!(span=>
                #[inline]
                fn #name<#(#lifetimes,)* #(#parameters,)*>(#value: #returned) -> #returned
                where
                    #(#closures,)*
                {
                    #value
                }
            );
            (item, None)
        } else {
            let item = quote_spanned!(span=>
                #[inline]
                fn #name<#(#lifetimes,)* #(#parameters,)* #body>(#value: #body) -> #returned
                where
                    #(#closures,)*
                    #body: ::core::ops::FnOnce() -> #returned,
                {
                    #value()
                }
            );
            (item, Some(quote_spanned!(span=> , _)))
        };
        let path = quote_spanned!(span=> #name::<#(#values),* #body>);
        Signatures { item, path }
    }

    /// Adds a parameter.
    fn parameter(&mut self, value: TokenStream, is_sized: bool) -> Ident {
        let number = self.parameters.len();
        let name = format_ident!("__CircuitBreaker{number}", span = Span::mixed_site());
        let unsized_bound =
            (!is_sized).then(|| quote_spanned!(Span::mixed_site()=> : ?::core::marker::Sized));
        self.parameters.push(quote!(#name #unsized_bound));
        self.values.push(value);
        name
    }

    /// Writes the returned type. Without the attribute, rustc looks for a closure's signature only here too: it does not
    /// look into `Option<impl Fn(…)>`.
    fn returned(&mut self, ty: &Type) -> TokenStream {
        match visible(ty) {
            Type::ImplTrait(opaque) => {
                let infer = quote_spanned!(Span::mixed_site()=> _);
                let name = self.parameter(infer, true);
                if let Some(bound) = self.closure(&opaque.bounds) {
                    self.closures.push(quote!(#name: #bound));
                }
                name.into_token_stream()
            }
            Type::Tuple(tuple) => {
                let elements = tuple.elems.iter().map(|ty| self.returned(ty));
                let elements: Vec<_> = elements.collect();
                quote_spanned!(Span::mixed_site()=> (#(#elements,)*))
            }
            ty => {
                let mut ty = ty.clone();
                infer_opaque(&mut ty);
                self.parameter(ty.into_token_stream(), true)
                    .into_token_stream()
            }
        }
    }

    /// Writes the first bound of the form `Fn(…)`.
    fn closure(&mut self, bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<TokenStream> {
        let mut bound = bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Trait(bound) => is_callable(bound).then(|| bound.clone()),
            _ => None,
        })?;
        let own = words(bound.lifetimes.to_token_stream());
        let last = bound.path.segments.last_mut()?;
        let PathArguments::Parenthesized(signature) = &mut last.arguments else {
            return None;
        };
        for input in &mut signature.inputs {
            input.ty = Type::Verbatim(self.within(&input.ty, &own, true)?);
        }
        if let ReturnType::Type(_, output) = &mut signature.output {
            **output = Type::Verbatim(self.within(output, &own, true)?);
        }
        Some(bound.into_token_stream())
    }

    /// Writes a type in the signature of a closure, whose `for<…>` declares `own`. Returns nothing for a type that a local
    /// function cannot name.
    fn within(&mut self, ty: &Type, own: &[Word], is_sized: bool) -> Option<TokenStream> {
        let words = words(ty.to_token_stream());
        if !words.iter().any(|word| is_own(word, own)) {
            let name = self.parameter(ty.to_token_stream(), is_sized);
            return Some(name.into_token_stream());
        }
        let span = Span::mixed_site();
        match visible(ty) {
            Type::Reference(reference) => {
                let (and, lifetime, mutable) = (
                    &reference.and_token,
                    &reference.lifetime,
                    &reference.mutability,
                );
                if let Some(lifetime) = lifetime {
                    self.declare(&lifetime.ident, own);
                }
                let inside = self.within(&reference.elem, own, false)?;
                Some(quote!(#and #lifetime #mutable #inside))
            }
            Type::Slice(slice) => {
                let inside = self.within(&slice.elem, own, true)?;
                Some(quote_spanned!(span=> [#inside]))
            }
            Type::Tuple(tuple) => {
                let elements = tuple.elems.iter().map(|ty| self.within(ty, own, true));
                let elements = elements.collect::<Option<Vec<_>>>()?;
                Some(quote_spanned!(span=> (#(#elements,)*)))
            }
            Type::Path(path) if path.qself.is_none() && is_container(&path.path) => {
                let mut path = path.path.clone();
                for ty in arguments(&mut path) {
                    *ty = Type::Verbatim(self.within(ty, own, true)?);
                }
                Some(path.into_token_stream())
            }
            _ if words.iter().any(|word| word.is_generic(self.generics)) => None,
            ty => {
                for word in &words {
                    if let Word::Lifetime(lifetime) = word {
                        self.declare(lifetime, own);
                    }
                }
                Some(ty.to_token_stream())
            }
        }
    }

    /// Declares a lifetime that belongs to a function or an `impl` around the local function.
    fn declare(&mut self, name: &Ident, own: &[Word]) {
        let mut lifetime = Lifetime::new("'_", name.span());
        lifetime.ident = name.clone();
        let is_known = name == "static"
            || is_own(&Word::Lifetime(name.clone()), own)
            || self.lifetimes.contains(&lifetime);
        if !is_known {
            self.lifetimes.push(lifetime);
        }
    }
}

/// Returns whether the bound of the closure declares the lifetime, with `for<…>` or by elision.
fn is_own(word: &Word, own: &[Word]) -> bool {
    let Word::Lifetime(lifetime) = word else {
        return false;
    };
    let declares = |it: &Word| matches!(it, Word::Lifetime(declared) if declared == lifetime);
    lifetime == "_" || own.iter().any(declares)
}

fn is_callable(bound: &TraitBound) -> bool {
    let last = bound.path.segments.last();
    last.is_some_and(|last| matches!(last.arguments, PathArguments::Parenthesized(_)))
}

fn is_container(path: &Path) -> bool {
    let last = path.segments.last();
    last.is_some_and(|last| CONTAINERS.iter().any(|name| last.ident == name))
}

/// Returns the type arguments of the last segment.
fn arguments(path: &mut Path) -> impl Iterator<Item = &mut Type> {
    let arguments = path.segments.last_mut().map(|last| &mut last.arguments);
    let arguments = match arguments {
        Some(PathArguments::AngleBracketed(angle)) => Some(angle.args.iter_mut()),
        _ => None,
    };
    arguments
        .into_iter()
        .flatten()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}
