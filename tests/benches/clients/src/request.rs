//! What the servers read of a request.

use std::io;

/// Returns whether a request has been received as a whole, up to the end of its body.
///
/// # Errors
///
/// If it is not HTTP, or has no length.
pub fn is_whole(received: &[u8]) -> io::Result<bool> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head_length) = head.parse(received).map_err(io::Error::other)?
    else {
        return Ok(false);
    };
    let length = head
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| str::from_utf8(header.value).ok()?.parse::<usize>().ok())
        .ok_or_else(|| io::Error::other("a request without a length"))?;
    Ok(received.len() >= head_length + length)
}
