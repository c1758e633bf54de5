//! Methods.

use crate::error::Error;
use breaker_runtime::circuit_breaker;
use core::future::ready;

/// Something that counts its calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Client {
    /// How often it was called.
    pub calls: u32,
    /// What it knows.
    pub names: Vec<String>,
}

impl Client {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// When the circuit is open.
    #[circuit_breaker(name = "strict.new")]
    pub fn new(calls: u32) -> Result<Self, Error> {
        Ok(Self {
            calls,
            names: Vec::new(),
        })
    }

    /// Looks a name up.
    ///
    /// # Errors
    ///
    /// When there is none.
    #[circuit_breaker(name = "strict.name", ignore(Err(Error::Declined(_))))]
    pub fn name(&self, index: usize) -> Result<&str, Error> {
        self.names
            .get(index)
            .map(String::as_str)
            .ok_or(Error::Declined(0))
    }

    /// Looks a name up, or takes the last one.
    ///
    /// # Errors
    ///
    /// When there is none.
    #[circuit_breaker(name = "strict.name_mut", fallback = Self::last_mut)]
    pub fn name_mut(&mut self, index: usize, _label: &str) -> Result<&mut String, Error> {
        self.calls = self.calls.saturating_add(1);
        self.names.get_mut(index).ok_or(Error::Down)
    }

    /// Answers for [`Client::name_mut`].
    fn last_mut(&mut self, _: usize, _: &str) -> Result<&mut String, Error> {
        self.names.last_mut().ok_or(Error::Down)
    }

    /// Adds a name.
    ///
    /// # Errors
    ///
    /// When the circuit is open.
    #[circuit_breaker(name = "strict.with_name", fallback = |_| Ok(self))]
    pub fn with_name(mut self, name: String) -> Result<Self, Error> {
        self.names.push(name);
        Ok(self)
    }

    /// Counts.
    ///
    /// # Errors
    ///
    /// When it was never called.
    #[circuit_breaker(name = "strict.count", fallback = Self::count_later, fallback_on = any)]
    pub async fn count(&mut self, (by, _): (u32, u32), _reason: &str) -> Result<u32, Error> {
        ready(()).await;
        if by == 0 {
            return Err(Error::Down);
        }
        self.calls = self.calls.saturating_add(by);
        Ok(self.calls)
    }

    /// Answers for [`Client::count`].
    async fn count_later(&mut self, _: (u32, u32), _: &str) -> Result<u32, Error> {
        ready(()).await;
        self.calls = self.calls.saturating_add(1);
        Ok(self.calls)
    }

    /// Takes the names.
    ///
    /// # Errors
    ///
    /// When there are none.
    #[circuit_breaker(name = "strict.into_names")]
    pub async fn into_names(self) -> Result<Vec<String>, Error> {
        ready(()).await;
        if self.names.is_empty() {
            Err(Error::Down)
        } else {
            Ok(self.names)
        }
    }
}

/// Something that can be asked.
pub trait Ask {
    /// The address of the one who is asked.
    fn address(&self) -> &str;

    /// Asks.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    #[circuit_breaker(name = "strict.ask")]
    fn ask(&self, question: &str) -> Result<String, Error> {
        if question.is_empty() {
            return Err(Error::Down);
        }
        Ok(format!("{}: {question}", self.address()))
    }
}

impl Ask for Client {
    fn address(&self) -> &'static str {
        "client"
    }
}

impl TryFrom<&str> for Client {
    type Error = Error;

    #[circuit_breaker(name = "strict.try_from")]
    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let calls = text.parse()?;
        Ok(Self {
            calls,
            names: Vec::new(),
        })
    }
}

/// A transaction that has to be committed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Transaction {
    /// Whether it has yet to be committed.
    open: bool,
}

impl Transaction {
    /// Commits it.
    ///
    /// # Errors
    ///
    /// When the circuit is open.
    #[circuit_breaker(name = "strict.commit")]
    pub fn commit(mut self) -> Result<(), Error> {
        self.open = false;
        Ok(())
    }

    /// Commits it later.
    ///
    /// # Errors
    ///
    /// When the circuit is open.
    #[circuit_breaker(name = "strict.commit_later")]
    pub async fn commit_later(mut self) -> Result<(), Error> {
        ready(()).await;
        self.open = false;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        assert!(!self.open, "the transaction was not committed");
    }
}
