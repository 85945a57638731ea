//! Relays between a client and a server that record what the client sends.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Connection, Received, Server};

/// The bytes that clients sent, over all connections.
type Uploaded = Arc<Mutex<Vec<u8>>>;

/// A `CONNECT` proxy that connects to the requested port on loopback, whatever the requested host.
pub struct Proxy {
    server: Server,
    uploaded: Uploaded,
}

impl Proxy {
    /// Starts the proxy.
    pub fn start() -> Self {
        let uploaded = Uploaded::default();
        let seen = uploaded.clone();
        let server = Server::start(move |connection| {
            let Some(request) = connection.read_request() else {
                return;
            };
            let Some(port) = port(request.line()) else {
                connection.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
                return;
            };
            let Ok(target) = TcpStream::connect(("127.0.0.1", port)) else {
                return;
            };
            connection.write(b"HTTP/1.1 200 Connection established\r\n\r\n");
            relay(connection, target, &seen);
        });
        Self { server, uploaded }
    }

    /// Returns the URL of the proxy.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Returns the requests to the proxy itself.
    pub fn requests(&self) -> Vec<Received> {
        self.server.requests()
    }

    /// Returns the bytes that clients sent through the tunnels.
    pub fn uploaded(&self) -> Vec<u8> {
        self.uploaded.lock().unwrap().clone()
    }
}

/// Returns the port of a request line such as `CONNECT [::1]:443 HTTP/1.1`.
fn port(line: &str) -> Option<u16> {
    let (_, port) = line.split(' ').nth(1)?.rsplit_once(':')?;
    port.parse().ok()
}

/// A relay in front of a server that records the bytes of the client.
pub struct Tap {
    server: Server,
    uploaded: Uploaded,
}

impl Tap {
    /// Starts a relay to the server at `target`.
    pub fn before(target: SocketAddr) -> Self {
        let uploaded = Uploaded::default();
        let seen = uploaded.clone();
        let server = Server::start(move |connection| {
            // Fails only if the server was stopped.
            if let Ok(target) = TcpStream::connect(target) {
                relay(connection, target, &seen);
            }
        });
        Self { server, uploaded }
    }

    /// Returns a URL for HTTPS with the host `localhost`, without a trailing slash.
    pub fn https_url(&self) -> String {
        self.server.https_url()
    }

    /// Waits until this number of connections have ended.
    ///
    /// # Panics
    ///
    /// Panics after 20 s.
    pub fn wait_for_closed(&self, connections: usize) {
        self.server.wait_for_closed(connections);
    }

    /// Waits until one connection has ended, and then until all connections accepted so far have
    /// ended.
    ///
    /// # Panics
    ///
    /// Panics after 20 s in either step.
    pub fn wait_for_all(&self) {
        self.server.wait_for_closed(1);
        self.server.wait_for_closed(self.server.connections());
    }

    /// Returns the type and length of each TLS record that the client sent, or `None` if the bytes
    /// are not TLS records. Use it for a single connection.
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

/// Forwards bytes in both directions, and the end of each direction.
fn relay(connection: &mut Connection, mut target: TcpStream, uploaded: &Uploaded) {
    let mut back = (
        target.try_clone().unwrap(),
        connection.socket.try_clone().unwrap(),
    );
    thread::spawn(move || {
        // Fails only if the client has disconnected.
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
