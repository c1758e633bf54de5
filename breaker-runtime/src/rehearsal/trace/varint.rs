//! Numbers of variable length, seven bits a byte, the lowest first.

/// Appends a number.
pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(low_bits(number) | 0x80);
        number >>= 7;
    }
    out.push(low_bits(number));
}

fn low_bits(number: u64) -> u8 {
    (number & 0x7f) as u8
}

/// Appends a difference, in which a wrapped number means a negative one; those close to zero are short.
pub(super) fn put_signed(out: &mut Vec<u8>, difference: u64) {
    put(out, (difference << 1) ^ (difference >> 63).wrapping_neg());
}

/// Bytes that are read from the front.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let length = usize::try_from(length).ok()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Reads a number; `None` if the bytes end within it, or if it has more than 64 bits.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Reads a difference.
    pub(super) fn signed(&mut self) -> Option<u64> {
        let number = self.number()?;
        Some((number >> 1) ^ (number & 1).wrapping_neg())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, put, put_signed};

    #[test]
    fn numbers_survive_and_small_ones_take_one_byte() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            put(&mut out, number);
            assert_eq!(out.len() == 1, number < 128);
            let mut bytes = Bytes(&out);
            assert_eq!(bytes.number(), Some(number));
            assert!(bytes.is_empty());
        }
        for number in [0, u64::MAX, 1, 63, u64::MAX - 63, u64::MAX / 2] {
            let mut out = Vec::new();
            put_signed(&mut out, number);
            assert_eq!(out.len() == 1, number != u64::MAX / 2);
            assert_eq!(Bytes(&out).signed(), Some(number));
        }
    }

    #[test]
    fn a_number_that_is_cut_off_or_too_long_is_none() {
        assert_eq!(Bytes(&[0x80]).number(), None);
        assert_eq!(Bytes(&[0xff; 10]).number(), None);
        assert_eq!(Bytes(&[0xff; 11]).number(), None);
    }
}
