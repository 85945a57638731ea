//! The response to what is not HTTP: Stytch's error form in the place of the HTTP library's empty
//! response.

use http::Response;

/// Whether bytes begin a response after which no other one comes.
pub(super) fn is_final_head(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.1 ") && !bytes.starts_with(b"HTTP/1.1 1")
}

/// Whether bytes begin a response that blames the request.
pub(super) fn is_client_error(bytes: &[u8]) -> bool {
    bytes.starts_with(b"HTTP/1.1 4")
}

/// The bytes of a response after which the connection ends.
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
