//! Several breakers on one function.

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, assert_send, ends, open, pause, run};

#[test]
fn two_breakers_on_one_function() {
    #[circuit_breaker(name = "stacked.stacked_upper")]
    #[circuit_breaker(name = "stacked.stacked_lower")]
    fn call((left, mut right): (u32, u32), up: bool) -> Result<u32, Error> {
        right += left;
        if up { Ok(right) } else { Err(Error::Down) }
    }

    assert_eq!(call((1, 2), true), Ok(3));
    assert_eq!(call((1, 2), false), Err(Error::Down));
    assert_eq!(ends("stacked.stacked_upper"), "1 success, 1 failure");
    assert_eq!(ends("stacked.stacked_lower"), "1 success, 1 failure");
    // The lower breaker is the outer one: it counts the rejections of the upper one.
    open("stacked.stacked_upper");
    assert!(call((1, 2), true).unwrap_err().is_rejection());
    assert_eq!(
        ends("stacked.stacked_upper"),
        "1 success, 1 failure, 1 rejected"
    );
    assert_eq!(ends("stacked.stacked_lower"), "1 success, 2 failure");
    open("stacked.stacked_lower");
    assert!(call((1, 2), true).unwrap_err().is_rejection());
    assert_eq!(
        ends("stacked.stacked_upper"),
        "1 success, 1 failure, 1 rejected"
    );
    assert_eq!(
        ends("stacked.stacked_lower"),
        "1 success, 2 failure, 1 rejected"
    );
}

#[test]
fn two_breakers_on_one_async_function() {
    #[circuit_breaker(name = "stacked.async_stacked_upper", ignore(Err(Error::Declined(_))))]
    #[circuit_breaker(name = "stacked.async_stacked_lower", fallback = |_| Ok(0))]
    async fn call(text: &mut String, (left, _): (u32, u32)) -> Result<u32, Error> {
        pause().await;
        text.push('x');
        if left == 0 {
            return Err(Error::Declined(0));
        }
        Ok(left)
    }

    let mut text = String::new();
    assert_eq!(run(assert_send(call(&mut text, (1, 2)))), Ok(1));
    assert_eq!(run(call(&mut text, (0, 2))), Err(Error::Declined(0)));
    assert_eq!(ends("stacked.async_stacked_upper"), "1 success, 1 ignored");
    assert_eq!(ends("stacked.async_stacked_lower"), "1 success, 1 failure");
    open("stacked.async_stacked_lower");
    assert_eq!(run(call(&mut text, (1, 2))), Ok(0));
    assert_eq!(text, "xx");
}

#[test]
fn three_breakers_on_one_method() {
    struct Client(u32);

    impl Client {
        #[circuit_breaker(name = "stacked.three_1")]
        #[circuit_breaker(name = "stacked.three_2")]
        #[circuit_breaker(name = "stacked.three_3")]
        fn call(&mut self, by: u32) -> Result<&mut u32, Error> {
            self.0 += by;
            Ok(&mut self.0)
        }
    }

    let mut client = Client(1);
    *client.call(2).unwrap() += 10;
    assert_eq!(client.0, 13);
    for name in ["stacked.three_1", "stacked.three_2", "stacked.three_3"] {
        assert_eq!(ends(name), "1 success");
    }
}
