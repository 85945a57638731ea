//! A line that delays everything by the same time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Items in transit, each with its time of arrival. All have the same delay, so they arrive in the
/// order in which they were sent, and delays do not add up.
pub(crate) struct Line<T> {
    delay: Duration,
    under_way: VecDeque<(Instant, T)>,
}

impl<T> Line<T> {
    pub(crate) fn new(delay: Duration) -> Self {
        Self {
            delay,
            under_way: VecDeque::new(),
        }
    }

    pub(crate) fn send(&mut self, now: Instant, item: T) {
        self.under_way.push_back((now + self.delay, item));
    }

    /// Takes the next item that has arrived, and returns it with the time since its arrival.
    pub(crate) fn receive(&mut self, now: Instant) -> Option<(Duration, T)> {
        let late = now.checked_duration_since(self.next_arrival()?)?;
        let (_, item) = self.under_way.pop_front()?;
        Some((late, item))
    }

    pub(crate) fn next_arrival(&self) -> Option<Instant> {
        self.under_way.front().map(|(arrival, _)| *arrival)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Line;

    const MILLISECOND: Duration = Duration::from_millis(1);

    #[test]
    fn everything_is_delayed_by_the_same_time() {
        let start = Instant::now();
        let after = |milliseconds| start + milliseconds * MILLISECOND;
        let mut line = Line::new(25 * MILLISECOND);
        for item in 0..10 {
            line.send(after(item), item);
        }
        for item in 0..10 {
            assert_eq!(line.next_arrival(), Some(after(item + 25)));
            let early = after(item + 25) - Duration::from_nanos(1);
            assert_eq!(line.receive(early), None, "{item} arrived too early");
            assert_eq!(line.receive(after(item + 25)), Some((Duration::ZERO, item)));
        }
        assert_eq!(line.next_arrival(), None);
    }

    #[test]
    fn late_items_are_received_in_order() {
        let start = Instant::now();
        let mut line = Line::new(25 * MILLISECOND);
        line.send(start, 'a');
        line.send(start, 'b');
        let now = start + 60 * MILLISECOND;
        assert_eq!(line.receive(now), Some((35 * MILLISECOND, 'a')));
        assert_eq!(line.receive(now), Some((35 * MILLISECOND, 'b')));
        assert_eq!(line.receive(now), None);
    }
}
