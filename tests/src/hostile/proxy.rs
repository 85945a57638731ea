//! A proxy that records what it sees.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Received, Server};

/// A proxy for `CONNECT`, which connects to the port that it is told, on loopback.
pub struct Proxy {
    server: Server,
    uploaded: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    /// Starts it.
    pub fn start() -> Self {
        let uploaded = Arc::new(Mutex::new(Vec::new()));
        let seen = uploaded.clone();
        let server = Server::start(move |connection| {
            let Some(request) = connection.read_request() else {
                return;
            };
            let port = request.line().split([':', ' ']).nth(2).unwrap_or_default();
            let port = port.parse().expect("a CONNECT has a port");
            let mut target = TcpStream::connect(("127.0.0.1", port)).unwrap();
            connection.write(b"HTTP/1.1 200 Connection established\r\n\r\n");

            let mut back = (
                target.try_clone().unwrap(),
                connection.socket.try_clone().unwrap(),
            );
            thread::spawn(move || std::io::copy(&mut back.0, &mut back.1));
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = connection.channel.read(&mut piece) {
                seen.lock().unwrap().extend(&piece[..length]);
                if target.write_all(&piece[..length]).is_err() {
                    return;
                }
            }
        });
        Self { server, uploaded }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// What was said to the proxy itself.
    pub fn requests(&self) -> Vec<Received> {
        self.server.requests()
    }

    /// What was sent through the tunnels.
    pub fn uploaded(&self) -> Vec<u8> {
        self.uploaded.lock().unwrap().clone()
    }
}
