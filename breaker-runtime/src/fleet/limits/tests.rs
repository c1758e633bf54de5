use super::*;

fn batch(ops: Vec<Op>) -> Batch {
    Batch {
        member: "a#1".to_owned(),
        observer: false,
        member_ttl: Duration::from_secs(15),
        epoch: 0,
        seq: Some(0),
        nonce: 0,
        ops,
    }
}

fn vote() -> Vote {
    Vote {
        name: "p".to_owned(),
        generation: 0,
        rest: Duration::from_secs(30),
        period: Duration::from_secs(30),
        row: 1,
        at_least: 2,
        share: 0.1,
        why: "failures_in_a_row".to_owned(),
    }
}

#[test]
fn a_tenth_of_the_live_members_is_rounded_up() {
    let needed = |live| votes_needed(live, 2, 0.1);
    assert_eq!([1, 2, 3, 10, 20].map(needed), [1, 2, 2, 2, 2]);
    assert_eq!([21, 30, 31, 1000].map(needed), [3, 3, 4, 100]);
}

#[test]
fn never_more_votes_are_needed_than_there_are_members_and_never_none() {
    assert_eq!(votes_needed(3, 5, 0.0), 3);
    assert_eq!(votes_needed(0, 0, 0.0), 1);
    assert_eq!(votes_needed(u32::MAX, u32::MAX, f64::NAN), u32::MAX);
}

#[test]
fn a_share_that_is_no_number_counts_as_none() {
    assert_eq!(parts_per_million(f64::NAN), 0);
    assert_eq!(parts_per_million(f64::INFINITY), 1_000_000);
    assert_eq!(parts_per_million(-1.0), 0);
    assert_eq!(parts_per_million(1.0 / 3.0), 333_333);
}

#[test]
fn a_clean_batch_stays_as_it_is() {
    let batch = batch(vec![
        Op::Vote(vote()),
        Op::Lease {
            name: "p".to_owned(),
            generation: 7,
            ttl: Duration::from_secs(5),
        },
        Op::Members,
    ]);
    assert_eq!(clean(&batch), batch);
}

#[test]
fn numbers_are_clamped_below_what_a_script_can_count() {
    let wild = Batch {
        epoch: u64::MAX,
        seq: Some(u64::MAX),
        nonce: u64::MAX,
        member_ttl: Duration::MAX,
        ..batch(vec![Op::Vote(Vote {
            generation: u64::MAX,
            rest: Duration::MAX,
            period: Duration::ZERO,
            at_least: 0,
            share: f64::NAN,
            ..vote()
        })])
    };
    let clean = clean(&wild);
    assert_eq!(
        (clean.epoch, clean.seq, clean.nonce),
        (LARGEST, Some(LARGEST), LARGEST)
    );
    assert_eq!(clean.member_ttl, LONGEST_MEMBER_TTL);
    let [Op::Vote(vote)] = &clean.ops[..] else {
        panic!("one vote");
    };
    assert_eq!((vote.generation, vote.at_least), (LARGEST, 1));
    assert_eq!((vote.rest, vote.period), (LONGEST, LONGEST));
    assert_eq!(vote.share.to_bits(), 0.0_f64.to_bits());
}

#[test]
fn durations_are_cut_to_whole_microseconds() {
    assert_eq!(whole(Duration::from_nanos(1_999)), Duration::from_micros(1));
    assert_eq!(
        whole(Duration::new(3, 999_999_999)),
        Duration::new(3, 999_999_000)
    );
}

#[test]
fn texts_are_cut_between_characters() {
    assert_eq!(start_of("aü", 2), "a");
    assert_eq!(end_of("üa", 2), "a");
    let steer = Op::Steer {
        name: None,
        order: Order::Clear,
        actor: Some("ü".repeat(200)),
        reason: Some("ü".repeat(200)),
    };
    let clean = clean(&batch(vec![steer]));
    let [Op::Steer { actor, reason, .. }] = &clean.ops[..] else {
        panic!("one order");
    };
    assert_eq!(actor.as_deref(), Some(&*"ü".repeat(128)));
    assert_eq!(reason.as_deref(), Some(&*"ü".repeat(100)));
}

#[test]
fn a_long_member_keeps_the_end_which_no_other_member_has() {
    let long = Batch {
        member: format!("{}#7f3a", "pod".repeat(200)),
        ..batch(Vec::new())
    };
    let member = clean(&long).member;
    assert_eq!(member.len(), LONGEST_MEMBER);
    assert!(member.ends_with("#7f3a"));
}
