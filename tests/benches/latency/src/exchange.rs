//! The server side of one connection: HTTP over TLS, without sockets and clocks.

use std::io::{self, Read as _, Write as _};
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection};
use totps_bench_clients::{request, response};

use crate::counts::Counts;

/// The state that all connections of a server share.
pub(crate) struct Service {
    tls: Arc<ServerConfig>,
    response: Vec<u8>,
    close: bool,
    pub(crate) counts: Arc<Counts>,
}

impl Service {
    /// Creates the state of a server. With `close`, a connection ends with its first response.
    pub(crate) fn new(tls: ServerConfig, close: bool, counts: Arc<Counts>) -> Self {
        Self {
            tls: Arc::new(tls),
            response: response::message(close),
            close,
            counts,
        }
    }
}

pub(crate) struct Exchange {
    tls: ServerConnection,
    received: Vec<u8>,
    has_shaken_hands: bool,
}

/// Bytes that the server sends.
pub(crate) struct Reply {
    pub(crate) bytes: Vec<u8>,
    /// Whether the server sends nothing more on this connection.
    pub(crate) is_last: bool,
}

impl Exchange {
    pub(crate) fn new(service: &Service) -> io::Result<Self> {
        let tls = ServerConnection::new(Arc::clone(&service.tls)).map_err(io::Error::other)?;
        Ok(Self {
            tls,
            received: Vec::new(),
            has_shaken_hands: false,
        })
    }

    /// Handles bytes that have arrived. No client sends a second request before the response to the
    /// first.
    pub(crate) fn receive(&mut self, mut bytes: &[u8], service: &Service) -> io::Result<Reply> {
        while !bytes.is_empty() {
            self.tls.read_tls(&mut bytes)?;
            let state = self.tls.process_new_packets().map_err(io::Error::other)?;
            let mut plain = self
                .tls
                .reader()
                .take(state.plaintext_bytes_to_read() as u64);
            plain.read_to_end(&mut self.received)?;
        }
        if !self.has_shaken_hands && !self.tls.is_handshaking() {
            self.has_shaken_hands = true;
            let kind = self.tls.handshake_kind();
            service
                .counts
                .handshake(kind.ok_or_else(|| io::Error::other("no handshake"))?);
        }
        let is_whole = request::is_whole(&self.received)?;
        if is_whole {
            self.received.clear();
            self.tls.writer().write_all(&service.response)?;
            if service.close {
                self.tls.send_close_notify();
            }
        }
        let mut bytes = Vec::new();
        while self.tls.wants_write() {
            self.tls.write_tls(&mut bytes)?;
        }
        Ok(Reply {
            bytes,
            is_last: is_whole && service.close,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read as _, Write as _};
    use std::sync::Arc;

    use rustls::crypto::ring;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::{ClientConfig, ClientConnection, RootCertStore};
    use totps_bench_clients::response;

    use super::{Exchange, Service};
    use crate::authority;
    use crate::counts::Counts;

    const REQUEST: &[u8] = b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}";

    /// Makes one call on a new connection, one byte at a time.
    fn call(client: &Arc<ClientConfig>, service: &Service) -> (Vec<u8>, bool) {
        let name = authority::HOST.try_into().unwrap();
        let mut client = ClientConnection::new(Arc::clone(client), name).unwrap();
        client.writer().write_all(REQUEST).unwrap();
        let mut server = Exchange::new(service).unwrap();
        let (mut received, mut is_last) = (Vec::new(), false);
        while client.wants_write() {
            let mut sent = Vec::new();
            client.write_tls(&mut sent).unwrap();
            for byte in sent {
                let reply = server.receive(&[byte], service).unwrap();
                is_last |= reply.is_last;
                let mut bytes = reply.bytes.as_slice();
                while !bytes.is_empty() {
                    client.read_tls(&mut bytes).unwrap();
                    client.process_new_packets().unwrap();
                }
            }
        }
        if let Err(error) = client.reader().read_to_end(&mut received) {
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        }
        (received, is_last)
    }

    #[test]
    fn handshakes_are_counted_by_their_kind() {
        let (tls, pem) = authority::server().unwrap();
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        roots.add(certificate).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Arc::new(client);
        let counts = Arc::new(Counts::default());
        for close in [false, true] {
            let service = Service::new(tls.clone(), close, Arc::clone(&counts));
            for _ in 0..2 {
                let expected = (response::message(close), close);
                assert!(call(&client, &service) == expected, "wrong response");
            }
        }
        // The counts of connections are zero, because there are no sockets here.
        assert_eq!(counts.to_string(), "0 1 3 0 0");
    }
}
