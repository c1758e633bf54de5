//! Arguments: traps 7 to 12.

#![deny(unused_variables, unused_mut, unused_assignments)]

use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Display};
use std::rc::Rc;

use breaker_runtime::{Outcome, circuit_breaker};

use super::{Error, Log, Noisy, assert_send, breaker, ends, open, panic_of, pause, poll_once, run};

#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    x: u32,
    y: u32,
}

#[derive(Debug, Clone, PartialEq)]
struct Named {
    name: String,
    tags: Vec<String>,
}

fn named() -> Named {
    Named {
        name: "n".into(),
        tags: vec!["a".into(), "b".into()],
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Wrapper<T>(T);

// Trap 7: patterns.

/// Trap 7
#[test]
fn a_tuple_pattern() {
    #[circuit_breaker(name = "arguments.tuple")]
    fn call((left, right): (u32, String)) -> Result<String, Error> {
        Ok(format!("{left}{right}"))
    }

    assert_eq!(call((1, "x".into())), Ok("1x".into()));
}

/// Trap 7
#[test]
fn a_tuple_pattern_with_mut() {
    #[circuit_breaker(name = "arguments.tuple_mut")]
    fn call((left, mut right): (u32, u32)) -> Result<u32, Error> {
        right += left;
        Ok(right)
    }

    assert_eq!(call((1, 2)), Ok(3));
}

/// Trap 7
#[test]
fn nested_patterns() {
    #[circuit_breaker(name = "arguments.nested")]
    fn call(
        ((first, _), [second, ..], Wrapper(third)): ((u32, u32), [u32; 3], Wrapper<u32>),
    ) -> Result<u32, Error> {
        Ok(first * 100 + second * 10 + third)
    }

    assert_eq!(call(((1, 9), [2, 9, 9], Wrapper(3))), Ok(123));
}

/// Trap 7
#[test]
fn a_struct_pattern_with_a_rest() {
    #[circuit_breaker(name = "arguments.struct_rest")]
    fn call(Point { x, .. }: Point) -> Result<u32, Error> {
        Ok(x)
    }

    assert_eq!(call(Point { x: 1, y: 2 }), Ok(1));
}

/// Trap 7
#[test]
fn a_struct_pattern_with_renamed_fields() {
    #[circuit_breaker(name = "arguments.struct_renamed")]
    fn call(
        Named {
            name: mut label,
            tags: ref all,
        }: Named,
    ) -> Result<String, Error> {
        label.push_str(&all.join("+"));
        Ok(label)
    }

    assert_eq!(call(named()), Ok("na+b".into()));
}

/// Trap 7
#[test]
fn a_tuple_struct_pattern_with_ref_mut() {
    #[circuit_breaker(name = "arguments.tuple_struct_ref_mut")]
    fn call(Wrapper(ref mut values): Wrapper<Vec<u32>>) -> Result<usize, Error> {
        values.push(4);
        Ok(values.len())
    }

    assert_eq!(call(Wrapper(vec![1])), Ok(2));
}

/// Trap 7
#[test]
fn a_reference_pattern() {
    #[circuit_breaker(name = "arguments.reference")]
    fn call(&value: &u32) -> Result<u32, Error> {
        Ok(value + 1)
    }

    assert_eq!(call(&1), Ok(2));
}

/// Trap 7
#[test]
fn a_reference_pattern_with_a_ref_inside() {
    #[circuit_breaker(name = "arguments.reference_ref")]
    fn call<'a>(&(count, ref text): &'a (usize, String)) -> Result<&'a str, Error> {
        text.get(..count).ok_or(Error::Down)
    }

    let pair = (2, "abc".to_owned());
    assert_eq!(call(&pair), Ok("ab"));
}

/// Trap 7
#[test]
fn a_mutable_reference_pattern_with_ref_mut_inside() {
    #[circuit_breaker(name = "arguments.reference_ref_mut")]
    fn call(&mut (ref mut count, step): &mut (u32, u32)) -> Result<&mut u32, Error> {
        *count += step;
        Ok(count)
    }

    let mut pair = (1, 2);
    *call(&mut pair).unwrap() += 10;
    assert_eq!(pair, (13, 2));
}

/// Trap 7
#[test]
fn a_pattern_through_a_mutable_reference() {
    #[circuit_breaker(name = "arguments.default_binding_modes")]
    fn call(Named { name, tags }: &mut Named) -> Result<&mut String, Error> {
        name.push_str(&tags.remove(0));
        Ok(name)
    }

    let mut value = named();
    call(&mut value).unwrap().push('!');
    assert_eq!(value.name, "na!");
    assert_eq!(value.tags, ["b"]);
}

/// Trap 7
#[test]
fn a_wildcard() {
    #[circuit_breaker(name = "arguments.wildcard")]
    fn call(_: u32, _: String, kept: u32) -> Result<u32, Error> {
        Ok(kept)
    }

    assert_eq!(call(1, "x".into(), 2), Ok(2));
}

