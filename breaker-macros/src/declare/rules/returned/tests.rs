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
