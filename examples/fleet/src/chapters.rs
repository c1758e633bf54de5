//! The chapters of the story: what breaks, what the fleet does about it, and what has to be true.

use std::time::{Duration, Instant};

use anyhow::ensure;
use breaker_runtime::Actor;
use tokio::time::sleep;

use crate::bank::Fault;
use crate::pod::BANK;
use crate::pods::Seen;
use crate::story::{PODS, Story};

/// The time after which the fleet judges votes, and the start of the pods.
const YOUNG: Duration = Duration::from_secs(17);

impl Story {
    /// Everything is well.
    pub(crate) async fn calm(&mut self) -> anyhow::Result<()> {
        self.chapter("Five pods call the bank, and all is well");
        self.until("all pods join", |story| {
            story.pods.all(|pod| pod.fleet == "joined")
        })
        .await?;
        self.until("all pods get answers", |story| {
            story.pods.all(|pod| pod.count("ok") > 3)
        })
        .await?;
        ensure!(self.pods.count("failed") == 0, "no call failed");
        self.note("all five joined");
        Ok(())
    }

    /// The network of one pod breaks, and nobody else suffers.
    pub(crate) async fn one_sick_pod(&mut self) -> anyhow::Result<()> {
        self.chapter("The network of pod-3 breaks, and of pod-3 only");
        self.bank.set(Fault::OnlyFor("pod-3".to_owned()));
        self.until("pod-3 opens its circuit", |story| {
            story.pods.seen("pod-3").is("open")
        })
        .await?;
        self.until("the operator sees its vote", |story| {
            story.view().is_some_and(|(votes, needed)| {
                matches!(&votes[..], [only] if only.starts_with("pod-3")) && needed == 2
            })
        })
        .await?;
        self.note("pod-3 has opened its circuit, and votes alone: 1 of 2 votes");
        let others = self.pods.which(|pod| pod.circuit.is_empty());
        ensure!(others.len() == 4, "the circuits of the others never opened");
        self.note("the four others go on to call: nobody pays for the network of pod-3");

        self.bank.set(Fault::None);
        self.until("pod-3 recovers", |story| {
            story.pods.seen("pod-3").is("closed")
        })
        .await?;
        self.note("its network is back, and its circuit has closed by its own probes");
        self.summary("one sick pod", "opened its circuit, and no other");
        Ok(())
    }

    /// The bank is down, and the fleet opens before the quiet pods have lost a call more than needed.
    pub(crate) async fn outage(&mut self) -> anyhow::Result<()> {
        // Until then it cannot know how many members there are, and a single vote could be half of them.
        self.note("a fleet judges no votes in its first 15 s, so the story waits for that");
        sleep((self.began + YOUNG).saturating_duration_since(Instant::now())).await;
        self.chapter("The bank is down");
        let failed = self.pods.count("failed");
        let since = Instant::now();
        // It hangs up on everybody; later its connections hang.
        self.bank.set(Fault::Down);
        self.until("all circuits are open", |story| {
            story.pods.all(|pod| pod.is("open"))
        })
        .await?;
        let took = since.elapsed();
        self.bank.set(Fault::Hangs);
        let told = self.pods.which(|pod| pod.circuit == "open fleet");
        let failed = self.pods.count("failed") - failed;
        ensure!(!told.is_empty(), "some pods heard it from the fleet");
        let alerts = |story: &Self| story.pods.which(|pod| pod.alerts() == 1);
        self.until("one pod has decided", |story| !alerts(story).is_empty())
            .await?;
        let decided = alerts(self);
        ensure!(
            decided.len() == 1,
            "one pod sends the alert, but {decided:?} do"
        );
        self.note(&format!(
            "all five circuits are open after {} ms and {failed} failed calls; {} heard it from the fleet",
            took.as_millis(),
            told.join(", "),
        ));
        self.note(&format!(
            "{} has decided it: one alert for the whole fleet",
            decided.join(", ")
        ));
        self.summary(
            "outage",
            &format!("all open after {} ms, and one alert", took.as_millis()),
        );
        Ok(())
    }

