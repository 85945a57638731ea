//! A server that serves a key set to the SDKs.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A server that responds to any request with the key set, until the program ends.
pub(crate) struct KeySet {
    address: SocketAddr,
    json: Arc<Mutex<String>>,
}

impl KeySet {
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let json = Arc::new(Mutex::new(String::new()));
        let served = Arc::clone(&json);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let json = served
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone();
                // The client reports a request that breaks off.
                let _ = respond(connection, &json);
            }
        });
        Ok(Self { address, json })
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn serve(&self, json: String) {
        *self.json.lock().unwrap_or_else(PoisonError::into_inner) = json;
    }
}

fn respond(mut connection: impl Read + Write, json: &str) -> io::Result<()> {
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match connection.read(&mut buffer)? {
            0 => return Ok(()),
            length => head.extend_from_slice(&buffer[..length]),
        }
    }
    write!(
        connection,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{json}",
        json.len()
    )
}
