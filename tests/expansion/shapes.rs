//! Every form of function that the attribute can stand on.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{Debug, Display};
use std::future::Future;
use std::hash::Hash;
use std::marker::PhantomData;
use std::ops::{Add, ControlFlow, Deref};
use std::pin::Pin;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};

use breaker_runtime::{BreakerError, Outcome, circuit_breaker};

use super::{Error, assert_send, breaker, ends, open, pause, poll_once, run};

// Free functions.

#[circuit_breaker(name = "shapes.module_level")]
fn module_level() -> Result<u32, Error> {
    Ok(1)
}

#[circuit_breaker(name = "shapes.public")]
pub fn public() -> Result<u32, Error> {
    Ok(1)
}

#[circuit_breaker(name = "shapes.restricted")]
pub(in crate::expansion) async fn restricted() -> Result<u32, Error> {
    Ok(1)
}

#[test]
fn functions_of_every_visibility() {
    assert_eq!(
        (module_level(), public(), run(restricted())),
        (Ok(1), Ok(1), Ok(1))
    );
    for name in ["shapes.module_level", "shapes.public", "shapes.restricted"] {
        assert_eq!(ends(name), "1 success");
    }
}

#[test]
fn a_function_without_a_value() {
    #[circuit_breaker(name = "shapes.unit_ok")]
    fn call(values: &mut Vec<u32>) -> Result<(), Error> {
        values.push(1);
        values.push(2);
        Ok(())
    }

    let mut values = vec![];
    assert_eq!(call(&mut values), Ok(()));
    assert_eq!(values, [1, 2]);
}

#[test]
fn a_function_with_where_clauses() {
    #[circuit_breaker(name = "shapes.where")]
    fn sum<I, T>(values: I) -> Result<T, Error>
    where
        I: IntoIterator,
        I::Item: Into<T>,
        T: Add<Output = T> + Default,
        for<'a> &'a T: PartialEq,
    {
        let mut sum = T::default();
        for value in values {
            sum = sum + value.into();
        }
        if &sum == &T::default() {
            return Err(Error::Down);
        }
        Ok(sum)
    }

    assert_eq!(sum::<_, u64>([1_u8, 2]), Ok(3));
    assert_eq!(sum::<[u8; 0], u64>([]), Err(Error::Down));
}

#[test]
fn a_function_with_const_generics() {
    #[circuit_breaker(name = "shapes.const_generics")]
    fn chunk<const N: usize, const UP: bool>(values: &[u8]) -> Result<[u8; N], Error> {
        let Some(Ok(array)) = values.get(..N).map(<[u8; N]>::try_from) else {
            return Err(Error::Declined(N as u32));
        };
        if UP { Ok(array) } else { Err(Error::Down) }
    }

    assert_eq!(chunk::<2, true>(&[1, 2, 3]), Ok([1, 2]));
    assert_eq!(chunk::<4, true>(&[1, 2, 3]), Err(Error::Declined(4)));
    assert_eq!(chunk::<1, false>(&[1, 2, 3]), Err(Error::Down));
}

#[test]
fn a_function_with_higher_ranked_bounds() {
    #[circuit_breaker(name = "shapes.higher_ranked")]
    fn each<F>(texts: &[String], mut visit: F) -> Result<usize, Error>
    where
        F: for<'a> FnMut(&'a str, usize) -> Option<&'a str>,
    {
        let mut found = 0;
        for (index, text) in texts.iter().enumerate() {
            found += usize::from(visit(text, index).is_some());
        }
        Ok(found)
    }

    let texts = ["a".to_owned(), "bc".to_owned()];
    assert_eq!(each(&texts, |text, index| text.get(index..)), Ok(2));
}

#[test]
fn a_function_with_dynamic_arguments() {
    #[circuit_breaker(name = "shapes.dynamic")]
    fn call(
        shown: &dyn Display,
        visit: &mut dyn FnMut(&str),
        make: Box<dyn FnOnce() -> String + '_>,
        plain: fn(u32) -> u32,
        (any, _): (&(dyn Debug + Send + Sync), Box<dyn Deref<Target = str>>),
    ) -> Result<String, Error> {
        visit(&shown.to_string());
        Ok(format!("{}{}{any:?}", make(), plain(1)))
    }

    let mut seen = vec![];
    let answer = call(
        &1,
        &mut |text| seen.push(text.to_owned()),
        Box::new(|| "made".into()),
        |n| n + 1,
        (&"any", Box::new(String::new())),
    );
    assert_eq!(answer, Ok("made2\"any\"".into()));
    assert_eq!(seen, ["1"]);
}

#[test]
fn a_function_with_impl_arguments() {
    #[circuit_breaker(name = "shapes.impl_arguments")]
    fn call(
        mut reader: impl Iterator<Item = impl Into<u64>>,
        key: impl AsRef<str>,
        then: impl FnOnce(&str) -> u64,
        _: &impl Debug,
    ) -> Result<u64, Error> {
        let first = reader.next().ok_or(Error::Down)?.into();
        Ok(first + then(key.as_ref()))
    }

    assert_eq!(
        call([1_u8].into_iter(), "abc", |text| text.len() as u64, &()),
        Ok(4)
    );
    assert_eq!(
        call(std::iter::empty::<u8>(), String::new(), |_| 0, &1),
        Err(Error::Down)
    );
}

#[test]
fn an_async_function_with_impl_and_dynamic_arguments() {
    #[circuit_breaker(name = "shapes.async_impl_arguments")]
    async fn call(
        values: impl IntoIterator<Item = u32> + Send,
        visit: &mut (dyn FnMut(u32) + Send),
        key: impl AsRef<str> + Sync,
        wait: impl Future<Output = u32> + Send,
    ) -> Result<u32, Error> {
        values.into_iter().for_each(visit);
        let waited = wait.await;
        pause().await;
        Ok(waited + key.as_ref().len() as u32)
    }

    let mut seen = vec![];
    let mut visit = |value| seen.push(value);
    let future = call([1, 2], &mut visit, "abc", async {
        pause().await;
        4
    });
    assert_eq!(run(future), Ok(7));
    assert_eq!(seen, [1, 2]);
}

