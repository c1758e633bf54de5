use proc_macro2::Span;
use syn::parse_str;

use super::*;

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("it is Rust")
}

#[test]
fn a_clone_or_an_order_that_follows_from_another_trait_is_canonical() {
    let canonical = |name, body| is_canonical(&Ident::new(name, Span::call_site()), tokens(body));
    for (name, body) in [
        ("clone", "*self"),
        ("clone", "return *self;"),
        ("partial_cmp", "Some(self.cmp(other))"),
        ("partial_cmp", "return Some(self.cmp(other));"),
        (
            "partial_cmp",
            "std::option::Option::Some(Ord::cmp(self, other))",
        ),
        ("partial_cmp", "self.cmp(other).into()"),
    ] {
        assert!(canonical(name, body), "{body}");
    }
    for (name, body) in [
        ("copy", "*self"),
        ("clone", "Self(self.0)"),
        ("clone", "log(); *self"),
        ("partial_cmp", "Some(self.0.cmp(&other.0))"),
        ("partial_cmp", "self.0.partial_cmp(&other.0)"),
        ("partial_cmp", "Some(cmp(self, other))"),
        ("cmp", "Some(self.cmp(other))"),
    ] {
        assert!(!canonical(name, body), "{body}");
    }
}

#[test]
fn a_function_is_passed_on_where_a_path_to_it_is_an_argument() {
    for body in [
        "apply(Self::of)",
        "list.iter().map(Self::of).count()",
        "let all = fold(0, u8::wrapping_add);",
        "apply::<u8>(inner::of)",
        "{ vec![apply(inner::of)] }",
    ] {
        assert!(passes_function(tokens(body)), "{body}");
    }
    for body in [
        "Self::of()",
        "apply(Self::of(1))",
        "apply(u8::MAX)",
        "apply(Ordering::Less)",
        "apply(value)",
        "list.map(|value| apply(Self::of))",
        "(Self::of, 1)",
        "let x = (Self::of, 1);",
        "assert!(Self::of)",
        "[Self::of]",
    ] {
        assert!(!passes_function(tokens(body)), "{body}");
    }
}

#[test]
fn a_closure_is_found_at_any_depth() {
    for body in ["|x| x", "{ f(move || 1) }", "fn inner() {}", "a || b"] {
        assert!(may_contain_closure(tokens(body)), "{body}");
    }
    assert!(!may_contain_closure(tokens("{ text.parse()? }")));
}

#[test]
fn a_type_is_simple_if_clippy_cannot_report_it() {
    let is_complex = |ty: &str| may_be_complex(&parse_str(ty).expect("a type"));
    for ty in [
        "Result<(A, B), E>",
        "&'a mut [Option<T>]",
        "HashMap<K, Vec<V>>",
        "impl Iterator<Item = T>",
    ] {
        assert!(!is_complex(ty), "{ty}");
    }
    for ty in ["((((A, B), C), D), E)", "Box<dyn Fn()>", "fn(A)"] {
        assert!(is_complex(ty), "{ty}");
    }
}

#[test]
fn a_result_is_not_a_future() {
    let is_future = |ty: &str| may_be_future(&parse_str(ty).expect("a type"));
    for ty in ["io::Result<A>", "Option<A>", "(A, B)", "[A]", "!"] {
        assert!(!is_future(ty), "{ty}");
    }
    for ty in ["JoinHandle<A>", "impl Sized", "&mut F", "Box<dyn Future>"] {
        assert!(is_future(ty), "{ty}");
    }
}
