//! A connection as a stream of bytes that ends by a deadline.

use std::io::{self, BufRead, Read, Write};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{NextTimeout, Transport as Connection};
use ureq::{Error, Timeout};

/// The time by which something must be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    start: Instant,
    timeout: Duration,
}

impl Deadline {
    pub(crate) fn after(timeout: Duration) -> Self {
        let start = Instant::now();
        Self { start, timeout }
    }

    /// Zero once the deadline has passed.
    pub(crate) fn remaining(&self) -> Duration {
        self.timeout.saturating_sub(self.start.elapsed())
    }

    /// The remaining time as ureq takes it. `reason` is what its error says when it is over.
    pub(crate) fn next(&self, reason: Timeout) -> NextTimeout {
        NextTimeout {
            after: self.remaining().into(),
            reason,
            ..NextTimeout::default()
        }
    }
}

/// Reads from the input buffer of a connection and writes into its output buffer.
///
/// Both are wiped on drop, for they live on in the pool.
pub(crate) struct Stream<'a> {
    connection: &'a mut dyn Connection,
    deadline: Deadline,
    /// How many bytes of the output buffer wait to be sent.
    pending: usize,
}

impl<'a> Stream<'a> {
    pub(crate) fn new(connection: &'a mut dyn Connection, deadline: Deadline) -> Self {
        Self {
            connection,
            deadline,
            pending: 0,
        }
    }

    /// Whether there are bytes that nobody has read yet.
    pub(crate) fn has_unread(&mut self) -> bool {
        !self.connection.buffers().input().is_empty()
    }
}

impl Write for Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending == self.connection.buffers().output().len() {
            self.flush()?;
        }
        let free = &mut self.connection.buffers().output()[self.pending..];
        let length = bytes.len().min(free.len());
        free[..length].copy_from_slice(&bytes[..length]);
        self.pending += length;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        let length = std::mem::take(&mut self.pending);
        let timeout = self.deadline.next(Timeout::Global);
        self.connection
            .transmit_output(length, timeout)
            .map_err(Error::into_io)
    }
}

impl BufRead for Stream<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.connection.buffers().input().is_empty() {
            let timeout = self.deadline.next(Timeout::Global);
            self.connection
                .await_input(timeout)
                .map_err(Error::into_io)?;
        }
        Ok(self.connection.buffers().input())
    }

    fn consume(&mut self, amount: usize) {
        self.connection.buffers().input_consume(amount);
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(to)?;
        self.consume(length);
        Ok(length)
    }
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        let buffers = self.connection.buffers();
        buffers.output().fill(0);
        buffers.input_consume(buffers.input().len());
        buffers.input_append_buf().fill(0);
    }
}

#[cfg(test)]
mod tests {
    use ureq::unversioned::transport::{Buffers, LazyBuffers};

    use super::*;

    /// Sends into the void and receives always the same.
    #[derive(Debug)]
    struct Fake(LazyBuffers);

    impl Connection for Fake {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.0
        }

        fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
            Ok(())
        }

        fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
            let secret = b"secret";
            self.0.input_append_buf()[..secret.len()].copy_from_slice(secret);
            self.0.input_appended(secret.len());
            Ok(true)
        }

        fn is_open(&mut self) -> bool {
            true
        }
    }

    #[test]
    fn buffers_are_wiped() {
        let mut fake = Fake(LazyBuffers::new(64, 64));
        let mut stream = Stream::new(&mut fake, Deadline::after(Duration::from_secs(1)));
        stream.write_all(b"another secret").unwrap();
        stream.flush().unwrap();
        let mut read = [0; 3];
        stream.read_exact(&mut read).unwrap();
        assert_eq!(&read, b"sec", "expected what was received");
        drop(stream);
        assert_eq!(
            fake.0.output(),
            [0; 64],
            "expected no trace of what was sent"
        );
        assert_eq!(
            fake.0.input_append_buf(),
            [0; 64],
            "expected no trace of what was received, read or not"
        );
    }

    #[test]
    fn a_deadline_that_has_passed_leaves_no_time() {
        let deadline = Deadline::after(Duration::ZERO);
        assert_eq!(deadline.remaining(), Duration::ZERO);
    }
}
