//! The response to a request that is not HTTP. An error in Stytch's format replaces the empty
//! response of the HTTP library.

use http::Response;

/// Whether the bytes start a final response, i.e. one that is not 1xx.
pub(super) fn is_final_head(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.1 ") && !bytes.starts_with(b"HTTP/1.1 1")
}

/// Whether the bytes start a 4xx response.
pub(super) fn is_client_error(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.1 4")
}

/// Serializes a response, with a header that closes the connection.
pub(super) fn to_http1(response: &Response<Vec<u8>>) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let length = response.body().len();
    bytes.extend(format!("content-length: {length}\r\n\r\n").into_bytes());
    bytes.extend(response.body());
    bytes
}
