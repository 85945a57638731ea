//! Answers every request alike, on one thread: `[HOLD]`.
//!
//! Prints its base URL. With HOLD it answers the first request at once, and then waits until there are
//! that many; when they are there it says so, and answers them all when it reads a line.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use totps_bench_calls::answer;

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
    say(&format!("http://{}", listener.local_addr()?))?;

    let mut server = Server {
        answer: answer::message(),
        listener,
        connections: HashMap::new(),
        accepted: LISTENER.0,
        hold,
        answered_first: false,
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

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

struct Server {
    answer: Vec<u8>,
    listener: TcpListener,
    connections: HashMap<Token, Connection>,
    accepted: usize,
    /// So many requests must wait before they are answered.
    hold: usize,
    answered_first: bool,
    held: Vec<Token>,
}

struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    /// How much of the answer is still to be sent.
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

    /// A connection that fails is the client's affair, which shows it.
    fn serve(&mut self, event: &Event) -> io::Result<()> {
        let token = event.token();
        let Some(connection) = self.connections.get_mut(&token) else {
            return Ok(());
        };
        match connection.take_request() {
            Ok(Received::Part) => {}
            Ok(Received::Request) if self.hold > 0 && self.answered_first => {
                self.held.push(token);
                if self.held.len() == self.hold {
                    say("held")?;
                    io::stdin().read_line(&mut String::new())?;
                    for token in std::mem::take(&mut self.held) {
                        self.answer(token);
                    }
                }
                return Ok(());
            }
            Ok(Received::Request) => {
                self.answered_first = true;
                connection.unsent = self.answer.len();
            }
            Ok(Received::End) | Err(_) => {
                self.connections.remove(&token);
                return Ok(());
            }
        }
        if connection.send(&self.answer).is_err() {
            self.connections.remove(&token);
        }
        Ok(())
    }

    fn answer(&mut self, token: Token) {
        if let Some(connection) = self.connections.get_mut(&token) {
            connection.unsent = self.answer.len();
            if connection.send(&self.answer).is_err() {
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
    /// Reads what is there. Nobody sends a second request before the answer to the first.
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
        if !is_whole(&self.received)? {
            return Ok(Received::Part);
        }
        self.received.clear();
        Ok(Received::Request)
    }

    fn send(&mut self, answer: &[u8]) -> io::Result<()> {
        while self.unsent > 0 {
            match self.stream.write(&answer[answer.len() - self.unsent..]) {
                Ok(length) => self.unsent -= length,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn is_whole(received: &[u8]) -> io::Result<bool> {
    let mut fields = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Request::new(&mut fields);
    let httparse::Status::Complete(head_length) = head.parse(received).map_err(io::Error::other)?
    else {
        return Ok(false);
    };
    let length = head
        .headers
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case("content-length"))
        .and_then(|field| str::from_utf8(field.value).ok()?.parse::<usize>().ok())
        .ok_or_else(|| io::Error::other("a request without a length"))?;
    Ok(received.len() >= head_length + length)
}
