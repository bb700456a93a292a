//! Variable-length integers: seven bits to a byte, the lowest first (LEB128).
//!
//! Damaged bytes give another number or none; they never cause a panic.

/// Appends a number.
pub(super) fn push(written: &mut Vec<u8>, mut number: u32) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            written.push(low & 0x7F);
            return;
        }
        written.push(low | 0x80);
    }
}

/// Removes the first number.
pub(super) fn pop(written: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = written.split_first()?;
        *written = rest;
        number |= u32::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 16_383, 16_384, 1 << 31, u32::MAX] {
            let mut written = Vec::new();
            push(&mut written, number);
            let mut rest = &written[..];
            assert_eq!((pop(&mut rest), rest), (Some(number), &[][..]));
        }
        assert_eq!(pop(&mut &[0x80][..]), None);
        assert_eq!(pop(&mut &[0xFF; 9][..]), None);
    }
}
