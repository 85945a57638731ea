//! The description of one request.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, header};
use serde::Serialize;

use crate::error::InvalidParams;
use crate::transport::Body;
use crate::transport::body::to_json;
use crate::value::wipe::WipedBytes;

/// The longest segment or query parameter, in bytes after escaping.
const LONGEST_VALUE: usize = 8 * 1024;

/// The request of an [`Operation`](crate::Operation), without the origin and the credentials, which
/// are the same for all requests.
///
/// It consists of constant paths, escaped segments and query parameters, headers, and a JSON body:
///
/// ```
/// use totps_core::Call;
///
/// # fn example(organization_id: &str, email: &str) -> Result<Call, totps_core::InvalidParams> {
/// let call = Call::get("/v1/b2b/organizations")
///     .segment("organization_id", organization_id)?
///     .path("/member")
///     .query("email_address", email);
/// # Ok(call) }
/// # example("acme", "ada@example.com").unwrap();
/// ```
///
/// [`Project::request`](crate::Project::request) reports an invalid constant or header. `Debug`
/// shows the method and the path.
#[derive(Clone)]
#[must_use = "it does nothing until it is returned from `Operation::describe`"]
pub struct Call {
    pub(crate) method: &'static Method,
    /// The path, or the first rule that was broken.
    pub(crate) path: Result<Cow<'static, str>, InvalidParams>,
    /// The escaped query with its `?`; empty if there is none.
    pub(crate) query: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<Body>,
    pub(crate) has_credentials: bool,
}

impl Call {
    /// Creates a `GET` of a constant path, such as `/v1/b2b/organizations`.
    ///
    /// A constant path begins with `/`, does not end with one, and has neither a query nor escapes.
    pub const fn get(path: &'static str) -> Self {
        Self::new(&Method::GET, path)
    }

    /// Creates a `POST` to a constant path; see [`get`](Self::get).
    pub const fn post(path: &'static str) -> Self {
        Self::new(&Method::POST, path)
    }

    /// Creates a `PUT` to a constant path; see [`get`](Self::get).
    pub const fn put(path: &'static str) -> Self {
        Self::new(&Method::PUT, path)
    }

    /// Creates a `DELETE` of a constant path; see [`get`](Self::get).
    pub const fn delete(path: &'static str) -> Self {
        Self::new(&Method::DELETE, path)
    }

    const fn new(method: &'static Method, path: &'static str) -> Self {
        Self {
            method,
            path: if is_path(path) {
                Ok(Cow::Borrowed(path))
            } else {
                Err(BAD_PATH)
            },
            query: String::new(),
            headers: Vec::new(),
            body: None,
            has_credentials: true,
        }
    }

    /// Leaves out `Authorization`, for an endpoint that anyone may call, such as a key set.
    ///
    /// ```
    /// use totps_core::Call;
    ///
    /// const CALL: Call = Call::get("/v1/public/status").without_credentials();
    /// ```
    pub const fn without_credentials(mut self) -> Self {
        self.has_credentials = false;
        self
    }

    /// Appends a segment to the path. Every byte that is not *unreserved* in RFC 3986 is escaped,
    /// so that the value stays one segment. A value that is already escaped is escaped again.
    ///
    /// # Errors
    ///
    /// [`InvalidParams`] that names `field` when the value is empty, `.` or `..`, which would call
    /// another endpoint, or longer than 8 KiB when escaped.
    pub fn segment(
        mut self,
        field: &'static str,
        value: impl AsRef<str>,
    ) -> Result<Self, InvalidParams> {
        let value = value.as_ref();
        InvalidParams::require(field, value)?;
        if matches!(value, "." | "..") {
            return Err(InvalidParams::new(field, "must not be `.` or `..`"));
        }
        if let Ok(path) = &mut self.path {
            let path = path.to_mut();
            path.push('/');
            escape(value, path).map_err(|rule| InvalidParams::new(field, rule))?;
        }
        Ok(self)
    }

    /// Appends a constant to the path, such as `/member`. The rules are those of
    /// [`get`](Self::get).
    pub fn path(mut self, path: &'static str) -> Self {
        if !is_path(path) {
            self.refuse(BAD_PATH);
        } else if let Ok(before) = &mut self.path {
            before.to_mut().push_str(path);
        }
        self
    }

    /// Adds a query parameter. Both name and value are escaped like a [`segment`](Self::segment);
    /// the value may be empty.
    pub fn query(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.query
            .push(if self.query.is_empty() { '?' } else { '&' });
        let escaped = escape(name, &mut self.query).and_then(|()| {
            self.query.push('=');
            escape(value.as_ref(), &mut self.query)
        });
        if let Err(rule) = escaped {
            self.refuse(InvalidParams::new(name, rule));
        }
        self
    }

