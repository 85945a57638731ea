//! The requests that a script received.

use std::fmt;

use http::{HeaderMap, Method, Uri};
use serde_json::Value;

use crate::test_util::endpoint::{Endpoint, PathIds};
use crate::transport::{Body, Request};
use crate::value::id::{MemberId, OrganizationId};

/// A request that a [`Script`](crate::test_util::Script) received.
///
/// It holds codes, tokens and the project's secret. `Debug` shows the method, the path and the
/// length of the body; the accessors return the rest.
#[derive(Clone)]
pub struct SentRequest {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
}

impl SentRequest {
    pub(crate) fn new(request: Request) -> Self {
        let (head, body) = request.into_parts();
        Self {
            method: head.method,
            uri: head.uri,
            headers: head.headers,
            body,
        }
    }

    /// Returns the endpoint, if [`Endpoint`] has it.
    pub fn endpoint(&self) -> Option<Endpoint> {
        Some(self.known()?.0)
    }

    fn known(&self) -> Option<(Endpoint, PathIds<'_>)> {
        Endpoint::of(&self.method, self.path())
    }

    /// Returns the method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the path as it was sent, including the path of the base URL.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// Returns the whole URL.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the value of a query parameter, without escapes; the first one if there are several.
    pub fn query(&self, name: &str) -> Option<String> {
        let pairs = self.uri.query()?.split('&');
        let mut pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs
            .find(|(other, _)| unescape(other) == name)
            .map(|(_, value)| unescape(value))
    }

    /// Returns the headers. `authorization` holds the project's secret.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the value of a header, such as `x-stytch-member-session`, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the body as JSON, including its codes and tokens. It is `null` if there is no body
    /// or the body is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(self.body.as_bytes()).unwrap_or_default()
    }

    /// Returns the body as it was sent.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Returns the Organization that the request names, in its path or its body.
    pub fn organization_id(&self) -> Option<OrganizationId> {
        self.id("organization_id", |ids| ids.organization)
    }

    /// Returns the Member that the request names, in its path, its query or its body.
    pub fn member_id(&self) -> Option<MemberId> {
        self.id("member_id", |ids| ids.member)
    }

    fn id<T: From<String>>(
        &self,
        name: &str,
        in_path: impl FnOnce(PathIds<'_>) -> Option<&str>,
    ) -> Option<T> {
        self.known()
            .and_then(|(_, ids)| in_path(ids))
            .map(unescape)
            .or_else(|| self.query(name))
            .or_else(|| Some(self.json()[name].as_str()?.to_owned()))
            .map(T::from)
    }

    /// Returns the endpoint, or the method and the path, for messages.
    pub(crate) fn name(&self) -> String {
        self.endpoint().map_or_else(
            || format!("{} {}", self.method, self.path()),
            |endpoint| format!("`{endpoint}`"),
        )
    }
}

impl fmt::Debug for SentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentRequest")
            .field("method", &self.method)
            .field("path", &self.path())
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// Undoes the escapes of [`Call`](crate::Call).
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, after @ ..]) => digit(*high)
                .zip(digit(*low))
                .map(|(high, low)| (high << 4 | low, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        for (escaped, text) in [
            ("member-test-1", "member-test-1"),
            ("a%2Fb%20%c3%A4", "a/b ä"),
            ("%", "%"),
            ("%4", "%4"),
            ("%zz%41", "%zzA"),
            ("", ""),
        ] {
            assert_eq!(unescape(escaped), text, "{escaped:?}");
        }
    }
}
