//! Quantiles of times.

use std::time::Duration;

/// Returns the quantile of `times` at `part`, by the nearest rank. A `part` of 0.5 is the median.
/// Returns `None` if there are no times.
#[must_use]
pub fn of(times: &mut [Duration], part: f64) -> Option<Duration> {
    times.sort_unstable();
    let rank = (part * times.len() as f64).ceil() as usize;
    times.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn a_quantile_is_one_of_the_times() {
        let mut times: Vec<_> = (1..=200).rev().map(Duration::from_millis).collect();
        for (part, expected) in [(0.0, 1), (0.5, 100), (0.9, 180), (0.99, 198), (1.0, 200)] {
            let quantile = super::of(&mut times, part);
            assert_eq!(quantile, Some(Duration::from_millis(expected)), "{part}");
        }
        assert_eq!(super::of(&mut [], 0.5), None);
    }
}
