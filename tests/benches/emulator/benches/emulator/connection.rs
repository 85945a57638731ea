//! A minimal HTTP client, so that the caller does as little work as possible.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::Fallible;

/// A connection to the emulator.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Fallible<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; 64 * 1024],
        })
    }

    /// Sends a request and reads the response, which must be a 200.
    pub(crate) fn call(&mut self, request: &[u8]) -> Fallible<()> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            if read == 0 {
                return Err("the response ended early".into());
            }
            filled += read;
            let bytes = &self.buffer[..filled];
            let mut headers = [httparse::EMPTY_HEADER; 16];
            let mut response = httparse::Response::new(&mut headers);
            let httparse::Status::Complete(head) = response.parse(bytes)? else {
                continue;
            };
            if response.code != Some(200) {
                return Err(String::from_utf8_lossy(bytes).into());
            }
            let mut headers = response.headers.iter();
            let length = headers.find(|header| header.name == "content-length");
            let length = length.ok_or("the response has no `content-length`")?.value;
            let length: usize = std::str::from_utf8(length)?.parse()?;
            if filled >= head + length {
                return Ok(());
            }
        }
    }
}
