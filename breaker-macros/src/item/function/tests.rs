use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::Function;

fn invisible(tokens: TokenStream) -> TokenTree {
    Group::new(Delimiter::None, tokens).into()
}

#[test]
fn the_parts_of_a_function_are_kept() {
    let function = Function::parse(quote! {
        #[inline]
        #[must_use]
        pub(crate) default unsafe extern "C" fn pay<T>(#[cfg(a)] n: T) -> u8 where T: Copy {
            #![allow(x)]
            //! text
            let half - typed
        }
    })
    .expect("a function");
    assert_eq!(function.attributes.len(), 2);
    assert!(function.defaultness.is_some());
    assert_eq!(function.body.inner_attributes.len(), 2);
    assert_eq!(function.body.statements.to_string(), "let half - typed");
    assert!(function.signature.generics.where_clause.is_some());
}

#[test]
fn a_body_may_be_a_fragment() {
    let body = invisible(quote!({ charge() }));
    let function = Function::parse(quote!(fn pay() -> u8 #body)).expect("a function");
    assert_eq!(function.body.statements.to_string(), "charge ()");
}

#[test]
fn invisible_groups_in_a_body_stay() {
    let inside = invisible(quote!(1 + 1));
    let function = Function::parse(quote!(fn pay() -> u8 { #inside * 2 })).expect("a function");
    let first = function.body.statements.into_iter().next();
    assert!(matches!(first, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None));
}

#[test]
fn the_returned_type_of_a_future_is_its_output() {
    for (item, output) in [
        (
            quote!(
                fn pay() -> A {}
            ),
            Some("A"),
        ),
        (
            quote!(
                async fn pay() -> A {}
            ),
            Some("A"),
        ),
        (
            quote!(
                fn pay() -> Pin<Box<dyn Future<Output = A>>> {}
            ),
            Some("A"),
        ),
        (
            quote!(
                fn pay() -> impl Future<Output = A> {}
            ),
            Some("A"),
        ),
        (
            quote!(
                async fn pay() {}
            ),
            None,
        ),
    ] {
        let function = Function::parse(item).expect("a function");
        let returned = function
            .returned()
            .map(|ty| ty.to_token_stream().to_string());
        assert_eq!(returned.as_deref(), output);
    }
}
