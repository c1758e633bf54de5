use proc_macro2::{Delimiter, Group, TokenStream};
use quote::quote;

use super::box_pin;

fn path(body: &TokenStream) -> Option<String> {
    let tail = box_pin(body)?;
    Some(tail.constructor.path.to_string().replace(' ', ""))
}

#[test]
fn a_boxed_future_at_the_end_is_found() {
    for (body, expected) in [
        (quote!(Box::pin(call)), "Box::pin"),
        (quote!(let a = b; Box::pin(async { return a })), "Box::pin"),
        (
            quote!(if a { b() } ::std::boxed::Box::pin(async move { ready!(a) })),
            "::std::boxed::Box::pin",
        ),
    ] {
        let text = body.to_string();
        assert_eq!(path(&body).as_deref(), Some(expected), "{text}");
    }
    let fragment = Group::new(Delimiter::None, quote!(Box::pin(call)));
    assert_eq!(path(&quote!(#fragment)).as_deref(), Some("Box::pin"));
}

#[test]
fn the_statements_before_it_are_kept() {
    let tail = box_pin(&quote!(let a = b; Box::pin(a))).expect("a call");
    assert_eq!(tail.before.to_string(), quote!(let a = b;).to_string());
    assert_eq!(tail.arguments.to_string(), "(a)");
}

#[test]
fn a_body_that_may_return_something_else_has_no_such_end() {
    for body in [
        quote!(if a { return b; } Box::pin(call)),
        quote!(ensure!(a); Box::pin(call)),
        quote!(Box::pin(if a { return b } else { c })),
        quote!(match a {
            _ => Box::pin(call),
        }),
        quote!(Box::pin(call).into()),
        quote!(Box::pin(call);),
        quote!(return Box::pin(call)),
        quote!(
            #[allow(x)]
            Box::pin(call)
        ),
        quote!(Box::new(call)),
        quote!(pin(call)),
        quote!((call)),
        quote!(a.Box::pin(call)),
        quote!(),
    ] {
        assert_eq!(path(&body), None, "{body}");
    }
}
