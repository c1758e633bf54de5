use quote::ToTokens;
use syn::{TypePath, parse_str};

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
        let found = boxed_future(&path).expect("a future");
        let text = |ty: &syn::Type| ty.to_token_stream().to_string().replace(' ', "");
        assert_eq!(text(&found.ty), output, "{ty}");
        assert_eq!(found.spelled.as_ref().map(text).as_deref(), spelled, "{ty}");
    }
}