#[test]
fn a_function_with_slices_and_strings() {
    #[circuit_breaker(name = "shapes.slices")]
    fn split<'a>(
        bytes: &'a [u8],
        text: &'a str,
        cow: Cow<'a, str>,
    ) -> Result<(&'a [u8], &'a str, Cow<'a, str>), Error> {
        let (_, rest) = bytes.split_first().ok_or(Error::Down)?;
        let text = text.strip_prefix('a').ok_or(Error::Declined(1))?;
        Ok((
            rest,
            text,
            if cow.is_empty() {
                Cow::Borrowed(text)
            } else {
                cow
            },
        ))
    }

    assert_eq!(
        split(b"xy", "ab", "".into()),
        Ok((&b"y"[..], "b", "b".into()))
    );
    assert_eq!(split(b"", "ab", "".into()), Err(Error::Down));
}

#[test]
fn a_function_with_many_lifetimes() {
    #[circuit_breaker(name = "shapes.lifetimes")]
    fn pick<'long: 'short, 'short, 'unused, T: ?Sized + 'long>(
        long: &'long T,
        short: &'short &'long T,
        _: PhantomData<&'unused ()>,
        first: bool,
    ) -> Result<&'short T, Error> {
        Ok(if first { long } else { *short })
    }

    let long = String::from("long");
    assert_eq!(
        pick(long.as_str(), &"short", PhantomData, false),
        Ok("short")
    );
    assert_eq!(pick(long.as_str(), &"short", PhantomData, true), Ok("long"));
}

#[test]
fn a_function_with_static_values() {
    #[circuit_breaker(name = "shapes.static")]
    fn call<T: Default + Send + 'static>(word: &'static str) -> Result<&'static T, Error> {
        if word.is_empty() {
            return Err(Error::Down);
        }
        Ok(Box::leak(Box::default()))
    }

    let value: &'static u32 = call("x").unwrap();
    assert_eq!(*value, 0);
}

#[test]
fn a_function_with_default_and_elided_generics_in_its_types() {
    struct Parser<'a, T = u32> {
        text: &'a str,
        kind: PhantomData<T>,
    }

    #[circuit_breaker(name = "shapes.elided_generics")]
    fn parse(parser: &Parser<'_>) -> Result<u32, Error> {
        Ok(parser.text.parse()?)
    }

    #[circuit_breaker(name = "shapes.elided_return")]
    fn narrow<'a>(parser: &Parser<'a, u8>) -> Result<Parser<'a>, Error> {
        Ok(Parser {
            text: parser.text.trim(),
            kind: PhantomData,
        })
    }

    let parser = Parser {
        text: " 5 ",
        kind: PhantomData::<u8>,
    };
    assert_eq!(parse(&narrow(&parser).unwrap()), Ok(5));
}

#[test]
fn a_function_that_returns_a_tuple_of_borrows() {
    #[circuit_breaker(name = "shapes.split_mut")]
    fn halves(values: &mut [u32]) -> Result<(&mut [u32], &mut [u32]), Error> {
        let middle = values.len() / 2;
        Ok(values.split_at_mut(middle))
    }

    let mut values = [1, 2, 3, 4];
    let (left, right) = halves(&mut values).unwrap();
    std::mem::swap(&mut left[0], &mut right[0]);
    assert_eq!(values, [3, 2, 1, 4]);
}

#[test]
fn a_function_that_returns_functions() {
    #[circuit_breaker(name = "shapes.returns_functions")]
    fn call<'a>(
        word: &'a str,
    ) -> Result<Vec<Box<dyn for<'b> Fn(&'b str) -> &'b str + Send + 'a>>, Error> {
        Ok(vec![
            Box::new(|text| text.trim()),
            Box::new(move |text| text.strip_prefix(word).unwrap_or(text)),
        ])
    }

    let functions = call("x").unwrap();
    assert_eq!(
        functions
            .iter()
            .fold(" xy ", |text, function| function(text)),
        "y"
    );
}

#[test]
fn a_function_that_is_a_value() {
    #[circuit_breaker(name = "shapes.as_value")]
    fn call(n: u32) -> Result<u32, Error> {
        if n > 2 {
            Err(Error::Declined(n))
        } else {
            Ok(n)
        }
    }

    let pointer: fn(u32) -> Result<u32, Error> = call;
    let answers: Result<Vec<_>, _> = [1, 2, 3].into_iter().map(call).collect();
    assert_eq!(answers, Err(Error::Declined(3)));
    assert_eq!(pointer(1), Ok(1));
    assert_eq!(ends("shapes.as_value"), "3 success, 1 failure");
}

#[test]
fn an_async_function_that_is_a_value() {
    #[circuit_breaker(name = "shapes.async_as_value")]
    async fn call(text: &str) -> Result<usize, Error> {
        pause().await;
        Ok(text.len())
    }

    async fn apply<F>(function: F, text: &str) -> Result<usize, Error>
    where
        F: AsyncFn(&str) -> Result<usize, Error>,
    {
        function(text).await
    }

    assert_eq!(run(apply(call, "abc")), Ok(3));
}

