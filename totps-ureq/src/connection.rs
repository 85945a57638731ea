//! Layers around a connection of ureq: one below TLS and one above it.
//!
//! Implements the traits `Transport` and `Buffers` of `ureq::unversioned`, but does not construct its
//! structs field by field, so that later minor versions of ureq can be used.

use std::fmt;
use std::io::{self, ErrorKind};
use std::mem;
use std::time::Duration;

use totps_core::Body;
use ureq::Error;
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};
use zeroize::Zeroize;

use crate::connector::bounded;

/// The size of a connection's buffers, one in each direction for each of its layers, in bytes. Most
/// requests and responses fit, and so take one system call.
pub(crate) const BUFFER_SIZE: usize = 8 * 1024;

/// The size of the buffer that a request is written to, in bytes.
const OUTPUT_SIZE: usize = 4 * 1024;

/// The layer below TLS. If the server stops reading the request, still reads its response. Enforces
/// the connect timeout while the connection is made.
#[derive(Debug)]
pub(crate) struct Socket<T> {
    inner: T,
    /// Whether TLS is above. TLS stops reading at its own end of the stream, so an end that it sees
    /// here means that the connection was cut.
    is_below_tls: bool,
    /// Why the request could not be sent completely.
    unsent: Option<io::Error>,
}

impl<T> Socket<T> {
    pub(crate) fn new(inner: T, is_below_tls: bool) -> Self {
        Self {
            inner,
            is_below_tls,
            unsent: None,
        }
    }
}

impl<T: Transport> Transport for Socket<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    /// Keeps an error of a closed connection for later. A server may respond early and stop
    /// reading, as with 413. Its response must still be read, and TLS could not continue after an
    /// error.
    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.unsent.is_some() {
            return Ok(());
        }
        match self.inner.transmit_output(amount, bounded(timeout)) {
            Err(Error::Io(error)) if is_closed(&error) => {
                self.unsent = Some(error);
                Ok(())
            }
            result => result,
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let result = self.inner.await_input(bounded(timeout));
        match (result, &mut self.unsent) {
            (Ok(false) | Err(Error::Io(_)), unsent @ Some(_)) => {
                Err(unsent.take().map_or(Error::ConnectionFailed, Error::Io))
            }
            (Ok(false), None) if self.is_below_tls => {
                Err(Error::Io(ErrorKind::UnexpectedEof.into()))
            }
            (result, _) => result,
        }
    }

    fn is_open(&mut self) -> bool {
        self.unsent.is_none() && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
    )
}

/// The layer above TLS. Sends the head of a request together with its body, reports a response that
/// was cut as an error, and wipes the plaintext.
pub(crate) struct Connection<T: Transport> {
    inner: T,
    plaintext: Plaintext,
    /// Whether the next bytes to be sent are the start of a request.
    begins: bool,
}

impl<T: Transport> Connection<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self {
            inner,
            plaintext: Plaintext::default(),
            begins: true,
        }
    }

    /// Sends the first bytes of the output.
    fn transmit(&mut self, length: usize, timeout: NextTimeout) -> Result<(), Error> {
        if length == 0 {
            return Ok(());
        }
        let output = &mut self.inner.buffers().output()[..length];
        output.copy_from_slice(&self.plaintext.output[..length]);
        let result = self.inner.transmit_output(length, timeout);
        self.inner.buffers().output()[..length].zeroize();
        result
    }
}

impl<T: Transport> Transport for Connection<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.plaintext
    }

    /// Holds the head back until ureq sends the body, so that both leave in one packet and one TLS
    /// record.
    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let length = mem::take(&mut self.plaintext.held) + amount;
        let is_head = mem::replace(&mut self.begins, false);
        if is_head && length <= OUTPUT_SIZE / 2 {
            self.plaintext.held = length;
            return Ok(());
        }
        self.transmit(length, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let held = mem::take(&mut self.plaintext.held);
        self.transmit(held, timeout)?;
        self.begins = true;
        let is_progress = self.inner.await_input(timeout).map_err(not_an_end)?;
        let buffers = self.inner.buffers();
        let amount = buffers.input().len();
        self.plaintext.receive(buffers.input());
        buffers.input_consume(amount);
        // All of it was consumed, so the buffer starts at its beginning again.
        if let Some(received) = buffers.input_append_buf().get_mut(..amount) {
            received.zeroize();
        }
        Ok(is_progress)
    }

    /// Whether the connection can take another request. ureq checks only the socket. Bytes that
    /// followed a response may be in the TLS library or in a buffer, and the next call would read them
    /// as its response. Waiting with a timeout of zero finds them without a system call.
    fn is_open(&mut self) -> bool {
        let no_time = NextTimeout {
            after: Duration::ZERO.into(),
            ..NextTimeout::default()
        };
        let is_quiet = self.plaintext.input().is_empty()
            && matches!(self.inner.await_input(no_time), Err(Error::Timeout(_)));
        // An idle connection needs no buffers of ours.
        self.plaintext = Plaintext::default();
        is_quiet && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// Changes the error of a connection that was reset or cut. With the original error, ureq would
/// accept a body without a length as whole.
fn not_an_end(error: Error) -> Error {
    match error {
        Error::Io(error) if is_closed(&error) || error.kind() == ErrorKind::UnexpectedEof => {
            Error::Other(Box::new(error))
        }
        error => error,
    }
}

impl<T: Transport> fmt::Debug for Connection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(&self.inner).finish()
    }
}

/// Bytes to be sent, and bytes that were received but not yet read. Wiped on drop.
#[derive(Default)]
struct Plaintext {
    /// Empty until it is first used.
    output: Vec<u8>,
    /// How many bytes of the output are held back.
    held: usize,
    /// Grows with the head of a response, whose size ureq limits.
    received: Vec<u8>,
    /// How many of the received bytes were read.
    read: usize,
    /// Whether the last read consumed anything.
    is_progress: bool,
}

