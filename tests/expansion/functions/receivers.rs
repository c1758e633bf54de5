//! Methods with every kind of receiver, synchronous and async.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, assert_send, ends, pause, run};

#[derive(Debug, Clone, Default, PartialEq)]
struct Client {
    calls: u32,
    names: Vec<String>,
}

impl Client {
    #[circuit_breaker(name = "receivers.associated")]
    fn new(calls: u32) -> Result<Self, Error> {
        if calls == 0 {
            return Err(Error::Down);
        }
        Ok(Self {
            calls,
            ..Self::default()
        })
    }

    #[circuit_breaker(name = "receivers.self_value")]
    fn into_names(self) -> Result<Vec<String>, Error> {
        Ok(self.names)
    }

    #[circuit_breaker(name = "receivers.self_mut_value")]
    fn with_name(mut self, name: &str) -> Result<Self, Error> {
        self.names.push(name.to_owned());
        self.calls += 1;
        Ok(self)
    }

    #[circuit_breaker(name = "receivers.self_reference")]
    fn name(&self, index: usize) -> Result<&str, Error> {
        self.names.get(index).map(String::as_str).ok_or(Error::Down)
    }

    #[circuit_breaker(name = "receivers.self_mutable")]
    fn name_mut(&mut self, index: usize) -> Result<&mut String, Error> {
        self.calls += 1;
        self.names.get_mut(index).ok_or(Error::Down)
    }

    #[circuit_breaker(name = "receivers.self_lifetime")]
    fn longest<'a>(&'a self, other: &'a str) -> Result<&'a str, Error> {
        let names = self.names.iter().map(String::as_str);
        names
            .chain([other])
            .max_by_key(|name| name.len())
            .ok_or(Error::Down)
    }

    #[circuit_breaker(name = "receivers.self_typed")]
    fn typed(self: &Self) -> Result<u32, Error> {
        Ok(self.calls)
    }

    #[circuit_breaker(name = "receivers.self_typed_mut")]
    fn typed_mut(self: &mut Client) -> Result<u32, Error> {
        self.calls += 1;
        Ok(self.calls)
    }

    #[circuit_breaker(name = "receivers.self_typed_value")]
    fn typed_value(mut self: Self) -> Result<u32, Error> {
        self.calls *= 2;
        Ok(self.calls)
    }

    #[circuit_breaker(name = "receivers.self_box")]
    fn boxed(self: Box<Self>) -> Result<Box<dyn Debug>, Error> {
        Ok(self)
    }

    #[circuit_breaker(name = "receivers.self_mut_box")]
    fn boxed_mut(mut self: Box<Self>) -> Result<Self, Error> {
        self.calls += 1;
        Ok(*self)
    }

    #[circuit_breaker(name = "receivers.self_rc")]
    fn counted(self: Rc<Self>) -> Result<usize, Error> {
        Ok(Rc::strong_count(&self))
    }

    #[circuit_breaker(name = "receivers.self_arc_reference")]
    fn shared(self: &Arc<Self>) -> Result<Arc<Self>, Error> {
        Ok(Arc::clone(self))
    }

    #[circuit_breaker(name = "receivers.self_pin")]
    fn pinned(mut self: Pin<&mut Self>) -> Result<u32, Error> {
        self.calls += 1;
        Ok(self.calls)
    }

    #[circuit_breaker(name = "receivers.self_pin_box")]
    fn pinned_box(self: Pin<Box<Self>>) -> Result<u32, Error> {
        Ok(self.calls)
    }
}

