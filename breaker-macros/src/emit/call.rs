//! One guarded call: enter, run the body, judge, record. Sync and async differ only in who waits.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ReturnType;

use super::arguments::{Arguments, Sharing, Taker};
use super::braced;
use super::paths::{Runtime, item, local};
use super::returned::Returned;
use super::site::site;
use crate::declare::{Declaration, Fallback, FallbackKind, FallbackOn, Judge};
use crate::item::Function;
use crate::item::returns::Shape;

pub(super) struct Call<'a> {
    pub(super) declaration: &'a Declaration,
    pub(super) function: &'a Function,
    pub(super) runtime: Runtime,
    pub(super) arguments: &'a Arguments,
    pub(super) returned: &'a Returned,
}

/// Who runs the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Sync,
    Async,
}

/// User code that becomes a closure or a block.
pub(super) struct Body<'a> {
    pub(super) braces: DelimSpan,
    pub(super) statements: &'a TokenStream,
    /// Whether its arguments have to be bound again.
    pub(super) rebound: bool,
}

/// What runs under a guard: a variable that settles it, and the tokens that run.
struct Run<'a> {
    flow: Flow,
    guard: &'a Ident,
    answer: &'a Ident,
    /// A block for [`Flow::Sync`], a future for [`Flow::Async`].
    work: TokenStream,
}

