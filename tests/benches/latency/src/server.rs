//! The server and the delayed line in front of it, on one thread.
//!
//! The socket is the client's end of the line. Bytes that are read from it arrive at the server
//! after the delay, and bytes that the server sends are written to it after the delay. Opening a
//! connection takes no time.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::net::{TcpListener, TcpStream};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use totps_bench_clients::Fallible;

use crate::authority;
use crate::counts::Counts;
use crate::exchange::{Exchange, Reply, Service};
use crate::line::Line;

const LISTENER: Token = Token(0);
const TIMER: Token = Token(1);

/// A server that is bound to a port.
pub struct Server {
    poll: Poll,
    listener: TcpListener,
    /// The timeout of epoll has a resolution of a millisecond, which is too coarse.
    timer: TimerFd,
    service: Service,
    authority_pem: String,
    line: Line<(Token, Parcel)>,
    connections: HashMap<Token, Connection>,
    last_token: usize,
}

enum Parcel {
    ToServer(Vec<u8>),
    ToClient(Reply),
}

struct Connection {
    socket: TcpStream,
    exchange: Exchange,
    /// Bytes that have arrived for the client but do not fit into the socket yet.
    unsent: Vec<u8>,
    ends: bool,
}

impl Server {
    /// Creates the server. With `close`, every connection ends with its first response.
    ///
    /// # Errors
    ///
    /// If the certificates cannot be made, or the system refuses the socket, the timer or epoll.
    pub fn start(delay: Duration, close: bool) -> Fallible<Self> {
        let (tls, authority_pem) = authority::server()?;
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_NONBLOCK)?;
        let registry = poll.registry();
        registry.register(&mut listener, LISTENER, Interest::READABLE)?;
        let descriptor = timer.as_fd().as_raw_fd();
        registry.register(&mut SourceFd(&descriptor), TIMER, Interest::READABLE)?;
        Ok(Self {
            poll,
            listener,
            timer,
            service: Service::new(tls, close, Arc::default()),
            authority_pem,
            line: Line::new(delay),
            connections: HashMap::new(),
            last_token: TIMER.0,
        })
    }

    /// Returns the certificate that clients must trust, in PEM.
    #[must_use]
    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// Returns the base URL for clients.
    ///
    /// # Errors
    ///
    /// If the system does not return the address of the socket.
    pub fn base_url(&self) -> io::Result<String> {
        let port = self.listener.local_addr()?.port();
        Ok(format!("https://{}:{port}", authority::HOST))
    }

    /// Returns the counts. They are updated while the server runs.
    #[must_use]
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.service.counts)
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    ///
    /// If accepting a connection, polling or the timer fails.
    pub fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        loop {
            match self.poll.poll(&mut events, None) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            }
            for event in &events {
                match event.token() {
                    LISTENER => self.accept()?,
                    TIMER => {}
                    token => self.serve(token),
                }
            }
            while let Some((late, (token, parcel))) = self.line.receive(Instant::now()) {
                self.service.counts.late(late);
                self.deliver(token, parcel);
            }
            self.set_timer()?;
        }
    }

    /// Sets the timer to the next arrival. This replaces an earlier setting.
    fn set_timer(&self) -> io::Result<()> {
        if let Some(arrival) = self.line.next_arrival() {
            let rest = arrival.saturating_duration_since(Instant::now());
            // Zero would stop the timer.
            let rest = TimeSpec::from_duration(rest.max(Duration::from_nanos(1)));
            let flags = TimerSetTimeFlags::empty();
            self.timer.set(Expiration::OneShot(rest), flags)?;
        }
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let mut socket = match self.listener.accept() {
                Ok((socket, _)) => socket,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            socket.set_nodelay(true)?;
            self.last_token += 1;
            let token = Token(self.last_token);
            let interest = Interest::READABLE | Interest::WRITABLE;
            let registry = self.poll.registry();
            registry.register(&mut socket, token, interest)?;
            let connection = Connection {
                socket,
                exchange: Exchange::new(&self.service)?,
                unsent: Vec::new(),
                ends: false,
            };
            self.connections.insert(token, connection);
            self.service.counts.opened();
        }
    }

    /// Reads from and writes to the client's end of a connection.
    fn serve(&mut self, token: Token) {
        if let Some(connection) = self.connections.get_mut(&token) {
            let read = connection.read(|bytes| {
                let parcel = Parcel::ToServer(bytes.to_vec());
                self.line.send(Instant::now(), (token, parcel));
            });
            let done = read.and_then(|()| connection.write());
            self.close_after(done, token);
        }
    }

    fn deliver(&mut self, token: Token, parcel: Parcel) {
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        let done = match parcel {
            Parcel::ToServer(bytes) => {
                let reply = connection.exchange.receive(&bytes, &self.service);
                reply.map(|reply| {
                    if !reply.bytes.is_empty() {
                        let parcel = Parcel::ToClient(reply);
                        self.line.send(Instant::now(), (token, parcel));
                    }
                })
            }
            Parcel::ToClient(reply) => {
                connection.unsent.extend_from_slice(&reply.bytes);
                connection.ends = reply.is_last;
                connection.write()
            }
        };
        self.close_after(done, token);
    }

    /// Closes a connection that failed. The client reports the failure.
    fn close_after(&mut self, done: io::Result<()>, token: Token) {
        if done.is_err() {
            self.connections.remove(&token);
            self.service.counts.closed();
        }
    }
}

impl Connection {
    /// Reads until the socket would block. The end of the connection is an error.
    fn read(&mut self, mut sink: impl FnMut(&[u8])) -> io::Result<()> {
        let mut piece = [0; 16 * 1024];
        loop {
            match self.socket.read(&mut piece) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(length) => sink(&piece[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes as much as the socket accepts.
    fn write(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match self.socket.write(&self.unsent) {
                Ok(length) => drop(self.unsent.drain(..length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        if self.ends {
            self.ends = false;
            self.socket.shutdown(Shutdown::Write)?;
        }
        Ok(())
    }
}
