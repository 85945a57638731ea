//! One request and its answer over HTTP/1.1 (RFC 9112), on any stream of bytes.
//!
//! ureq has this, too, but its own logs every byte that is sent and received at the level *trace*,
//! credentials and session tokens among them. This one logs nothing. Nor does it keep cookies or
//! decode bodies if some crate of the program turns on these features of ureq's, take a body whose
//! connection was reset for whole, or leave what it sent and received in the buffers.

use std::io::{self, BufRead, Read, Write};

use httparse::Status;
use totps_core::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use totps_core::http::{StatusCode, Version};
use totps_core::{Body, LimitedBody, Request, Response, TransportError};

use crate::error::{broken, exchange_failed, head_too_large, too_many_fields};
use crate::limits::{FIELD_LIMIT, HEAD_LIMIT};

/// The longest line between two chunks of a body, in bytes.
const CHUNK_LINE_LIMIT: usize = 4 * 1024;

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) response: Response,
    /// Whether the connection can carry another request.
    pub(crate) keep_alive: bool,
}

/// Sends a request and reads its answer, whose body may have `body_limit` bytes.
pub(crate) fn exchange(
    stream: &mut (impl BufRead + Write),
    request: &Request,
    body_limit: usize,
) -> Result<Answer, TransportError> {
    write_request(stream, request).map_err(exchange_failed)?;
    let head = read_head(stream)?;
    let framing = head.framing()?;
    let body = read_body(stream, framing, body_limit)?;
    let keep_alive = framing != Framing::UntilClose && head.keep_alive();

    let mut response = Response::new(body);
    *response.status_mut() = head.status;
    *response.version_mut() = head.version;
    *response.headers_mut() = head.fields;
    Ok(Answer {
        response,
        keep_alive,
    })
}

/// Fields that are this module's affair: it writes them by itself, or they would change the way
/// that messages are framed.
const OWN_FIELDS: [HeaderName; 6] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::ACCEPT_ENCODING,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::EXPECT,
];

fn write_request(to: &mut impl Write, request: &Request) -> io::Result<()> {
    let (url, body) = (request.uri(), request.body());
    let host = url.authority().map_or("", |authority| authority.as_str());
    let target = url.path_and_query().map_or("/", |target| target.as_str());
    write!(
        to,
        "{} {target} HTTP/1.1\r\nhost: {host}\r\n",
        request.method()
    )?;
    write!(
        to,
        "content-length: {}\r\naccept-encoding: identity\r\n",
        body.len()
    )?;
    for (name, value) in request.headers() {
        if !OWN_FIELDS.contains(name) {
            to.write_all(name.as_str().as_bytes())?;
            to.write_all(b": ")?;
            to.write_all(value.as_bytes())?;
            to.write_all(b"\r\n")?;
        }
    }
    to.write_all(b"\r\n")?;
    to.write_all(body.as_bytes())?;
    to.flush()
}

struct Head {
    version: Version,
    status: StatusCode,
    fields: HeaderMap,
}

/// Reads the head of the final answer and passes over interim ones, such as `100 Continue`. The
/// limit is for all of them together.
fn read_head(from: &mut impl BufRead) -> Result<Head, TransportError> {
    let mut left = HEAD_LIMIT;
    loop {
        let mut text = Vec::with_capacity(1024);
        while !text.ends_with(b"\n\r\n") && !text.ends_with(b"\n\n") {
            let length = read_line(from, &mut text, left)?;
            left -= length;
        }
        let head = Head::parse(&text)?;
        // Nobody asked to switch, so that this is as final as any.
        if !head.status.is_informational() || head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(head);
        }
    }
}

/// How the end of a body is told.
#[derive(Clone, Copy, PartialEq)]
enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

