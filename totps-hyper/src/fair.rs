//! Connections that give way to other futures of their task.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};

/// A connection that now and then is not ready, though there is more to read. Otherwise a server that
/// sends without end could keep hyper, and with it the task, from looking at the deadline.
pub(crate) struct Fair<Io> {
    io: Pin<Box<Io>>,
    /// How often there was something to read since there was nothing.
    ready: u32,
}

/// So often in a row a connection may be ready. More than a usual answer takes, so that it costs nothing.
const READY_AT_MOST: u32 = 32;

impl<Io> Fair<Io> {
    pub(crate) fn new(io: Io) -> Self {
        Self {
            io: Box::pin(io),
            ready: 0,
        }
    }
}

impl<Io: Read> Read for Fair<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ready == READY_AT_MOST {
            self.ready = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let poll = self.io.as_mut().poll_read(cx, buffer);
        self.ready = if poll.is_ready() { self.ready + 1 } else { 0 };
        poll
    }
}

impl<Io: Write> Write for Fair<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.io.as_mut().poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.as_mut().poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.io.as_mut().poll_write_vectored(cx, buffers)
    }
}
