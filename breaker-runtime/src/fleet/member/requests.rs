//! What callers ask the store for, such as an override of the fleet.

use std::collections::VecDeque;

use super::scene::{Ops, Sent};
use crate::fleet::store::{Answer, Op, StoreError};

/// What callers ask the store for.
#[derive(Debug, Default)]
pub(super) struct Requests {
    last: u64,
    waiting: VecDeque<(u64, Op)>,
    replies: Vec<(u64, Result<Answer, StoreError>)>,
}

impl Requests {
    pub(super) fn add(&mut self, op: Op) -> u64 {
        self.last += 1;
        self.waiting.push_back((self.last, op));
        self.last
    }

    pub(super) fn are_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Adds what is waiting to a batch.
    pub(super) fn say(&mut self, ops: &mut Ops) {
        while !ops.is_full() {
            let Some((id, op)) = self.waiting.pop_front() else {
                return;
            };
            ops.push(op, Sent::Request(id));
        }
    }

    pub(super) fn answer(&mut self, id: u64, answer: Result<Answer, StoreError>) {
        self.replies.push((id, answer));
    }

    /// Answers all that is waiting: this instance has left.
    pub(super) fn give_up(&mut self) {
        let left = || StoreError::Away("this instance has left the fleet".to_owned());
        let given_up = self.waiting.drain(..).map(|(id, _)| (id, Err(left())));
        self.replies.extend(given_up);
    }

    pub(super) fn take_replies(&mut self) -> Vec<(u64, Result<Answer, StoreError>)> {
        std::mem::take(&mut self.replies)
    }
}
