//! Guarded functions of other crates: each edition, strict lints, `no_std`, and a renamed runtime.

use std::cell::RefCell;

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, assert_send, ends, open, panic_of, run};

#[test]
fn functions_of_edition_2015() {
    use breaker_test_edition_2015::client::{Client, Ping};
    use breaker_test_edition_2015::{
        Error, bare_trait_object, clone, iterator, keyed, old_words, option, paths, question_mark,
    };

    assert_eq!(question_mark("5"), Ok(5));
    assert_eq!(
        (question_mark("0"), question_mark("x")),
        (Err(Error::Down), Err(Error::Number))
    );
    assert_eq!(ends("edition_2015.question_mark"), "1 success, 2 failure");
    assert_eq!(
        (old_words("1"), old_words("x")),
        (Ok(3), Err(Error::Number))
    );
    assert_eq!(bare_trait_object("2").unwrap()(1), 3);
    assert_eq!(bare_trait_object("").err().unwrap().to_string(), "empty");
    assert_eq!(paths((1, 2), ""), Ok(3));
    assert_eq!(paths((7, 7), ""), Err(Error::Declined(14)));
    assert_eq!(ends("edition_2015.paths"), "1 success, 1 ignored");
    open("edition_2015.paths");
    assert_eq!(paths((1, 2), ""), Ok(100));
    assert_eq!((option(&[1, 3]), option(&[])), (Some(3), None));
    assert_eq!(clone("text".into()), Ok("text".into()));
    assert_eq!(iterator(&[1, 2]).ok().unwrap().sum::<u32>(), 3);
    assert_eq!(keyed("much too long".into()), Err(Error::Down));
    assert!(matches!(
        keyed(" much too long".into()),
        Err(Error::Breaker(_))
    ));
    assert_eq!(keyed("here".into()), Ok(4));

    let mut client = Client {
        names: vec!["a".into(), "b".into()],
    };
    assert_eq!(
        (client.ping(1), client.ping(0)),
        (Ok("a1".into()), Err(Error::Declined(0)))
    );
    client.name_mut(0).unwrap().push('!');
    open("edition_2015.method");
    client.name_mut(0).unwrap().push('?');
    assert_eq!(client.join("+"), Ok("b?+a!".into()));
}

#[test]
fn functions_of_edition_2018() {
    use breaker_test_edition_2018::{
        Client, Error, asynchronous, boxed, fallback, impl_future, old_words, panics, synchronous,
    };

    assert_eq!(synchronous((1, 2), "3"), Ok(6));
    assert_eq!(synchronous((1, 2), "x"), Err(Error::Down));
    open("edition_2018.synchronous");
    assert_eq!(synchronous((1, 2), "x"), Ok(100));

    let mut values = vec![];
    assert_eq!(run(assert_send(asynchronous("5", &mut values))), Ok(5));
    assert_eq!(run(asynchronous("0", &mut values)), Err(Error::Declined(0)));
    assert_eq!(run(asynchronous("x", &mut values)), Err(Error::Down));
    assert_eq!(
        ends("edition_2018.asynchronous"),
        "1 success, 1 failure, 1 ignored"
    );

    assert_eq!(run(fallback("ab".into())), Ok(102));
    open("edition_2018.fallback");
    assert_eq!(run(fallback("ab".into())), Ok(2));
    assert_eq!(old_words(1).unwrap()(1), 5);
    assert_eq!(panic_of(panics), "{}");
    assert_eq!(run(boxed("abc")), Ok(3));
    assert_eq!(run(impl_future("abc")), Ok(3));

    let mut client = Client { calls: 1 };
    assert_eq!(run(client.call(2)), Ok(&3));
    open("edition_2018.method");
    assert_eq!(run(client.call(2)), Ok(&3));
}

