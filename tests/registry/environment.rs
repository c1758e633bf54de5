//! The environment of the process. A process gets it when it starts, so each test runs itself in another process.

use std::process::Command;

use breaker_runtime::{Config, Layer, Registry, State};

/// Returns whether this is the process with the variables. Otherwise it runs the test in such a process.
fn is_inside(test: &str, variables: &[(&str, &str)]) -> bool {
    let (first, _) = variables[0];
    if std::env::var_os(first).is_some() {
        return true;
    }
    let (_, module) = module_path!().split_once("::").unwrap();
    let mut inside = Command::new(std::env::current_exe().unwrap());
    inside.args(["--exact", &format!("{module}::{test}")]);
    let output = inside.envs(variables.iter().copied()).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}");
    // The process also succeeds when the path names no test and nothing runs.
    assert!(report.contains("1 passed"), "{report}");
    false
}

#[test]
fn load_env_needs_no_file() {
    let variables = [
        ("BREAKER_PAYMENT__THRESHOLD", "10"),
        ("BREAKER_PAYMNET__THRESHOLD", "11"),
        ("BREAKER__HALF_OPEN_CALLS", "5"),
        ("BREAKER__FORCE", "closed"),
        ("BREAKER_MAIL__FORCE", "off"),
    ];
    if !is_inside("load_env_needs_no_file", &variables) {
        return;
    }
    let registry = Registry::new();
    let make = |name: &str| {
        registry
            .get_or_create(name, Config::new().threshold(3))
            .unwrap()
    };
    let (payment, mail) = (make("payment"), make("mail"));
    let report = registry.load_env().unwrap();
    assert_eq!(report.configured, ["mail", "payment"]);
    let unknown: Vec<_> = report.unknown.iter().map(ToString::to_string).collect();
    assert_eq!(
        unknown,
        [
            "BREAKER_PAYMNET__THRESHOLD: there is no circuit breaker `PAYMNET`; did you mean `payment`?"
        ]
    );
    assert_eq!(payment.config().threshold, Some(10));
    assert_eq!(mail.config().threshold, Some(3));
    for breaker in [&payment, &mail] {
        let snapshot = breaker.snapshot();
        assert_eq!(snapshot.config.half_open_calls.get(), 5);
        let layer = snapshot.layers.of("half_open_calls");
        assert_eq!(layer, Some(Layer::EnvironmentDefault));
    }
    assert_eq!(payment.state(), State::ForcedClosed);
    assert_eq!(mail.state(), State::Closed);
}

#[test]
fn load_env_names_the_variable_of_a_mistake_and_changes_nothing() {
    let variables = [
        ("BREAKER__JITTER", "7"),
        ("BREAKER_PAYMENT__THRESHOLD", "10"),
    ];
    let test = "load_env_names_the_variable_of_a_mistake_and_changes_nothing";
    if !is_inside(test, &variables) {
        return;
    }
    let registry = Registry::new();
    let payment = registry
        .get_or_create("payment", Config::new().threshold(3))
        .unwrap();
    assert_eq!(
        registry.load_env().unwrap_err().to_string(),
        "BREAKER__JITTER: `jitter` must lie between 0 and 1, not 7"
    );
    assert_eq!(payment.config().threshold, Some(3));
}
