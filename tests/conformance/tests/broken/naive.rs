//! A naive client, as written in an hour. It has no TLS, no limits and no overall deadline, and
//! accepts any bytes as a response.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

use totps_conformance::Target;
use totps_core::http::{self, Uri};
use totps_core::{Request, Response, Transport, TransportError};

pub(crate) struct Naive {
    /// Whether it keeps its connection forever, and reuses it without any check.
    keeps: bool,
    limit: usize,
    /// Whether it reads the rest of a response that is too large, so that it can keep the
    /// connection.
    drains: bool,
    kept: Mutex<Option<BufReader<TcpStream>>>,
}

impl Naive {
    pub(crate) fn once(_: Target) -> Self {
        Self {
            keeps: false,
            limit: usize::MAX,
            drains: false,
            kept: Mutex::default(),
        }
    }

    pub(crate) fn keeping(target: Target) -> Self {
        Self {
            keeps: true,
            limit: target.response_limit(),
            ..Self::once(target)
        }
    }

    pub(crate) fn draining(target: Target) -> Self {
        Self {
            drains: true,
            ..Self::keeping(target)
        }
    }
}

impl Transport for Naive {
    fn send(&self, request: Request) -> Result<Response, TransportError> {
        let kept = self.kept.lock().unwrap().take();
        let mut connection = match kept {
            Some(connection) => connection,
            None => connect(request.uri()).map_err(TransportError::not_sent)?,
        };
        write(connection.get_mut(), &request).map_err(TransportError::other)?;
        let (status, headers) = head(&mut connection)?;
        let header = |name: &str| {
            let mut headers = headers.iter();
            headers.find_map(|(this, value)| (this == name).then_some(value))
        };
        let length = header("content-length").and_then(|length| length.parse().ok());
        let mut body = Vec::new();
        let end = length.unwrap_or(u64::MAX);
        let most = if self.drains { usize::MAX } else { self.limit };
        let is_too_large = usize::try_from(end).is_ok_and(|end| end > most && length.is_some());
        // This client treats an error of reading as the end of the body.
        if !is_too_large {
            let _ = (&mut connection).take(end).read_to_end(&mut body);
        }
        if self.keeps {
            *self.kept.lock().unwrap() = Some(connection);
        }
        if is_too_large || body.len() > self.limit {
            return Err(TransportError::too_large("larger than the limit"));
        }
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, value);
        }
        let response = response.body(body.into());
        response.or_else(|_| Ok(http::Response::new("unreadable".into())))
    }
}

fn connect(url: &Uri) -> std::io::Result<BufReader<TcpStream>> {
    let host = url.host().unwrap_or("localhost").trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, url.port_u16().unwrap_or(80)))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    Ok(BufReader::new(stream))
}

fn write(stream: &mut TcpStream, request: &Request) -> std::io::Result<()> {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let host = request.uri().authority().map_or("", |host| host.as_str());
    let length = request.body().len();
    let mut head = format!(
        "{} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n",
        request.method()
    );
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(request.body().as_bytes())
}

type Head = (u16, Vec<(String, String)>);

fn head(connection: &mut BufReader<TcpStream>) -> Result<Head, TransportError> {
    let (mut status, mut headers) = (200, Vec::new());
    loop {
        let mut line = Vec::new();
        match connection.read_until(b'\n', &mut line) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                return Err(TransportError::timed_out(error));
            }
            _ => {}
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if line.is_empty() {
            return Ok((status, headers));
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        } else if let Some(word) = line.split(' ').nth(1) {
            status = word.parse().unwrap_or(200);
        }
    }
}
