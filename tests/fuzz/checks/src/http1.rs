//! Bytes that a server answers a request of totps-ureq's with, over a socket. Then it ends its side
//! of the connection.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use totps_core::http::{StatusCode, Uri, Version, header};
use totps_core::{CreateParams, Delivery, Project, Response, Transport as _, TransportErrorKind};
use totps_ureq::UreqTransport;

/// Small, so that inputs reach it.
const BODY_LIMIT: usize = 256;

/// The answer is read as HTTP/1.1 says, or refused; the call ends in either case.
pub fn check(data: &[u8]) {
    static SERVER: OnceLock<Mutex<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| Mutex::new(Server::start()));
    let server = server.lock().unwrap_or_else(PoisonError::into_inner);
    let transport = UreqTransport::builder()
        .timeout(Duration::from_secs(20))
        .response_limit(BODY_LIMIT)
        .build()
        .unwrap_or_else(|error| panic!("right settings are refused: {error}"));
    let url = format!("http://{}", server.address);
    let request = Project::at(Uri::try_from(url).unwrap_or_default(), "project", "secret")
        .map_err(|error| error.to_string())
        .and_then(|project| {
            let request = project.request(&CreateParams::new("organization", "member"));
            request.map_err(|error| error.to_string())
        })
        .unwrap_or_else(|error| panic!("no request: {error}"));

    server.answer_next(data);
    match transport.send(request) {
        Ok(response) => check_response(data, &response),
        Err(error) => {
            assert_ne!(error.kind(), TransportErrorKind::Timeout, "it hangs");
            assert_ne!(error.kind(), TransportErrorKind::Connect, "{error:?}");
            assert_eq!(error.delivery(), Delivery::Unknown, "{error:?}");
        }
    }
}

/// A thread that gives each connection the next answer.
struct Server {
    address: SocketAddr,
    answers: Sender<Vec<u8>>,
}

impl Server {
    fn start() -> Self {
        let started = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = started.unwrap_or_else(|error| panic!("no server: {error}"));
        let (answers, next) = mpsc::channel::<Vec<u8>>();
        thread::spawn(move || {
            for answer in next {
                let Ok((mut connection, _)) = listener.accept() else {
                    return;
                };
                // The client may have gone before all is written or read.
                let _ = connection.write_all(&answer);
                let _ = connection.shutdown(Shutdown::Write);
                let mut request = [0; 4096];
                while connection.read(&mut request).is_ok_and(|length| length > 0) {}
            }
        });
        Self { address, answers }
    }

    fn answer_next(&self, answer: &[u8]) {
        let sent = self.answers.send(answer.to_vec());
        sent.unwrap_or_else(|_| panic!("the server has ended"));
    }
}

/// What was read must stand in the data, by rules of its own: the lines of the head, then a body
/// whose end is told in one clear way.
fn check_response(data: &[u8], response: &Response) {
    let (status, fields) = (response.status(), response.headers());
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

    // Each field stands on a line of its own.
    let lines = lines.iter().filter(|line| !line.is_empty());
    assert_eq!(fields.len(), lines.clone().count() - 1, "fields and lines");
    assert!(fields.len() <= 64, "too many fields");
    for line in lines.skip(1) {
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or_else(|| panic!("not a field")));
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let value = value[1..].trim_ascii();
        let values = fields.get_all(&name).into_iter();
        assert!(
            values
                .map(|read| read.as_bytes().trim_ascii())
                .any(|read| read == value),
            "`{name}` is not what was read"
        );
    }

    let lengths: Vec<&[u8]> = fields
        .get_all(header::CONTENT_LENGTH)
        .iter()
        .flat_map(|list| list.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .collect();
    let codings: Vec<_> = fields.get_all(header::TRANSFER_ENCODING).iter().collect();
    let body = if [101, 204, 304].contains(&status.as_u16()) {
        Vec::new()
    } else if let [coding] = &*codings {
        assert!(
            coding.as_bytes().eq_ignore_ascii_case(b"chunked"),
            "{coding:?}"
        );
        assert!(lengths.is_empty(), "chunks and a length");
        assert_eq!(
            version,
            Version::HTTP_11,
            "chunks before they were invented"
        );
        chunked(rest)
    } else if let [length, others @ ..] = &*lengths {
        assert!(codings.is_empty(), "a coding and a length");
        let length = number(length, 10);
        assert!(
            others.iter().all(|other| number(other, 10) == length),
            "two lengths"
        );
        assert!(length <= rest.len(), "cut");
        rest[..length].to_vec()
    } else {
        assert!(codings.is_empty(), "two codings");
        rest.to_vec()
    };
    assert!(body.len() <= BODY_LIMIT, "the body is too large");
    assert_eq!(response.body().as_bytes(), body, "another body");
}

/// The lines up to the empty one, which is taken, too. Empty lines in front belong to the head.
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
        "behind the status"
    );
    Some((version, StatusCode::from_bytes(line.get(9..12)?).ok()?))
}

fn is_interim(line: Option<(Version, StatusCode)>) -> bool {
    line.is_some_and(|(_, status)| {
        status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS
    })
}

fn chunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = take_line(&mut rest);
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
        let (digits, extension) = line.split_at(digits.count());
        let extension = extension.trim_ascii_start();
        assert!(
            matches!(extension.first(), None | Some(b';')),
            "behind the size"
        );
        let size = number(digits, 16);
        if size == 0 {
            break;
        }
        let (chunk, behind) = rest.split_at_checked(size).unwrap_or_else(|| panic!("cut"));
        body.extend_from_slice(chunk);
        rest = behind
            .strip_prefix(b"\r\n")
            .unwrap_or_else(|| panic!("the chunk has no end"));
    }
    while !take_line(&mut rest).is_empty() {}
    body
}

fn number(digits: &[u8], radix: u32) -> usize {
    assert!(
        !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit),
        "not a number"
    );
    let digits = String::from_utf8_lossy(digits);
    usize::from_str_radix(&digits, radix).unwrap_or_else(|_| panic!("not a number: {digits}"))
}
