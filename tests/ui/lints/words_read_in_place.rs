use breaker_runtime::{BreakerError, circuit_breaker};

struct Order {
    id: String,
    lines: Vec<u32>,
}

#[circuit_breaker(name = "lints.place_moved")]
async fn moves_twice(order: Order) -> Result<String, BreakerError> {
    drop(order.id);
    Ok(order.id)
}

#[circuit_breaker(name = "lints.place_changed")]
async fn changes(order: Order, totals: [u32; 4]) -> Result<usize, BreakerError> {
    order.lines.push(1);
    totals[0] = 1;
    Ok(order.lines.len() + totals.len())
}

#[circuit_breaker(name = "lints.place_returned")]
async fn returns(text: String) -> Result<&'static str, BreakerError> {
    Ok(text.as_str())
}

#[circuit_breaker(name = "lints.place_escapes")]
async fn escapes(order: Order) -> Result<usize, BreakerError> {
    std::thread::spawn(|| order.lines.len());
    Ok(1)
}

fn main() {}
