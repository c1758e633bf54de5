//! Patterns as arguments. Each argument gets a name in the signature and is taken apart inside.

use std::fmt::Debug;

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, Log, Noisy, assert_send, open, pause, run};

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

#[test]
fn a_tuple_pattern() {
    #[circuit_breaker(name = "patterns.tuple")]
    fn call((left, right): (u32, String)) -> Result<String, Error> {
        Ok(format!("{left}{right}"))
    }

    assert_eq!(call((1, "x".into())), Ok("1x".into()));
}

#[test]
fn a_tuple_pattern_with_mut() {
    #[circuit_breaker(name = "patterns.tuple_mut")]
    fn call((left, mut right): (u32, u32)) -> Result<u32, Error> {
        right += left;
        Ok(right)
    }

    assert_eq!(call((1, 2)), Ok(3));
}

#[test]
fn nested_patterns() {
    #[circuit_breaker(name = "patterns.nested")]
    fn call(
        ((first, _), [second, ..], Wrapper(third)): ((u32, u32), [u32; 3], Wrapper<u32>),
    ) -> Result<u32, Error> {
        Ok(first * 100 + second * 10 + third)
    }

    assert_eq!(call(((1, 9), [2, 9, 9], Wrapper(3))), Ok(123));
}

#[test]
fn a_struct_pattern_with_a_rest() {
    #[circuit_breaker(name = "patterns.struct_rest")]
    fn call(Point { x, .. }: Point) -> Result<u32, Error> {
        Ok(x)
    }

    assert_eq!(call(Point { x: 1, y: 2 }), Ok(1));
}

#[test]
fn a_struct_pattern_with_renamed_fields() {
    #[circuit_breaker(name = "patterns.struct_renamed")]
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

#[test]
fn a_tuple_struct_pattern_with_ref_mut() {
    #[circuit_breaker(name = "patterns.tuple_struct_ref_mut")]
    fn call(Wrapper(ref mut values): Wrapper<Vec<u32>>) -> Result<usize, Error> {
        values.push(4);
        Ok(values.len())
    }

    assert_eq!(call(Wrapper(vec![1])), Ok(2));
}

#[test]
fn a_reference_pattern() {
    #[circuit_breaker(name = "patterns.reference")]
    fn call(&value: &u32) -> Result<u32, Error> {
        Ok(value + 1)
    }

    assert_eq!(call(&1), Ok(2));
}

#[test]
fn a_reference_pattern_with_a_ref_inside() {
    #[circuit_breaker(name = "patterns.reference_ref")]
    fn call<'a>(&(count, ref text): &'a (usize, String)) -> Result<&'a str, Error> {
        text.get(..count).ok_or(Error::Down)
    }

    let pair = (2, "abc".to_owned());
    assert_eq!(call(&pair), Ok("ab"));
}

#[test]
fn a_mutable_reference_pattern_with_ref_mut_inside() {
    #[circuit_breaker(name = "patterns.reference_ref_mut")]
    fn call(&mut (ref mut count, step): &mut (u32, u32)) -> Result<&mut u32, Error> {
        *count += step;
        Ok(count)
    }

    let mut pair = (1, 2);
    *call(&mut pair).unwrap() += 10;
    assert_eq!(pair, (13, 2));
}

#[test]
fn a_pattern_through_a_mutable_reference() {
    #[circuit_breaker(name = "patterns.default_binding_modes")]
    fn call(Named { name, tags }: &mut Named) -> Result<&mut String, Error> {
        name.push_str(&tags.remove(0));
        Ok(name)
    }

    let mut value = named();
    call(&mut value).unwrap().push('!');
    assert_eq!(value.name, "na!");
    assert_eq!(value.tags, ["b"]);
}

#[test]
fn a_wildcard() {
    #[circuit_breaker(name = "patterns.wildcard")]
    fn call(_: u32, _: String, kept: u32) -> Result<u32, Error> {
        Ok(kept)
    }

    assert_eq!(call(1, "x".into(), 2), Ok(2));
}

#[test]
fn a_ref_pattern() {
    #[circuit_breaker(name = "patterns.ref")]
    fn call(ref text: String) -> Result<usize, Error> {
        Ok(text.len())
    }

    assert_eq!(call("abc".into()), Ok(3));
}

