//! Checks bytes that a server sends to totps-ureq as a response, over a connection in memory. After
//! the bytes, the server closes its side of the connection, unless it gets another request.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use totps_core::http::{StatusCode, Uri, Version, header};
use totps_core::{CreateParams, Delivery, Project, Response, Transport as _, TransportErrorKind};
use totps_ureq::UreqTransport;
use totps_ureq::ureq::config::Config;
use totps_ureq::ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use totps_ureq::ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};
use totps_ureq::ureq::{Agent, Error};

/// The limit of a body. It is small, so that inputs reach it.
const BODY_LIMIT: usize = 256;

/// The response to the second request.
const SECOND: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond";

/// Checks that the response is read or refused, that the call ends in both cases, and that no bytes
/// are left for the next call.
pub fn check(data: &[u8]) {
    let responses = VecDeque::from([data.to_vec(), SECOND.to_vec()]);
    let server = Server(Arc::new(Mutex::new(responses)));
    let config = Config::builder().proxy(None).build();
    let transport = UreqTransport::builder()
        .agent(Agent::with_parts(config, server, Nowhere))
        .response_limit(BODY_LIMIT)
        .build()
        .unwrap_or_else(|error| panic!("valid settings are refused: {error}"));
    let url = Uri::from_static("http://127.0.0.1");
    let project = Project::at(url, "project", "secret");
    let project = project.unwrap_or_else(|error| panic!("no project: {error}"));
    let send = || {
        let request = project.request(&CreateParams::new("organization", "member"));
        transport.send(request.unwrap_or_else(|error| panic!("no request: {error}")))
    };
    match send() {
        Ok(response) => check_response(data, &response),
        Err(error) => {
            assert_ne!(error.kind(), TransportErrorKind::Timeout, "the call hangs");
            assert_ne!(error.kind(), TransportErrorKind::Connect, "{error:?}");
            assert_eq!(error.delivery(), Delivery::Unknown, "{error:?}");
        }
    }
    let second = send().unwrap_or_else(|error| panic!("the second call failed: {error:?}"));
    assert_eq!(
        second.body().as_bytes(),
        b"second",
        "the second call got another response"
    );
}

/// A server that sends the next response to each request, on any connection.
#[derive(Debug)]
struct Server(Arc<Mutex<VecDeque<Vec<u8>>>>);

impl Connector for Server {
    type Out = Connection;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Connection>, Error> {
        Ok(Some(Connection {
            buffers: LazyBuffers::new(64 * 1024, 64 * 1024),
            responses: self.0.clone(),
            unread: VecDeque::new(),
            is_asked: false,
        }))
    }
}

struct Connection {
    buffers: LazyBuffers,
    responses: Arc<Mutex<VecDeque<Vec<u8>>>>,
    unread: VecDeque<u8>,
    is_asked: bool,
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
        if !std::mem::replace(&mut self.is_asked, true) {
            let mut responses = self
                .responses
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            self.unread
                .extend(responses.pop_front().unwrap_or_default());
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        self.is_asked = false;
        let input = self.buffers.input_append_buf();
        let amount = input.len().min(self.unread.len());
        for (to, from) in input.iter_mut().zip(self.unread.drain(..amount)) {
            *to = from;
        }
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.unread.is_empty()
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection")
    }
}

/// A resolver that looks up no name.
#[derive(Debug)]
struct Nowhere;

impl Resolver for Nowhere {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        addresses.push(([127, 0, 0, 1], 80).into());
        Ok(addresses)
    }
}

/// Checks that the response is in the data, with a second parser.
fn check_response(data: &[u8], response: &Response) {
    let (status, headers) = (response.status(), response.headers());
    let mut rest = data;
    let lines = loop {
        let lines = take_head(&mut rest);
        if !is_interim(status_line(&lines)) {
            break lines;
        }
    };
    assert!(
        data.len() - rest.len() <= 32 * 1024,
        "the head is too large"
    );
    let (version, code) = status_line(&lines).unwrap_or_else(|| panic!("no status line"));
    assert_eq!((response.version(), status), (version, code));

    // Each header is one line.
    let lines = lines.iter().filter(|line| !line.is_empty());
    assert_eq!(
        headers.len(),
        lines.clone().count() - 1,
        "number of headers and lines"
    );
    assert!(headers.len() <= 64, "too many headers");
    for line in lines.skip(1) {
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or_else(|| panic!("not a header")));
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let value = value[1..].trim_ascii();
        let values = headers.get_all(&name).into_iter();
        assert!(
            values
                .map(|read| read.as_bytes().trim_ascii())
                .any(|read| read == value),
            "the value of `{name}` was changed"
        );
    }

    assert!(response.body().len() <= BODY_LIMIT, "the body is too large");
    // With one plain length, the end of the body is known.
    let lengths: Vec<_> = headers.get_all(header::CONTENT_LENGTH).iter().collect();
    if [101, 204, 304].contains(&status.as_u16()) {
        assert!(response.body().is_empty(), "{status} has no body");
    } else if let ([length], false) = (&*lengths, headers.contains_key(header::TRANSFER_ENCODING)) {
        if let Some(length) = number(length.as_bytes()) {
            assert!(length <= rest.len(), "a cut body was accepted");
            assert_eq!(response.body().as_bytes(), &rest[..length], "wrong body");
        }
    }
}

/// Takes the lines of a head, including the empty line at its end. Empty lines at its start belong
/// to the head.
fn take_head<'a>(rest: &mut &'a [u8]) -> Vec<&'a [u8]> {
    let mut lines = Vec::new();
    loop {
        let line = take_line(rest);
        let is_end = line.is_empty() && lines.iter().any(|line: &&[u8]| !line.is_empty());
        lines.push(line);
        if is_end {
            return lines;
        }
    }
}

fn take_line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|byte| *byte == b'\n');
    let (line, behind) = rest.split_at(end.unwrap_or_else(|| panic!("a line is cut")));
    *rest = &behind[1..];
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn status_line(lines: &[&[u8]]) -> Option<(Version, StatusCode)> {
    let line = lines.iter().find(|line| !line.is_empty())?;
    let version = match line.get(..9)? {
        b"HTTP/1.0 " => Version::HTTP_10,
        b"HTTP/1.1 " => Version::HTTP_11,
        _ => return None,
    };
    let reason = line.get(12..)?;
    assert!(
        matches!(reason.first(), None | Some(b' ')),
        "no space after the status"
    );
    Some((version, StatusCode::from_bytes(line.get(9..12)?).ok()?))
}

fn is_interim(line: Option<(Version, StatusCode)>) -> bool {
    line.is_some_and(|(_, status)| {
        status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS
    })
}

/// Reads a single number. A list of numbers gives `None`.
fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits.trim_ascii()).ok()?.parse().ok()
}
