//! mockall: functions that call a mock, and attributes on what is mocked.

use breaker_runtime::circuit_breaker;
use mockall::predicate::eq;
use mockall::{Sequence, automock, mock};

use crate::{Error, ends};

#[automock]
trait Bank {
    fn charge(&self, cents: u64) -> Result<u64, Error>;
}

/// A client as programs have it: the breaker is here and not in the trait that tests replace.
struct Checkout<B> {
    bank: B,
}

impl<B: Bank> Checkout<B> {
    #[circuit_breaker(name = "mockall.checkout", threshold = 2)]
    fn pay(&self, cents: u64) -> Result<u64, Error> {
        self.bank.charge(cents)
    }
}

#[test]
fn an_open_circuit_does_not_call_the_mock() {
    let mut bank = MockBank::new();
    bank.expect_charge()
        .with(eq(450))
        .times(2)
        .returning(|_| Err(Error::Down));
    let checkout = Checkout { bank };
    assert_eq!(checkout.pay(450), Err(Error::Down));
    assert_eq!(checkout.pay(450), Err(Error::Down));
    assert!(matches!(checkout.pay(450), Err(Error::Breaker(_))));
    assert_eq!(ends("mockall.checkout"), (0, 2, 1));
}

#[test]
fn a_panic_of_a_mock_passes_through_the_breaker() {
    struct Shop<B>(B);

    impl<B: Bank> Shop<B> {
        #[circuit_breaker(name = "mockall.panic")]
        fn pay(&self) -> Result<u64, Error> {
            self.0.charge(1)
        }
    }

    let mut bank = MockBank::new();
    bank.expect_charge()
        .returning(|cents| panic!("no call of {cents} was expected"));
    let shop = Shop(bank);
    let call = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| shop.pay()));
    assert!(call.is_err());
    assert_eq!(ends("mockall.panic"), (0, 1, 0));
}

mock! {
    Mail {}

    #[tonic::async_trait]
    impl Mail for Mail {
        async fn send(&self, to: String) -> Result<usize, Error>;
    }
}

#[tonic::async_trait]
trait Mail {
    async fn send(&self, to: String) -> Result<usize, Error>;
}

#[tokio::test]
async fn an_async_mock_behind_a_guarded_function() {
    #[circuit_breaker(name = "mockall.mail", threshold = 1)]
    async fn notify(mail: &dyn Mail, to: &str) -> Result<usize, Error> {
        mail.send(to.to_owned()).await
    }

    let (mut mail, mut order) = (MockMail::new(), Sequence::new());
    mail.expect_send()
        .with(eq("alice".to_owned()))
        .times(1)
        .in_sequence(&mut order)
        .returning(|to| Ok(to.len()));
    mail.expect_send()
        .times(1)
        .in_sequence(&mut order)
        .returning(|_| Err(Error::Down));
    assert_eq!(notify(&mail, "alice").await, Ok(5));
    assert_eq!(notify(&mail, "bob").await, Err(Error::Down));
    assert!(matches!(notify(&mail, "bob").await, Err(Error::Breaker(_))));
    assert_eq!(ends("mockall.mail"), (1, 1, 1));
}

/// The real client is guarded, and tests replace it as a whole. `#[automock]` would copy the attributes of the methods to
/// places where they cannot stand, so the mock is written out.
struct Client {
    answer: u32,
}

impl Client {
    #[circuit_breaker(name = "mockall.client")]
    fn read(&self, add: u32) -> Result<u32, Error> {
        Ok(self.answer + add)
    }

    #[circuit_breaker(name = "mockall.client")]
    async fn read_later(&self, add: u32) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(self.answer + add)
    }
}

mock! {
    Client {
        fn read(&self, add: u32) -> Result<u32, Error>;
        async fn read_later(&self, add: u32) -> Result<u32, Error>;
    }
}

#[tokio::test]
async fn a_guarded_client_and_its_mock() {
    let client = Client { answer: 40 };
    assert_eq!(client.read(2), Ok(42));
    assert_eq!(client.read_later(3).await, Ok(43));

    let mut mock = MockClient::new();
    mock.expect_read().returning(|_| Err(Error::Down));
    mock.expect_read_later().returning(|_| Ok(1));
    assert_eq!(mock.read(2), Err(Error::Down));
    assert_eq!(mock.read_later(2).await, Ok(1));
    // The mock has no breaker.
    assert_eq!(ends("mockall.client"), (2, 0, 0));
}

#[automock]
trait Stock {
    fn pieces(&self, article: u32) -> Result<u32, Error>;
}

struct Shelf;

impl Stock for Shelf {
    #[circuit_breaker(name = "mockall.impl")]
    fn pieces(&self, article: u32) -> Result<u32, Error> {
        Ok(article)
    }
}

#[test]
fn a_guarded_implementation_and_the_mock_of_its_trait() {
    assert_eq!(Shelf.pieces(7), Ok(7));
    let mut mock = MockStock::new();
    mock.expect_pieces().returning(|_| Ok(1));
    assert_eq!(mock.pieces(7), Ok(1));
    assert_eq!(ends("mockall.impl"), (1, 0, 0));
}
