//! Lists that were rendered a moment ago, for all who ask for the same.

use std::collections::VecDeque;
use std::time::Duration;

use axum::body::Bytes;

use super::format::{Format, weak_tag_of};
use crate::sync::{Mutex, lock};
use crate::time::Tick;

/// How long a rendering is good.
const LIFETIME: Duration = Duration::from_millis(500);
/// The number of renderings that are kept.
const MOST: usize = 16;
/// The largest rendering that is kept, in bytes.
const LARGEST: usize = 1024 * 1024;

/// The most recent renderings, the last one at the end.
#[derive(Debug, Default)]
pub(super) struct Renderings(Mutex<VecDeque<Rendering>>);

/// A list in one format.
#[derive(Clone, Debug)]
pub(super) struct Rendering {
    asked: Asked,
    /// The time of what it shows.
    at: Tick,
    pub(super) body: Bytes,
    pub(super) tag: String,
}

/// What a rendering depends on, besides the breakers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The path and the query.
    pub(super) path: String,
    pub(super) format: Format,
    /// The number of control requests so far. A rendering is no longer good after the next one.
    pub(super) control_requests: u64,
}

impl Asked {
    fn is_same_list(&self, other: &Self) -> bool {
        (&self.path, self.format) == (&other.path, other.format)
    }
}

impl Rendering {
    /// Returns whether it can be shown.
    ///
    /// If the clock stands still, as that of a test does, it is never shown again: it would be shown forever.
    fn is_good(&self, now: Tick) -> bool {
        self.at < now && now.since(self.at) < LIFETIME
    }
}

impl Renderings {
    /// Returns a rendering that is good, or else renders the list.
    ///
    /// No lock is held meanwhile, so threads that ask at the same instant may each render it.
    pub(super) fn get_or_render(
        &self,
        asked: Asked,
        now: Tick,
        render: impl FnOnce() -> String,
    ) -> Rendering {
        let kept = lock(&self.0);
        let mut good = kept
            .iter()
            .filter(|it| it.asked == asked && it.is_good(now));
        if let Some(rendering) = good.next() {
            return rendering.clone();
        }
        drop(kept);
        let text = render();
        let rendering = Rendering {
            asked,
            at: now,
            tag: weak_tag_of(&text),
            body: text.into(),
        };
        let mut kept = lock(&self.0);
        kept.retain(|it| it.is_good(now) && !it.asked.is_same_list(&rendering.asked));
        if kept.len() == MOST {
            kept.pop_front();
        }
        if rendering.asked.path.len() + rendering.body.len() <= LARGEST {
            kept.push_back(rendering.clone());
        }
        rendering
    }
}

#[cfg(test)]
mod tests;