#[test]
fn methods_with_every_receiver() {
    let mut client = Client::new(1).unwrap().with_name("a").unwrap();
    assert_eq!(Client::new(0), Err(Error::Down));
    assert_eq!(client.name(0), Ok("a"));
    assert_eq!(client.name(1), Err(Error::Down));
    client.name_mut(0).unwrap().push('b');
    assert_eq!(client.longest("x"), Ok("ab"));
    assert_eq!(client.typed(), Ok(3));
    assert_eq!(client.typed_mut(), Ok(4));
    assert_eq!(client.clone().typed_value(), Ok(8));
    assert!(format!("{:?}", Box::new(client.clone()).boxed().unwrap()).contains("ab"));
    assert_eq!(Box::new(client.clone()).boxed_mut().unwrap().calls, 5);
    assert_eq!(Rc::new(client.clone()).counted(), Ok(1));
    let arc = Arc::new(client.clone());
    assert_eq!(Arc::strong_count(&arc.shared().unwrap()), 2);
    assert_eq!(Pin::new(&mut client).pinned(), Ok(5));
    assert_eq!(Box::pin(client.clone()).pinned_box(), Ok(5));
    assert_eq!(client.into_names(), Ok(vec!["ab".to_owned()]));
    assert_eq!(ends("receivers.associated"), "1 success, 1 failure");
    assert_eq!(ends("receivers.self_pin"), "1 success");
}

impl Client {
    #[circuit_breaker(name = "receivers.async_self_value")]
    async fn into_names_async(self) -> Result<Vec<String>, Error> {
        pause().await;
        Ok(self.names)
    }

    #[circuit_breaker(name = "receivers.async_self_mut_value")]
    async fn with_name_async(mut self, name: &str) -> Result<Self, Error> {
        self.names.push(name.to_owned());
        pause().await;
        Ok(self)
    }

    #[circuit_breaker(name = "receivers.async_self_reference")]
    async fn name_async(&self, index: usize) -> Result<&str, Error> {
        pause().await;
        self.names.get(index).map(String::as_str).ok_or(Error::Down)
    }

    #[circuit_breaker(name = "receivers.async_self_mutable")]
    async fn name_mut_async(&mut self, index: usize) -> Result<&mut String, Error> {
        pause().await;
        self.calls += 1;
        self.names.get_mut(index).ok_or(Error::Down)
    }

    #[circuit_breaker(name = "receivers.async_self_arc")]
    async fn shared_async(self: Arc<Self>) -> Result<usize, Error> {
        pause().await;
        Ok(Arc::strong_count(&self))
    }

    #[circuit_breaker(name = "receivers.async_self_box")]
    async fn boxed_async(mut self: Box<Self>) -> Result<Box<Self>, Error> {
        self.calls = 0;
        pause().await;
        Ok(self)
    }

    #[circuit_breaker(name = "receivers.async_self_pin")]
    async fn pinned_async(mut self: Pin<&mut Self>) -> Result<u32, Error> {
        pause().await;
        self.calls += 1;
        Ok(self.calls)
    }

    #[circuit_breaker(name = "receivers.async_associated")]
    async fn connect(calls: u32) -> Result<Self, Error> {
        pause().await;
        Ok(Self {
            calls,
            names: vec![],
        })
    }

    #[circuit_breaker(name = "receivers.future_method")]
    fn future(&self, by: u32) -> impl Future<Output = Result<u32, Error>> + Send + use<> {
        let calls = self.calls;
        async move {
            pause().await;
            Ok(calls + by)
        }
    }

    #[circuit_breaker(name = "receivers.boxed_method")]
    fn boxed_future<'a>(
        self: &'a mut Self,
        by: &'a u32,
    ) -> Pin<Box<dyn Future<Output = Result<&'a mut u32, Error>> + 'a>> {
        Box::pin(async move {
            pause().await;
            self.calls += *by;
            Ok(&mut self.calls)
        })
    }
}

#[test]
fn async_methods_with_every_receiver() {
    let client = run(Client::connect(3)).unwrap();
    let mut client = run(assert_send(client.with_name_async("a"))).unwrap();
    assert_eq!(run(assert_send(client.name_async(0))), Ok("a"));
    run(client.name_mut_async(0)).unwrap().push('b');
    assert_eq!(run(Arc::new(client.clone()).shared_async()), Ok(1));
    assert_eq!(
        run(Box::new(client.clone()).boxed_async()).unwrap().calls,
        0
    );
    assert_eq!(run(Pin::new(&mut client).pinned_async()), Ok(5));
    let future = client.future(1);
    *run(client.boxed_future(&2)).unwrap() += 1;
    assert_eq!(run(future), Ok(6));
    assert_eq!(client.calls, 8);
    assert_eq!(run(client.into_names_async()), Ok(vec!["ab".to_owned()]));
}
