use quote::format_ident;

use super::*;

fn reads_in_place(body: &str) -> bool {
    is_read_in_place(body.parse().expect("it is Rust"), &format_ident!("name"))
}

#[test]
fn borrows_fields_elements_and_borrowing_methods_leave_a_variable_in_place() {
    for body in [
        "f(&name)",
        "let x = &name;",
        "match &name { _ => 1 }",
        "&&name == x",
        "name.field",
        "name.0.1",
        "f(name.field.into_inner())",
        "name[0]",
        "&name[1..]",
        "name.len()",
        "name.as_str().trim()",
        "name.is_empty()",
        "name.iter::<u8>()",
        "format!(\"{name}\")",
        "format!(\"{name:?}\")",
        "Order { name: name.len() }",
        "Order { id: 1, name: &name }",
        "x.name(&name)",
        "if x { return; } f(&name)",
        "f(&name); todo!()",
        "f(|| name.len())",
        "async { f(&name) }",
    ] {
        assert!(reads_in_place(body), "{body}");
    }
}

#[test]
fn a_variable_that_may_be_moved_assigned_or_hidden_does_not_stay_in_place() {
    for body in [
        "f(name)",
        "name",
        "Order { name }",
        "Order { ..name }",
        "name.into_inner()",
        "name.await",
        "name?",
        "&name?",
        "name()",
        "&name()",
        "&name.consume()",
        "&mut name",
        "x & name",
        "x() & name",
        "1 & name",
        "*name",
        "name = 1",
        "name += 1",
        "let name = f(&name);",
        "let name: u8 = f(&name);",
        "f(&name); name",
        "name.clone()",
        "name.to_string()",
        "name.field.0[1].clone()",
        "Arc::clone(&name)",
        "|&name| name.len()",
        "|name: u8| f(&name)",
        "f(move || name.len())",
        "f(&name); fn g(name: u8) {}",
        "m!(name)",
    ] {
        assert!(!reads_in_place(body), "{body}");
    }
}

#[test]
fn a_variable_that_the_body_may_not_read_does_not_count() {
    for body in [
        "",
        "x.name",
        "name::f()",
        "name!(x)",
        "Order { name: 1 }",
        "f(\"{name}\")",
        "todo!(); f(&name)",
        "return; f(&name)",
        "loop {} f(&name)",
        "#[cfg(test)] f(&name);",
    ] {
        assert!(!reads_in_place(body), "{body}");
    }
}
