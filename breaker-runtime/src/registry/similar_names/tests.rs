use super::Parts;

fn similar(one: &str, two: &str) -> bool {
    let [one, two] = [one, two].map(Parts::new);
    let similar = one.are_nearly(&two);
    assert_eq!(two.are_nearly(&one), similar);
    similar
}

#[test]
fn names_that_differ_in_case_or_separators_are_similar() {
    for (one, two) in [
        ("payment", "Payment"),
        ("api.stripe", "api/stripe"),
        ("pay-ment", "payment"),
        ("pay_out", "pay-out"),
        ("a", "A"),
        ("eu-1", "eu1"),
        ("stock", "stock/"),
    ] {
        assert!(similar(one, two), "{one} {two}");
    }
}

#[test]
fn a_slip_in_a_long_part_is_similar() {
    for (one, two) in [
        ("payment", "payments"),
        ("payment", "paymnet"),
        ("payment", "paymet"),
        ("catalogue", "catalague"),
        ("bank/transfer", "bank/transffer"),
        ("transfer:eu", "tranfser:eu"),
    ] {
        assert!(similar(one, two), "{one} {two}");
    }
}

#[test]
fn names_that_number_or_place_breakers_are_not_similar() {
    for (one, two) in [
        ("payment-1", "payment-2"),
        ("payment1", "payment2"),
        ("payment", "payment2"),
        ("payment-1", "payment-11"),
        ("shard-1-2", "shard-12"),
        ("v1.23", "v12.3"),
        ("eu", "us"),
        ("payment-eu", "payment-us"),
        ("region.a", "region.b"),
        ("payment", "payment-a"),
        ("search", "search.slow"),
        ("a/search", "b/search"),
    ] {
        assert!(!similar(one, two), "{one} {two}");
    }
}

#[test]
fn other_words_are_not_similar() {
    for (one, two) in [
        ("reader", "header"),
        ("upload", "unload"),
        ("sender", "render"),
        ("import", "export"),
        ("mail", "mails"),
        ("inbound", "outbound"),
        ("stock.reserve", "stock.release"),
        ("payment", "shipment"),
    ] {
        assert!(!similar(one, two), "{one} {two}");
    }
}
