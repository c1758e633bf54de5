use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote};

use super::Shape;
use crate::item::function::Function;

fn shape(item: TokenStream) -> Shape {
    Function::parse(item).expect("a function").shape
}

/// Describes the shape, with its output.
fn described(item: TokenStream) -> String {
    let (word, output) = match shape(item) {
        Shape::Sync => return "sync".to_owned(),
        Shape::Async => return "async".to_owned(),
        Shape::Block(block) => ("block", block.output),
        Shape::Boxed(boxed) => ("boxed", boxed.output),
        Shape::ImplFuture { output } => ("impl", output),
        Shape::Stream(stream) => ("stream", stream.item),
    };
    format!("{word} {}", output.ty.to_token_stream()).replace(' ', "")
}

fn boxed(body: &TokenStream) -> TokenStream {
    quote!(fn pay() -> Pin<Box<dyn Future<Output = R>>> { #body })
}

#[test]
fn futures_are_recognised_by_their_spelling() {
    for (item, expected) in [
        (
            quote!(
                fn f() {}
            ),
            "sync",
        ),
        (
            quote!(
                fn f() -> Result<A, B> {}
            ),
            "sync",
        ),
        (
            quote!(
                fn f() -> impl Iterator<Item = A> {}
            ),
            "sync",
        ),
        (
            quote!(
                fn f() -> Pin<Box<A>> {}
            ),
            "sync",
        ),
        (
            quote!(
                fn f() -> Pin<&mut dyn Future<Output = A>> {}
            ),
            "sync",
        ),
        (
            quote!(
                fn f() -> Box<dyn Future<Output = A>> {}
            ),
            "sync",
        ),
        (
            quote!(
                fn f() -> BoxFuture {}
            ),
            "sync",
        ),
        (
            quote!(
                async fn f() -> BoxFuture<'_, A> {}
            ),
            "async",
        ),
        (
            quote!(
                fn f() -> BoxFuture<'_, A> {}
            ),
            "boxed<BoxFuture<'_,A>as::core::future::Future>::Output",
        ),
        (
            quote!(
                fn f() -> futures::future::LocalBoxFuture<'a, Result<A, B>> {}
            ),
            "boxed<futures::future::LocalBoxFuture<'a,Result<A,B>>as::core::future::Future>::Output",
        ),
        (
            quote!(
                fn f() -> ::core::pin::Pin<
                    ::std::boxed::Box<dyn ::core::future::Future<Output = A> + Send + 'a>,
                > {
                }
            ),
            "boxedA",
        ),
        (
            quote!(
                fn f() -> Pin<Box<(dyn Send + Future<Output = A>)>> {}
            ),
            "boxedA",
        ),
        (
            quote!(
                fn f() -> impl Send + core::future::Future<Output = A> + use<> {}
            ),
            "implA",
        ),
        (
            quote!(
                fn f() -> (impl Future<Output = impl Send>) {}
            ),
            "implimplSend",
        ),
        (
            quote!(
                fn f() -> impl Future {}
            ),
            "impl_",
        ),
    ] {
        let item_text = item.to_string();
        assert_eq!(described(item), expected, "{item_text}");
    }
}

#[test]
fn streams_are_recognised_by_their_spelling() {
    for (item, expected) in [
        (
            quote!(
                fn f() -> impl Iterator<Item = A> {}
            ),
            "sync",
        ),
        (
            quote!(
                async fn f() -> impl Stream<Item = A> {}
            ),
            "async",
        ),
        (
            quote!(
                fn f() -> Box<dyn Stream<Item = A>> {}
            ),
            "sync",
        ),
        (
            quote!(
                fn f() -> BoxStream {}
            ),
            "sync",
        ),
        (
            quote!(
                fn f() -> BoxStream<A> {
                    BoxStream(a)
                }
            ),
            "sync",
        ),
        (
            quote!(
                fn f() -> impl Send + futures::Stream<Item = A> {}
            ),
            "streamA",
        ),
        (
            quote!(
                fn f() -> impl Stream {}
            ),
            "stream_",
        ),
        (
            quote!(
                fn f() -> Pin<Box<dyn Stream<Item = A> + Send + 'a>> {}
            ),
            "streamA",
        ),
        // The item of an alias may be another type than its parameter.
        (
            quote!(
                fn f() -> BoxStream<'a, A> {}
            ),
            "streamBoxStream<'a,A>",
        ),
        (
            quote!(
                fn f() -> stream::LocalBoxStream<'_, A> {}
            ),
            "streamstream::LocalBoxStream<'_,A>",
        ),
    ] {
        let item_text = item.to_string();
        assert_eq!(described(item), expected, "{item_text}");
    }
}

#[test]
fn fragments_are_transparent() {
    let ty = Group::new(Delimiter::None, quote!(BoxFuture<'static, A>));
    assert_eq!(
        described(quote!(fn f() -> #ty {})),
        "boxed<BoxFuture<'static,A>as::core::future::Future>::Output"
    );
    let block = Group::new(Delimiter::None, quote!(Box::pin(async move { charge() })));
    assert_eq!(described(boxed(&quote!(#block))), "blockR");
    let inside = Group::new(Delimiter::None, quote!(async move { charge() }));
    assert_eq!(described(boxed(&quote!(Box::pin(#inside)))), "blockR");
}

#[test]
fn a_body_that_is_one_async_block_is_split() {
    let body = quote!(::std::boxed::Box::pin(async move { let half - typed },));
    let Shape::Block(block) = shape(boxed(&body)) else {
        panic!("no block");
    };
    let constructor = block.constructor.expect("it is boxed").path;
    assert_eq!(
        constructor.to_string(),
        quote!(::std::boxed::Box::pin).to_string()
    );
    assert_eq!(block.async_move.to_string(), "async move");
    assert_eq!(block.statements.to_string(), "let half - typed");
}

#[test]
fn any_other_body_stays_eager() {
    for body in [
        quote!(Box::pin(async { charge() })),
        quote!(Box::pin(async move { charge() });),
        quote!(Box::pin(async move { charge() }).into()),
        quote!(log(); Box::pin(async move { charge() })),
        quote!(Box::new(async move { charge() })),
        quote!(pin(async move { charge() })),
        quote!(Box::pin(charge())),
        quote!(Box::pin(
            async move {
                #![allow(x)]
                charge()
            }
        )),
        quote!(#![allow(x)] Box::pin(async move { charge() })),
        quote!(
            #[allow(x)]
            Box::pin(async move { charge() })
        ),
        quote!(),
    ] {
        let text = body.to_string();
        assert_eq!(described(boxed(&body)), "boxedR", "{text}");
    }
}

#[test]
fn a_struct_with_the_name_of_an_alias_is_a_plain_value() {
    for body in [
        quote!(BoxFuture(Box::pin(call()))),
        quote!(if up { own::BoxFuture { inner } } else { down() }),
    ] {
        let item = quote!(fn pay() -> own::BoxFuture<A> { #body });
        assert_eq!(described(item), "sync", "{body}");
    }
    let alias = quote!(
        fn pay() -> BoxFuture<A> {
            f::<BoxFuture<A>>(BoxFuture::new(call()))
        }
    );
    assert!(described(alias).starts_with("boxed"));
}