#[test]
fn an_unsafe_function() {
    #[circuit_breaker(name = "shapes.unsafe")]
    unsafe fn read(pointer: *const u32) -> Result<u32, Error> {
        if pointer.is_null() {
            return Err(Error::Down);
        }
        // SAFETY: the caller hands in a pointer to a value.
        Ok(unsafe { *pointer })
    }

    #[circuit_breaker(name = "shapes.unsafe_async", fallback = later)]
    async unsafe fn read_async(pointer: *const u32) -> Result<u32, Error> {
        pause().await;
        // SAFETY: the caller hands in a pointer to a value.
        Ok(unsafe { *pointer })
    }

    async fn later(_: *const u32) -> Result<u32, Error> {
        Ok(0)
    }

    // SAFETY: both pointers are null or point to a value.
    unsafe {
        assert_eq!(read(&5), Ok(5));
        assert_eq!(read(std::ptr::null()), Err(Error::Down));
        assert_eq!(run(read_async(&5)), Ok(5));
        open("shapes.unsafe_async");
        assert_eq!(run(read_async(&5)), Ok(0));
    }
    assert_eq!(ends("shapes.unsafe"), "1 success, 1 failure");
}

#[test]
fn functions_of_another_abi() {
    #[circuit_breaker(name = "shapes.extern_c", failure(..0), fallback = |_| -1)]
    extern "C" fn call(n: i32) -> i32 {
        if n == 0 {
            return -2;
        }
        n
    }

    #[circuit_breaker(name = "shapes.extern_system", failure(..0), fallback = |_| -1)]
    unsafe extern "system" fn call_system(n: *const i32) -> i32 {
        // SAFETY: the caller hands in a pointer to a value.
        unsafe { *n }
    }

    #[circuit_breaker(name = "shapes.extern_result")]
    #[allow(improper_ctypes_definitions)]
    extern "C-unwind" fn call_result(n: i32) -> Result<i32, Error> {
        Ok(n)
    }

    let pointer: extern "C" fn(i32) -> i32 = call;
    assert_eq!((pointer(1), pointer(0)), (1, -2));
    // SAFETY: the pointer points to a value.
    assert_eq!(unsafe { call_system(&7) }, 7);
    assert_eq!(call_result(3), Ok(3));
    open("shapes.extern_c");
    assert_eq!(call(1), -1);
    assert_eq!(
        ends("shapes.extern_c"),
        "1 success, 1 failure, 1 rejected, 1 fallback failure"
    );
}

#[test]
fn a_function_with_macro_types_and_macro_bodies() {
    macro_rules! pair {
        ($type:ty) => {
            ($type, $type)
        };
    }
    macro_rules! sum {
        ($($value:expr),*) => { Ok(0 $(+ $value)*) };
    }

    #[circuit_breaker(name = "shapes.macro_types")]
    fn call((left, right): pair!(u32)) -> Result<u32, Error> {
        sum!(left, right)
    }

    assert_eq!(call((1, 2)), Ok(3));
}

#[test]
fn a_trailing_comma_and_strange_spacing() {
    #[circuit_breaker(name = "shapes.spacing", threshold = 5,)]
    #[rustfmt::skip]
    fn call <'a , T , >( value : & 'a T , ) -> Result < & 'a T , Error , > where T : 'a , { Ok( value ) }

    assert_eq!(call(&1), Ok(&1));
}

// Methods.

#[derive(Debug, Clone, Default, PartialEq)]
struct Client {
    calls: u32,
    names: Vec<String>,
}

impl Client {
    #[circuit_breaker(name = "shapes.associated")]
    fn new(calls: u32) -> Result<Self, Error> {
        if calls == 0 {
            return Err(Error::Down);
        }
        Ok(Self {
            calls,
            ..Self::default()
        })
    }

    #[circuit_breaker(name = "shapes.self_value")]
    fn into_names(self) -> Result<Vec<String>, Error> {
        Ok(self.names)
    }

    #[circuit_breaker(name = "shapes.self_mut_value")]
    fn with_name(mut self, name: &str) -> Result<Self, Error> {
        self.names.push(name.to_owned());
        self.calls += 1;
        Ok(self)
    }

    #[circuit_breaker(name = "shapes.self_reference")]
    fn name(&self, index: usize) -> Result<&str, Error> {
        self.names.get(index).map(String::as_str).ok_or(Error::Down)
    }

    #[circuit_breaker(name = "shapes.self_mutable")]
    fn name_mut(&mut self, index: usize) -> Result<&mut String, Error> {
        self.calls += 1;
        self.names.get_mut(index).ok_or(Error::Down)
    }

    #[circuit_breaker(name = "shapes.self_lifetime")]
    fn longest<'a>(&'a self, other: &'a str) -> Result<&'a str, Error> {
        let names = self.names.iter().map(String::as_str);
        names
            .chain([other])
            .max_by_key(|name| name.len())
            .ok_or(Error::Down)
    }

    #[circuit_breaker(name = "shapes.self_typed")]
    fn typed(self: &Self) -> Result<u32, Error> {
        Ok(self.calls)
    }

    #[circuit_breaker(name = "shapes.self_typed_mut")]
    fn typed_mut(self: &mut Client) -> Result<u32, Error> {
        self.calls += 1;
        Ok(self.calls)
    }

    #[circuit_breaker(name = "shapes.self_typed_value")]
    fn typed_value(mut self: Self) -> Result<u32, Error> {
        self.calls *= 2;
        Ok(self.calls)
    }

    #[circuit_breaker(name = "shapes.self_box")]
    fn boxed(self: Box<Self>) -> Result<Box<dyn Debug>, Error> {
        Ok(self)
    }

    #[circuit_breaker(name = "shapes.self_mut_box")]
    fn boxed_mut(mut self: Box<Self>) -> Result<Self, Error> {
        self.calls += 1;
        Ok(*self)
    }

    #[circuit_breaker(name = "shapes.self_rc")]
    fn counted(self: Rc<Self>) -> Result<usize, Error> {
        Ok(Rc::strong_count(&self))
    }

    #[circuit_breaker(name = "shapes.self_arc_reference")]
    fn shared(self: &Arc<Self>) -> Result<Arc<Self>, Error> {
        Ok(Arc::clone(self))
    }

