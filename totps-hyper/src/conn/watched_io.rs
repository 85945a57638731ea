//! The I/O object that hyper reads from and writes to.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};

/// A connection that
/// - is ready to be read at most [`READS`] times in a row. Otherwise a server that never stops
///   sending could keep hyper, and with it the task, from checking the deadline;
/// - makes the idle check before a read when it is due. It is made here because hyper owns the
///   connection;
/// - writes one buffer at a time. The standard library writes several buffers with `writev`, which
///   cannot suppress SIGPIPE. It writes a single buffer with `send`, and suppresses the signal.
pub(super) struct WatchedIo<Io> {
    io: Io,
    ready_reads: u8,
    idle_check: fn(&Io) -> bool,
    check_due: Arc<AtomicBool>,
}

/// The most successful reads in a row. A response of a usual size takes one read, and the next one
/// finds nothing.
const READS: u8 = 2;

impl<Io> WatchedIo<Io> {
    pub(super) fn new(io: Io, idle_check: fn(&Io) -> bool, check_due: Arc<AtomicBool>) -> Self {
        Self {
            io,
            ready_reads: 0,
            idle_check,
            check_due,
        }
    }
}

impl<Io: Read + Unpin> Read for WatchedIo<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.check_due.load(Ordering::Relaxed) {
            self.check_due.store(false, Ordering::Relaxed);
            if !(self.idle_check)(&self.io) {
                return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
            }
        }
        if self.ready_reads == READS {
            self.ready_reads = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let poll = Pin::new(&mut self.io).poll_read(cx, buffer);
        self.ready_reads = if poll.is_ready() {
            self.ready_reads + 1
        } else {
            0
        };
        poll
    }
}

impl<Io: Write + Unpin> Write for WatchedIo<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
