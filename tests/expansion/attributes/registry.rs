//! The setting `registry`: which registries it takes, and what its expression may lock.

use std::sync::{Arc, Mutex};

use breaker_runtime::{Registry, circuit_breaker};

use crate::expansion::{Error, pause, run};

#[test]
fn a_registry_in_a_field_or_an_argument() {
    struct Client {
        registry: breaker_runtime::Registry,
        host: String,
    }

    impl Client {
        #[circuit_breaker(name = "registry_setting.own_registry", registry = &self.registry)]
        fn get(&self, path: String) -> Result<String, Error> {
            Ok(format!("{}{path}", self.host))
        }

        #[circuit_breaker(name = "registry_setting.own_registry_async", registry = &client.registry)]
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
    let own = left.registry.get("registry_setting.own_registry").unwrap();
    assert_eq!(own.snapshot().totals.successes, 1);
    own.force_open("test", None);
    assert!(left.get("/".into()).unwrap_err().is_rejection());
    assert_eq!(right.get("/".into()), Ok("right/".into()));
    assert_eq!(
        run(Client::get_async(Box::new(right), "/".into())),
        Ok("right/".into())
    );
}

#[circuit_breaker(name = "registry_setting.locked_registry", registry = &registry.lock().unwrap())]
fn locked_registry(registry: &Mutex<Registry>) -> Result<bool, Error> {
    Ok(registry.try_lock().is_ok())
}

#[circuit_breaker(name = "registry_setting.read_registry", registry = &registry.read().unwrap())]
async fn read_registry(registry: &std::sync::RwLock<Registry>) -> Result<bool, Error> {
    pause().await;
    Ok(registry.try_write().is_ok())
}

#[tokio::test]
async fn a_lock_of_the_expression_is_released_before_the_body_runs() {
    assert_eq!(locked_registry(&Mutex::new(Registry::new())), Ok(true));
    let registry = Arc::new(std::sync::RwLock::new(Registry::new()));
    let task = tokio::spawn(async move { read_registry(&registry).await });
    assert_eq!(task.await.unwrap(), Ok(true));
}

mod locked_rejection {
    use std::sync::{LazyLock, Mutex, PoisonError};

    use breaker_runtime::{BreakerError, Registry, circuit_breaker};

    static LOCK: LazyLock<Mutex<Registry>> = LazyLock::new(|| Mutex::new(Registry::new()));

    /// An error that records whether the lock was held when it was made.
    #[derive(Debug)]
    struct Held(bool);

    impl From<BreakerError> for Held {
        fn from(_: BreakerError) -> Self {
            Self(LOCK.try_lock().is_err())
        }
    }

    #[circuit_breaker(
        name = "registry_setting.locked_rejection",
        registry = &*LOCK.lock().unwrap_or_else(PoisonError::into_inner),
    )]
    fn rejected() -> Result<(), Held> {
        Ok(())
    }

    #[test]
    fn a_lock_of_the_expression_is_released_before_a_rejection_is_made() {
        rejected().unwrap();
        let breaker = LOCK
            .lock()
            .unwrap()
            .get("registry_setting.locked_rejection")
            .unwrap();
        breaker.trip();
        assert!(!rejected().unwrap_err().0);
    }
}