    #[circuit_breaker(name = "shapes.self_pin")]
    fn pinned(mut self: Pin<&mut Self>) -> Result<u32, Error> {
        self.calls += 1;
        Ok(self.calls)
    }

    #[circuit_breaker(name = "shapes.self_pin_box")]
    fn pinned_box(self: Pin<Box<Self>>) -> Result<u32, Error> {
        Ok(self.calls)
    }
}

#[test]
fn methods_by_every_receiver() {
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
    assert_eq!(ends("shapes.associated"), "1 success, 1 failure");
    assert_eq!(ends("shapes.self_pin"), "1 success");
}

impl Client {
    #[circuit_breaker(name = "shapes.async_self_value")]
    async fn into_names_async(self) -> Result<Vec<String>, Error> {
        pause().await;
        Ok(self.names)
    }

    #[circuit_breaker(name = "shapes.async_self_mut_value")]
    async fn with_name_async(mut self, name: &str) -> Result<Self, Error> {
        self.names.push(name.to_owned());
        pause().await;
        Ok(self)
    }

    #[circuit_breaker(name = "shapes.async_self_reference")]
    async fn name_async(&self, index: usize) -> Result<&str, Error> {
        pause().await;
        self.names.get(index).map(String::as_str).ok_or(Error::Down)
    }

    #[circuit_breaker(name = "shapes.async_self_mutable")]
    async fn name_mut_async(&mut self, index: usize) -> Result<&mut String, Error> {
        pause().await;
        self.calls += 1;
        self.names.get_mut(index).ok_or(Error::Down)
    }

    #[circuit_breaker(name = "shapes.async_self_arc")]
    async fn shared_async(self: Arc<Self>) -> Result<usize, Error> {
        pause().await;
        Ok(Arc::strong_count(&self))
    }

    #[circuit_breaker(name = "shapes.async_self_box")]
    async fn boxed_async(mut self: Box<Self>) -> Result<Box<Self>, Error> {
        self.calls = 0;
        pause().await;
        Ok(self)
    }

    #[circuit_breaker(name = "shapes.async_self_pin")]
    async fn pinned_async(mut self: Pin<&mut Self>) -> Result<u32, Error> {
        pause().await;
        self.calls += 1;
        Ok(self.calls)
    }

    #[circuit_breaker(name = "shapes.async_associated")]
    async fn connect(calls: u32) -> Result<Self, Error> {
        pause().await;
        Ok(Self {
            calls,
            names: vec![],
        })
    }

    #[circuit_breaker(name = "shapes.future_method")]
    fn future(&self, by: u32) -> impl Future<Output = Result<u32, Error>> + Send + use<> {
        let calls = self.calls;
        async move {
            pause().await;
            Ok(calls + by)
        }
    }

    #[circuit_breaker(name = "shapes.boxed_method")]
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
fn async_methods_by_every_receiver() {
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

#[test]
fn methods_of_generic_types() {
    struct Cache<K, V, const N: usize>
    where
        K: Eq + Hash,
    {
        entries: HashMap<K, V>,
    }

    enum Refused<K, V> {
        Full(K, V),
        Open,
    }

    impl<K, V> From<BreakerError> for Refused<K, V> {
        fn from(_: BreakerError) -> Self {
            Refused::Open
        }
    }

    impl<K, V, const N: usize> Cache<K, V, N>
    where
        K: Eq + Hash,
    {
        #[circuit_breaker(name = "shapes.generic_insert")]
        fn insert(&mut self, key: K, value: V) -> Result<Option<V>, Refused<K, V>> {
            if self.entries.len() == N {
                return Err(Refused::Full(key, value));
            }
            Ok(self.entries.insert(key, value))
        }

        #[circuit_breaker(name = "shapes.generic_get")]
        fn get<Q>(&self, key: &Q) -> Result<&V, Error>
        where
            K: std::borrow::Borrow<Q>,
            Q: Eq + Hash + ?Sized,
        {
            self.entries.get(key).ok_or(Error::Down)
        }

        #[circuit_breaker(name = "shapes.generic_async")]
        async fn get_or_insert_with<F>(&mut self, key: K, make: F) -> Result<&mut V, Error>
        where
            F: AsyncFnOnce(&K) -> Result<V, Error>,
        {
            let value = make(&key).await?;
            Ok(self.entries.entry(key).or_insert(value))
        }

        #[circuit_breaker(name = "shapes.generic_iter")]
        fn iter(&self) -> Result<impl Iterator<Item = (&K, &V)>, Error> {
            Ok(self.entries.iter())
        }
    }

    let mut cache: Cache<String, u32, 1> = Cache {
        entries: HashMap::new(),
    };
    *run(cache.get_or_insert_with("a".into(), async |key: &String| {
        pause().await;
        Ok(key.len() as u32)
    }))
    .unwrap() += 1;
    assert_eq!(cache.get("a"), Ok(&2));
    assert_eq!(cache.get("b"), Err(Error::Down));
    assert_eq!(cache.iter().unwrap().count(), 1);
    assert!(matches!(cache.insert("b".into(), 3), Err(Refused::Full(key, 3)) if key == "b"));
    open("shapes.generic_insert");
    assert!(matches!(cache.insert("b".into(), 3), Err(Refused::Open)));
}

#[test]
fn methods_of_a_type_with_lifetimes() {
    struct Cursor<'text> {
        text: &'text str,
        at: usize,
    }

    impl<'text> Cursor<'text> {
        #[circuit_breaker(name = "shapes.cursor_next")]
        fn next(&mut self, length: usize) -> Result<&'text str, Error> {
            let word = self
                .text
                .get(self.at..self.at + length)
                .ok_or(Error::Down)?;
            self.at += length;
            Ok(word)
        }

        #[circuit_breaker(name = "shapes.cursor_next_async")]
        async fn next_async(&mut self, length: usize) -> Result<&'text str, Error> {
            pause().await;
            self.next(length)
        }
    }

    impl Cursor<'_> {
        #[circuit_breaker(name = "shapes.cursor_rest")]
        fn rest(&self) -> Result<&str, Error> {
            Ok(&self.text[self.at..])
        }
    }

    let mut cursor = Cursor {
        text: "abcdef",
        at: 0,
    };
    let first = cursor.next(2).unwrap();
    let second = run(cursor.next_async(2)).unwrap();
    assert_eq!((first, second, cursor.rest()), ("ab", "cd", Ok("ef")));
    assert_eq!(cursor.next(3), Err(Error::Down));
}

