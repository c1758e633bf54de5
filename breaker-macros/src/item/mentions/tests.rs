use quote::format_ident;
use syn::parse::Parser as _;

use super::*;

fn mentions_it(expression: &str) -> bool {
    let names = [format_ident!("name")];
    mentions(expression.parse().expect("it is Rust"), &names)
}

#[test]
fn a_variable_is_mentioned_wherever_an_expression_uses_it() {
    for expression in [
        "name",
        "f(name)",
        "{ let x = name; x }",
        "Failed { name }",
        "Failed { body: name }",
        "Failed { ..name }",
        "name.field",
        "0..name",
        "name::<u8>",
        "format!(\"{name}\")",
        "format!(\"{name:?}\")",
        "format!(\"{:name$}\", x)",
        "[name; 2]",
    ] {
        // A path that begins with a variable's name is no use of the variable.
        assert_eq!(
            mentions_it(expression),
            expression != "name::<u8>",
            "{expression}"
        );
    }
}

#[test]
fn fields_methods_paths_and_beginnings_of_other_names_are_no_variables() {
    for expression in [
        "x.name",
        "x.name()",
        "name::f()",
        "x::name",
        "Failed { name: 1 }",
        "format!(\"{names}\")",
        "format!(\"name\")",
        "format!(\"{:surname$}\", x)",
        "names",
    ] {
        assert!(!mentions_it(expression), "{expression}");
    }
}

#[test]
fn a_raw_variable_is_found_in_a_format_string() {
    let names = [Ident::new_raw("type", proc_macro2::Span::call_site())];
    let tokens = "format!(\"{type}\")".parse().expect("it is Rust");
    assert!(mentions(tokens, &names));
}

#[test]
fn a_pattern_binds_its_variables_and_nothing_else() {
    for (pattern, expected) in [
        ("_", ""),
        ("mut order", "order"),
        ("ref mut order", "order"),
        ("Json(order)", "order"),
        ("api::Json(Order { id, total: (sum, _), .. })", "id sum"),
        ("all @ [first, .., last]", "all first last"),
        ("&(a, b)", "a b"),
    ] {
        let parsed = Pat::parse_single
            .parse_str(pattern)
            .expect("it is a pattern");
        let names: Vec<_> = bindings(&parsed).iter().map(Ident::to_string).collect();
        assert_eq!(names.join(" "), expected, "{pattern}");
    }
}
