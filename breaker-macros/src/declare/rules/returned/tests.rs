use crate::expand::tests::messages;

/// Returns the errors of these arguments on a function that returns `returned`.
fn of(arguments: &str, returned: &str) -> Vec<String> {
    let item = format!("fn pay() -> {returned} {{ charge() }}");
    messages(&format!("name = \"payment\"{arguments}"), &item)
}

#[test]
fn a_stream_that_cannot_be_replaced_is_an_error() {
    let message = "a stream fails after the function has returned it: return `impl Stream`, `BoxStream` or \
                   `Pin<Box<dyn Stream>>` without `async`, or guard the stream with `guard_stream`";
    let returned = "Box<dyn Stream<Item = u8>>";
    assert_eq!(of("", returned), [message]);
    assert_eq!(
        of(", classify = judge, fallback = later", returned),
        [] as [&str; 0]
    );
    let item = "async fn pay() -> BoxStream<'static, u8> { open() }";
    assert_eq!(messages("name = \"payment\"", item), [message]);
}

#[test]
fn a_stream_is_judged_by_its_items() {
    for returned in [
        "impl Stream<Item = u8>",
        "impl futures::Stream<Item = u8> + Send",
        "Pin<Box<dyn Stream<Item = u8> + Send>>",
        "BoxStream<'static, u8>",
        "futures::stream::LocalBoxStream<'_, u8>",
    ] {
        assert_eq!(of("", returned), [] as [&str; 0], "{returned}");
        let timeout = "`call_timeout` limits a call that returns one value: put the limit around the next item of the \
                       stream";
        assert_eq!(of(", call_timeout = \"1s\"", returned), [timeout]);
        let fallback = "a stream cannot have a `fallback`: the first item of a rejected stream is an `Err` with the \
                        `BreakerError`";
        assert_eq!(of(", fallback = later", returned), [fallback]);
        let inside = format!("Result<{returned}, Error>");
        assert_eq!(of("", &inside), [] as [&str; 0], "{inside}");
    }
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
