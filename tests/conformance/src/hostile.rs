//! Servers on loopback that can violate HTTP and TLS in any way.
//!
//! The rules use them. They are public for your own tests that need a misbehaving server.
//!
//! ```
//! use std::io::{Read, Write};
//! use totps_conformance::hostile::{Server, response};
//!
//! let server = Server::start(|connection| {
//!     connection.read_request();
//!     connection.write(&response(503, "busy"));
//! });
//! let mut client = std::net::TcpStream::connect(server.address())?;
//! client.write_all(b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}")?;
//! let mut text = String::new();
//! client.read_to_string(&mut text)?;
//! assert!(text.starts_with("HTTP/1.1 503"), "unexpected response: {text}");
//! assert_eq!(server.requests()[0].body, b"{}");
//! # Ok::<_, std::io::Error>(())
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test server panics if it cannot work"
)]

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{HandshakeKind, ServerConnection, StreamOwned};

mod authority;
mod relay;

pub use authority::{Authority, Leaf, Tls, TlsVersion};
pub use relay::{Proxy, Tap};

/// The time that a server waits for a client that neither sends nor disconnects.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that runs until it is dropped, with one thread for each connection.
///
/// Dropping it closes its connections.
pub struct Server {
    address: SocketAddr,
    record: Arc<Mutex<Record>>,
}

#[derive(Default)]
struct Record {
    stopped: bool,
    accepted: usize,
    closed: usize,
    resumed: usize,
    requests: Vec<Received>,
    /// The open connections, by number.
    open: HashMap<usize, TcpStream>,
}

impl Record {
    /// Returns the number of the next connection, or `None` if the server was stopped.
    fn next_number(&mut self) -> Option<usize> {
        let number = self.accepted;
        self.accepted += 1;
        (!self.stopped).then_some(number)
    }
}

/// A request as the server received it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Received {
    /// The number of its connection, from 0.
    pub connection: usize,
    /// The head, up to and including the empty line.
    pub head: String,
    /// The body, with the length of `Content-Length`, or joined from its chunks.
    pub body: Vec<u8>,
}

impl Received {
    /// Returns the request line.
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// Returns the headers: names in lower case, values without surrounding spaces.
    pub fn fields(&self) -> Vec<(String, String)> {
        let fields = self.head.lines().skip(1);
        let fields = fields.filter_map(|line| line.split_once(':'));
        fields
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect()
    }

    /// Returns the values of a header. `name` must be in lower case.
    pub fn field(&self, name: &str) -> Vec<String> {
        let fields = self.fields().into_iter();
        fields
            .filter(|(this, _)| this == name)
            .map(|(_, value)| value)
            .collect()
    }
}

impl Server {
    /// Starts a server that calls `handle` with each connection and then closes the connection.
    pub fn start(handle: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        Self::listen(None, handle)
    }

    /// Starts a server over TLS. `handle` is called after the handshake, unless the handshake
    /// fails.
    pub fn start_tls(tls: Tls, handle: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        Self::listen(Some(tls), handle)
    }

    fn listen(tls: Option<Tls>, handle: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on loopback is free");
        let address = listener.local_addr().unwrap();
        let record = Arc::new(Mutex::new(Record::default()));
        let shared = record.clone();
        let handle = Arc::new(handle);
        thread::spawn(move || {
            for socket in listener.incoming() {
                let socket = socket.unwrap();
                let Some(number) = shared.lock().unwrap().next_number() else {
                    return;
                };
                let (tls, handle, record) = (tls.clone(), handle.clone(), shared.clone());
                if let Ok(open) = socket.try_clone() {
                    shared.lock().unwrap().open.insert(number, open);
                }
                thread::spawn(move || {
                    let connection = Connection::open(number, socket, tls, &record);
                    // Drop the clone before the connection: only the last handle closes the socket.
                    let end = || record.lock().unwrap().open.remove(&number);
                    if let Some(mut connection) = connection {
                        handle(&mut connection);
                        end();
                    } else {
                        end();
                    }
                    record.lock().unwrap().closed += 1;
                });
            }
        });
        Self { address, record }
    }

    /// Starts a server that counts its connections and closes each without sending anything.
    pub fn trap() -> Self {
        Self::start(|_| {})
    }

    /// Returns the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a URL for plain HTTP, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns a URL for HTTPS with the host `localhost`, without a trailing slash.
    pub fn https_url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Returns the requests read so far, in the order in which they were completed.
    pub fn requests(&self) -> Vec<Received> {
        self.record.lock().unwrap().requests.clone()
    }

