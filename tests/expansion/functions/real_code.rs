//! Functions as they occur in real code, with several forms and settings at once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::ops::ControlFlow;
use std::sync::Arc;

use breaker_runtime::{BreakerError, Outcome, circuit_breaker};

use crate::expansion::{Error, assert_send, breaker, ends, pause, poll_once, run};

#[test]
fn a_retry_loop_around_a_closure() {
    #[circuit_breaker(name = "real_code.retry")]
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
        #[circuit_breaker(name = "real_code.begin")]
        fn begin(connection: &'connection mut Connection) -> Result<Self, Error> {
            connection.log.get_mut().push("begin".into());
            Ok(Self {
                connection,
                pending: Vec::new(),
            })
        }

        #[circuit_breaker(name = "real_code.write")]
        fn write(&mut self, row: u32, text: impl Into<String>) -> Result<&mut Self, Error> {
            self.pending.push((row, text.into()));
            Ok(self)
        }

        #[circuit_breaker(name = "real_code.commit", ignore(Err(Error::Declined(_))))]
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
    assert_eq!(ends("real_code.commit"), "1 success, 1 ignored");
}

#[test]
fn a_visitor_with_a_callback_that_borrows() {
    #[circuit_breaker(name = "real_code.visitor")]
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
fn an_http_client_with_most_settings() {
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
            name = "real_code.most_settings",
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
        ends("real_code.most_settings"),
        "2 success, 2 failure, 1 ignored, 1 fallback success"
    );
    assert_eq!(
        breaker("real_code.most_settings").state(),
        breaker_runtime::State::Closed
    );
}

#[test]
fn an_enum_that_borrows_an_argument_is_classified() {
    #[derive(Debug, PartialEq)]
    enum Lookup<'a> {
        Found(&'a str),
        Missing,
        Broken,
    }

    #[circuit_breaker(
        name = "real_code.enum_return",
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
        ends("real_code.enum_return"),
        "1 success, 1 failure, 1 ignored"
    );
}

#[test]
fn a_state_machine_of_futures() {
    #[circuit_breaker(name = "real_code.step")]
    async fn step(state: u32) -> Result<ControlFlow<u32, u32>, Error> {
        pause().await;
        match state {
            0..=2 => Ok(ControlFlow::Continue(state + 1)),
            3 => Ok(ControlFlow::Break(state * 10)),
            _ => Err(Error::Declined(state)),
        }
    }

    #[circuit_breaker(name = "real_code.drive")]
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
    assert_eq!(ends("real_code.step"), "4 success, 1 failure, 1 cancelled");
    assert_eq!(ends("real_code.drive"), "1 success, 1 failure, 1 cancelled");
}
