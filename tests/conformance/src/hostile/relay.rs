//! Go-betweens that record what they pass on.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Connection, Received, Server};

/// What clients sent, of all connections.
type Uploaded = Arc<Mutex<Vec<u8>>>;

/// A proxy for `CONNECT`, which connects to the port that it is told, on loopback.
pub struct Proxy {
    server: Server,
    uploaded: Uploaded,
}

impl Proxy {
    /// Starts it.
    pub fn start() -> Self {
        let uploaded = Uploaded::default();
        let seen = uploaded.clone();
        let server = Server::start(move |connection| {
            let Some(request) = connection.read_request() else {
                return;
            };
            let port = request.line().split([':', ' ']).nth(2).unwrap_or_default();
            let port = port.parse().expect("a CONNECT has a port");
            let Ok(target) = TcpStream::connect(("127.0.0.1", port)) else {
                return;
            };
            connection.write(b"HTTP/1.1 200 Connection established\r\n\r\n");
            relay(connection, target, &seen);
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

/// A wire with a recorder before a server.
pub struct Tap {
    server: Server,
    uploaded: Uploaded,
}

impl Tap {
    /// Starts it before a server that listens here.
    pub fn before(target: SocketAddr) -> Self {
        let uploaded = Uploaded::default();
        let seen = uploaded.clone();
        let server = Server::start(move |connection| {
            // It fails if the server has gone.
            if let Ok(target) = TcpStream::connect(target) {
                relay(connection, target, &seen);
            }
        });
        Self { server, uploaded }
    }

    /// A URL for HTTPS by the name `localhost`, without a slash at its end.
    pub fn https_url(&self) -> String {
        self.server.https_url()
    }

    /// Waits until so many connections have ended.
    ///
    /// # Panics
    ///
    /// If that does not come.
    pub fn wait_for_closed(&self, connections: usize) {
        self.server.wait_for_closed(connections);
    }

    /// Waits until there was a connection, and all that came so far have ended.
    ///
    /// # Panics
    ///
    /// If that does not come.
    pub fn wait_for_all(&self) {
        self.server.wait_for_closed(1);
        self.server.wait_for_closed(self.server.connections());
    }

    /// What the client sent, as records of TLS: the type and the length of each. `None` if it is
    /// not made of them. Meant for a single connection.
    pub fn tls_records(&self) -> Option<Vec<(u8, usize)>> {
        let uploaded = self.uploaded.lock().unwrap();
        let (mut records, mut rest) = (Vec::new(), uploaded.as_slice());
        while !rest.is_empty() {
            let (&[kind @ 20..=23, 3, _, high, low], body) = rest.split_first_chunk()? else {
                return None;
            };
            let length = usize::from(u16::from_be_bytes([high, low]));
            records.push((kind, length));
            rest = body.get(length..)?;
        }
        Some(records)
    }
}

/// Passes bytes on in both directions, and the end of each.
fn relay(connection: &mut Connection, mut target: TcpStream, uploaded: &Uploaded) {
    let mut back = (
        target.try_clone().unwrap(),
        connection.socket.try_clone().unwrap(),
    );
    thread::spawn(move || {
        // It fails if the client has gone.
        let _ = std::io::copy(&mut back.0, &mut back.1);
        let _ = back.1.shutdown(Shutdown::Write);
    });
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = connection.channel.read(&mut piece) {
        uploaded.lock().unwrap().extend(&piece[..length]);
        if target.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    let _ = target.shutdown(Shutdown::Both);
}
