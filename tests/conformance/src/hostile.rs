//! Servers on loopback that send any bytes, so that they can do what no server should.
//!
//! The rules use them. They are public for tests of your own that need a server that misbehaves.
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
    reason = "a test server that cannot do its work ends the test"
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

/// How long a server waits for a client that neither sends nor goes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that runs until it is dropped, with one thread for each connection. Dropping it ends its
/// connections.
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
    /// The connections that have not ended, by their number.
    open: HashMap<usize, TcpStream>,
}

impl Record {
    /// The number of the next connection; none if there is to be no other.
    fn next_number(&mut self) -> Option<usize> {
        let number = self.accepted;
        self.accepted += 1;
        (!self.stopped).then_some(number)
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Received {
    /// The number of the connection that it came on, from 0.
    pub connection: usize,
    /// Everything up to and including the empty line.
    pub head: String,
    /// The body: as many bytes as `Content-Length` says.
    pub body: Vec<u8>,
}

impl Received {
    /// The first line.
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The header fields: names in lower case, values without space around them.
    pub fn fields(&self) -> Vec<(String, String)> {
        let fields = self.head.lines().skip(1);
        let fields = fields.filter_map(|line| line.split_once(':'));
        fields
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect()
    }

    /// The values of a header field; `name` in lower case.
    pub fn field(&self, name: &str) -> Vec<String> {
        let fields = self.fields().into_iter();
        fields
            .filter(|(this, _)| this == name)
            .map(|(_, value)| value)
            .collect()
    }
}

impl Server {
    /// Does as `handle` says with each connection, then closes it.
    pub fn start(handle: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        Self::listen(None, handle)
    }

    /// The same over TLS: `handle` is called after the handshake, and not at all if that fails.
    pub fn start_tls(tls: Tls, handle: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        Self::listen(Some(tls), handle)
    }

    fn listen(tls: Option<Tls>, handle: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on loopback");
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
                    // The last handle closes the socket, so that this one goes first.
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

    /// A server that sends nothing, closes every connection, and counts them.
    pub fn trap() -> Self {
        Self::start(|_| {})
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL for plain HTTP, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A URL for HTTPS by the name `localhost`, without a slash at its end.
    pub fn https_url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// The requests read so far, in the order of their last byte.
    pub fn requests(&self) -> Vec<Received> {
        self.record.lock().unwrap().requests.clone()
    }

    /// How many requests were read so far.
    pub fn request_count(&self) -> usize {
        self.record.lock().unwrap().requests.len()
    }

    /// How many connections came so far.
    pub fn connections(&self) -> usize {
        self.record.lock().unwrap().accepted
    }

    /// How many connections have ended so far.
    pub fn closed(&self) -> usize {
        self.record.lock().unwrap().closed
    }

    /// How many connections resumed a TLS session so far.
    pub fn resumed(&self) -> usize {
        self.record.lock().unwrap().resumed
    }

    /// Waits until so many connections have ended.
    ///
    /// # Panics
    ///
    /// If that does not come.
    pub fn wait_for_closed(&self, connections: usize) {
        let start = Instant::now();
        while self.closed() < connections {
            assert!(
                start.elapsed() < PATIENCE,
                "{connections} connections were to end"
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
            // It fails if the client has gone.
            let _ = connection.shutdown(Shutdown::Both);
        }
        drop(record);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
    }
}

/// A connection, from the side of the server.
pub struct Connection {
    number: usize,
    channel: BufReader<Box<dyn Channel>>,
    socket: TcpStream,
    record: Arc<Mutex<Record>>,
}

/// Plain or TLS.
trait Channel: Read + Write + Send {
    /// Writes several pieces at once, each as a record of its own if there is TLS.
    fn write_together(&mut self, pieces: &[&[u8]]) -> io::Result<()>;

    /// Writes the last bytes, and says so if there is TLS.
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

    /// The number of the connection, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Reads and records a request. `None` if the client goes before it is complete.
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
        let length = request.field("content-length");
        let length = length.first().map_or(Ok(0), |length| length.parse());
        request.body.resize(length.ok()?, 0);
        self.channel.read_exact(&mut request.body).ok()?;
        self.record.lock().unwrap().requests.push(request.clone());
        Some(request)
    }

    /// Reads so many bytes and leaves all others where they are. `false` if the client goes before.
    ///
    /// A request is not to be read with [`Connection::read_request`] after that.
    pub fn read_bytes(&mut self, count: usize) -> bool {
        self.channel
            .get_mut()
            .read_exact(&mut vec![0; count])
            .is_ok()
    }

    /// Says that no more bytes will be written, as a server does that closes a connection in order.
    pub fn finish(&mut self) {
        // It fails if the client has gone.
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// Writes bytes as they are. `false` if the client has gone.
    pub fn write(&mut self, bytes: &[u8]) -> bool {
        let channel = self.channel.get_mut();
        channel
            .write_all(bytes)
            .and_then(|()| channel.flush())
            .is_ok()
    }

    /// Writes several pieces at once, each as a record of its own if there is TLS. `false` if the client
    /// has gone.
    pub fn write_together(&mut self, pieces: &[&[u8]]) -> bool {
        self.channel.get_mut().write_together(pieces).is_ok()
    }

    /// Writes bytes and says behind them, by TLS alone, that none will follow. The socket stays open.
    pub fn write_last(&mut self, bytes: &[u8]) {
        // It fails if the client has gone.
        let _ = self.channel.get_mut().write_last(bytes);
    }

    /// Writes byte by byte, with a pause after each, until the client goes or there are no more.
    pub fn drip(&mut self, bytes: impl IntoIterator<Item = u8>, pause: Duration) {
        for byte in bytes {
            if !self.write(&[byte]) {
                return;
            }
            thread::sleep(pause);
        }
    }

    /// Neither reads nor writes until the client goes.
    pub fn hold(&mut self) {
        let _ = self.channel.read_to_end(&mut Vec::new());
    }

    /// Makes the end of the connection a reset, with which responses under way may be lost.
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

/// Returns a response whose body comes in chunks of at most `size` bytes.
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

/// A port on which nobody listens, and which nobody else gets while this exists.
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

    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL for plain HTTP, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// A socket on a port of loopback that does not listen.
fn bound() -> socket2::Socket {
    use socket2::{Domain, Socket, Type};

    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&address.into()).unwrap();
    socket
}

/// An address at which connections are never made and never refused.
pub struct DeafServer {
    address: SocketAddr,
    _listener: socket2::Socket,
    _queue: Vec<TcpStream>,
}

impl DeafServer {
    /// Fills the queue of a listener that accepts nobody.
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

    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