    /// Sets a header, and marks its value sensitive. A second value of the same name replaces the
    /// first.
    ///
    /// These headers cannot be set: `Host`, `Authorization`, `User-Agent`, `Accept-Encoding`, those
    /// whose name begins with `Content-`, and those about the connection. A value consists of
    /// visible ASCII, spaces and tabs. [`Project::request`](crate::Project::request) reports a
    /// violation by the name of the header.
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: impl AsRef<[u8]>) -> Self {
        match header(name, value.as_ref()) {
            Ok((name, value)) => {
                self.headers.retain(|(other, _)| *other != name);
                self.headers.push((name, value));
            }
            Err(error) => self.refuse(error),
        }
        self
    }

    /// Sets a header from a field of the parameters; an error names the field.
    pub(crate) fn secret(
        mut self,
        field: &'static str,
        name: HeaderName,
        value: &str,
    ) -> Result<Self, InvalidParams> {
        InvalidParams::require(field, value)?;
        let value = sensitive_value(value.as_bytes())
            .ok_or_else(|| InvalidParams::new(field, HEADER_RULE))?;
        self.headers.push((name, value));
        Ok(self)
    }

    /// Sets the JSON body, in memory that is wiped on drop.
    ///
    /// # Errors
    ///
    /// [`InvalidParams`] that names `body` for a `GET` or a `DELETE`, and for a value that cannot
    /// be serialised.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Result<Self, InvalidParams> {
        if matches!(*self.method, Method::GET | Method::DELETE) {
            return Err(InvalidParams::new(
                "body",
                "must not be given with GET or DELETE",
            ));
        }
        let body = to_json(&body)
            .map_err(|_| InvalidParams::new("body", "must be serialisable to JSON"))?;
        self.body = Some(body);
        Ok(self)
    }

    fn refuse(&mut self, error: InvalidParams) {
        if self.path.is_ok() {
            self.path = Err(error);
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Call");
        shown.field("method", &self.method);
        match &self.path {
            Ok(path) => shown.field("path", path),
            Err(error) => shown.field("error", error),
        };
        shown.finish_non_exhaustive()
    }
}

const BAD_PATH: InvalidParams = InvalidParams::of_constants(
    "path",
    "must consist of segments, such as `/v1/b2b/totp`: no empty segment, no `.` or `..`, no escapes, \
     no query, no fragment",
);

/// Tells whether a constant path follows the rules. No URL parser changes a path that consists of
/// such paths and escaped segments.
const fn is_path(path: &str) -> bool {
    let path = path.as_bytes();
    let mut index = 0;
    while index < path.len() {
        if path[index] != b'/' {
            return false;
        }
        index += 1;
        let (start, mut dots) = (index, 0);
        while index < path.len() && path[index] != b'/' {
            if !is_unreserved(path[index]) && !is_punctuation(path[index]) {
                return false;
            }
            if path[index] == b'.' {
                dots += 1;
            }
            index += 1;
        }
        let length = index - start;
        if length == 0 || (length <= 2 && length == dots) {
            return false;
        }
    }
    !path.is_empty()
}

/// Tells whether a byte is one of the other characters that RFC 3986 allows in a path segment.
const fn is_punctuation(byte: u8) -> bool {
    matches!(byte, b'!' | b'$' | b'&'..=b',' | b':' | b';' | b'=' | b'@')
}

/// Tells whether a byte is an unreserved character of RFC 3986.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Appends a text, with all characters escaped but the unreserved ones. The error is the broken
/// rule.
fn escape(text: &str, to: &mut String) -> Result<(), &'static str> {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let start = to.len();
    for byte in text.bytes() {
        if is_unreserved(byte) {
            to.push(char::from(byte));
        } else {
            let [high, low] = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
            to.extend(['%', high, low]);
        }
        if to.len() - start > LONGEST_VALUE {
            return Err("must be at most 8 KiB long when escaped");
        }
    }
    Ok(())
}

/// Checks a header, and copies its value into memory that is wiped.
fn header(
    name: impl TryInto<HeaderName>,
    value: &[u8],
) -> Result<(HeaderName, HeaderValue), InvalidParams> {
    let name = name.try_into().map_err(|_| {
        InvalidParams::new("header", "must have a name that is a token of RFC 9110")
    })?;
    if is_reserved(&name) {
        return Err(InvalidParams::new(
            name.as_str().to_owned(),
            "must not be set by an operation",
        ));
    }
    match sensitive_value(value) {
        Some(value) => Ok((name, value)),
        None => Err(InvalidParams::new(name.as_str().to_owned(), HEADER_RULE)),
    }
}

/// The rule for header values.
const HEADER_RULE: &str = "must contain only visible ASCII, spaces and tabs";

/// Creates a header value that is marked sensitive, in memory that is wiped when the last copy is
/// dropped.
fn sensitive_value(value: &[u8]) -> Option<HeaderValue> {
    if !value.is_ascii() {
        return None;
    }
    let bytes = Bytes::from_owner(WipedBytes(value.to_vec()));
    let mut value = HeaderValue::from_maybe_shared(bytes).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Tells whether a header belongs to the project, the body or the HTTP stack.
fn is_reserved(name: &HeaderName) -> bool {
    const RESERVED: [HeaderName; 13] = [
        header::HOST,
        header::AUTHORIZATION,
        header::PROXY_AUTHORIZATION,
        header::USER_AGENT,
        header::ACCEPT_ENCODING,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::TE,
        header::TRAILER,
        header::UPGRADE,
        header::EXPECT,
        HeaderName::from_static("keep-alive"),
        HeaderName::from_static("proxy-connection"),
    ];
    name.as_str().starts_with("content-") || RESERVED.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constant_paths_are_checked() {
        for (path, is_valid) in [
            ("/v1/b2b/totp", true),
            ("/a", true),
            ("/.well-known/jwks.json", true),
            ("/...", true),
            ("/a:b@c", true),
            ("", false),
            ("/", false),
            ("a", false),
            ("v1/b2b", false),
            ("/a/", false),
            ("//a", false),
            ("/a//b", false),
            ("/.", false),
            ("/..", false),
            ("/a/./b", false),
            ("/a/../b", false),
            ("/a/%2e%2e/b", false),
            ("/a?b=c", false),
            ("/a#b", false),
            ("/a b", false),
            ("/\u{e4}", false),
            ("/a\r\nb", false),
            ("/a\\b", false),
        ] {
            assert_eq!(is_path(path), is_valid, "path: {path:?}");
        }
    }
}
