//! Finds the end of a request, for the servers.

use std::io;

/// Returns whether a request has been received completely, up to the end of its body.
///
/// # Errors
///
/// If the bytes are not HTTP, or the request has no `Content-Length`.
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
        .ok_or_else(|| io::Error::other("the request has no `Content-Length`"))?;
    Ok(received.len() >= head_length + length)
}
