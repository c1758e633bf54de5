//! rstest: guarded tests with cases and fixtures, and guarded fixtures.

use std::time::Duration;

use breaker_runtime::circuit_breaker;
use breaker_runtime::test_util::{ManualClock, TestRegistry};
use rstest::{fixture, rstest};

use crate::{Error, ends};

#[circuit_breaker(name = "rstest.parse", threshold = 2)]
fn parse(text: &str) -> Result<u32, Error> {
    text.parse().map_err(|_| Error::Down)
}

#[fixture]
fn circuits() -> TestRegistry<ManualClock> {
    TestRegistry::new()
}

#[rstest]
#[case::number("7", Ok(7))]
#[case::word("seven", Err(Error::Down))]
fn each_case_has_circuits_of_its_own(
    circuits: TestRegistry<ManualClock>,
    #[case] text: &str,
    #[case] answer: Result<u32, Error>,
) {
    let _entered = circuits.enter();
    assert_eq!(parse(text), answer);
    assert_eq!(parse(text), answer);
    assert_eq!(parse(text).is_ok(), answer.is_ok());
    let totals = circuits.get("rstest.parse").unwrap().snapshot().totals;
    assert_eq!(totals.opens, u64::from(answer.is_err()));
}

#[rstest]
#[case(1)]
#[case(2)]
#[circuit_breaker(name = "rstest.below")]
fn a_case_with_the_attribute_below(#[case] number: u32) -> Result<(), Error> {
    if number > 0 { Ok(()) } else { Err(Error::Down) }
}

#[circuit_breaker(name = "rstest.above")]
#[rstest]
#[case(1)]
#[case(2)]
fn a_case_with_the_attribute_above(#[case] number: u32) -> Result<(), Error> {
    if number > 0 { Ok(()) } else { Err(Error::Down) }
}

#[circuit_breaker(name = "rstest.fixture.above")]
#[fixture]
fn price(#[default(450)] cents: u64) -> Result<u64, Error> {
    Ok(cents)
}

#[rstest]
fn a_guarded_fixture(
    price: Result<u64, Error>,
    #[from(price)]
    #[with(9)]
    small: Result<u64, Error>,
) {
    assert_eq!((price, small), (Ok(450), Ok(9)));
    assert_eq!(ends("rstest.fixture.above"), (2, 0, 0));
}

/// `#[fixture]` makes more functions of one, and copies the attributes below it to them.
#[fixture]
#[circuit_breaker(name = "rstest.fixture.below")]
fn discount(#[default(450)] cents: u64) -> Result<u64, Error> {
    Ok(cents / 10)
}

#[rstest]
fn a_fixture_copies_a_breaker_that_is_below_it(discount: Result<u64, Error>) {
    assert_eq!(discount, Ok(45));
    assert_eq!(ends("rstest.fixture.below"), (2, 0, 0));
}

#[fixture]
async fn connection() -> u32 {
    tokio::task::yield_now().await;
    7
}

#[rstest]
#[tokio::test]
#[timeout(Duration::from_secs(10))]
#[circuit_breaker(name = "rstest.async")]
async fn an_async_case(
    #[future(awt)] connection: u32,
    #[values(1, 2)] factor: u32,
) -> Result<(), Error> {
    tokio::task::yield_now().await;
    assert_eq!(connection * factor / factor, 7);
    Ok(())
}