    /// The pod that probes is killed, and another takes its place.
    pub(crate) async fn dead_prober(&mut self) -> anyhow::Result<()> {
        self.chapter("The period ends, one pod probes, and is killed");
        let prober = self.prober().await?;
        let since = Instant::now();
        self.until("the others wait for it", |story| {
            let waiting = story.pods.which(|pod| pod.count("probed_elsewhere") > 0);
            waiting.iter().any(|pod| *pod != prober)
        })
        .await?;
        self.note(&format!(
            "{prober} probes for all; the others reject with `probed_elsewhere`"
        ));
        let probing = self.pods.which(|pod| pod.is("half_open"));
        ensure!(
            probing.len() <= 1,
            "at most one pod probes, but {probing:?} do"
        );
        let callers = self.bank.callers_since(since);
        ensure!(
            callers.keys().all(|caller| *caller == prober),
            "only it calls: {callers:?}"
        );

        self.pods.kill(&prober);
        self.bank.set(Fault::None);
        let killed = Instant::now();
        self.note(&format!(
            "{prober} is killed in the middle of its probe, and the bank is back"
        ));
        let heir = self.prober().await?;
        self.note(&format!(
            "{heir} has got the lease {:.1} s later",
            killed.elapsed().as_secs_f64()
        ));
        self.until("all circuits close", |story| {
            story.pods.all(|pod| pod.is("closed"))
        })
        .await?;
        let took = killed.elapsed().as_secs_f64();
        self.note(&format!(
            "all circuits are closed {took:.1} s after the kill"
        ));
        self.summary(
            "dead prober",
            &format!("replaced by {heir}; all closed after {took:.1} s"),
        );

        let every = PODS
            .iter()
            .find(|(name, _)| *name == prober)
            .map_or(100, |(_, every)| *every);
        self.pods.start(&prober, every)?;
        self.until("it is back", |story| {
            story.pods.seen(&prober).fleet == "joined"
        })
        .await?;
        Ok(())
    }

    /// The store dies, an outage comes and goes, and the store comes back empty.
    pub(crate) async fn without_the_store(&mut self) -> anyhow::Result<()> {
        self.chapter("The store dies");
        if !self.store.kill()? {
            self.note("left out: the Redis of REDIS_URL belongs to somebody else");
            self.summary("no store", "left out");
            return Ok(());
        }
        self.until("all pods are alone", |story| {
            story.pods.all(|pod| pod.fleet == "alone")
        })
        .await?;
        let (failed, answered) = (self.pods.count("failed"), self.pods.count("ok"));
        sleep(Duration::from_secs(1)).await;
        ensure!(self.pods.count("failed") == failed, "no call failed");
        ensure!(self.pods.count("ok") > answered, "calls go on");
        self.note("all pods are alone, and all calls go on");

        self.bank.set(Fault::Down);
        self.until("each pod opens", |story| {
            story.pods.all(|pod| pod.is("open"))
        })
        .await?;
        let own = self.pods.which(|pod| !pod.circuit.contains("fleet"));
        ensure!(own.len() == PODS.len(), "each pod decided by itself");
        self.note("the bank is down again: each pod has opened its circuit by itself");
        self.bank.set(Fault::None);
        self.until("each pod closes", |story| {
            story.pods.all(|pod| pod.is("closed"))
        })
        .await?;
        self.note("the bank is back: each pod has closed its circuit by itself");

        self.store.restart()?;
        self.until("all pods join again", |story| {
            story.pods.all(|pod| pod.fleet == "joined")
        })
        .await?;
        self.note("the store is back, empty, and all pods have joined again");
        self.summary("no store", "no call noticed; each pod protected itself");
        Ok(())
    }

    /// The operator forces the circuit open in the whole fleet.
    pub(crate) async fn forced_from_outside(&mut self) -> anyhow::Result<()> {
        self.chapter("An operator forces the circuit open, from outside");
        let alice = Actor::new("alice")?.because("the bank moves to another data centre")?;
        let since = Instant::now();
        self.operator
            .by(&alice)
            .force_open(BANK, Some(Duration::from_secs(3600)))
            .await?;
        let forced = |pod: &Seen| pod.count("forced") > 0;
        self.until("all pods reject", |story| story.pods.all(forced))
            .await?;
        let took = since.elapsed().as_millis();
        self.note(&format!(
            "all pods reject with `forced`, {took} ms later at the latest"
        ));

        if self.store.kill()? {
            self.store.restart()?;
            self.note("the store is killed, and is back, empty");
        }
        // It can know the override only from the store, which has it from the other pods.
        self.pods.kill("pod-5");
        self.pods.start("pod-5", 20)?;
        self.until("a new pod rejects", |story| {
            forced(&story.pods.seen("pod-5"))
        })
        .await?;
        self.note(
            "a pod that starts now rejects, too: the others have told the store the override",
        );
        ensure!(self.pods.all(forced), "all pods reject");
        self.operator.by(&alice).clear_override(BANK).await?;
        let answered: Vec<usize> = self.counts("ok");
        self.until("all pods call", |story| {
            story
                .counts("ok")
                .iter()
                .zip(&answered)
                .all(|(now, before)| now > before)
        })
        .await?;
        self.note("alice clears it, and all pods call again");
        self.summary("operator", &format!("in force everywhere after {took} ms"));
        Ok(())
    }
}
