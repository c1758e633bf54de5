//! What the attribute expands to in rust-analyzer: the function as it is, behind code that names what the attribute names.
//!
//! An editor shows a token of the source as everything that it becomes in an expansion. Of the whole expansion, that would
//! be a second variable for each argument, the variables of this crate among the completions, and calls of the runtime at
//! the user's own names. The compiler never sees this form.

mod unfinished;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

pub(crate) use self::unfinished::with_names;
use super::constants::checked;
use super::paths::Runtime;
use super::returned::Returned;
use super::site::documented;
use crate::args::callable::{Cause, Closure, FallbackKind, FallbackOn};
use crate::args::setting::{Setting, SettingValue};
use crate::args::value::{Arm, Name};
use crate::declare::{Classifier, Declaration};
use crate::item::function::Function;
use crate::item::returns::Shape;

/// Emits the item, whose last braces are the body of the function.
pub(crate) fn emit_for_editor(
    declaration: &Declaration,
    function: &Function,
    item: TokenStream,
) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    match tokens.pop() {
        Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => {
            let named = Named::new(declaration, function).emit();
            let span = Span::mixed_site();
            let inside = quote_spanned!(span=> if false { #named } #body);
            tokens.push(Group::new(Delimiter::Brace, inside).into());
        }
        // The body is a fragment of a `macro_rules!`.
        last => tokens.extend(last),
    }
    tokens.into_iter().collect()
}

/// What the attribute names, each in a place that gives it its type.
struct Named<'a> {
    declaration: &'a Declaration,
    function: &'a Function,
    rt: Runtime,
    ty: TokenStream,
}

impl<'a> Named<'a> {
    fn new(declaration: &'a Declaration, function: &'a Function) -> Self {
        let rt = Runtime::new(declaration);
        let ty = Returned::new(function, &rt).ty;
        Self {
            declaration,
            function,
            rt,
            ty,
        }
    }

    fn emit(&self) -> TokenStream {
        let Declaration {
            name,
            settings,
            open_for_hint,
            cause,
            call_timeout,
            probe,
            key,
            registry,
            ..
        } = self.declaration;
        let span = Span::mixed_site();
        let name = match name {
            Name::Const(path) => Some(quote_spanned!(span=> let _: &str = #path;)),
            Name::Literal(_) => None,
        };
        let config = self.rt.item("Config");
        let settings = settings.iter().map(|it| self.setting(it));
        let limit = call_timeout.iter().map(|limit| &limit.value);
        let every = probe.iter().filter_map(|probe| probe.always.as_ref());
        let periods = limit.chain(every).filter_map(Setting::constant);
        let probe = probe.iter().map(|probe| &probe.function);
        let answer = self.answer();
        let hint = open_for_hint.iter().map(|hint| {
            let [hint_if, outcome] = ["hint_if", "Outcome"].map(|name| self.rt.item(name));
            quote_spanned!(span=> let _ = #hint_if(#outcome::Failure, &#answer, #hint);)
        });
        let cause = cause.iter().filter_map(|cause| match cause {
            Cause::Stated(cause) => {
                let [stated, never] = ["stated_cause", "never"].map(|name| self.rt.item(name));
                Some(quote_spanned!(span=> let _ = #stated(&#answer, #cause, #never(), |_| ());))
            }
            Cause::Error(_) => None,
        });
        let registry_type = self.rt.item("Registry");
        let (key, registry) = (key.iter(), registry.iter());
        let (classifier, fallback) = (self.classifier(), self.fallback());
        let documented = documented(self.declaration, &self.rt);
        quote_spanned!(span=>
            #documented
            #name
            let _ = #config::new() #(#settings)*;
            #(let _: ::core::time::Duration = #periods;)*
            #(let _ = #probe;)*
            #(#hint)*
            #(#cause)*
            #(let _ = &(#key);)*
            #(let _: &#registry_type = #registry;)*
            #classifier
            #fallback
        )
    }

    /// Emits the call of a setting's builder method.
    fn setting(&self, setting: &Setting) -> TokenStream {
        let span = Span::mixed_site();
        let at = self.declaration.place_of(setting.name);
        let method = Ident::new(
            setting.name.as_str(),
            at.map_or(span, |at| span.located_at(at)),
        );
        let value = match (&setting.value, setting.constant()) {
            (SettingValue::Window(_), Some(expr)) => {
                let from = self.rt.item("WindowFrom");
                quote_spanned!(span=> #from(#expr).window())
            }
            (SettingValue::CountOrOff(_) | SettingValue::PeriodOrOff(_), Some(expr)) => {
                quote_spanned!(span=> ::core::option::Option::Some(#expr))
            }
            (_, Some(expr)) => expr.to_token_stream(),
            (_, None) => checked(setting, &self.rt).value,
        };
        quote_spanned!(span=> .#method(#value))
    }

    fn classifier(&self) -> TokenStream {
        let (span, answer) = (Span::mixed_site(), self.answer());
        match &self.declaration.classifier {
            Classifier::ByResult | Classifier::ByError => TokenStream::new(),
            Classifier::Function(function) => {
                let by_classifier = self.rt.item("by_classifier");
                quote_spanned!(span=> let _ = #by_classifier(&#answer, #function);)
            }
            patterns @ Classifier::Patterns { .. } => {
                let arms = patterns.arms().map(|Arm { pattern, guard }| {
                    let guard = guard.iter();
                    quote_spanned!(span=> #pattern #(if #guard)* => {})
                });
                quote_spanned!(span=> match &#answer { #(#arms)* _ => {} })
            }
        }
    }

    fn fallback(&self) -> TokenStream {
        let span = Span::mixed_site();
        let Some(fallback) = &self.declaration.fallback else {
            return TokenStream::new();
        };
        let closure = match &fallback.kind {
            FallbackKind::Path(path) => return quote_spanned!(span=> let _ = #path;),
            FallbackKind::Closure(closure) => closure,
        };
        let Closure {
            pattern,
            ty: error,
            output,
            body,
        } = closure;
        let error = match error {
            Some(error) => error.to_token_stream(),
            None if fallback.on == FallbackOn::Rejected => self.rt.item("BreakerError"),
            None => {
                let error = self.rt.item("CallError");
                quote_spanned!(span=> #error<_>)
            }
        };
        let [never, typed] = ["never", "typed"].map(|name| self.rt.item(name));
        let output = output.iter();
        let body = quote_spanned!(span=> #(#typed::<#output>)* ({ #body }));
        let ty = &self.ty;
        let inside = quote_spanned!(span=> let #pattern: #error = #never(); #body);
        match self.function.shape {
            Shape::Sync | Shape::Async => quote_spanned!(span=> let _: #ty = { #inside };),
            Shape::Block(_) | Shape::Boxed(_) | Shape::ImplFuture { .. } | Shape::Stream(_) => {
                let answer = self.answer();
                quote_spanned!(span=> let _ = async { if false { return #answer; } #inside };)
            }
        }
    }

    /// Emits a value of the returned type.
    fn answer(&self) -> TokenStream {
        let (never, ty) = (self.rt.item("never"), &self.ty);
        quote!(#never::<#ty>())
    }
}

#[cfg(test)]
mod tests;
