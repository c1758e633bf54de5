use quote::ToTokens;
use syn::{Generics, TypePath, parse_quote, parse_str};

use super::boxed_future;

fn path(ty: &str) -> TypePath {
    parse_str(ty).expect("a type")
}

#[test]
fn the_output_of_an_alias_is_not_its_parameter() {
    for (ty, output, spelled) in [
        ("Pin<Box<dyn Future<Output = A>>>", "A", Some("A")),
        (
            "BoxFuture<'a, A>",
            "<BoxFuture<'a,A>as::core::future::Future>::Output",
            Some("A"),
        ),
        (
            "own::LocalBoxFuture<A, B>",
            "<own::LocalBoxFuture<A,B>as::core::future::Future>::Output",
            Some("B"),
        ),
        (
            "BoxFuture<'a>",
            "<BoxFuture<'a>as::core::future::Future>::Output",
            None,
        ),
    ] {
        let path = path(ty);
        let found = boxed_future(&path).expect("a future").output;
        let text = |ty: &syn::Type| ty.to_token_stream().to_string().replace(' ', "");
        assert_eq!(text(&found.ty), output, "{ty}");
        assert_eq!(found.spelled.as_ref().map(text).as_deref(), spelled, "{ty}");
    }
}

#[test]
fn a_trait_object_may_live_too_short_if_its_output_has_other_lifetimes() {
    let generics: Generics = parse_quote!(<'a, 'b, Item>);
    for (ty, expected) in [
        ("Pin<Box<dyn Future<Output = Result<u8, E>> + Send>>", true),
        (
            "Pin<Box<dyn Future<Output = Result<u8, Error>> + Send>>",
            false,
        ),
        ("Pin<Box<dyn Future<Output = Tx<'a>> + Send>>", true),
        ("Pin<Box<dyn Future<Output = Tx<'a>> + Send + 'a>>", false),
        ("Pin<Box<dyn Future<Output = Tx<'a>> + Send + 'b>>", true),
        ("Pin<Box<dyn Future<Output = Tx<'static>> + Send>>", false),
        ("BoxFuture<'_, &str>", false),
        ("BoxFuture<'a, &str>", true),
        ("BoxFuture<'static, Vec<Item>>", true),
        ("BoxFuture<'a, Self::Error>", true),
        ("BoxFuture<'a>", false),
    ] {
        let path = path(ty);
        let future = boxed_future(&path).expect("a future");
        assert_eq!(future.may_live_too_short(&generics), expected, "{ty}");
    }
}