impl Plaintext {
    /// Appends bytes. If the buffer must grow, the old one is wiped.
    fn receive(&mut self, bytes: &[u8]) {
        if self.received.capacity() - self.received.len() < bytes.len() {
            let unread = self.input();
            let length = unread.len() + bytes.len();
            let mut larger = Vec::with_capacity(length.next_multiple_of(BUFFER_SIZE));
            larger.extend_from_slice(unread);
            wipe(mem::replace(&mut self.received, larger));
            self.read = 0;
        }
        self.received.extend_from_slice(bytes);
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        wipe(mem::take(&mut self.output));
        wipe(mem::take(&mut self.received));
    }
}

fn wipe(buffer: Vec<u8>) {
    drop(Body::from(buffer));
}

impl Buffers for Plaintext {
    fn output(&mut self) -> &mut [u8] {
        self.output.resize(OUTPUT_SIZE, 0);
        &mut self.output[self.held..]
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        let free = self.output();
        let (output, tmp) = free.split_at_mut(free.len() / 2);
        (tmp, output)
    }

    fn input(&self) -> &[u8] {
        &self.received[self.read..]
    }

    /// Only [`receive`](Plaintext::receive) fills this buffer.
    fn input_append_buf(&mut self) -> &mut [u8] {
        &mut []
    }

    fn input_appended(&mut self, _: usize) {}

    fn input_consume(&mut self, amount: usize) {
        self.is_progress = amount > 0;
        self.read += amount;
        if self.read == self.received.len() {
            self.received.clear();
            self.read = 0;
        }
    }

    fn can_use_input(&self) -> bool {
        self.is_progress && !self.input().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use ureq::unversioned::transport::LazyBuffers;

    use super::*;

    /// Accepts everything that is sent, and receives one response.
    #[derive(Debug)]
    struct Fake {
        buffers: LazyBuffers,
        sent: Vec<Vec<u8>>,
        receives: &'static [u8],
    }

    impl Transport for Fake {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.buffers
        }

        fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
            self.sent.push(self.buffers.output()[..amount].to_vec());
            Ok(())
        }

        fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
            if timeout.after.is_zero() {
                return Err(Error::Timeout(timeout.reason));
            }
            let response = mem::take(&mut self.receives);
            self.buffers.input_append_buf()[..response.len()].copy_from_slice(response);
            self.buffers.input_appended(response.len());
            Ok(!response.is_empty())
        }

        fn is_open(&mut self) -> bool {
            true
        }
    }

    fn connection(receives: &'static [u8]) -> Connection<Fake> {
        Connection::new(Fake {
            buffers: LazyBuffers::new(BUFFER_SIZE, BUFFER_SIZE),
            sent: Vec::new(),
            receives,
        })
    }

    fn send(connection: &mut Connection<Fake>, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let output = connection.buffers().output();
            let amount = rest.len().min(output.len());
            output[..amount].copy_from_slice(&rest[..amount]);
            connection
                .transmit_output(amount, NextTimeout::default())
                .unwrap();
            rest = &rest[amount..];
        }
    }

    #[test]
    fn head_and_body_are_sent_together() {
        let mut connection = connection(b"HTTP/1.1 200 OK");
        for _ in 0..2 {
            send(&mut connection, b"head and ");
            assert!(connection.inner.sent.is_empty(), "expected no head alone");
            send(&mut connection, b"body");
            assert_eq!(connection.inner.sent, [b"head and body"]);
            connection.await_input(NextTimeout::default()).unwrap();
            connection.inner.sent.clear();
        }
    }

    #[test]
    fn a_head_without_a_body_is_sent_before_its_response_is_awaited() {
        let mut connection = connection(b"HTTP/1.1 200 OK");
        send(&mut connection, b"head");
        connection.await_input(NextTimeout::default()).unwrap();
        assert_eq!(connection.inner.sent, [b"head"]);
    }

    #[test]
    fn large_requests_are_sent_in_order() {
        let mut connection = connection(b"");
        let body: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        send(&mut connection, b"head");
        send(&mut connection, &body);
        let expected = [&b"head"[..], &body].concat();
        assert!(
            connection.inner.sent.concat() == expected,
            "expected the same bytes"
        );
    }

    #[test]
    fn plaintext_is_wiped() {
        let mut connection = connection(b"a secret response");
        send(&mut connection, b"a secret request ");
        send(&mut connection, b"in two parts");
        connection.await_input(NextTimeout::default()).unwrap();
        assert_eq!(connection.buffers().input(), b"a secret response");
        connection.buffers().input_consume(17);
        assert!(connection.is_open(), "expected nothing else to be received");
        let output = connection.inner.buffers.output();
        assert!(output.iter().all(|&byte| byte == 0), "output is not wiped");
        assert_eq!(connection.plaintext.output.capacity(), 0, "not freed");
        assert_eq!(connection.plaintext.received.capacity(), 0, "not freed");
        let input = connection.inner.buffers.input_append_buf();
        assert!(input.iter().all(|&byte| byte == 0), "input is not wiped");
    }

    #[test]
    fn a_head_may_be_larger_than_a_buffer() {
        let mut connection = connection(b"");
        for piece in 0..10_u8 {
            connection.plaintext.receive(&[piece; BUFFER_SIZE]);
        }
        connection.plaintext.input_consume(BUFFER_SIZE);
        connection.plaintext.receive(&[10; BUFFER_SIZE]);
        let input = connection.buffers().input();
        let expected = (1..=10).flat_map(|piece| [piece; BUFFER_SIZE]);
        assert!(
            input.iter().copied().eq(expected),
            "expected the same bytes"
        );
    }
}
