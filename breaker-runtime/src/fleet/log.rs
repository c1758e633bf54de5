//! The log of a fleet: one `tracing` event for each event, with the target `breaker`.

#[cfg(feature = "tracing")]
pub(super) use self::with_tracing::event;
#[cfg(not(feature = "tracing"))]
pub(super) use self::without_tracing::event;

#[cfg(feature = "tracing")]
mod with_tracing {
    use tracing::{info, warn};

    use super::super::event::FleetEvent;

    /// Logs an event: as a warning if something is wrong, and as information otherwise.
    pub(in crate::fleet) fn event(namespace: &str, event: &FleetEvent) {
        // The level must be a constant.
        macro_rules! log {
            ($level:ident) => {
                $level!(
                    target: "breaker",
                    fleet = namespace,
                    event = event.as_str(),
                    name = event.name(),
                    key = event.key(),
                    "fleet `{namespace}`: {event:#}"
                )
            };
        }
        match event {
            FleetEvent::Polling { .. }
            | FleetEvent::Alone { .. }
            | FleetEvent::Opened { .. }
            | FleetEvent::Ignored { .. }
            | FleetEvent::Panicked { .. } => log!(warn),
            _ => log!(info),
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod without_tracing {
    use super::super::event::FleetEvent;

    pub(in crate::fleet) fn event(_: &str, _: &FleetEvent) {}
}
