use super::*;

fn assigns(body: &str) -> bool {
    assigns_to_self(body.parse().expect("it is Rust"))
}

#[test]
fn an_assignment_to_self_or_to_a_part_of_it_is_found() {
    for body in [
        "self.open = false;",
        "self.0 = 1;",
        "self.0.1 = 1;",
        "self.list[0].open = false;",
        "self = Self::new();",
        "self.count += 1;",
        "self.bits <<= 1;",
        "if full { self.open = false; }",
        "loop { self.open=!x; }",
    ] {
        assert!(assigns(body), "{body}");
    }
}

#[test]
fn reads_of_self_are_no_assignments() {
    for body in [
        "self.open == false",
        "self.count <= 1",
        "self.count << 1",
        "match self.open { true => 1, false => 2 }",
        "match () { () if self.open => 1 }",
        "let this = self;",
        "other.self_ = 1;",
        "self.list.push(1);",
        "x = self.open;",
    ] {
        assert!(!assigns(body), "{body}");
    }
}

#[test]
fn only_a_signature_with_owned_types_lends_nothing() {
    let lends = |text| may_lend(&syn::parse_str(text).expect("it is a signature"));
    for text in [
        "fn commit(mut self)",
        "fn commit(mut self, by: &str) -> Result<(), Error>",
        "fn take(mut self) -> Vec<u8>",
    ] {
        assert!(!lends(text), "{text}");
    }
    for text in [
        "fn next(mut self) -> Option<&'a mut u8>",
        "fn next(mut self, into: &mut Vec<&'a mut u8>)",
        "fn with(mut self) -> Self",
        "fn all(mut self) -> impl Iterator<Item = u8>",
        "fn first(mut self, by: &str) -> &str",
    ] {
        assert!(lends(text), "{text}");
    }
}
