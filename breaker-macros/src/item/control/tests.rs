use super::{may_await, may_return};

fn awaits(code: &str) -> bool {
    may_await(code.parse().expect("tokens"))
}

fn returns(code: &str) -> bool {
    may_return(code.parse().expect("tokens"))
}

#[test]
fn a_keyword_is_found_at_any_depth() {
    assert!(awaits("later().await"));
    assert!(awaits("match error { _ => { retry(x.await) } }"));
    assert!(returns("if up { return future; }"));
    assert!(!awaits("{ return 1 }") && !returns("later().await"));
    assert!(!awaits("awaited(r#await)") && !returns("returned"));
}

#[test]
fn an_unknown_macro_may_contain_anything() {
    for code in [
        "join!(a, b)",
        "tokio::select! { _ = a => {} }",
        "vec![ready!(a)]",
    ] {
        assert!(awaits(code) && returns(code), "{code}");
    }
}

#[test]
fn a_known_macro_contains_what_its_tokens_say() {
    for code in [
        "Err(format!(\"{error}\"))",
        "log::warn!(\"down\"); None",
        "assert!(!(a != b)); todo!()",
        "if !(a || b) { 1 } else { 2 }",
        "a != (b)",
    ] {
        assert!(!awaits(code) && !returns(code), "{code}");
    }
    assert!(awaits("vec![later().await]"));
    assert!(returns("dbg!({ return 1 })"));
}
