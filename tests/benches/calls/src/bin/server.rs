//! Sends the same response to every request, on one thread: `[HOLD]`.
//!
//! Prints its base URL. With HOLD it responds to the first request at once, and then waits for that
//! many requests. It then prints `held`, and responds to all of them when it reads a line.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read as _, Write as _};

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use totps_bench_clients::process::print;
use totps_bench_clients::{request, response};

const LISTENER: Token = Token(0);

fn main() -> io::Result<()> {
    let hold = match std::env::args().nth(1) {
        Some(hold) => hold.parse().map_err(io::Error::other)?,
        None => 0,
    };
    let mut poll = Poll::new()?;
    let mut listener = TcpListener::bind(([127, 0, 0, 1], 0).into())?;
    let registry = poll.registry();
    registry.register(&mut listener, LISTENER, Interest::READABLE)?;
    print(&format!("http://{}", listener.local_addr()?))?;

    let mut server = Server {
        response: response::message(false),
        listener,
        connections: HashMap::new(),
        accepted: LISTENER.0,
        hold,
        responded_once: false,
        held: Vec::new(),
    };
    let mut events = Events::with_capacity(1024);
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                server.accept(&poll)?;
            } else {
                server.serve(event)?;
            }
        }
    }
}

struct Server {
    response: Vec<u8>,
    listener: TcpListener,
    connections: HashMap<Token, Connection>,
    accepted: usize,
    /// Number of requests that must wait before the server responds to them.
    hold: usize,
    responded_once: bool,
    held: Vec<Token>,
}

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// Number of bytes of the response that are not sent yet.
    unsent: usize,
}

impl Server {
    fn accept(&mut self, poll: &Poll) -> io::Result<()> {
        loop {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            stream.set_nodelay(true)?;
            self.accepted += 1;
            let token = Token(self.accepted);
            let interest = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut stream, token, interest)?;
            let connection = Connection {
                stream,
                received: Vec::with_capacity(4096),
                unsent: 0,
            };
            self.connections.insert(token, connection);
        }
    }

    /// Handles an event of a connection. A connection that fails is dropped; the client reports it.
    fn serve(&mut self, event: &Event) -> io::Result<()> {
        let token = event.token();
        let Some(connection) = self.connections.get_mut(&token) else {
            return Ok(());
        };
        match connection.take_request() {
            Ok(Received::Part) => {}
            Ok(Received::Request) if self.hold > 0 && self.responded_once => {
                self.held.push(token);
                if self.held.len() == self.hold {
                    print("held")?;
                    io::stdin().read_line(&mut String::new())?;
                    for token in std::mem::take(&mut self.held) {
                        self.respond(token);
                    }
                }
                return Ok(());
            }
            Ok(Received::Request) => {
                self.responded_once = true;
                connection.unsent = self.response.len();
            }
            Ok(Received::End) | Err(_) => {
                self.connections.remove(&token);
                return Ok(());
            }
        }
        if connection.send(&self.response).is_err() {
            self.connections.remove(&token);
        }
        Ok(())
    }

    fn respond(&mut self, token: Token) {
        if let Some(connection) = self.connections.get_mut(&token) {
            connection.unsent = self.response.len();
            if connection.send(&self.response).is_err() {
                self.connections.remove(&token);
            }
        }
    }
}

enum Received {
    Part,
    Request,
    End,
}

impl Connection {
    /// Reads until the socket would block. No client sends a second request before the response to
    /// the first.
    fn take_request(&mut self) -> io::Result<Received> {
        let mut piece = [0; 4096];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return Ok(Received::End),
                Ok(length) => self.received.extend_from_slice(&piece[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        if !request::is_whole(&self.received)? {
            return Ok(Received::Part);
        }
        self.received.clear();
        Ok(Received::Request)
    }

    fn send(&mut self, response: &[u8]) -> io::Result<()> {
        while self.unsent > 0 {
            match self.stream.write(&response[response.len() - self.unsent..]) {
                Ok(length) => self.unsent -= length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