/// Trap 7
#[test]
fn a_ref_pattern() {
    #[circuit_breaker(name = "arguments.ref")]
    fn call(ref text: String) -> Result<usize, Error> {
        Ok(text.len())
    }

    assert_eq!(call("abc".into()), Ok(3));
}

/// Trap 7
#[test]
fn a_ref_mut_pattern() {
    #[circuit_breaker(name = "arguments.ref_mut")]
    fn call(ref mut text: String) -> Result<String, Error> {
        text.push('!');
        Ok(std::mem::take(text))
    }

    assert_eq!(call("abc".into()), Ok("abc!".into()));
}

/// Trap 7
#[test]
fn a_ref_mut_pattern_across_an_await() {
    #[circuit_breaker(name = "arguments.async_ref_mut")]
    async fn call(
        ref mut text: String,
        (ref left, mut right): (String, u32),
    ) -> Result<String, Error> {
        text.push_str(left);
        pause().await;
        right += 1;
        text.push_str(&right.to_string());
        pause().await;
        Ok(text.clone())
    }

    assert_eq!(
        run(assert_send(call("a".into(), ("b".into(), 1)))),
        Ok("ab2".into())
    );
}

/// Trap 7
#[test]
fn an_at_pattern() {
    #[circuit_breaker(name = "arguments.at")]
    fn call(whole @ Point { x, y }: Point) -> Result<(Point, u32), Error> {
        Ok((whole, x + y))
    }

    let point = Point { x: 1, y: 2 };
    assert_eq!(call(point), Ok((point, 3)));
}

/// Trap 7
#[test]
fn an_at_pattern_with_ref() {
    #[circuit_breaker(name = "arguments.at_ref")]
    fn call(ref whole @ Named { ref name, .. }: Named) -> Result<(usize, String), Error> {
        Ok((whole.tags.len(), name.clone()))
    }

    assert_eq!(call(named()), Ok((2, "n".into())));
}

/// Trap 7
#[test]
fn array_patterns() {
    #[circuit_breaker(name = "arguments.array")]
    fn call(
        [first, .., last]: [u32; 5],
        [a, rest @ ..]: [u32; 3],
    ) -> Result<(u32, [u32; 2]), Error> {
        Ok((first + last + a, rest))
    }

    assert_eq!(call([1, 2, 3, 4, 5], [6, 7, 8]), Ok((12, [7, 8])));
}

/// Trap 7
#[test]
fn an_array_pattern_by_reference() {
    #[circuit_breaker(name = "arguments.array_reference")]
    fn call([first, second]: &mut [String; 2]) -> Result<&mut String, Error> {
        std::mem::swap(first, second);
        Ok(first)
    }

    let mut pair = ["a".to_owned(), "b".to_owned()];
    assert_eq!(call(&mut pair).unwrap(), "b");
    assert_eq!(pair, ["b", "a"]);
}

/// Trap 7
#[test]
fn an_or_pattern() {
    #[circuit_breaker(name = "arguments.or")]
    fn call((Ok(value) | Err(value)): Result<u32, u32>) -> Result<u32, Error> {
        Ok(value)
    }

    assert_eq!(call(Ok(1)), Ok(1));
    assert_eq!(call(Err(2)), Ok(2));
}

/// Trap 7
#[test]
fn a_unit_pattern() {
    struct Unit;

    #[circuit_breaker(name = "arguments.unit_pattern")]
    fn call((): (), Unit: Unit) -> Result<u32, Error> {
        Ok(1)
    }

    assert_eq!(call((), Unit), Ok(1));
}

/// Trap 7
#[test]
fn a_pattern_from_a_macro() {
    macro_rules! pair {
        ($left:ident, $right:ident) => {
            ($left, $right)
        };
    }

    #[circuit_breaker(name = "arguments.pattern_macro")]
    fn call(pair!(left, right): (u32, u32)) -> Result<u32, Error> {
        Ok(left * right)
    }

    assert_eq!(call((3, 4)), Ok(12));
}

/// Trap 7
#[test]
fn a_pattern_moves_out_of_one_field_only() {
    let log = Log::default();

    #[circuit_breaker(name = "arguments.partial_move")]
    fn call((kept, _): (Noisy, Noisy)) -> Result<(), Error> {
        kept.log().say("body");
        drop(kept);
        Ok(())
    }

    fn plain((kept, _): (Noisy, Noisy)) -> Result<(), Error> {
        kept.log().say("body");
        drop(kept);
        Ok(())
    }

    plain((log.noisy("kept"), log.noisy("rest"))).unwrap();
    let expected = log.take();
    call((log.noisy("kept"), log.noisy("rest"))).unwrap();
    assert_eq!(log.take(), expected);
}

