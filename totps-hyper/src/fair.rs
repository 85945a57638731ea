//! Connections that give way to other futures of their task.

use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};

/// A connection that is never ready twice in a row. If it were for as long as there is something to
/// read, a server that sends without end could keep hyper, and with it the task, from looking at the
/// deadline.
pub(crate) struct Fair<Io> {
    io: Pin<Box<Io>>,
    gives_way: bool,
}

impl<Io> Fair<Io> {
    pub(crate) fn new(io: Io) -> Self {
        Self {
            io: Box::pin(io),
            gives_way: false,
        }
    }
}

impl<Io: Read> Read for Fair<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if mem::take(&mut self.gives_way) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let poll = self.io.as_mut().poll_read(cx, buffer);
        self.gives_way = poll.is_ready();
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
