use crate::expand::tests::messages;

/// Returns the errors of these arguments on a function that returns `returned`.
fn of(arguments: &str, returned: &str) -> Vec<String> {
    let item = format!("fn pay() -> {returned} {{ charge() }}");
    messages(&format!("name = \"payment\"{arguments}"), &item)
}

#[test]
fn a_stream_fails_after_it_was_returned() {
    let message = "a stream fails after the function has returned it: return a `Result` with the stream \
                   in it, or hold a `Permit` in the stream";
    for returned in [
        "impl Stream<Item = u8>",
        "impl futures::Stream<Item = u8> + Send",
        "Pin<Box<dyn Stream<Item = u8> + Send>>",
        "BoxStream<'static, u8>",
        "futures::stream::LocalBoxStream<'_, u8>",
        "Box<dyn Stream<Item = u8>>",
    ] {
        assert_eq!(of("", returned), [message], "{returned}");
        let others = of(", classify = judge, fallback = later", returned);
        assert_eq!(others, [] as [&str; 0], "{returned}");
        let inside = format!("Result<{returned}, Error>");
        assert_eq!(of("", &inside), [] as [&str; 0], "{inside}");
    }
    let item = "async fn pay() -> BoxStream<'static, u8> { open() }";
    assert_eq!(messages("name = \"payment\"", item), [message]);
}

#[test]
fn a_pattern_of_the_error_is_put_into_err() {
    for (written, meant) in [
        ("ignore(E::Gone)", "ignore(Err(E::Gone))"),
        ("ignore(E::Code(404))", "ignore(Err(E::Code(404)))"),
        ("failure(E::Io { .. })", "failure(Err(E::Io { .. }))"),
        (
            "failure(E::Gone | E::Code(_))",
            "failure(Err(E::Gone | E::Code(_)))",
        ),
        ("failure(crate::E::Gone)", "failure(Err(crate::E::Gone))"),
        ("success(Ok(_) | E::Gone)", "success(Ok(_) | Err(E::Gone))"),
        (
            "ignore(E::Code(n) if n < 500)",
            "ignore(Err(E::Code(n)) if n<500)",
        ),
    ] {
        let message = format!("expected a pattern for the returned `Result`: write `{meant}`");
        for returned in ["Result<u8, E>", "std::result::Result<(), errors::E>"] {
            let arguments = format!(", {written}");
            assert_eq!(of(&arguments, returned), [message.as_str()], "{written}");
            assert_eq!(
                of(&format!(", {meant}"), returned),
                [] as [&str; 0],
                "{meant}"
            );
        }
    }
}

#[test]
fn a_pattern_that_can_be_of_the_result_is_left_to_the_compiler() {
    for pattern in [
        "Err(E::Gone)",
        "E::GONE",
        "Other::Gone",
        "Gone",
        "_",
        "<E as Known>::Gone",
        "x @ E::Gone",
    ] {
        let arguments = format!(", ignore({pattern})");
        assert_eq!(
            of(&arguments, "Result<u8, E>"),
            [] as [&str; 0],
            "{pattern}"
        );
    }
    for returned in [
        "Result<u8>",
        "Answer<u8, E>",
        "Option<E>",
        "Result<u8, Box<dyn E>>",
    ] {
        assert_eq!(
            of(", failure(E::Gone), fallback = later", returned),
            [] as [&str; 0],
            "{returned}"
        );
    }
}
