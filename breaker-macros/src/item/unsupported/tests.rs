use crate::expand::tests::messages;

fn on(item: &str) -> Vec<String> {
    messages("name = \"payment\"", item)
}

#[test]
fn an_item_that_is_not_a_function_is_named() {
    for (item, what) in [
        ("struct P;", "a struct"),
        ("pub(crate) struct P {}", "a struct"),
        ("#[derive(Debug)] enum P {}", "an enum"),
        ("union P { a: u8 }", "a union"),
        (
            "unsafe auto trait P {}",
            "a trait: put it on the methods of each `impl`",
        ),
        ("impl P {}", "an impl: put it on each method"),
        (
            "default unsafe impl P for Q {}",
            "an impl: put it on each method",
        ),
        ("mod p {}", "a module: put it on each function"),
        ("const P: u8 = 0;", "a const"),
        ("const _: () = ();", "a const"),
        ("static mut P: u8 = 0;", "a static"),
        ("type P = u8;", "a type"),
        ("use p::q;", "a `use`"),
        ("extern crate p;", "an `extern crate`"),
        (
            "unsafe extern \"C\" {}",
            "an `extern` block: put it on the callers",
        ),
        ("macro_rules! p {}", "a macro"),
        ("p::q!();", "a macro"),
        ("let p = 5;", "a `let`"),
    ] {
        let message = format!("`#[circuit_breaker]` goes on a function, not on {what}");
        assert_eq!(on(item), [message], "{item}");
    }
    assert_eq!(on("5"), ["`#[circuit_breaker]` goes on a function"]);
    assert_eq!(on(""), ["`#[circuit_breaker]` goes on a function"]);
}

#[test]
fn a_wrong_place_is_not_also_a_missing_name() {
    assert_eq!(messages("", "struct P;").len(), 1);
    assert_eq!(messages("treshold = 5", "struct P;").len(), 2);
}

#[test]
fn a_function_needs_a_body() {
    let message = "this function has no body to guard: put `#[circuit_breaker]` on the method of \
                   each `impl`, or on a function that calls this one";
    assert_eq!(on("fn pay(&self) -> Result<(), E>;"), [message]);
    assert_eq!(on("pub safe fn pay();"), [message]);
}