/// Trap 7
#[test]
fn patterns_in_an_async_function() {
    #[circuit_breaker(name = "arguments.async_patterns")]
    async fn call(
        (left, mut right): (u32, u32),
        Named { name, ref tags }: Named,
        &Wrapper(inner): &Wrapper<u32>,
        _: &str,
        [first, .., last]: [u32; 3],
    ) -> Result<String, Error> {
        pause().await;
        right += left + inner + first + last;
        pause().await;
        Ok(format!("{name}{right}{}", tags.len()))
    }

    assert_eq!(
        run(call((1, 2), named(), &Wrapper(3), "", [4, 5, 6])),
        Ok("n162".into())
    );
}

/// Trap 7
#[test]
fn a_pattern_goes_whole_to_a_fallback_by_path() {
    #[circuit_breaker(name = "arguments.pattern_fallback", fallback = later)]
    fn call(
        (left, ref mut right): (u32, String),
        Point { x, .. }: Point,
        _: u8,
    ) -> Result<String, Error> {
        right.push('!');
        Ok(format!("{left}{right}{x}"))
    }

    fn later((left, right): (u32, String), point: Point, last: u8) -> Result<String, Error> {
        Ok(format!("later {left}{right}{}{last}", point.y))
    }

    assert_eq!(
        call((1, "a".into()), Point { x: 2, y: 3 }, 4),
        Ok("1a!2".into())
    );
    open("arguments.pattern_fallback");
    assert_eq!(
        call((1, "a".into()), Point { x: 2, y: 3 }, 4),
        Ok("later 1a34".into())
    );
}

/// Trap 7
#[test]
fn the_bindings_of_a_pattern_are_seen_by_a_fallback_closure() {
    #[circuit_breaker(name = "arguments.pattern_fallback_closure", fallback = |_| Ok(left + 1))]
    fn call((left, right): (u32, u32)) -> Result<u32, Error> {
        Ok(left + right)
    }

    open("arguments.pattern_fallback_closure");
    assert_eq!(call((1, 5)), Ok(2));
}

/// Trap 7
#[test]
fn mutable_arguments_are_assigned_in_the_body() {
    #[circuit_breaker(name = "arguments.mut")]
    fn call(mut count: u32, mut text: String) -> Result<String, Error> {
        while count > 0 {
            text.push('x');
            count -= 1;
        }
        Ok(text)
    }

    assert_eq!(call(3, String::new()), Ok("xxx".into()));
}

// Trap 8: the order of drops, and whole captures.

/// Trap 8
#[test]
fn arguments_are_dropped_in_the_order_of_a_plain_function() {
    let log = Log::default();

    #[circuit_breaker(name = "arguments.drop_order")]
    fn call(
        first: Noisy,
        _: Noisy,
        (left, _): (Noisy, Noisy),
        _kept: Noisy,
        last: Noisy,
    ) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        let _ = (&left, &last);
        first.log().say("body");
        Ok(())
    }

    fn plain(
        first: Noisy,
        _: Noisy,
        (left, _): (Noisy, Noisy),
        _kept: Noisy,
        last: Noisy,
    ) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        let _ = (&left, &last);
        first.log().say("body");
        Ok(())
    }

    let make = || {
        (
            log.noisy("first"),
            log.noisy("wildcard"),
            (log.noisy("left"), log.noisy("right")),
            log.noisy("kept"),
            log.noisy("last"),
        )
    };
    let (a, b, c, d, e) = make();
    plain(a, b, c, d, e).unwrap();
    let expected = log.take();
    let (a, b, c, d, e) = make();
    call(a, b, c, d, e).unwrap();
    assert_eq!(log.take(), expected);
}

/// Trap 8
#[test]
fn arguments_that_the_body_never_names_live_as_long_as_in_a_plain_function() {
    let log = Log::default();

    #[circuit_breaker(name = "arguments.unnamed_live")]
    fn call(log: &Log, _guard: Noisy, _: Noisy) -> Result<(), Error> {
        log.say("body");
        Ok(())
    }

    fn plain(log: &Log, _guard: Noisy, _: Noisy) -> Result<(), Error> {
        log.say("body");
        Ok(())
    }

    plain(&log, log.noisy("guard"), log.noisy("wildcard")).unwrap();
    let expected = log.take();
    call(&log, log.noisy("guard"), log.noisy("wildcard")).unwrap();
    assert_eq!(log.take(), expected);
    assert_eq!(expected[0], "body");
}

/// Trap 8
#[test]
fn a_struct_of_which_one_field_is_used_is_dropped_whole() {
    struct Both {
        left: Noisy,
        right: Noisy,
    }

    let log = Log::default();

    #[circuit_breaker(name = "arguments.whole_capture")]
    fn call(both: Both, other: Noisy) -> Result<(), Error> {
        let left = &both.left;
        left.log().say("body");
        drop(other);
        Ok(())
    }

    fn plain(both: Both, other: Noisy) -> Result<(), Error> {
        let left = &both.left;
        left.log().say("body");
        drop(other);
        Ok(())
    }

    let both = || Both {
        left: log.noisy("left"),
        right: log.noisy("right"),
    };
    let _ = &both().right;
    log.take();
    plain(both(), log.noisy("other")).unwrap();
    let expected = log.take();
    call(both(), log.noisy("other")).unwrap();
    assert_eq!(log.take(), expected);
}

