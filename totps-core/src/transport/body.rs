//! Message bodies, wiped when dropped.

use std::fmt;

use crate::value::wipe::wipe;

/// The body of a request or a response.
///
/// It may hold codes, secrets and session tokens: `Debug` shows only its length, and the bytes are
/// wiped on drop. After a conversion into a `Vec<u8>` the caller must wipe them.
///
/// ```
/// use totps_core::Body;
///
/// let body = Body::from(b"{\"code\":\"123456\"}".to_vec());
/// assert_eq!(format!("{body:?}"), "Body(17 bytes)");
/// ```
#[derive(Clone, Default)]
pub struct Body(Vec<u8>);

impl Body {
    /// Returns the number of bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether the body has no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Appends bytes. When the buffer is too small, the bytes move to a larger one and the old one
    /// is wiped; a growing `Vec` would leave a copy behind.
    #[inline]
    fn append(&mut self, bytes: &[u8]) {
        if bytes.len() > self.0.capacity() - self.0.len() {
            self.grow(bytes.len());
        }
        self.0.extend_from_slice(bytes);
    }

    #[cold]
    fn grow(&mut self, by: usize) {
        let length = self.0.len() + by;
        let mut larger = Vec::with_capacity(length.max(self.0.capacity() * 2));
        larger.extend_from_slice(&self.0);
        wipe(&mut self.0);
        self.0 = larger;
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<Body> for Vec<u8> {
    fn from(mut body: Body) -> Self {
        std::mem::take(&mut body.0)
    }
}

/// Collects the body of a response piece by piece up to a limit, for transports.
///
/// When it outgrows its buffer, the old buffer is wiped.
///
/// ```
/// use totps_core::LimitedBody;
///
/// let mut body = LimitedBody::new(4, None)?;
/// assert!(body.push(b"1234").is_ok());
/// assert!(body.push(b"5").is_err());
/// assert!(LimitedBody::new(4, Some(5)).is_err());
/// # Ok::<_, totps_core::BodyTooLarge>(())
/// ```
#[derive(Debug)]
pub struct LimitedBody {
    body: Body,
    limit: usize,
}

impl LimitedBody {
    /// Creates an empty body. `limit` is the largest body accepted, in bytes. `announced` is the
    /// length from `Content-Length`, if there is one; at most 64 KiB are preallocated, whatever it
    /// says.
    ///
    /// # Errors
    ///
    /// [`BodyTooLarge`] when the announced length exceeds the limit.
    pub fn new(limit: usize, announced: Option<u64>) -> Result<Self, BodyTooLarge> {
        const RESERVE_AT_MOST: usize = 64 * 1024;
        let capacity = match usize::try_from(announced.unwrap_or(0)) {
            Ok(length) if length <= limit => length.min(RESERVE_AT_MOST),
            _ => return Err(BodyTooLarge { limit }),
        };
        Ok(Self {
            body: Body(Vec::with_capacity(capacity)),
            limit,
        })
    }

    /// Appends a piece.
    ///
    /// # Errors
    ///
    /// [`BodyTooLarge`] when the body would exceed the limit. In that case nothing is appended.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), BodyTooLarge> {
        if piece.len() > self.limit - self.body.len() {
            return Err(BodyTooLarge { limit: self.limit });
        }
        self.body.append(piece);
        Ok(())
    }

    /// Returns the collected body.
    #[must_use]
    pub fn finish(self) -> Body {
        self.body
    }
}

/// Writes whole pieces, or fails with a [`BodyTooLarge`] inside an [`io::Error`](std::io::Error).
impl std::io::Write for LimitedBody {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.push(piece)
            .map(|()| piece.len())
            .map_err(std::io::Error::other)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The body of a response exceeds the limit of the transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body of the response is larger than {limit} bytes")]
pub struct BodyTooLarge {
    limit: usize,
}

impl BodyTooLarge {
    /// Returns the limit that was exceeded, in bytes.
    pub fn limit(&self) -> usize {
        self.limit
    }
}

/// Serialises JSON into a body.
///
/// Strings, numbers and JSON values never fail to serialise; the caller's types may.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Result<Body, serde_json::Error> {
    /// Enough for most requests, in bytes.
    const USUAL: usize = 1024;
    let mut body = Writer(Body(Vec::with_capacity(USUAL)));
    serde_json::to_writer(&mut body, value)?;
    Ok(body.0)
}

/// Writes to a body, and leaves no copy of its bytes behind when it grows.
struct Writer(Body);

impl std::io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    /// Leaves out the loop of the default method, which is for writers that accept part of the
    /// bytes.
    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.append(bytes);
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_whole_whatever_its_length() {
        for length in [0, 1000, 1022, 1023, 100_000] {
            let value = serde_json::json!(["\u{1}\"ä", 2.5, null, "x".repeat(length)]);
            let body = to_json(&value).unwrap();
            assert_eq!(
                serde_json::from_slice::<serde_json::Value>(&body.0).unwrap(),
                value
            );
        }
    }

    #[test]
    fn pieces_are_kept_in_order_up_to_the_limit() {
        assert_eq!(LimitedBody::new(6, Some(7)).unwrap_err().limit(), 6);
        assert!(LimitedBody::new(6, Some(u64::MAX)).is_err());
        let mut body = LimitedBody::new(6, Some(6)).unwrap();
        body.push(b"abc").unwrap();
        body.push(b"").unwrap();
        body.push(b"def").unwrap();
        assert_eq!(body.push(b"g").unwrap_err().limit(), 6);
        assert_eq!(body.finish().as_bytes(), b"abcdef");
    }
}
