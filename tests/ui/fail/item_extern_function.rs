use breaker_runtime::circuit_breaker;

unsafe extern "C" {
    #[circuit_breaker(name = "payment")]
    fn pay() -> i32;
}

fn main() {}
