//! Appends to one file from many threads, with one sync for all threads that wait.

use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use crate::disk::Log;

/// No more is added to a write of at least this size, in bytes.
const BATCH: usize = 1024 * 1024;

/// The file cannot be written; the run must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

struct Message {
    content: Vec<u8>,
    /// Dropped without a message if the content was not synced.
    synced: Option<SyncSender<()>>,
}

/// Appends to a file on its own thread. After the first failure nothing more is written, because the
/// content of the file is then unknown.
pub(crate) struct Appender {
    /// `None` once it is closed.
    sender: Option<Sender<Message>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Appender {
    pub(crate) fn start(
        log: Log,
        on_failure: impl Fn(&io::Error) + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, receiver) = channel();
        let thread = thread::Builder::new().spawn(move || {
            let result = write(log, &receiver);
            if let Err(error) = &result {
                on_failure(error);
            }
            result
        })?;
        Ok(Self {
            sender: Some(sender),
            thread: Some(thread),
        })
    }

    /// Appends without waiting.
    pub(crate) fn append(&self, content: Vec<u8>) -> Result<(), Broken> {
        let message = Message {
            content,
            synced: None,
        };
        self.send(message)
    }

    /// Appends, and waits until the content is on the disk.
    pub(crate) fn append_synced(&self, content: Vec<u8>) -> Result<(), Broken> {
        let (synced, wait) = sync_channel(1);
        let message = Message {
            content,
            synced: Some(synced),
        };
        self.send(message)?;
        wait.recv().map_err(|_| Broken)
    }

    fn send(&self, message: Message) -> Result<(), Broken> {
        let sender = self.sender.as_ref().ok_or(Broken)?;
        sender.send(message).map_err(|_| Broken)
    }

    /// Syncs what was appended, and closes the file.
    pub(crate) fn close(mut self) -> io::Result<()> {
        self.end()
    }

    fn end(&mut self) -> io::Result<()> {
        drop(self.sender.take());
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        let panicked = || io::Error::other("the thread of the file panicked");
        thread.join().unwrap_or_else(|_| Err(panicked()))
    }
}

impl Drop for Appender {
    /// Ends the thread, which releases the lock of the file.
    fn drop(&mut self) {
        // The thread has reported a failure itself.
        let _ = self.end();
    }
}

fn write(mut log: Log, receiver: &Receiver<Message>) -> io::Result<()> {
    let mut unsynced = false;
    while let Ok(first) = receiver.recv() {
        let mut batch = first.content;
        let mut waiting: Vec<_> = first.synced.into_iter().collect();
        while batch.len() < BATCH {
            let Ok(next) = receiver.try_recv() else { break };
            batch.extend_from_slice(&next.content);
            waiting.extend(next.synced);
        }
        log.append(&batch)?;
        unsynced = true;
        if !waiting.is_empty() {
            log.sync()?;
            unsynced = false;
            for synced in waiting {
                // The thread that waited may have ended.
                let _ = synced.send(());
            }
        }
    }
    if unsynced { log.sync() } else { Ok(()) }
}