#[test]
fn methods_of_enums_references_and_foreign_types() {
    #[derive(Debug, PartialEq)]
    enum Light {
        Red,
        Green { for_seconds: u32 },
    }

    impl Light {
        #[circuit_breaker(name = "shapes.enum_method")]
        fn turn(&mut self) -> Result<&Self, Error> {
            *self = match *self {
                Self::Red => Self::Green { for_seconds: 5 },
                Light::Green { for_seconds: 0 } => return Err(Error::Down),
                Light::Green { .. } => Self::Red,
            };
            Ok(self)
        }
    }

    trait Shout {
        fn shout(&self) -> Result<String, Error>;
    }

    trait Count {
        fn count(self) -> Result<usize, Error>;
    }

    impl Shout for str {
        #[circuit_breaker(name = "shapes.str_method")]
        fn shout(&self) -> Result<String, Error> {
            Ok(self.to_uppercase())
        }
    }

    impl<T: Shout + ?Sized> Shout for &T {
        #[circuit_breaker(name = "shapes.reference_method")]
        fn shout(&self) -> Result<String, Error> {
            (**self).shout().map(|text| text + "!")
        }
    }

    impl Count for &str {
        #[circuit_breaker(name = "shapes.reference_value_method")]
        fn count(self) -> Result<usize, Error> {
            Ok(self.shout()?.len())
        }
    }

    impl<T: Copy + Into<u32>> Shout for [T; 2] {
        #[circuit_breaker(name = "shapes.array_method")]
        fn shout(&self) -> Result<String, Error> {
            let sum: u32 = self.iter().map(|value| (*value).into()).sum();
            Ok(sum.to_string())
        }
    }

    let mut light = Light::Red;
    assert_eq!(light.turn(), Ok(&Light::Green { for_seconds: 5 }));
    assert_eq!(light.turn(), Ok(&Light::Red));
    assert_eq!(Shout::shout("a"), Ok("A".into()));
    assert_eq!(Shout::shout(&"a"), Ok("A!".into()));
    assert_eq!("abc".count(), Ok(3));
    assert_eq!([1_u8, 2].shout(), Ok("3".into()));
}

// Traits.

#[test]
fn methods_of_trait_implementations() {
    struct Number(u32);

    impl FromStr for Number {
        type Err = Error;

        #[circuit_breaker(name = "shapes.from_str")]
        fn from_str(text: &str) -> Result<Self, Self::Err> {
            let number = text.parse()?;
            Ok(Self(number))
        }
    }

    impl TryFrom<i64> for Number {
        type Error = Error;

        #[circuit_breaker(name = "shapes.try_from")]
        fn try_from(value: i64) -> Result<Self, Self::Error> {
            u32::try_from(value).map(Number).map_err(|_| Error::Down)
        }
    }

    impl Iterator for Number {
        type Item = u32;

        #[circuit_breaker(name = "shapes.iterator", failure(Some(13)), fallback = |_| None)]
        fn next(&mut self) -> Option<Self::Item> {
            self.0 = self.0.checked_sub(1)?;
            Some(self.0)
        }
    }

    assert_eq!("5".parse::<Number>().ok().unwrap().0, 5);
    assert!("x".parse::<Number>().is_err());
    assert!(Number::try_from(-1).is_err());
    assert_eq!(Number(3).collect::<Vec<_>>(), [2, 1, 0]);
    assert_eq!(ends("shapes.iterator"), "4 success");
}

#[test]
fn a_future_written_by_hand_is_polled_through_a_breaker() {
    struct Countdown(u32);

    impl Future for Countdown {
        type Output = Result<u32, Error>;

        #[circuit_breaker(
            name = "shapes.poll",
            failure(Poll::Ready(Err(_))),
            ignore(Poll::Pending),
            fallback = |error| Poll::Ready(Err(error.into()))
        )]
        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            if self.0 == 0 {
                return Poll::Ready(Ok(7));
            }
            self.0 -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    }

    assert_eq!(run(Countdown(2)), Ok(7));
    assert_eq!(ends("shapes.poll"), "1 success, 2 ignored");
    open("shapes.poll");
    assert!(run(Countdown(2)).unwrap_err().is_rejection());
}

