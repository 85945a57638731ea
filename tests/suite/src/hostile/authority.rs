//! Certificates, good and bad.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, SupportedProtocolVersion};

/// A certificate authority made for one test.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What the certificate of a server is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leaf {
    /// For `localhost` and `127.0.0.1`, and valid for a long time.
    Good,
    /// For another name.
    OtherName,
    /// Not valid any more.
    Expired,
    /// Not valid yet.
    NotValidYet,
    /// Signed by itself.
    SelfSigned,
}

impl Authority {
    /// With a new key and a name of its own.
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        let name = format!("test authority {number}");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// The authority's own certificate in PEM.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server with a certificate of this authority's, unless that is to be signed by itself, and
    /// with all versions of TLS that rustls has.
    pub fn server(&self, leaf: Leaf) -> ServerConfig {
        self.server_with_versions(leaf, rustls::ALL_VERSIONS)
    }

    /// The same with these versions of TLS.
    pub fn server_with_versions(
        &self,
        leaf: Leaf,
        versions: &[&'static SupportedProtocolVersion],
    ) -> ServerConfig {
        let names = match leaf {
            Leaf::OtherName => vec!["elsewhere.example".to_owned()],
            _ => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
        };
        let mut params = CertificateParams::new(names).unwrap();
        match leaf {
            Leaf::Expired => params.not_after = date_time_ymd(2001, 1, 1),
            Leaf::NotValidYet => params.not_before = date_time_ymd(4000, 1, 1),
            Leaf::Good | Leaf::OtherName | Leaf::SelfSigned => {}
        }
        let key = KeyPair::generate().unwrap();
        let certificate = match leaf {
            Leaf::SelfSigned => params.self_signed(&key).unwrap(),
            _ => params.signed_by(&key, &self.0).unwrap(),
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