impl Head {
    fn parse(text: &[u8]) -> Result<Self, TransportError> {
        let mut fields = [httparse::EMPTY_HEADER; FIELD_LIMIT];
        let mut parsed = httparse::Response::new(&mut fields);
        match parsed.parse(text) {
            Ok(Status::Complete(_)) => {}
            Err(httparse::Error::TooManyHeaders) => return Err(too_many_fields()),
            Ok(Status::Partial) | Err(_) => return Err(not_http()),
        }
        let version = match parsed.version {
            Some(0) => Version::HTTP_10,
            Some(1) => Version::HTTP_11,
            _ => return Err(not_http()),
        };
        let status = parsed.code.and_then(|code| StatusCode::from_u16(code).ok());
        let status = status.ok_or_else(not_http)?;
        let mut fields = HeaderMap::with_capacity(parsed.headers.len());
        for field in parsed.headers {
            let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| not_http())?;
            let value = HeaderValue::from_bytes(field.value).map_err(|_| not_http())?;
            fields.append(name, value);
        }
        Ok(Self {
            version,
            status,
            fields,
        })
    }

    fn framing(&self) -> Result<Framing, TransportError> {
        if matches!(self.status.as_u16(), 101 | 204 | 304) {
            return Ok(Framing::Length(0));
        }
        let mut codings = self.fields.get_all(header::TRANSFER_ENCODING).iter();
        match (codings.next(), self.content_length()?) {
            (None, None) => Ok(Framing::UntilClose),
            (None, Some(length)) => Ok(Framing::Length(length)),
            (Some(coding), None)
                if coding.as_bytes().eq_ignore_ascii_case(b"chunked")
                    && codings.next().is_none()
                    && self.version == Version::HTTP_11 =>
            {
                Ok(Framing::Chunked)
            }
            // An unknown coding, or two ways to tell the end.
            (Some(_), _) => Err(bad_framing()),
        }
    }

    /// One length, or the same one several times.
    fn content_length(&self) -> Result<Option<u64>, TransportError> {
        let mut length = None;
        for item in self.items(header::CONTENT_LENGTH) {
            // `parse` would take a sign, too.
            let digits = item.iter().all(u8::is_ascii_digit).then_some(item);
            let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
            let this = digits.and_then(|digits| digits.parse().ok());
            let this = this.ok_or_else(bad_framing)?;
            if *length.get_or_insert(this) != this {
                return Err(bad_framing());
            }
        }
        Ok(length)
    }

    fn keep_alive(&self) -> bool {
        let mut options = self.items(header::CONNECTION);
        self.version == Version::HTTP_11
            && self.status != StatusCode::SWITCHING_PROTOCOLS
            && !options.any(|option| option.eq_ignore_ascii_case(b"close"))
    }

    /// The items of all comma-separated lists by this name.
    fn items(&self, name: HeaderName) -> impl Iterator<Item = &[u8]> {
        let lists = self.fields.get_all(name).into_iter();
        let items = lists.flat_map(|list| list.as_bytes().split(|byte| *byte == b','));
        items.map(<[u8]>::trim_ascii)
    }
}

fn read_body(
    from: &mut impl BufRead,
    framing: Framing,
    limit: usize,
) -> Result<Body, TransportError> {
    let announced = match framing {
        Framing::Length(length) => Some(length),
        Framing::Chunked | Framing::UntilClose => None,
    };
    let mut body = LimitedBody::new(limit, announced).map_err(TransportError::too_large)?;
    match framing {
        Framing::Length(length) => read_exactly(from, length, &mut body)?,
        Framing::Chunked => read_chunks(from, &mut body)?,
        Framing::UntilClose => while read_some(from, u64::MAX, &mut body)? > 0 {},
    }
    Ok(body.finish())
}

fn read_chunks(from: &mut impl BufRead, body: &mut LimitedBody) -> Result<(), TransportError> {
    let mut line = Vec::new();
    loop {
        read_line(from, &mut line, CHUNK_LINE_LIMIT)?;
        let size = match httparse::parse_chunk_size(&line) {
            // It takes a size without digits for zero.
            Ok(Status::Complete((_, size))) if line.first().is_some_and(u8::is_ascii_hexdigit) => {
                size
            }
            _ => return Err(bad_framing()),
        };
        line.clear();
        if size == 0 {
            return skip_trailer(from);
        }
        read_exactly(from, size, body)?;
        read_line(from, &mut line, CHUNK_LINE_LIMIT)?;
        if line != b"\r\n" {
            return Err(bad_framing());
        }
        line.clear();
    }
}

fn skip_trailer(from: &mut impl BufRead) -> Result<(), TransportError> {
    let mut line = Vec::new();
    for _ in 0..=FIELD_LIMIT {
        read_line(from, &mut line, CHUNK_LINE_LIMIT)?;
        if line == b"\r\n" {
            return Ok(());
        }
        line.clear();
    }
    Err(too_many_fields())
}

fn read_exactly(
    from: &mut impl BufRead,
    mut length: u64,
    body: &mut LimitedBody,
) -> Result<(), TransportError> {
    while length > 0 {
        match read_some(from, length, body)? {
            0 => return Err(cut()),
            read => length -= read,
        }
    }
    Ok(())
}

/// Reads what is there, up to `most` bytes; none if the stream has ended.
fn read_some(
    from: &mut impl BufRead,
    most: u64,
    body: &mut LimitedBody,
) -> Result<u64, TransportError> {
    let piece = from.fill_buf().map_err(exchange_failed)?;
    let length = usize::try_from(most).map_or(piece.len(), |most| most.min(piece.len()));
    body.push(&piece[..length])
        .map_err(TransportError::too_large)?;
    from.consume(length);
    Ok(length as u64)
}

/// Appends a line, with its line feed, of up to `limit` bytes.
fn read_line(
    from: &mut impl BufRead,
    line: &mut Vec<u8>,
    limit: usize,
) -> Result<usize, TransportError> {
    let length = from
        .take(limit as u64)
        .read_until(b'\n', line)
        .map_err(exchange_failed)?;
    if length > 0 && line.ends_with(b"\n") {
        Ok(length)
    } else if length == limit {
        Err(head_too_large())
    } else {
        Err(cut())
    }
}

fn cut() -> TransportError {
    broken("the connection was closed before the whole answer had come")
}

fn not_http() -> TransportError {
    broken("the answer is not HTTP/1.1")
}

fn bad_framing() -> TransportError {
    broken("the answer does not tell clearly where its body ends")
}