#[test]
fn default_methods_of_traits() {
    trait Store {
        type Key: Display + ?Sized;
        const RETRIES: u32;

        fn load(&self, key: &Self::Key) -> Option<u32>;

        #[circuit_breaker(name = "shapes.default_method")]
        fn get(&self, key: &Self::Key) -> Result<u32, Error> {
            for _ in 0..Self::RETRIES {
                if let Some(value) = self.load(key) {
                    return Ok(value);
                }
            }
            Err(Error::Declined(key.to_string().len() as u32))
        }

        #[circuit_breaker(name = "shapes.default_by_value")]
        fn into_parts(self) -> Result<(Self, u32), Error>
        where
            Self: Sized,
        {
            Ok((self, Self::RETRIES))
        }

        #[circuit_breaker(name = "shapes.default_static")]
        fn make<T: From<u32>>() -> Result<T, Error>
        where
            Self: Sized,
        {
            Ok(Self::RETRIES.into())
        }

        #[circuit_breaker(name = "shapes.default_boxed")]
        fn later<'a>(
            &'a self,
            key: &'a Self::Key,
        ) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + 'a>> {
            Box::pin(async move {
                pause().await;
                self.get(key)
            })
        }
    }

    struct Memory(HashMap<String, u32>);

    impl Store for Memory {
        type Key = str;
        const RETRIES: u32 = 2;

        fn load(&self, key: &str) -> Option<u32> {
            self.0.get(key).copied()
        }
    }

    let memory = Memory([("a".to_owned(), 1)].into());
    let object: &dyn Store2 = &memory;
    assert_eq!(object.get2("a"), Ok(1));
    assert_eq!(memory.get("bcd"), Err(Error::Declined(3)));
    assert_eq!(run(memory.later("a")), Ok(1));
    assert_eq!(Memory::make::<u64>(), Ok(2));
    assert_eq!(memory.into_parts().ok().unwrap().1, 2);

    trait Store2 {
        fn get2(&self, key: &str) -> Result<u32, Error>;
    }

    impl<T: Store<Key = str>> Store2 for T {
        #[circuit_breaker(name = "shapes.blanket_method")]
        fn get2(&self, key: &str) -> Result<u32, Error> {
            Store::get(self, key)
        }
    }
}

#[test]
fn a_trait_object_with_guarded_methods() {
    trait Job {
        #[circuit_breaker(name = "shapes.object_default")]
        fn run(&mut self) -> Result<&dyn Display, Error> {
            Ok(&"default")
        }
    }

    struct Named(String);
    struct Plain;

    impl Job for Named {
        #[circuit_breaker(name = "shapes.object_override")]
        fn run(&mut self) -> Result<&dyn Display, Error> {
            self.0.push('!');
            Ok(&self.0)
        }
    }

    impl Job for Plain {}

    let mut jobs: Vec<Box<dyn Job>> = vec![Box::new(Named("a".into())), Box::new(Plain)];
    let words: Vec<_> = jobs
        .iter_mut()
        .map(|job| job.run().unwrap().to_string())
        .collect();
    assert_eq!(words, ["a!", "default"]);
    assert_eq!(ends("shapes.object_default"), "1 success");
    assert_eq!(ends("shapes.object_override"), "1 success");
}

#[test]
fn generic_associated_types_in_the_return_type() {
    trait Lend {
        type Item<'a>
        where
            Self: 'a;

        fn lend<'a>(&'a mut self) -> Result<Self::Item<'a>, Error>;

        #[circuit_breaker(name = "shapes.gat_default")]
        fn lend_again(&mut self) -> Result<Self::Item<'_>, Error> {
            self.lend().map(drop)?;
            self.lend()
        }
    }

    struct Windows(Vec<u32>, usize);

    impl Lend for Windows {
        type Item<'a>
            = &'a mut [u32]
        where
            Self: 'a;

        #[circuit_breaker(name = "shapes.gat")]
        fn lend<'a>(&'a mut self) -> Result<Self::Item<'a>, Error> {
            self.1 += 1;
            self.0.get_mut(..self.1).ok_or(Error::Down)
        }
    }

    let mut windows = Windows(vec![1, 2, 3], 0);
    windows.lend().unwrap()[0] = 9;
    assert_eq!(windows.lend_again(), Ok(&mut [9, 2, 3][..]));
    assert_eq!(windows.lend_again(), Err(Error::Down));
}

#[test]
fn associated_types_and_constants_in_the_signature() {
    trait Protocol {
        type Request<'a>: Debug;
        type Response: Default + PartialEq;
        const MAX: usize;
    }

    struct Echo;

    impl Protocol for Echo {
        type Request<'a> = &'a str;
        type Response = String;
        const MAX: usize = 3;
    }

    struct Wire<P>(PhantomData<P>);

    impl<P: Protocol> Wire<P> {
        #[circuit_breaker(name = "shapes.projections")]
        fn send(&self, request: P::Request<'_>) -> Result<<P as Protocol>::Response, Error> {
            if format!("{request:?}").len() > P::MAX + 2 {
                return Err(Error::Declined(P::MAX as u32));
            }
            Ok(P::Response::default())
        }

        #[circuit_breaker(name = "shapes.async_projections")]
        async fn send_async<'a>(
            &self,
            request: P::Request<'a>,
        ) -> Result<(P::Request<'a>, P::Response), Error>
        where
            P: 'a,
        {
            pause().await;
            Ok((request, Default::default()))
        }
    }

    let wire = Wire::<Echo>(PhantomData);
    assert_eq!(wire.send("abc"), Ok(String::new()));
    assert_eq!(wire.send("abcd"), Err(Error::Declined(3)));
    assert_eq!(run(wire.send_async("x")), Ok(("x", String::new())));
}

#[test]
fn methods_of_operators_and_closures_in_traits() {
    struct Meters(u32);

    impl Add<u32> for Meters {
        type Output = Result<Meters, Error>;

        #[circuit_breaker(name = "shapes.operator")]
        fn add(self, by: u32) -> Self::Output {
            self.0.checked_add(by).map(Meters).ok_or(Error::Down)
        }
    }

    assert_eq!((Meters(1) + 2).ok().unwrap().0, 3);
    assert!((Meters(1) + u32::MAX).is_err());
    assert_eq!(ends("shapes.operator"), "1 success, 1 failure");
}

// Nested and local functions.

