//! Generates the client and the server of `proto/stock.proto`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto/stock.proto");
    let files = protox::compile(["stock.proto"], ["proto"])?;
    tonic_prost_build::compile_fds(files)?;
    Ok(())
}