impl Call<'_> {
    fn fallback_on(&self) -> Option<FallbackOn> {
        self.declaration
            .fallback
            .as_ref()
            .map(|fallback| fallback.on)
    }

    /// How body and fallback share the arguments of a function that runs its body under the guard.
    fn sharing(&self) -> Sharing {
        match self.fallback_on() {
            Some(FallbackOn::Error | FallbackOn::Any) => Sharing::Both,
            Some(FallbackOn::Rejected) | None => Sharing::Either,
        }
    }

    /// The whole of a function whose body runs under the guard.
    pub(super) fn guarded(&self, flow: Flow, body: &Body<'_>) -> TokenStream {
        let sharing = self.sharing();
        let copies = self.arguments.copies(&self.runtime, sharing);
        let work = match flow {
            Flow::Sync => self.closure(body, sharing),
            Flow::Async => self.block(body, sharing),
        };
        let flown = self.flown(flow, work, sharing);
        quote!(#copies #flown)
    }

    /// The guarded part of a function that has made its future already.
    pub(super) fn guarded_future(&self, future: &Ident) -> TokenStream {
        self.flown(Flow::Async, quote!(#future), Sharing::Held)
    }

    /// What the fallback of such a function will need.
    pub(super) fn copies(&self) -> TokenStream {
        match self.declaration.fallback {
            Some(_) => self.arguments.copies(&self.runtime, Sharing::Held),
            None => TokenStream::new(),
        }
    }

    /// Runs a body that makes a future, which is not guarded yet.
    pub(super) fn eager_body(&self, body: &Body<'_>) -> TokenStream {
        let rebound = self.arguments.rebound_beside(
            &self.runtime,
            Taker::Body,
            Sharing::Held,
            &self.fallback_tokens(),
        );
        let call_once = self.runtime.item("call_once");
        let (ty, block) = (self.eager_type(), own_block(body));
        quote_spanned!(Span::mixed_site()=>
            #call_once::<#ty, _>(move || { #rebound #block })
        )
    }

    /// The boxed future's own type, so that the body is coerced to it; an opaque one is inferred.
    fn eager_type(&self) -> TokenStream {
        let boxed = matches!(self.function.shape, Shape::Boxed { .. });
        match &self.function.signature.output {
            ReturnType::Type(_, ty) if boxed => quote!(#ty),
            _ => quote_spanned!(Span::mixed_site()=> _),
        }
    }

    /// Enter, run, judge, record; then what a refused or failed call gets.
    fn flown(&self, flow: Flow, work: TokenStream, sharing: Sharing) -> TokenStream {
        let (guard, answer, outcome, refused) = (
            local("guard"),
            local("answer"),
            local("outcome"),
            local("refused"),
        );
        let [guard_type, settled_type, refused_type, fallback_type] =
            ["Guard", "Settled", "Refused", "FallbackGuard"].map(|name| self.runtime.item(name));
        let site = site(self.declaration, self.function, &self.runtime);
        let enter = self.enter();
        let run = self.run(&Run {
            flow,
            guard: &guard,
            answer: &answer,
            work,
        });
        let judged = self.judged(&answer);
        let mutable = (flow == Flow::Async).then(|| quote_spanned!(Span::mixed_site()=> mut));
        let arm = |then: TokenStream| {
            quote_spanned!(Span::mixed_site()=>
                ::core::result::Result::Ok(#mutable #guard) => {
                    #run
                    let #outcome = #judged;
                    #then
                }
            )
        };
        let Some(fallback) = &self.declaration.fallback else {
            let arm = arm(quote_spanned!(Span::mixed_site()=>
                #guard_type::settle(#guard, #outcome);
                #answer
            ));
            let refuse = self.refuse(&refused);
            return quote_spanned!(Span::mixed_site()=>
                #site
                match #enter {
                    #arm
                    ::core::result::Result::Err(#refused) => #refuse,
                }
            );
        };
        let (failed, arm) = match fallback.on {
            FallbackOn::Rejected => {
                let then = quote_spanned!(Span::mixed_site()=>
                    #guard_type::settle(#guard, #outcome);
                    return #answer;
                );
                (quote!(#refused), arm(then))
            }
            FallbackOn::Error | FallbackOn::Any => {
                let counting = local("counting");
                let (error, parted) = (local("error"), self.parted());
                let inner = self.runtime.item("CallError");
                let then = quote_spanned!(Span::mixed_site()=>
                    let #counting = #guard_type::settle(#guard, #outcome);
                    match #parted(#answer, #outcome) {
                        ::core::result::Result::Ok(#answer) => return #answer,
                        ::core::result::Result::Err(#error) => {
                            (#settled_type::fall_back(#counting), #inner::Inner(#error))
                        }
                    }
                );
                let refusal = if fallback.on == FallbackOn::Error {
                    let refuse = self.refuse(&refused);
                    quote_spanned!(Span::mixed_site()=> return #refuse)
                } else {
                    quote_spanned!(Span::mixed_site()=> {
                        let (#counting, #error) = #refused_type::fall_back(#refused);
                        (#counting, #inner::Breaker(#error))
                    })
                };
                (refusal, arm(then))
            }
        };
        let answered = self.answered(flow, fallback, sharing);
        let entered = local("entered");
        let error = local("error");
        let begun = if fallback.on == FallbackOn::Rejected {
            quote_spanned!(Span::mixed_site()=> #refused_type::fall_back(#entered))
        } else {
            quote!(#entered)
        };
        quote_spanned!(Span::mixed_site()=>
            #site
            let #entered = match #enter {
                #arm
                ::core::result::Result::Err(#refused) => #failed,
            };
            #[allow(unused_variables)]
            let (#mutable #guard, #error) = #begun;
            #answered
            let #outcome = #judged;
            #fallback_type::settle(#guard, #outcome);
            #answer
        )
    }

    /// Runs the fallback, whose error stands in a variable.
    fn answered(&self, flow: Flow, fallback: &Fallback, sharing: Sharing) -> TokenStream {
        let (guard, answer) = (local("guard"), local("answer"));
        let work = match flow {
            Flow::Sync => self.fallback_closure(fallback, sharing),
            Flow::Async => self.fallback_block(fallback, sharing),
        };
        self.run(&Run {
            flow,
            guard: &guard,
            answer: &answer,
            work,
        })
    }

    /// Whether the function's type has to be a `Result`, however it is judged.
    pub(super) fn needs_result(&self) -> bool {
        self.fallback_on() != Some(FallbackOn::Rejected)
    }

    fn enter(&self) -> TokenStream {
        // Never by method call: a trait of the user may have a method of that name.
        let (ty, site) = (self.runtime.item("Site"), item("SITE"));
        match &self.declaration.registry {
            None => quote_spanned!(Span::mixed_site()=> #ty::enter(&#site)),
            Some(registry) => {
                quote_spanned!(Span::mixed_site()=> #ty::enter_in(&#site, #registry))
            }
        }
    }

    /// The value of a call that was refused and has no fallback.
    fn refuse(&self, refused: &Ident) -> TokenStream {
        let span = Span::mixed_site().located_at(self.returned.span);
        let name = match self.declaration.judge {
            Judge::ByResult => "refuse_result",
            _ => "refuse",
        };
        let refuse = self.runtime.item_at(name, span);
        let ty = &self.returned.ty;
        quote_spanned!(span=> #refuse::<#ty>(#refused))
    }

    /// What takes the error out of a call that failed.
    fn parted(&self) -> TokenStream {
        let span = Span::mixed_site().located_at(self.returned.span);
        let name = match self.declaration.judge {
            Judge::ByResult => "failed_result",
            _ => "failed",
        };
        let failed = self.runtime.item_at(name, span);
        let ty = &self.returned.ty;
        quote_spanned!(span=> #failed::<#ty, _>)
    }

    /// Runs the work and leaves its value in a variable.
    fn run(&self, run: &Run<'_>) -> TokenStream {
        let Run {
            flow,
            guard,
            answer,
            work,
        } = run;
        let ty = &self.returned.ty;
        match flow {
            Flow::Sync => {
                let call_once = self.runtime.item("call_once");
                quote_spanned!(Span::mixed_site()=>
                    let #answer = #call_once::<#ty, _>(#work);
                )
            }
            Flow::Async => {
                let (pinned, context) = (local("pinned"), local("context"));
                let poll = self.runtime.item("poll");
                quote_spanned!(Span::mixed_site()=>
                    let mut #pinned = ::core::pin::pin!(#work);
                    let #answer: #ty = ::core::future::poll_fn(|#context| {
                        #poll(&mut #guard, ::core::pin::Pin::as_mut(&mut #pinned), #context)
                    })
                    .await;
                )
            }
        }
    }

    /// The body as a closure. Its outer tokens are where the user's braces are, and so is the block
    /// around ours: what clippy says of a function's last expression it says of this closure's too.
    fn closure(&self, body: &Body<'_>, sharing: Sharing) -> TokenStream {
        let (capture, inside) = self.inside(body, sharing);
        let span = body.braces.join();
        let block = braced(
            body.braces,
            quote_spanned!(Span::mixed_site()=> { #inside }),
        );
        quote_spanned!(span=> #capture || #block)
    }

    /// The body as an `async` block, likewise.
    fn block(&self, body: &Body<'_>, sharing: Sharing) -> TokenStream {
        let (capture, inside) = self.inside(body, sharing);
        let (edge, span) = (self.edge(), body.braces.join());
        let block = braced(
            body.braces,
            quote_spanned!(Span::mixed_site()=> { #edge #inside }),
        );
        quote_spanned!(span=> async #capture #block)
    }

    fn inside(&self, body: &Body<'_>, sharing: Sharing) -> (TokenStream, TokenStream) {
        let also = self.fallback_tokens();
        let rebound = body.rebound.then(|| {
            self.arguments
                .rebound_beside(&self.runtime, Taker::Body, sharing, &also)
        });
        let block = own_block(body);
        let inside = quote_spanned!(Span::mixed_site()=> #rebound #block);
        (self.capture(sharing, body.braces.join()), inside)
    }

    /// `move`, unless the fallback needs a `&mut self` after the body.
    fn capture(&self, sharing: Sharing, span: Span) -> TokenStream {
        if self.arguments.lends_self(sharing) {
            TokenStream::new()
        } else {
            quote_spanned!(span=> move)
        }
    }

    /// A `return` that never runs: it gives the block its type before the body's first `?`.
    pub(super) fn edge(&self) -> TokenStream {
        let span = Span::mixed_site().located_at(self.returned.span);
        let never = self.runtime.item_at("never", span);
        let ty = &self.returned.ty;
        quote_spanned!(span=> if false { return #never::<#ty>(); })
    }

    /// The tokens of the fallback that may use an argument by its name.
    fn fallback_tokens(&self) -> TokenStream {
        match self
            .declaration
            .fallback
            .as_ref()
            .map(|fallback| &fallback.kind)
        {
            Some(FallbackKind::Closure(closure)) => {
                let body = &closure.body;
                quote!(#body)
            }
            Some(FallbackKind::Path(_)) | None => TokenStream::new(),
        }
    }
}

/// The user's statements in the user's own braces, at the end of a block of ours.
///
/// The braces decide by their edition how long the temporaries of the last expression live: in the
/// user's until after the body's own variables, in ours until before the arguments that were bound
/// again; together that is what they do in a function. The constant keeps `unused_braces` away.
fn own_block(body: &Body<'_>) -> TokenStream {
    let statements = body.statements;
    let constant = quote_spanned!(Span::mixed_site()=> const _: () = (););
    braced(body.braces, quote!(#constant #statements))
}