#[test]
fn functions_of_edition_2021() {
    use breaker_test_edition_2021::{
        Client, Error, asynchronous, guarded, impl_future, opaque, read, read_async, synchronous,
    };

    assert_eq!(synchronous((1, 2), "3"), Ok(6));
    open("edition_2021.synchronous");
    assert_eq!(synchronous((1, 2), "x"), Ok(100));

    let mut values = vec![];
    assert_eq!(run(assert_send(asynchronous("5", &mut values))), Ok(5));
    assert_eq!(run(asynchronous("0", &mut values)), Err(Error::Declined(0)));
    assert_eq!(run(asynchronous("x", &mut values)), Err(Error::Down));
    assert_eq!(
        ends("edition_2021.asynchronous"),
        "1 success, 1 failure, 1 ignored"
    );

    // SAFETY: the pointers are null or point to a value.
    unsafe {
        assert_eq!(read(&5), Ok(5));
        assert_eq!(read(std::ptr::null()), Err(Error::Down));
        assert_eq!(run(read_async(&5)), Ok(5));
    }

    let numbers = {
        let text = String::from("3");
        opaque(&text).ok().unwrap()
    };
    assert_eq!(numbers.count(), 3);
    let length = {
        let text = String::from("abc");
        impl_future(&text)
    };
    assert_eq!(run(length), Ok(3));

    guarded!(from_macro, "edition_2021.macro", {
        let sum = 1 + 2;
        sum
    });
    assert_eq!(from_macro(), Ok(3));

    let mut client = Client { calls: 1 };
    assert_eq!(run(client.call(2)), Ok(&3));
    open("edition_2021.method");
    assert_eq!(run(client.call(2)), Ok(&3));
}

#[test]
fn edition_2018_keeps_its_drop_order() {
    use breaker_test_edition_2018::{Noisy, drop_order, drop_order_plain};

    let log = RefCell::default();
    let noisy = |word| Noisy(word, &log);
    drop_order_plain(
        noisy("first"),
        (noisy("left"), noisy("right")),
        noisy("last"),
    )
    .unwrap();
    let expected = log.take();
    drop_order(
        noisy("first"),
        (noisy("left"), noisy("right")),
        noisy("last"),
    )
    .unwrap();
    assert_eq!(log.take(), expected);
}

#[test]
fn edition_2021_keeps_its_drop_order() {
    use breaker_test_edition_2021::{Noisy, drop_order, drop_order_plain};

    let log = RefCell::default();
    let noisy = |word| Noisy(word, &log);
    drop_order_plain(
        noisy("first"),
        (noisy("left"), noisy("right")),
        noisy("last"),
    )
    .unwrap();
    let expected = log.take();
    drop_order(
        noisy("first"),
        (noisy("left"), noisy("right")),
        noisy("last"),
    )
    .unwrap();
    assert_eq!(log.take(), expected);
}

#[test]
fn edition_2021_keeps_the_drop_order_of_async_functions() {
    use breaker_test_edition_2021::{Noisy, async_drop_order, async_drop_order_plain};

    let log = RefCell::default();
    let noisy = |word| Noisy(word, &log);
    run(async_drop_order_plain(noisy("first"), noisy("last"))).unwrap();
    let expected = log.take();
    run(async_drop_order(noisy("first"), noisy("last"))).unwrap();
    assert_eq!(log.take(), expected);
}

#[test]
fn functions_of_a_strict_crate() {
    use breaker_test_strict::error::Error;
    use breaker_test_strict::functions;

    assert_eq!(
        (functions::plain("5"), functions::plain("0")),
        (Ok(5), Err(Error::Down))
    );
    assert_eq!(ends("strict.plain"), "1 success, 1 failure");
    assert_eq!(functions::every_key((1, 2), "a".into(), "", true), Ok(3));
    assert_eq!(functions::every_key((3, 4), "a".into(), "", true), Ok(3));
    assert_eq!(
        ends("strict.every_key"),
        "1 success, 1 failure, 1 fallback success"
    );
    assert_eq!(
        run(assert_send(functions::async_every_key(
            (1, 2),
            "a".into(),
            "",
            true
        ))),
        Ok(3)
    );
    assert_eq!(
        run(functions::async_every_key((3, 4), "a".into(), "", true)),
        Ok(3)
    );
    assert_eq!(
        (functions::classified(&[1, 2]), functions::classified(&[])),
        (Some(2), None)
    );
    assert_eq!(functions::closure(false), Ok("down"));
    assert_eq!(run(functions::async_closure("a".into())), Ok(1));
    open("strict.async_closure");
    assert!(matches!(
        run(functions::async_closure("a".into())),
        Err(Error::Breaker(_))
    ));
    functions::borrowed(&mut vec![], "").unwrap().push('x');
    assert_eq!(
        functions::generic([1_u8, 2], u32::from)
            .unwrap()
            .sum::<u32>(),
        3
    );
    assert_eq!(run(assert_send(functions::future("ab"))), Ok(2));
    assert_eq!(run(assert_send(functions::boxed("ab"))), Ok(2));
    assert_eq!(functions::stacked(functions::Pair::new(1, (2, 3))), Ok(3));
}

