//! Numbers as people write them, read exactly: `30`, `1.5`, `.5`, `+5`, `1_000`, `1,5` and `1e3`.

use std::fmt;

/// The number of digits that fit into every calculation of this file.
const DIGITS: usize = 24;

/// The largest exponent that is read.
const EXPONENT: u32 = 12;

/// A decimal number that is not negative. The last `scale` digits of `digits` are after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    digits: u128,
    scale: u32,
}

impl Number {
    /// Reads a text that consists of a number.
    pub(crate) fn read(text: &str) -> Option<Self> {
        Self::split(text).and_then(|(number, rest)| rest.is_empty().then_some(number))
    }

    /// Splits off the number at the beginning of a text.
    pub(crate) fn split(text: &str) -> Option<(Self, &str)> {
        let text = text.strip_prefix('+').unwrap_or(text);
        let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',' | '_');
        let end = text.find(|letter| !is_part(letter));
        let (written, rest) = text.split_at(end.unwrap_or(text.len()));
        let (whole, fraction) = plain(written)?;
        let digits = format!("{whole}{fraction}");
        let number = Self {
            digits: digits.parse().ok().filter(|_| digits.len() <= DIGITS)?,
            scale: u32::try_from(fraction.len()).ok()?,
        };
        match exponent(rest) {
            Some((exponent, rest)) => Some((number.shifted(exponent)?, rest)),
            None => Some((number, rest)),
        }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// Returns the number if it is whole and fits.
    pub(crate) fn whole(self) -> Option<u32> {
        let Self { digits, scale } = self.reduced();
        u32::try_from(digits).ok().filter(|_| scale == 0)
    }

    pub(crate) fn at_least(self, least: u32) -> bool {
        let least = 10_u128
            .checked_pow(self.scale)
            .and_then(|one| one.checked_mul(least.into()));
        least.is_some_and(|least| self.digits >= least)
    }

    pub(crate) fn times(self, factor: u128) -> Option<Self> {
        let digits = self.digits.checked_mul(factor)?;
        Some(Self { digits, ..self })
    }

    /// Multiplies by a power of ten.
    pub(crate) fn shifted(self, places: i32) -> Option<Self> {
        if places < 0 {
            let scale = self.scale.checked_add(places.unsigned_abs())?;
            return Some(Self { scale, ..self });
        }
        let places = places.unsigned_abs();
        let further = places.saturating_sub(self.scale);
        Some(Self {
            digits: self.digits.checked_mul(10_u128.checked_pow(further)?)?,
            scale: self.scale.saturating_sub(places),
        })
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let raised = |it: Self| {
            let factor = 10_u128.checked_pow(scale - it.scale)?;
            it.digits.checked_mul(factor)
        };
        let digits = raised(self)?.checked_add(raised(other)?)?;
        Some(Self { digits, scale })
    }

    /// Removes the zeros at the end.
    fn reduced(mut self) -> Self {
        while self.scale > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.scale -= 1;
        }
        self
    }
}

/// Displays the number in the shortest form, which Rust, TOML and this grammar have in common.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { digits, scale } = self.reduced();
        let scale = usize::try_from(scale).map_err(|_| fmt::Error)?;
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        match fraction {
            "" => f.write_str(whole),
            fraction => write!(f, "{whole}.{fraction}"),
        }
    }
}

/// Splits a number into the digits before and after its point, without separators.
///
/// A comma separates thousands or the fraction. If only the writer knows which, the result is `None`.
fn plain(written: &str) -> Option<(String, String)> {
    let written = written.replace('_', "");
    let (whole, fraction) = match written.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (written.as_str(), None),
    };
    let groups: Vec<_> = whole.split(',').collect();
    let of_three = |group: &&str| group.len() == 3;
    let (whole, fraction) = match (groups.as_slice(), fraction) {
        ([whole], fraction) => ((*whole).to_owned(), fraction.unwrap_or_default()),
        ([whole, fraction], None)
            if !whole.is_empty() && (fraction.len() != 3 || *whole == "0") =>
        {
            ((*whole).to_owned(), *fraction)
        }
        ([_, _], None) | ([], _) => return None,
        ([first, others @ ..], fraction) => {
            let leading = (1..=3).contains(&first.len()) && !first.starts_with('0');
            let thousands = leading && others.iter().all(of_three);
            let fraction = thousands.then(|| fraction.unwrap_or_default());
            (groups.concat(), fraction?)
        }
    };
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    let complete = !(whole.is_empty() && fraction.is_empty());
    let valid = complete && is_number(&whole) && is_number(fraction);
    valid.then(|| (whole, fraction.to_owned()))
}

/// Splits off an exponent such as `e3` or `E-3`.
fn exponent(text: &str) -> Option<(i32, &str)> {
    let text = text.strip_prefix(['e', 'E'])?;
    let signed = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = signed.find(|letter: char| !letter.is_ascii_digit());
    let (digits, rest) = signed.split_at(end.unwrap_or(signed.len()));
    let exponent: u32 = digits.parse().ok().filter(|it| *it <= EXPONENT)?;
    let exponent = i32::try_from(exponent).ok()?;
    Some((
        if text.starts_with('-') {
            -exponent
        } else {
            exponent
        },
        rest,
    ))
}

#[cfg(test)]
mod tests;
