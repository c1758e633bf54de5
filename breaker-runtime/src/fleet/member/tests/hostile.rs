//! A store that says anything (S46).

use std::time::Duration;

use super::bench::{Bench, seconds};
use crate::fleet::member::random::Random;
use crate::fleet::store::{
    Answer, Answers, Circuit, Contents, FleetOverride, Heard, Lease, OverrideKind, Phase,
    StoreError,
};
use crate::time::Clock as _;
use crate::values::State;

/// Draws values that are small, odd or as large as can be.
struct Hostile(Random);

impl Hostile {
    fn below(&mut self, limit: u64) -> u64 {
        self.0.number() % limit
    }

    fn number(&mut self) -> u64 {
        let small = self.below(20);
        *[small, 0, u64::MAX, self.0.number()]
            .get(usize::try_from(self.below(4)).unwrap_or(0))
            .unwrap_or(&0)
    }

    fn duration(&mut self) -> Duration {
        match self.below(4) {
            0 => Duration::ZERO,
            1 => Duration::MAX,
            2 => Duration::from_micros(self.number()),
            _ => Duration::from_millis(self.below(60_000)),
        }
    }

    fn text(&mut self) -> String {
        let texts = [
            "",
            "payment",
            "payment\u{1f}key",
            "a\n\u{1b}[0m",
            "reset",
            "pod-0",
        ];
        let at = usize::try_from(self.below(7)).unwrap_or(0);
        texts
            .get(at)
            .map_or_else(|| "ü".repeat(5_000), |text| (*text).to_owned())
    }

    fn circuit(&mut self) -> Circuit {
        let phases = [Phase::Voting, Phase::Open, Phase::Closed];
        let lease = Lease {
            id: self.number(),
            by: self.text(),
            rest: self.duration(),
        };
        Circuit {
            name: self.text(),
            phase: phases[usize::try_from(self.below(3)).unwrap_or(0)],
            generation: self.number(),
            rest: self.duration(),
            period: self.duration(),
            row: u32::try_from(self.number() & 0xFFFF_FFFF).unwrap_or(0),
            why: self.text(),
            by: self.text(),
            lease: (self.below(2) == 0).then_some(lease),
            votes: (0..self.below(4)).map(|_| self.text()).collect(),
            needed: 2,
        }
    }

    fn forced(&mut self) -> FleetOverride {
        let kinds = [
            OverrideKind::Open,
            OverrideKind::Closed,
            OverrideKind::Cleared,
        ];
        FleetOverride {
            name: (self.below(3) > 0).then(|| self.text()),
            kind: kinds[usize::try_from(self.below(3)).unwrap_or(0)],
            actor: Some(self.text()),
            reason: Some(self.text()),
            age: self.duration(),
            rest: (self.below(2) == 0).then(|| self.duration()),
            revision: self.number(),
        }
    }

    fn heard(&mut self) -> Heard {
        match self.below(5) {
            0 => Heard::Ready,
            1 => Heard::Silent(self.text()),
            2 => Heard::Gap {
                epoch: self.below(3),
                seq: self.number(),
            },
            _ => Heard::Changed {
                epoch: self.below(3),
                seq: self.number(),
                before: self.number(),
                told: self.number(),
                circuit: self.circuit(),
            },
        }
    }

    fn answer(&mut self) -> Answer {
        match self.below(8) {
            0 => Answer::Stale,
            1 => Answer::Granted {
                lease: self.number(),
            },
            2 => Answer::Taken {
                by: self.text(),
                rest: self.duration(),
            },
            3 => Answer::NotYet {
                rest: self.duration(),
            },
            4 => Answer::Voted {
                votes: u32::MAX,
                needed: u32::MAX,
            },
            5 => Answer::Invalid,
            6 => Answer::Members(Vec::new()),
            _ => Answer::Done,
        }
    }

    fn answers(&mut self, ops: usize) -> Result<Answers, StoreError> {
        let wrong = self.below(10) == 0;
        let count = if wrong { ops + 1 } else { ops };
        if self.below(10) == 0 {
            return Err(StoreError::Away(self.text()));
        }
        let contents = Contents {
            circuits: (0..self.below(4)).map(|_| self.circuit()).collect(),
            overrides: (0..self.below(3)).map(|_| self.forced()).collect(),
        };
        Ok(Answers {
            epoch: self.below(3),
            age: self.duration(),
            seq: self.number(),
            live: u32::try_from(self.number() & 0xFFFF_FFFF).unwrap_or(0),
            contents: (self.below(2) == 0).then_some(contents),
            answers: (0..count).map(|_| self.answer()).collect(),
        })
    }
}

#[test]
fn s46_whatever_the_store_says_an_instance_goes_on_and_holds_no_circuit_for_longer_than_it_may() {
    for seed in 0..50 {
        let mut hostile = Hostile(Random::new(seed));
        let mut bench = Bench::new(1);
        for _ in 0..100 {
            bench
                .clock
                .advance(Duration::from_millis(hostile.below(2_000)));
            let now = bench.clock.now();
            let pod = &mut bench.pods[0];
            let _ = pod.payment.call(|| {
                if hostile.below(2) == 0 {
                    Ok(())
                } else {
                    Err(())
                }
            });
            pod.member.changed(&pod.payment);
            if let Some(batch) = pod.member.due(now) {
                let answers = hostile.answers(batch.ops.len());
                pod.member.answered(now, answers);
            }
            pod.member.heard(hostile.heard(), now);
            let _ = (pod.member.next_due(now), pod.member.view("payment"));
            for event in pod.member.take_events() {
                assert!(!format!("{event:#}").contains('\n'), "{event:?}");
            }
        }
        // Without the store, all that it said ends.
        bench.away = true;
        bench.pass(seconds(400));
        let pod = &bench.pods[0];
        let overridden = pod.payment.snapshot().r#override.is_some();
        assert!(
            overridden || pod.payment.state() != State::Open,
            "seed {seed}"
        );
    }
}