/// Trap 8
#[test]
fn arguments_are_dropped_in_order_when_the_body_returns_early() {
    let log = Log::default();

    #[circuit_breaker(name = "arguments.drop_order_return")]
    fn call(first: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        if second.log().take().is_empty() {
            return Err(Error::Down);
        }
        Ok(())
    }

    fn plain(first: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        if second.log().take().is_empty() {
            return Err(Error::Down);
        }
        Ok(())
    }

    plain(log.noisy("first"), log.noisy("second")).unwrap_err();
    let expected = log.take();
    call(log.noisy("first"), log.noisy("second")).unwrap_err();
    assert_eq!(log.take(), expected);
}

/// Trap 8
#[test]
fn arguments_are_dropped_in_order_when_the_body_panics() {
    let log = Log::default();

    #[circuit_breaker(name = "arguments.drop_order_panic")]
    fn call(first: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = (first.log().noisy("local"), &second);
        panic!("cut");
    }

    fn plain(first: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = (first.log().noisy("local"), &second);
        panic!("cut");
    }

    panic_of(|| plain(log.noisy("first"), log.noisy("second")));
    let expected = log.take();
    panic_of(|| call(log.noisy("first"), log.noisy("second")));
    assert_eq!(log.take(), expected);
}

/// Trap 8
#[test]
fn a_temporary_of_the_tail_is_dropped_before_the_arguments() {
    let log = Log::default();

    #[circuit_breaker(name = "arguments.tail_temporary")]
    fn call(first: Noisy) -> Result<usize, Error> {
        Ok(std::mem::size_of_val(&first.log().noisy("temporary")))
    }

    fn plain(first: Noisy) -> Result<usize, Error> {
        Ok(std::mem::size_of_val(&first.log().noisy("temporary")))
    }

    plain(log.noisy("first")).unwrap();
    let expected = log.take();
    call(log.noisy("first")).unwrap();
    assert_eq!(log.take(), expected);
}

/// Trap 8
#[test]
fn an_async_function_drops_its_arguments_in_order() {
    let log = Log::default();

    #[circuit_breaker(name = "arguments.async_drop_order")]
    async fn call(
        first: Noisy,
        _: Noisy,
        (left, _): (Noisy, Noisy),
        _kept: Noisy,
    ) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        pause().await;
        left.log().say("body");
        Ok(())
    }

    async fn plain(
        first: Noisy,
        _: Noisy,
        (left, _): (Noisy, Noisy),
        _kept: Noisy,
    ) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        pause().await;
        left.log().say("body");
        Ok(())
    }

    let make = || {
        (
            log.noisy("first"),
            log.noisy("wildcard"),
            (log.noisy("left"), log.noisy("right")),
            log.noisy("kept"),
        )
    };
    let (a, b, c, d) = make();
    run(plain(a, b, c, d)).unwrap();
    let expected = log.take();
    let (a, b, c, d) = make();
    run(call(a, b, c, d)).unwrap();
    assert_eq!(log.take(), expected);
}

/// Trap 8
#[test]
fn an_async_function_that_is_never_polled_drops_its_arguments_in_order() {
    let log = Log::default();

    #[circuit_breaker(name = "arguments.async_unpolled_drop_order")]
    async fn call(first: Noisy, _: Noisy, second: Noisy) -> Result<(), Error> {
        let _ = (&first, &second);
        Ok(())
    }

    async fn plain(first: Noisy, _: Noisy, second: Noisy) -> Result<(), Error> {
        let _ = (&first, &second);
        Ok(())
    }

    drop(plain(
        log.noisy("first"),
        log.noisy("wildcard"),
        log.noisy("second"),
    ));
    let expected = log.take();
    drop(call(
        log.noisy("first"),
        log.noisy("wildcard"),
        log.noisy("second"),
    ));
    assert_eq!(log.take(), expected);
    assert_eq!(ends("arguments.async_unpolled_drop_order"), "nothing");
}

/// Trap 8
#[test]
fn an_async_function_that_is_cancelled_drops_its_arguments_in_order() {
    let log = Log::default();

    #[circuit_breaker(name = "arguments.async_cancelled_drop_order")]
    async fn call(first: Noisy, _: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        pause().await;
        drop(second);
        Ok(())
    }

    async fn plain(first: Noisy, _: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        pause().await;
        drop(second);
        Ok(())
    }

    let mut future = Box::pin(plain(
        log.noisy("first"),
        log.noisy("wildcard"),
        log.noisy("second"),
    ));
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(log.take().is_empty());
    drop(future);
    let expected = log.take();
    let mut future = Box::pin(call(
        log.noisy("first"),
        log.noisy("wildcard"),
        log.noisy("second"),
    ));
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(log.take().is_empty());
    drop(future);
    assert_eq!(log.take(), expected);
    assert_eq!(ends("arguments.async_cancelled_drop_order"), "1 cancelled");
}

