//! The span of `tracing` in which something happened. Without the feature `tracing` there are no spans.

#[cfg(feature = "tracing")]
pub(crate) use self::with_tracing::CallSpan;
#[cfg(not(feature = "tracing"))]
pub(crate) use self::without_tracing::CallSpan;

#[cfg(feature = "tracing")]
mod with_tracing {
    use tracing::Span;
    use tracing::span::Id;

    /// The span in which an event was caused.
    ///
    /// Looking it up and dropping it run code of the subscriber, so neither may happen under a lock.
    #[derive(Debug)]
    pub(crate) struct CallSpan(Span);

    impl CallSpan {
        /// Whether a span has to be looked up.
        pub(crate) const EXISTS: bool = true;

        pub(crate) fn none() -> Self {
            Self(Span::none())
        }

        pub(crate) fn current() -> Self {
            Self(Span::current())
        }

        pub(crate) fn name(&self) -> Option<&'static str> {
            Some(self.0.metadata()?.name())
        }

        pub(crate) fn id(&self) -> Option<Id> {
            self.0.id()
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod without_tracing {
    #[derive(Debug)]
    pub(crate) struct CallSpan;

    impl CallSpan {
        pub(crate) const EXISTS: bool = false;

        pub(crate) fn none() -> Self {
            Self
        }

        pub(crate) fn current() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "with `tracing`, the span has the name")]
        pub(crate) fn name(&self) -> Option<&'static str> {
            None
        }
    }
}
