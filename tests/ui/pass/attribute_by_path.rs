//! The attribute without an import, under another name, and through a module.

mod dependencies {
    pub use breaker_runtime as runtime;
    pub use breaker_runtime::circuit_breaker as guarded;
}

use breaker_runtime::circuit_breaker as breaker;

#[breaker_runtime::circuit_breaker(name = "pass.path")]
fn by_path() -> Result<u32, breaker_runtime::BreakerError> {
    Ok(1)
}

#[::breaker_runtime::circuit_breaker(name = "pass.global_path")]
fn by_global_path() -> Result<u32, breaker_runtime::BreakerError> {
    Ok(1)
}

#[breaker(name = "pass.alias")]
fn by_alias() -> Result<u32, breaker_runtime::BreakerError> {
    Ok(1)
}

#[dependencies::guarded(name = "pass.module_alias")]
fn by_module_alias() -> Result<u32, breaker_runtime::BreakerError> {
    Ok(1)
}

#[dependencies::runtime::circuit_breaker(name = "pass.crate", crate = dependencies::runtime)]
async fn by_crate() -> Result<u32, breaker_runtime::BreakerError> {
    Ok(1)
}

fn main() {
    assert_eq!(
        [by_path(), by_global_path(), by_alias(), by_module_alias()],
        [Ok(1), Ok(1), Ok(1), Ok(1)]
    );
    drop(by_crate());
}
