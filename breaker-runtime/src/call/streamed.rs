//! The form of an expansion that guards a stream, with and without the feature `stream`.

/// Rejects a function that returns a stream in a build without streams. The code of the call is dropped, so that the
/// message is the only one.
#[cfg(not(feature = "stream"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __circuit_breaker_streamed {
    ($($call:tt)*) => {
        ::core::compile_error!(
            "a function that returns a stream needs `features = [\"stream\"]` on `breaker-runtime`"
        )
    };
}

/// Makes the guarded stream.
#[cfg(feature = "stream")]
#[doc(hidden)]
#[macro_export]
macro_rules! __circuit_breaker_streamed {
    ($($call:tt)*) => {
        $crate::__private::StreamCall::new($($call)*)
    };
}
