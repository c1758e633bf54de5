//! `name` with the path of a constant.

use breaker_runtime::{BreakerError, Registry, circuit_breaker};

const PLAIN: &str = "constant_names.plain";

mod names {
    pub(super) const NESTED: &str = "constant_names.nested";
}

struct Bank;

trait Named {
    const NAME: &'static str;
}

impl Bank {
    const KEYED: &'static str = "constant_names.keyed";
}

impl Named for Bank {
    const NAME: &'static str = "constant_names.trait";
}

fn declared(name: &str) -> bool {
    Registry::global().get(name).is_some()
}

#[circuit_breaker(name = PLAIN)]
fn plain() -> Result<(), BreakerError> {
    Ok(())
}

#[test]
fn a_breaker_is_declared_under_the_value_of_the_constant() {
    assert_eq!(PLAIN, "constant_names.plain");
    let declarations = Registry::global().declarations();
    let of_plain = declarations.iter().find(|it| it.name() == PLAIN);
    assert_eq!(of_plain.map(|it| it.function()), Some("plain"));
    Registry::global().get(PLAIN).unwrap().trip();
    assert_eq!(plain().unwrap_err().name(), PLAIN);
}

#[circuit_breaker(name = names::NESTED)]
fn nested<T: Copy>(value: T) -> Result<T, BreakerError> {
    Ok(value)
}

#[circuit_breaker(name = self::names::NESTED)]
async fn nested_async<T: Copy>(value: T) -> Result<T, BreakerError> {
    Ok(value)
}

#[tokio::test]
async fn functions_with_the_same_constant_share_a_breaker() {
    nested(5).unwrap();
    nested("text").unwrap();
    nested_async(5).await.unwrap();
    let shared = Registry::global().get(names::NESTED).unwrap();
    assert_eq!(shared.snapshot().totals.calls, 3);
}

impl Bank {
    #[circuit_breaker(name = Bank::KEYED, key = host)]
    fn keyed(&self, host: &str) -> Result<usize, BreakerError> {
        Ok(host.len())
    }

    #[circuit_breaker(name = <Bank as Named>::NAME, registry = registry)]
    fn own_registry(&self, registry: &Registry) -> Result<usize, BreakerError> {
        Ok(registry.breakers().len())
    }
}

#[test]
fn a_constant_names_keyed_breakers_and_those_of_other_registries() {
    assert_eq!(Bank.keyed("a.example"), Ok(9));
    assert!(
        Registry::global()
            .get_keyed(Bank::KEYED, "a.example")
            .is_some()
    );
    let registry = Registry::new();
    assert_eq!(Bank.own_registry(&registry), Ok(1));
    assert!(registry.get("constant_names.trait").is_some());
    assert!(!declared("constant_names.trait"));
}

macro_rules! guarded {
    ($function:ident, $name:path) => {
        // The constant of the macro is not that of its user.
        #[allow(dead_code, non_upper_case_globals)]
        mod $function {
            pub(super) const NAME: &str = "constant_names.of_the_macro";
        }

        #[circuit_breaker(name = $name)]
        fn $function() -> Result<(), BreakerError> {
            Ok(())
        }
    };
}

const NAME: &str = "constant_names.fragment";
guarded!(of_a_fragment, NAME);

#[test]
fn a_macro_can_pass_the_path_on() {
    of_a_fragment().unwrap();
    assert_eq!(of_a_fragment::NAME, "constant_names.of_the_macro");
    assert!(declared(NAME));
    assert!(!declared(of_a_fragment::NAME));
}
