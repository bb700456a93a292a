//! Codes of block bounds: one byte for an upper bound of normalised frequencies, on a logarithmic scale.

use std::sync::LazyLock;

/// Codes are steps on a logarithmic scale of base two.
const STEPS: f32 = 16.0;
/// The logarithm of the bound with code 0.
const LEAST: f32 = -4.0;

/// The bound that a code stands for.
#[inline]
pub(crate) fn decode(code: u8) -> f32 {
    static BOUNDS: LazyLock<[f32; 256]> = LazyLock::new(|| {
        // The greatest code stands for everything that is too great for a code.
        let bound = |code| if code == 255 { f32::INFINITY } else { (code as f32 / STEPS + LEAST).exp2() };
        std::array::from_fn(bound)
    });
    BOUNDS[usize::from(code)]
}

/// The least code whose bound is not below a normalised frequency. Inlined, it would keep the code around it, which runs
/// for each posting, from being inlined.
#[inline(never)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of codes")]
pub(super) fn encode(frequency: f32) -> u8 {
    let mut code = ((frequency.log2() - LEAST) * STEPS).ceil().clamp(0.0, 255.0) as u8;
    // Logarithms round.
    while decode(code) < frequency {
        code += 1;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_bound_from_above_and_closely() {
        for frequency in [0.01_f32, 0.0625, 0.063, 0.5, 1.0, 1.01, 3.7, 100.0, 3700.0] {
            let bound = decode(encode(frequency));
            let close = frequency.max(LEAST.exp2()) * (1.01 / STEPS).exp2();
            assert!((frequency..=close).contains(&bound), "{frequency}: {bound}");
        }
        assert!(decode(encode(1e9)).is_infinite() && decode(encode(f32::INFINITY)).is_infinite());
    }
}