#[test]
fn guarded_functions_in_blocks_closures_and_other_bodies() {
    let through_closure = |n: u32| {
        #[circuit_breaker(name = "shapes.in_closure")]
        fn call(n: u32) -> Result<u32, Error> {
            Ok(n + 1)
        }
        call(n)
    };

    let through_block = {
        #[circuit_breaker(name = "shapes.in_block")]
        fn call() -> Result<u32, Error> {
            Ok(2)
        }
        call()
    };

    let through_async = async {
        #[circuit_breaker(name = "shapes.in_async_block")]
        async fn call() -> Result<u32, Error> {
            Ok(3)
        }
        call().await
    };

    const fn outer() -> fn() -> Result<u32, Error> {
        #[circuit_breaker(name = "shapes.in_const_fn")]
        fn call() -> Result<u32, Error> {
            Ok(4)
        }
        call
    }

    assert_eq!(through_closure(0), Ok(1));
    assert_eq!(through_block, Ok(2));
    assert_eq!(run(through_async), Ok(3));
    assert_eq!(outer()(), Ok(4));
}

#[test]
fn a_guarded_function_in_a_constant_and_in_a_static() {
    const CALL: fn() -> Result<u32, Error> = {
        #[circuit_breaker(name = "shapes.in_const")]
        fn call() -> Result<u32, Error> {
            Ok(1)
        }
        call
    };

    static CALLS: [fn(u32) -> Result<u32, Error>; 1] = [{
        #[circuit_breaker(name = "shapes.in_static")]
        fn call(n: u32) -> Result<u32, Error> {
            Ok(n)
        }
        call
    }];

    assert_eq!((CALL(), CALLS[0](2)), (Ok(1), Ok(2)));
}

#[test]
fn a_guarded_method_in_a_local_impl_of_a_generic_function() {
    fn outer<T: Display>(value: T) -> Result<String, Error> {
        struct Local<U>(U);

        impl<U: Display> Local<U> {
            #[circuit_breaker(name = "shapes.local_impl")]
            fn show(&self) -> Result<String, Error> {
                Ok(self.0.to_string())
            }
        }

        Local(value).show()
    }

    assert_eq!((outer(1), outer("a")), (Ok("1".into()), Ok("a".into())));
    assert_eq!(ends("shapes.local_impl"), "2 success");
}

// What stands in real code.

#[test]
fn a_retry_loop_around_a_closure() {
    #[circuit_breaker(name = "shapes.retry")]
    fn retry<T, E, F>(times: u32, mut attempt: F) -> Result<T, E>
    where
        F: FnMut(u32) -> Result<T, E>,
        E: From<BreakerError> + Display,
    {
        let mut time = 0;
        loop {
            match attempt(time) {
                Ok(value) => break Ok(value),
                Err(error) if time + 1 >= times => break Err(error),
                Err(_) => time += 1,
            }
        }
    }

    let mut seen = vec![];
    let answer: Result<u32, Error> = retry(3, |time| {
        seen.push(time);
        if time == 1 { Ok(5) } else { Err(Error::Down) }
    });
    assert_eq!(answer, Ok(5));
    assert_eq!(seen, [0, 1]);
}

#[test]
fn a_transaction_over_a_borrowed_connection() {
    struct Connection {
        rows: BTreeMap<u32, String>,
        log: RefCell<Vec<String>>,
    }

    struct Transaction<'connection> {
        connection: &'connection mut Connection,
        pending: Vec<(u32, String)>,
    }

    impl<'connection> Transaction<'connection> {
        #[circuit_breaker(name = "shapes.begin")]
        fn begin(connection: &'connection mut Connection) -> Result<Self, Error> {
            connection.log.get_mut().push("begin".into());
            Ok(Self {
                connection,
                pending: Vec::new(),
            })
        }

        #[circuit_breaker(name = "shapes.write")]
        fn write(&mut self, row: u32, text: impl Into<String>) -> Result<&mut Self, Error> {
            self.pending.push((row, text.into()));
            Ok(self)
        }

        #[circuit_breaker(name = "shapes.commit", ignore(Err(Error::Declined(_))))]
        async fn commit(self) -> Result<&'connection BTreeMap<u32, String>, Error> {
            let Self {
                connection,
                pending,
            } = self;
            if pending.is_empty() {
                return Err(Error::Declined(0));
            }
            for (row, text) in pending {
                pause().await;
                connection.rows.insert(row, text);
            }
            connection.log.borrow_mut().push("commit".into());
            Ok(&connection.rows)
        }
    }

    let mut connection = Connection {
        rows: BTreeMap::new(),
        log: RefCell::default(),
    };
    let mut transaction = Transaction::begin(&mut connection).unwrap();
    transaction
        .write(1, "a")
        .unwrap()
        .write(2, String::from("b"))
        .unwrap();
    assert_eq!(run(transaction.commit()).unwrap().len(), 2);
    let empty = Transaction::begin(&mut connection).unwrap();
    assert_eq!(run(empty.commit()), Err(Error::Declined(0)));
    assert_eq!(connection.log.take(), ["begin", "commit", "begin"]);
    assert_eq!(ends("shapes.commit"), "1 success, 1 ignored");
}