    /// Returns the number of requests read so far.
    pub fn request_count(&self) -> usize {
        self.record.lock().unwrap().requests.len()
    }

    /// Returns the number of connections accepted so far.
    pub fn connections(&self) -> usize {
        self.record.lock().unwrap().accepted
    }

    /// Returns the number of connections that have ended.
    pub fn closed(&self) -> usize {
        self.record.lock().unwrap().closed
    }

    /// Returns the number of connections that resumed a TLS session.
    pub fn resumed(&self) -> usize {
        self.record.lock().unwrap().resumed
    }

    /// Waits until this number of connections have ended.
    ///
    /// # Panics
    ///
    /// Panics after 20 s.
    pub fn wait_for_closed(&self, connections: usize) {
        let start = Instant::now();
        while self.closed() < connections {
            assert!(
                start.elapsed() < PATIENCE,
                "expected {connections} connections to end"
            );
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut record = self.record.lock().unwrap();
        record.stopped = true;
        for (_, connection) in record.open.drain() {
            // Fails only if the client has disconnected.
            let _ = connection.shutdown(Shutdown::Both);
        }
        drop(record);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
    }
}

/// The server's side of a connection.
pub struct Connection {
    number: usize,
    channel: BufReader<Box<dyn Channel>>,
    socket: TcpStream,
    record: Arc<Mutex<Record>>,
}

/// A plain socket or a TLS stream.
trait Channel: Read + Write + Send {
    /// Writes several pieces at once. With TLS, each piece is a separate record.
    fn write_together(&mut self, pieces: &[&[u8]]) -> io::Result<()>;

    /// Writes the last bytes, followed by `close_notify` with TLS.
    fn write_last(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }
}

impl Channel for TcpStream {
    fn write_together(&mut self, pieces: &[&[u8]]) -> io::Result<()> {
        self.write_all(&pieces.concat())
    }
}

impl Channel for StreamOwned<ServerConnection, TcpStream> {
    fn write_together(&mut self, pieces: &[&[u8]]) -> io::Result<()> {
        for piece in pieces {
            self.conn.writer().write_all(piece)?;
        }
        self.flush()
    }

    fn write_last(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.conn.writer().write_all(bytes)?;
        self.conn.send_close_notify();
        self.flush()
    }
}

impl Connection {
    fn open(
        number: usize,
        socket: TcpStream,
        tls: Option<Tls>,
        record: &Arc<Mutex<Record>>,
    ) -> Option<Self> {
        socket.set_read_timeout(Some(PATIENCE)).ok()?;
        socket.set_write_timeout(Some(PATIENCE)).ok()?;
        socket.set_nodelay(true).ok()?;
        let mut plain = socket.try_clone().ok()?;
        let channel: Box<dyn Channel> = match tls {
            None => Box::new(plain),
            Some(config) => {
                let mut session = ServerConnection::new(config.0).unwrap();
                while session.is_handshaking() {
                    session.complete_io(&mut plain).ok()?;
                }
                if session.handshake_kind() == Some(HandshakeKind::Resumed) {
                    record.lock().unwrap().resumed += 1;
                }
                Box::new(StreamOwned::new(session, plain))
            }
        };
        Some(Self {
            number,
            channel: BufReader::new(channel),
            socket,
            record: record.clone(),
        })
    }