#[test]
fn a_ref_mut_pattern() {
    #[circuit_breaker(name = "patterns.ref_mut")]
    fn call(ref mut text: String) -> Result<String, Error> {
        text.push('!');
        Ok(std::mem::take(text))
    }

    assert_eq!(call("abc".into()), Ok("abc!".into()));
}

#[test]
fn a_ref_mut_pattern_across_an_await() {
    #[circuit_breaker(name = "patterns.async_ref_mut")]
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

#[test]
fn an_at_pattern() {
    #[circuit_breaker(name = "patterns.at")]
    fn call(whole @ Point { x, y }: Point) -> Result<(Point, u32), Error> {
        Ok((whole, x + y))
    }

    let point = Point { x: 1, y: 2 };
    assert_eq!(call(point), Ok((point, 3)));
}

#[test]
fn an_at_pattern_with_ref() {
    #[circuit_breaker(name = "patterns.at_ref")]
    fn call(ref whole @ Named { ref name, .. }: Named) -> Result<(usize, String), Error> {
        Ok((whole.tags.len(), name.clone()))
    }

    assert_eq!(call(named()), Ok((2, "n".into())));
}

#[test]
fn array_patterns() {
    #[circuit_breaker(name = "patterns.array")]
    fn call(
        [first, .., last]: [u32; 5],
        [a, rest @ ..]: [u32; 3],
    ) -> Result<(u32, [u32; 2]), Error> {
        Ok((first + last + a, rest))
    }

    assert_eq!(call([1, 2, 3, 4, 5], [6, 7, 8]), Ok((12, [7, 8])));
}

#[test]
fn an_array_pattern_by_reference() {
    #[circuit_breaker(name = "patterns.array_reference")]
    fn call([first, second]: &mut [String; 2]) -> Result<&mut String, Error> {
        std::mem::swap(first, second);
        Ok(first)
    }

    let mut pair = ["a".to_owned(), "b".to_owned()];
    assert_eq!(call(&mut pair).unwrap(), "b");
    assert_eq!(pair, ["b", "a"]);
}

#[test]
fn an_or_pattern() {
    #[circuit_breaker(name = "patterns.or")]
    fn call((Ok(value) | Err(value)): Result<u32, u32>) -> Result<u32, Error> {
        Ok(value)
    }

    assert_eq!(call(Ok(1)), Ok(1));
    assert_eq!(call(Err(2)), Ok(2));
}

#[test]
fn a_unit_pattern() {
    struct Unit;

    #[circuit_breaker(name = "patterns.unit_pattern")]
    fn call((): (), Unit: Unit) -> Result<u32, Error> {
        Ok(1)
    }

    assert_eq!(call((), Unit), Ok(1));
}

#[test]
fn a_pattern_from_a_macro() {
    macro_rules! pair {
        ($left:ident, $right:ident) => {
            ($left, $right)
        };
    }

    #[circuit_breaker(name = "patterns.pattern_macro")]
    fn call(pair!(left, right): (u32, u32)) -> Result<u32, Error> {
        Ok(left * right)
    }

    assert_eq!(call((3, 4)), Ok(12));
}

#[test]
fn a_pattern_moves_out_of_one_field_only() {
    let log = Log::default();

    #[circuit_breaker(name = "patterns.partial_move")]
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

#[test]
fn patterns_in_an_async_function() {
    #[circuit_breaker(name = "patterns.async_patterns")]
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

#[test]
fn a_fallback_by_path_gets_the_whole_argument() {
    #[circuit_breaker(name = "patterns.pattern_fallback", fallback = later)]
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
    open("patterns.pattern_fallback");
    assert_eq!(
        call((1, "a".into()), Point { x: 2, y: 3 }, 4),
        Ok("later 1a34".into())
    );
}

#[test]
fn a_fallback_closure_sees_the_bindings() {
    #[circuit_breaker(name = "patterns.pattern_fallback_closure", fallback = |_| Ok(left + 1))]
    fn call((left, right): (u32, u32)) -> Result<u32, Error> {
        Ok(left + right)
    }

    open("patterns.pattern_fallback_closure");
    assert_eq!(call((1, 5)), Ok(2));
}

#[test]
fn the_body_assigns_to_mutable_arguments() {
    #[circuit_breaker(name = "patterns.mut")]
    fn call(mut count: u32, mut text: String) -> Result<String, Error> {
        while count > 0 {
            text.push('x');
            count -= 1;
        }
        Ok(text)
    }

    assert_eq!(call(3, String::new()), Ok("xxx".into()));
}