#[test]
fn keyed_functions_of_a_strict_crate() {
    use breaker_test_strict::error::Error;
    use breaker_test_strict::per_key::{Zone, keyed, keyed_future, keyed_only, keyed_owned};

    assert_eq!(
        (keyed("db", true), keyed("db", false)),
        (Ok(2), Err(Error::Down))
    );
    assert_eq!(
        run(assert_send(keyed_owned("db".into(), 5432))),
        Ok("db/".into())
    );
    let mut values = vec![];
    assert_eq!(run(keyed_only(7, &mut values)), Ok(0));
    assert_eq!(run(assert_send(keyed_only(7, &mut values))), Ok(1));
    assert_eq!(run(assert_send(keyed_future(700))), Ok(3));
    assert_eq!(Zone::new("east".into()).ask("why"), Ok("east!"));
}

#[test]
fn methods_of_a_strict_crate() {
    use breaker_test_strict::client::{Ask as _, Client};
    use breaker_test_strict::error::Error;

    let client = Client::new(1).unwrap().with_name("a".into()).unwrap();
    open("strict.with_name");
    let mut client = client.with_name("b".into()).unwrap();
    assert_eq!(
        (client.name(0), client.name(1)),
        (Ok("a"), Err(Error::Declined(0)))
    );
    client.name_mut(0, "").unwrap().push('!');
    open("strict.name_mut");
    client.name_mut(9, "").unwrap().push('?');
    assert_eq!(run(assert_send(client.count((2, 0), ""))), Ok(4));
    assert_eq!(run(client.count((0, 0), "")), Ok(5));
    assert_eq!(client.ask("why"), Ok("client: why".into()));
    assert_eq!(
        run(assert_send(client.into_names())),
        Ok(vec!["a!?".to_owned()])
    );
    assert_eq!(Client::try_from("7").unwrap().calls, 7);
}

#[test]
fn functions_of_a_crate_without_the_standard_library() {
    use breaker_test_bare::{Counter, Error, asynchronous, future, keyed, option, synchronous};

    let mut values = [0];
    assert_eq!(synchronous((1, 2), &mut values), Ok(3));
    assert_eq!(synchronous((1, 2), &mut []), Err(Error::Down));
    assert_eq!(values, [3]);
    open("bare.synchronous");
    assert_eq!(synchronous((1, 2), &mut []), Ok(100));
    assert_eq!(
        (run(asynchronous("ab")), run(asynchronous(""))),
        (Ok(2), Err(Error::Down))
    );
    assert_eq!(
        (run(assert_send(future(1))), run(future(0))),
        (Ok(1), Err(Error::Down))
    );
    assert_eq!((option(&[1]), option(&[])), (Some(&1), None));
    assert_eq!((keyed("ab"), keyed("")), (Ok(2), Err(Error::Down)));
    assert_eq!(keyed("abc"), Ok(3));
    let mut counter = Counter(1);
    assert_eq!((counter.add(Some(2)), counter.add(None)), (Ok(3), Ok(3)));
}

#[test]
fn functions_of_a_crate_that_renames_the_runtime() {
    use breaker_test_renamed::{Error, asynchronous, inner, keyed, synchronous, through_module};

    assert_eq!(
        (synchronous(true), synchronous(false)),
        (Ok(1), Err(Error::Down))
    );
    assert_eq!(ends("renamed.synchronous"), "1 success, 1 failure");
    assert_eq!(run(assert_send(asynchronous((false, 1)))), Ok(101));
    assert_eq!(through_module(&[1, 2]).ok().unwrap().sum::<u32>(), 3);
    assert_eq!(run(inner::Client.call(false)), Err(Error::Down));
    assert_eq!(run(inner::future(1)), Ok(1));
    assert_eq!(ends("renamed.method"), "1 ignored");
    assert_eq!((keyed(7), keyed(1)), (Err(Error::Down), Ok(1)));
}

#[test]
fn functions_of_edition_2024() {
    #[circuit_breaker(name = "crates.edition")]
    fn call(values: Option<&[u32]>) -> Result<impl Iterator<Item = u32>, Error> {
        if let Some([first, rest @ ..]) = values {
            return Ok(std::iter::repeat_n(*first, rest.len()));
        }
        Err(Error::Down)
    }

    assert_eq!(call(Some(&[4, 1, 1])).unwrap().collect::<Vec<_>>(), [4, 4]);
    assert!(call(None).is_err());
}