    /// Returns the number of the connection, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Reads and records a request. Returns `None` if the client disconnects before it is complete.
    pub fn read_request(&mut self) -> Option<Received> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if self.channel.read_until(b'\n', &mut head).ok()? == 0 {
                return None;
            }
        }
        let mut request = Received {
            connection: self.number,
            head: String::from_utf8_lossy(&head).into_owned(),
            body: Vec::new(),
        };
        let codings = request.field("transfer-encoding");
        if codings.iter().any(|it| it.eq_ignore_ascii_case("chunked")) {
            request.body = self.read_chunks()?;
        } else {
            let length = request.field("content-length");
            let length = length.first().map_or(Ok(0), |length| length.parse());
            request.body.resize(length.ok()?, 0);
            self.channel.read_exact(&mut request.body).ok()?;
        }
        self.record.lock().unwrap().requests.push(request.clone());
        Some(request)
    }

    /// Reads a body in chunks, and its trailers.
    fn read_chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.read_line()?;
            let size = line.split(';').next()?.trim();
            let size = usize::from_str_radix(size, 16).ok()?;
            if size == 0 {
                while !self.read_line()?.trim().is_empty() {}
                return Some(body);
            }
            let start = body.len();
            body.resize(start.checked_add(size)?, 0);
            self.channel.read_exact(&mut body[start..]).ok()?;
            self.read_line()?;
        }
    }

    fn read_line(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.channel.read_line(&mut line).ok()?;
        (length > 0).then_some(line)
    }

    /// Reads exactly `count` bytes. Returns `false` if the client disconnects first.
    ///
    /// Do not call [`Connection::read_request`] afterwards.
    pub fn read_bytes(&mut self, count: usize) -> bool {
        self.channel
            .get_mut()
            .read_exact(&mut vec![0; count])
            .is_ok()
    }

    /// Closes the sending side of the socket, as in an orderly close.
    pub fn finish(&mut self) {
        // Fails only if the client has disconnected.
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// Writes bytes unchanged. Returns `false` if the client has disconnected.
    pub fn write(&mut self, bytes: &[u8]) -> bool {
        let channel = self.channel.get_mut();
        channel
            .write_all(bytes)
            .and_then(|()| channel.flush())
            .is_ok()
    }

    /// Writes several pieces at once. With TLS, each piece is a separate record. Returns `false` if
    /// the client has disconnected.
    pub fn write_together(&mut self, pieces: &[&[u8]]) -> bool {
        self.channel.get_mut().write_together(pieces).is_ok()
    }

    /// Writes the last bytes, followed by `close_notify` with TLS. The socket stays open.
    pub fn write_last(&mut self, bytes: &[u8]) {
        // Fails only if the client has disconnected.
        let _ = self.channel.get_mut().write_last(bytes);
    }

    /// Writes byte by byte, with a pause after each, until the client disconnects or the bytes end.
    pub fn drip(&mut self, bytes: impl IntoIterator<Item = u8>, pause: Duration) {
        for byte in bytes {
            if !self.write(&[byte]) {
                return;
            }
            thread::sleep(pause);
        }
    }

    /// Keeps the connection open until the client disconnects, and discards what it sends.
    ///
    /// Gives up after 20 s without a byte from the client.
    pub fn hold(&mut self) {
        let _ = self.channel.read_to_end(&mut Vec::new());
    }

    /// Makes the connection end with a reset. The client may lose bytes that it has not read.
    pub fn reset_at_end(&mut self) {
        let socket = socket2::SockRef::from(&self.socket);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }
}

/// Returns a response with a body of known length, for a connection that stays open.
pub fn response(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Any Reason\r\ncontent-type: application/json\r\n");
    format!("{head}content-length: {length}\r\n\r\n{body}").into_bytes()
}

/// Returns a response with a body in chunks of at most `size` bytes.
pub fn chunked_response(status: u16, body: &str, size: usize) -> Vec<u8> {
    let mut response =
        format!("HTTP/1.1 {status} Any Reason\r\ntransfer-encoding: chunked\r\n\r\n").into_bytes();
    for chunk in body.as_bytes().chunks(size) {
        response.extend(format!("{:x}\r\n", chunk.len()).bytes());
        response.extend(chunk);
        response.extend(b"\r\n");
    }
    response.extend(b"0\r\n\r\n");
    response
}

/// A reserved port that refuses connections.
///
/// No other socket can get the port while this value exists.
pub struct RefusingPort {
    address: SocketAddr,
    _socket: socket2::Socket,
}

impl RefusingPort {
    /// Reserves a port.
    pub fn reserve() -> Self {
        let socket = bound();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        Self {
            address,
            _socket: socket,
        }
    }

    /// Returns the address of the port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a URL for plain HTTP, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Creates a socket that is bound to a port on loopback and does not listen.
fn bound() -> socket2::Socket {
    use socket2::{Domain, Socket, Type};

    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&address.into()).unwrap();
    socket
}

/// An address where connection attempts are neither accepted nor refused.
pub struct DeafServer {
    address: SocketAddr,
    _listener: socket2::Socket,
    _queue: Vec<TcpStream>,
}

impl DeafServer {
    /// Starts a listener that accepts no connections, and fills its queue.
    pub fn start() -> Self {
        let listener = bound();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(100));
        let queue = std::iter::from_fn(|| connect().ok()).take(64).collect();
        Self {
            address,
            _listener: listener,
            _queue: queue,
        }
    }

    /// Returns the address of the listener.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