/// Trap 8
#[test]
fn a_rejected_call_drops_every_argument() {
    let log = Log::default();

    #[circuit_breaker(name = "arguments.rejected_drops")]
    fn call(first: Noisy, _: Noisy, (left, _): (Noisy, Noisy)) -> Result<(), Error> {
        let _ = (&first, &left);
        Ok(())
    }

    open("arguments.rejected_drops");
    let pair = (log.noisy("left"), log.noisy("right"));
    call(log.noisy("first"), log.noisy("wildcard"), pair).unwrap_err();
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ["first", "left", "right", "wildcard"]);
}

/// Trap 8
#[test]
fn the_value_is_judged_after_the_locals_are_dropped() {
    thread_local! {
        static LOG: Log = Log::default();
    }

    fn judge(_: &Result<(), Error>) -> Outcome {
        LOG.with(|log| log.say("judged"));
        Outcome::Success
    }

    #[circuit_breaker(name = "arguments.judged_late", classify = judge)]
    fn call(first: Noisy) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        Ok(())
    }

    let log = LOG.with(Clone::clone);
    call(log.noisy("first")).unwrap();
    assert_eq!(log.take(), ["local", "first", "judged"]);
}

// Trap 10: names.

/// Trap 10
#[test]
fn arguments_named_like_generated_things() {
    #[circuit_breaker(name = "arguments.generated_names")]
    #[allow(clippy::too_many_arguments)]
    fn call(
        permit: u32,
        breaker: u32,
        out: u32,
        r: u32,
        __arg: u32,
        __arg0: u32,
        __circuit_breaker_permit: u32,
        __circuit_breaker_site: u32,
        __circuit_breaker_out: u32,
        error: u32,
        f: u32,
        this: u32,
        state: u32,
        future: u32,
    ) -> Result<Vec<u32>, Error> {
        Ok(vec![
            permit,
            breaker,
            out,
            r,
            __arg,
            __arg0,
            __circuit_breaker_permit,
            __circuit_breaker_site,
            __circuit_breaker_out,
            error,
            f,
            this,
            state,
            future,
        ])
    }

    assert_eq!(
        call(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14),
        Ok((1..=14).collect())
    );
}

/// Trap 10
#[test]
fn async_arguments_named_like_generated_things() {
    #[circuit_breaker(name = "arguments.async_generated_names", fallback = |_| Ok(permit + out))]
    async fn call(
        permit: u32,
        out: u32,
        future: u32,
        __arg: u32,
        cx: u32,
        pin: u32,
        value: u32,
    ) -> Result<u32, Error> {
        pause().await;
        Ok(permit + out + future + __arg + cx + pin + value)
    }

    assert_eq!(run(call(1, 2, 3, 4, 5, 6, 7)), Ok(28));
    open("arguments.async_generated_names");
    assert_eq!(run(call(1, 2, 3, 4, 5, 6, 7)), Ok(3));
}

/// Trap 10
mod constants {
    #![allow(non_upper_case_globals, dead_code)]

    use breaker_runtime::circuit_breaker;

    use super::super::{Error, open, run};

    const permit: u32 = 1;
    const out: u32 = 1;
    const r: u32 = 1;
    const site: u32 = 1;
    const breaker: u32 = 1;
    const result: u32 = 1;
    const value: u32 = 1;
    const future: u32 = 1;
    const error: u32 = 1;
    const body: u32 = 1;
    const call: u32 = 1;
    const arg: u32 = 1;
    const __arg: u32 = 1;
    const __arg0: u32 = 1;
    const __self: u32 = 1;
    const __permit: u32 = 1;
    const __out: u32 = 1;
    const __site: u32 = 1;
    const SITE: u32 = 1;
    const BREAKER: u32 = 1;
    const CALL_SITE: u32 = 1;

    #[circuit_breaker(name = "arguments.constants", fallback = later)]
    fn sum((left, mut right): (u32, u32), _: u8, ref last: u32) -> Result<u32, Error> {
        right += left + last;
        Ok(right + permit + out + r)
    }

    fn later((left, _): (u32, u32), _: u8, _: u32) -> Result<u32, Error> {
        Ok(left)
    }

    #[circuit_breaker(name = "arguments.async_constants", fallback = async_later)]
    async fn async_sum((left, mut right): (u32, u32), _: u8, ref last: u32) -> Result<u32, Error> {
        right += left + last;
        Ok(right + permit + out + r)
    }

    async fn async_later((left, _): (u32, u32), _: u8, _: u32) -> Result<u32, Error> {
        Ok(left)
    }

    /// Trap 10
    #[test]
    fn constants_of_the_module_do_not_meet_generated_names() {
        assert_eq!(sum((1, 2), 0, 3), Ok(9));
        assert_eq!(run(async_sum((1, 2), 0, 3)), Ok(9));
        open("arguments.constants");
        open("arguments.async_constants");
        assert_eq!(sum((1, 2), 0, 3), Ok(1));
        assert_eq!(run(async_sum((1, 2), 0, 3)), Ok(1));
    }
}

