use quote::quote;
use syn::{FnArg, ItemFn, ReturnType, parse2};

use super::returned_mutable;

#[test]
fn elision_picks_as_the_compiler_does() {
    for (item, borrowed) in [
        (
            quote!(
                fn f(a: &mut u8) -> &u8 {}
            ),
            vec!["a"],
        ),
        (
            quote!(
                fn f(a: &mut u8, b: u8) -> &u8 {}
            ),
            vec!["a"],
        ),
        (
            quote!(
                fn f<'a>(a: &'a mut u8, b: &'a u8) -> &u8 {}
            ),
            vec!["a"],
        ),
        (
            quote!(
                fn f<'a>(a: &'a mut u8, b: &'a mut u8) -> X<'a> {}
            ),
            vec!["a", "b"],
        ),
        (
            quote!(
                fn f<'a, 'b>(a: &'a mut u8, b: &'b mut u8) -> X<'b> {}
            ),
            vec!["b"],
        ),
        (
            quote!(
                fn f(a: &mut u8) -> (u8, [Option<&u8>; 2]) {}
            ),
            vec!["a"],
        ),
        (
            quote!(
                fn f(a: &mut u8) -> Box<dyn X + '_> {}
            ),
            vec!["a"],
        ),
        (
            quote!(
                fn f(a: &mut u8) -> <X<'_> as Y>::Z {}
            ),
            vec!["a"],
        ),
        (
            quote!(
                fn f(a: &mut u8) -> &'static u8 {}
            ),
            vec![],
        ),
        (
            quote!(
                fn f(a: &u8) -> &u8 {}
            ),
            vec![],
        ),
        (
            quote!(
                fn f(a: *mut u8) -> *mut u8 {}
            ),
            vec![],
        ),
    ] {
        let text = item.to_string();
        let item: ItemFn = parse2(item).expect("a function");
        let ReturnType::Type(_, returned) = &item.sig.output else {
            panic!("no return type");
        };
        let names: Vec<_> = returned_mutable(&item.sig, returned)
            .iter()
            .map(|mutable| match mutable.argument {
                FnArg::Typed(typed) => match typed.pat.as_ref() {
                    syn::Pat::Ident(name) => name.ident.to_string(),
                    _ => String::new(),
                },
                FnArg::Receiver(_) => "self".to_owned(),
            })
            .collect();
        assert_eq!(names, borrowed, "{text}");
    }
}