#[test]
fn a_visitor_with_a_callback_that_borrows() {
    #[circuit_breaker(name = "shapes.visitor")]
    fn visit<'tree, F>(
        tree: &'tree BTreeMap<u32, String>,
        mut each: F,
    ) -> Result<Option<&'tree str>, Error>
    where
        F: FnMut(&'tree str) -> ControlFlow<&'tree str>,
    {
        for text in tree.values() {
            if let ControlFlow::Break(found) = each(text) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    let tree = BTreeMap::from([(1, "a".to_owned()), (2, "bc".to_owned())]);
    let found = visit(&tree, |text| {
        if text.len() > 1 {
            ControlFlow::Break(text)
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(found, Ok(Some("bc")));
}

#[test]
fn an_http_client_with_every_key() {
    #[derive(Debug, Clone, PartialEq)]
    struct Response {
        status: u16,
        body: Vec<u8>,
    }

    #[derive(Debug, Clone)]
    struct Http {
        answers: Arc<std::sync::Mutex<Vec<u16>>>,
    }

    impl Http {
        const LIMIT: u32 = 3;

        async fn send(&self, path: &str) -> Result<Response, Error> {
            pause().await;
            let status = self.answers.lock().unwrap().pop().ok_or(Error::Down)?;
            Ok(Response {
                status,
                body: path.as_bytes().to_vec(),
            })
        }

        #[circuit_breaker(
            name = "shapes.every_key",
            threshold = Http::LIMIT,
            open_for = std::time::Duration::from_secs(5),
            backoff = 1.5,
            max_open_for = "2m",
            jitter = 0.25,
            half_open_calls = 1,
            success_threshold = 1 + 1,
            probe_failures = 1,
            probe_timeout = "10s",
            ignore(Ok(Response { status: 400..=499, .. })),
            success(Ok(Response { status, .. }) if *status == 599),
            failure(Ok(Response { status: 500.., .. }) | Err(_)),
            fallback = Self::cached,
            fallback_on = any,
            registry = breaker_runtime::Registry::global(),
            crate = breaker_runtime,
        )]
        async fn get(&self, path: &str, retries: u32) -> Result<Response, Error> {
            for _ in 0..retries {
                match self.send(path).await {
                    Ok(response) if response.status < 500 => return Ok(response),
                    Ok(_) | Err(Error::Down) => pause().await,
                    Err(error) => return Err(error),
                }
            }
            self.send(path).await
        }

        async fn cached(&self, path: &str, _: u32) -> Result<Response, Error> {
            Ok(Response {
                status: 203,
                body: path.as_bytes().to_vec(),
            })
        }
    }

    let http = Http {
        answers: Arc::new(
            vec![599, 503, 404, 200, 502]
                .into_iter()
                .collect::<Vec<_>>()
                .into(),
        ),
    };
    let statuses: Vec<u16> = run(async {
        let mut statuses = vec![];
        for retries in [1, 0, 0, 0, 0] {
            statuses.push(assert_send(http.get("/", retries)).await.unwrap().status);
        }
        statuses
    });
    assert_eq!(statuses, [200, 404, 503, 599, 203]);
    assert_eq!(
        ends("shapes.every_key"),
        "2 success, 2 failure, 1 ignored, 1 fallback success"
    );
    assert_eq!(
        breaker("shapes.every_key").state(),
        breaker_runtime::State::Closed
    );
}

#[test]
fn a_registry_of_ones_own() {
    struct Client {
        registry: breaker_runtime::Registry,
        host: String,
    }

    impl Client {
        #[circuit_breaker(name = "shapes.own_registry", registry = &self.registry)]
        fn get(&self, path: String) -> Result<String, Error> {
            Ok(format!("{}{path}", self.host))
        }

        #[circuit_breaker(name = "shapes.own_registry_async", registry = &client.registry)]
        async fn get_async(client: Box<Client>, path: String) -> Result<String, Error> {
            pause().await;
            Ok(client.host + &path)
        }
    }

    let client = |host: &str| Client {
        registry: breaker_runtime::Registry::new(),
        host: host.into(),
    };
    let (left, right) = (client("left"), client("right"));
    assert_eq!(left.get("/".into()), Ok("left/".into()));
    assert_eq!(right.get("/".into()), Ok("right/".into()));
    let own = left.registry.get("shapes.own_registry").unwrap();
    assert_eq!(own.snapshot().totals.successes, 1);
    own.force_open("test", None);
    assert!(left.get("/".into()).unwrap_err().is_rejection());
    assert_eq!(right.get("/".into()), Ok("right/".into()));
    assert_eq!(
        run(Client::get_async(Box::new(right), "/".into())),
        Ok("right/".into())
    );
}

#[test]
fn a_classified_enum_over_a_borrowed_argument() {
    #[derive(Debug, PartialEq)]
    enum Lookup<'a> {
        Found(&'a str),
        Missing,
        Broken,
    }

    #[circuit_breaker(
        name = "shapes.enum_return",
        classify = |lookup| match lookup {
            Lookup::Found(_) => Outcome::Success,
            Lookup::Missing => Outcome::Ignored,
            Lookup::Broken => Outcome::Failure,
        },
        fallback = |_| Lookup::Broken
    )]
    fn find<'a>(texts: &'a [&str], key: &str) -> Lookup<'a> {
        if key.is_empty() {
            return Lookup::Broken;
        }
        texts
            .iter()
            .find(|text| text.starts_with(key))
            .map_or(Lookup::Missing, |text| Lookup::Found(text))
    }

    assert_eq!(find(&["ab"], "a"), Lookup::Found("ab"));
    assert_eq!(find(&["ab"], "x"), Lookup::Missing);
    assert_eq!(find(&["ab"], ""), Lookup::Broken);
    assert_eq!(
        ends("shapes.enum_return"),
        "1 success, 1 failure, 1 ignored"
    );
}

#[test]
fn a_state_machine_of_futures() {
    #[circuit_breaker(name = "shapes.step")]
    async fn step(state: u32) -> Result<ControlFlow<u32, u32>, Error> {
        pause().await;
        match state {
            0..=2 => Ok(ControlFlow::Continue(state + 1)),
            3 => Ok(ControlFlow::Break(state * 10)),
            _ => Err(Error::Declined(state)),
        }
    }

    #[circuit_breaker(name = "shapes.drive")]
    async fn drive(mut state: u32) -> Result<u32, Error> {
        loop {
            state = match step(state).await? {
                ControlFlow::Continue(next) => next,
                ControlFlow::Break(end) => break Ok(end),
            };
        }
    }

    assert_eq!(run(assert_send(drive(0))), Ok(30));
    assert_eq!(run(drive(9)), Err(Error::Declined(9)));
    let mut future = Box::pin(drive(0));
    assert!(poll_once(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(ends("shapes.step"), "4 success, 1 failure, 1 cancelled");
    assert_eq!(ends("shapes.drive"), "1 success, 1 failure, 1 cancelled");
}