/// Trap 10
#[test]
fn a_function_may_be_called_like_a_generated_or_a_used_thing() {
    mod strange {
        use super::{Error, circuit_breaker};

        #[circuit_breaker(name = "arguments.fn_call_once")]
        pub(super) fn call_once(value: u32) -> Result<u32, Error> {
            Ok(value)
        }

        #[circuit_breaker(name = "arguments.fn_drop")]
        pub(super) fn drop(value: u32) -> Result<u32, Error> {
            Ok(value)
        }

        #[circuit_breaker(name = "arguments.fn_permit")]
        pub(super) fn permit(permit: u32) -> Result<u32, Error> {
            Ok(permit)
        }

        #[circuit_breaker(name = "arguments.fn_core")]
        pub(super) fn core(std: u32) -> Result<u32, Error> {
            Ok(std)
        }

        #[circuit_breaker(name = "arguments.fn_breaker_runtime")]
        pub(super) fn breaker_runtime(value: u32) -> Result<u32, Error> {
            Ok(value)
        }

        #[circuit_breaker(name = "arguments.fn_circuit_breaker")]
        pub(super) fn circuit_breaker_(circuit_breaker: u32) -> Result<u32, Error> {
            Ok(circuit_breaker)
        }

        #[circuit_breaker(name = "arguments.fn_raw")]
        pub(super) fn r#match(r#type: u32, r#fn: u32) -> Result<u32, Error> {
            Ok(r#type + r#fn)
        }

        #[circuit_breaker(name = "arguments.fn_unicode")]
        pub(super) fn größe(länge: u32) -> Result<u32, Error> {
            Ok(länge)
        }
    }

    assert_eq!(strange::call_once(1), Ok(1));
    assert_eq!(strange::drop(1), Ok(1));
    assert_eq!(strange::permit(1), Ok(1));
    assert_eq!(strange::core(1), Ok(1));
    assert_eq!(strange::breaker_runtime(1), Ok(1));
    assert_eq!(strange::circuit_breaker_(1), Ok(1));
    assert_eq!(strange::r#match(1, 2), Ok(3));
    assert_eq!(strange::größe(1), Ok(1));
}

/// Trap 10
#[test]
fn the_body_does_not_see_generated_names() {
    let permit = 1;
    let _ = permit;

    #[circuit_breaker(name = "arguments.body_hygiene")]
    fn call(value: u32) -> Result<u32, Error> {
        const OUT: u32 = 5;
        fn permit(value: u32) -> u32 {
            value + OUT
        }
        let out = permit(value);
        let __arg = out;
        Ok(__arg)
    }

    assert_eq!(call(1), Ok(6));
}

/// Trap 10
#[test]
fn a_method_made_by_a_macro_keeps_its_own_self() {
    struct Client(u32);

    macro_rules! methods {
        ($($name:ident, $async_name:ident, $breaker:literal, $async_breaker:literal, |$this:ident| $body:expr;)*) => {
            impl Client {
                $(
                    #[circuit_breaker(name = $breaker)]
                    fn $name(&$this) -> Result<u32, Error> {
                        $body
                    }

                    #[circuit_breaker(name = $async_breaker)]
                    async fn $async_name(&mut $this) -> Result<u32, Error> {
                        pause().await;
                        $body
                    }
                )*
            }
        };
    }

    methods! {
        get, get_async, "arguments.macro_self", "arguments.macro_self_async", |self| Ok(self.0);
        double, double_async, "arguments.macro_self_2", "arguments.macro_self_2_async", |self| Ok(self.0 * 2);
    }

    let mut client = Client(4);
    assert_eq!((client.get(), client.double()), (Ok(4), Ok(8)));
    assert_eq!(
        (run(client.get_async()), run(client.double_async())),
        (Ok(4), Ok(8))
    );
}

/// Trap 10
#[test]
fn a_method_wholly_from_a_macro_keeps_its_own_self() {
    macro_rules! client {
        ($name:ident, $breaker:literal) => {
            struct $name(u32);

            impl $name {
                #[circuit_breaker(name = $breaker, fallback = Self::later)]
                fn get(&self, by: u32) -> Result<u32, Error> {
                    Ok(self.0 + by)
                }

                fn later(&self, by: u32) -> Result<u32, Error> {
                    Ok(self.0 - by)
                }
            }
        };
    }

    client!(Client, "arguments.macro_whole");
    assert_eq!(Client(4).get(1), Ok(5));
    open("arguments.macro_whole");
    assert_eq!(Client(4).get(1), Ok(3));
}

/// Trap 10
#[test]
fn arguments_from_a_macro_keep_their_own_hygiene() {
    macro_rules! function {
        ($breaker:literal, $value:ident) => {
            #[circuit_breaker(name = $breaker)]
            fn call($value: u32, value: u32) -> Result<u32, Error> {
                Ok($value * 10 + value)
            }
        };
    }

    function!("arguments.macro_hygiene", value);
    assert_eq!(call(1, 2), Ok(12));
}

// Trap 11: attributes on arguments, and underscores.

/// Trap 11
#[test]
fn arguments_that_are_configured_out_are_gone() {
    #[circuit_breaker(name = "arguments.cfg")]
    fn call(
        #[cfg(any())] gone: NoSuchType,
        #[cfg(not(any()))] kept: u32,
        last: u32,
    ) -> Result<u32, Error> {
        Ok(kept + last)
    }

    assert_eq!(call(1, 2), Ok(3));
}

/// Trap 11
#[test]
fn arguments_that_are_configured_out_are_not_handed_to_the_fallback() {
    #[circuit_breaker(name = "arguments.cfg_fallback", fallback = later)]
    fn call(
        #[cfg(any())] gone: NoSuchType,
        #[cfg(not(any()))] (left, right): (u32, u32),
        #[cfg(any())] _: NoSuchType,
    ) -> Result<u32, Error> {
        Ok(left + right)
    }

    fn later(pair: (u32, u32)) -> Result<u32, Error> {
        Ok(pair.0 * 100)
    }

    assert_eq!(call((1, 2)), Ok(3));
    open("arguments.cfg_fallback");
    assert_eq!(call((1, 2)), Ok(100));
}

/// Trap 11
#[test]
fn async_arguments_that_are_configured_out_are_gone() {
    struct Client;

    impl Client {
        #[circuit_breaker(name = "arguments.async_cfg", fallback = Self::later)]
        async fn call(
            &self,
            #[cfg(any())] gone: NoSuchType,
            #[cfg(not(any()))] kept: u32,
        ) -> Result<u32, Error> {
            Ok(kept)
        }

        async fn later(&self, kept: u32) -> Result<u32, Error> {
            Ok(kept + 1)
        }
    }

    assert_eq!(run(Client.call(1)), Ok(1));
    open("arguments.async_cfg");
    assert_eq!(run(Client.call(1)), Ok(2));
}

/// Trap 11
#[test]
fn a_cloned_argument_may_be_configured() {
    #[circuit_breaker(name = "arguments.cfg_clone", fallback = later, fallback_on = any)]
    fn call(
        #[cfg(any())] gone: NoSuchType,
        #[cfg(not(any()))] text: String,
    ) -> Result<String, Error> {
        drop(text);
        Err(Error::Down)
    }

    fn later(text: String) -> Result<String, Error> {
        Ok(text)
    }

    assert_eq!(call("kept".into()), Ok("kept".into()));
}

/// Trap 11
#[test]
fn lint_attributes_on_arguments_stay() {
    #[circuit_breaker(name = "arguments.lint_attributes")]
    fn call(
        #[allow(unused_variables)] unused: u32,
        #[allow(unused_mut)] mut calm: u32,
        used: u32,
    ) -> Result<u32, Error> {
        Ok(used + calm)
    }

    assert_eq!(call(1, 2, 3), Ok(5));
}

/// Trap 11
#[test]
fn an_expectation_on_an_argument_is_met() {
    #![deny(unfulfilled_lint_expectations)]

    #[circuit_breaker(name = "arguments.expect_attribute")]
    fn call(
        #[expect(unused_variables, reason = "part of the interface")] unused: u32,
        used: u32,
    ) -> Result<u32, Error> {
        Ok(used)
    }

    #[circuit_breaker(name = "arguments.async_expect_attribute")]
    async fn call_async(#[expect(unused_variables)] unused: u32, used: u32) -> Result<u32, Error> {
        Ok(used)
    }

    assert_eq!(call(1, 2), Ok(2));
    assert_eq!(run(call_async(1, 2)), Ok(2));
}

/// Trap 11
#[test]
fn underscore_arguments_stay_quiet() {
    #![deny(clippy::used_underscore_binding, clippy::no_effect_underscore_binding)]

    #[circuit_breaker(name = "arguments.underscore", fallback = later)]
    fn call(_unused: u32, _also: String, used: u32) -> Result<u32, Error> {
        Ok(used)
    }

    fn later(_: u32, _: String, used: u32) -> Result<u32, Error> {
        Ok(used + 1)
    }

    #[circuit_breaker(name = "arguments.async_underscore")]
    async fn call_async(_unused: &str, (_left, right): (u32, u32)) -> Result<u32, Error> {
        Ok(right)
    }

    assert_eq!(call(0, String::new(), 2), Ok(2));
    assert_eq!(run(call_async("", (1, 2))), Ok(2));
    open("arguments.underscore");
    assert_eq!(call(7, String::new(), 2), Ok(3));
}

// Trap 12: no bounds of the macro's own.

/// Trap 12
#[test]
fn arguments_need_not_be_unwind_safe() {
    #[circuit_breaker(name = "arguments.unwind")]
    fn call(
        cell: &Cell<u32>,
        shared: Rc<RefCell<u32>>,
        slot: &mut u32,
        any: &dyn Display,
    ) -> Result<u32, Error> {
        cell.set(cell.get() + 1);
        *shared.borrow_mut() += 1;
        *slot += 1;
        Ok(any.to_string().len() as u32)
    }

    let cell = Cell::new(0);
    let mut slot = 0;
    assert_eq!(call(&cell, Rc::default(), &mut slot, &"abc"), Ok(3));
    assert_eq!((cell.get(), slot), (1, 1));
}

/// Trap 12
#[test]
fn type_parameters_need_no_bounds() {
    struct Nothing;

    #[circuit_breaker(name = "arguments.no_bounds")]
    fn call<T, U>(value: T, other: U) -> Result<(T, U), Error> {
        Ok((value, other))
    }

    let local = 5;
    let Ok((Nothing, reference)) = call(Nothing, &local) else {
        panic!("the call passes");
    };
    assert_eq!(*reference, 5);
}

/// Trap 12
#[test]
fn unsized_type_parameters_stay_unsized() {
    #[circuit_breaker(name = "arguments.unsized")]
    fn call<T: ?Sized + AsRef<str>>(
        text: &T,
        values: &mut [u32],
        shown: &(dyn Debug + Send),
    ) -> Result<String, Error> {
        values.reverse();
        Ok(format!("{}{shown:?}", text.as_ref()))
    }

    let mut values = [1, 2];
    assert_eq!(call::<str>("a", &mut values, &1), Ok("a1".into()));
    assert_eq!(values, [2, 1]);
}

/// Trap 12
#[test]
fn an_argument_that_is_not_clone_moves_into_the_fallback() {
    struct Ticket(u32);

    #[circuit_breaker(name = "arguments.not_clone", fallback = later)]
    fn call(ticket: Ticket) -> Result<Ticket, Error> {
        Ok(ticket)
    }

    fn later(mut ticket: Ticket) -> Result<Ticket, Error> {
        ticket.0 += 100;
        Ok(ticket)
    }

    assert_eq!(call(Ticket(1)).ok().unwrap().0, 1);
    open("arguments.not_clone");
    assert_eq!(call(Ticket(1)).ok().unwrap().0, 101);
}

/// Trap 12
#[test]
fn an_error_needs_no_traits_but_from() {
    struct Bare(bool);

    impl From<breaker_runtime::BreakerError> for Bare {
        fn from(_: breaker_runtime::BreakerError) -> Self {
            Bare(true)
        }
    }

    #[circuit_breaker(name = "arguments.bare_error")]
    fn call() -> Result<Rc<u32>, Bare> {
        Err(Bare(false))
    }

    assert!(!call().unwrap_err().0);
    open("arguments.bare_error");
    assert!(call().unwrap_err().0);
}

/// Trap 12
#[test]
fn async_arguments_need_no_bounds() {
    struct Ticket(Rc<Cell<u32>>);

    #[circuit_breaker(name = "arguments.async_no_bounds", fallback = later)]
    async fn call<T>(
        value: T,
        ticket: Ticket,
        log: &RefCell<Vec<u32>>,
    ) -> Result<(T, Ticket), Error> {
        pause().await;
        log.borrow_mut().push(ticket.0.get());
        pause().await;
        Ok((value, ticket))
    }

    async fn later<T>(
        value: T,
        ticket: Ticket,
        _: &RefCell<Vec<u32>>,
    ) -> Result<(T, Ticket), Error> {
        ticket.0.set(0);
        Ok((value, ticket))
    }

    let log = RefCell::default();
    let (value, ticket) = run(call(&log, Ticket(Rc::new(Cell::new(3))), &log)).unwrap();
    assert_eq!(*value.borrow(), [3]);
    open("arguments.async_no_bounds");
    let (_, ticket) = run(call((), ticket, &log)).unwrap();
    assert_eq!(ticket.0.get(), 0);
}

/// Trap 12
#[test]
fn a_clone_bound_is_asked_for_by_value_only() {
    struct NotClone(u32);

    #[circuit_breaker(name = "arguments.clone_by_value", fallback = later, fallback_on = any)]
    fn call(
        by_reference: &NotClone,
        by_mut: &mut NotClone,
        by_value: String,
    ) -> Result<u32, Error> {
        by_mut.0 += 1;
        drop(by_value);
        Err(Error::Declined(by_reference.0))
    }

    fn later(
        by_reference: &NotClone,
        by_mut: &mut NotClone,
        by_value: String,
    ) -> Result<u32, Error> {
        by_mut.0 += 10;
        Ok(by_reference.0 + by_value.len() as u32)
    }

    let mut slot = NotClone(0);
    assert_eq!(call(&NotClone(5), &mut slot, "ab".into()), Ok(7));
    assert_eq!(slot.0, 11);
    breaker("arguments.clone_by_value").reset();
}
