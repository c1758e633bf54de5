//! Methods, in a module that the root's names do not reach.

use breaker_runtime::circuit_breaker;
use Error;

/// How many failures open the circuit.
pub const LIMIT: u32 = 7;

/// Stands in for a guarded function.
pub fn later(pair: (u32, u32), _: &str) -> Result<u32, Error> {
    Ok(pair.0 * 100)
}

pub trait Ping {
    fn address(&self) -> &str;

    #[circuit_breaker(name = "edition_2015.trait_default")]
    fn ping(&self, n: u32) -> Result<String, Error> {
        if n == 0 {
            return Err(Error::Declined(n));
        }
        Ok(format!("{}{}", self.address(), n))
    }
}

pub struct Client {
    pub names: Vec<String>,
}

impl Ping for Client {
    fn address(&self) -> &str {
        self.names.first().map_or("", |name| name)
    }
}

impl Client {
    #[circuit_breaker(name = "edition_2015.method", fallback = Self::last)]
    pub fn name_mut(&mut self, index: usize) -> Result<&mut String, Error> {
        self.names.get_mut(index).ok_or(Error::Down)
    }

    fn last(&mut self, _: usize) -> Result<&mut String, Error> {
        self.names.last_mut().ok_or(Error::Down)
    }

    #[circuit_breaker(name = "edition_2015.by_value")]
    pub fn join(mut self, by: &str) -> Result<String, Error> {
        self.names.reverse();
        Ok(self.names.join(by))
    }
}
