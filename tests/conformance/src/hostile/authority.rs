//! A certificate authority, and the certificates of servers.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::version::{TLS12, TLS13};

/// A certificate authority with a new key.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A kind of server certificate, good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leaf {
    /// For `localhost` and `127.0.0.1`, and currently valid.
    Good,
    /// For another host name.
    OtherName,
    /// Expired.
    Expired,
    /// Not yet valid.
    NotValidYet,
    /// Self-signed.
    SelfSigned,
    /// Signed with the key of a server certificate, which is not an authority.
    SignedByServer,
    /// For client authentication only.
    ForClients,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// The certificate, key and TLS versions of a server. [`Authority::server`] creates it.
#[derive(Clone)]
pub struct Tls(pub(super) Arc<ServerConfig>);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl Authority {
    /// Creates an authority with a new key and a unique name.
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(authority_params(), key).unwrap())
    }

    /// Returns the authority's own certificate in PEM format.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Creates a certificate for a server with TLS 1.2 and 1.3. This authority signs it, unless
    /// `leaf` requires another signer.
    pub fn server(&self, leaf: Leaf) -> Tls {
        self.server_with_versions(leaf, &[TlsVersion::Tls12, TlsVersion::Tls13])
    }

    /// Like [`server`](Self::server), with these versions of TLS.
    pub fn server_with_versions(&self, leaf: Leaf, versions: &[TlsVersion]) -> Tls {
        let key = KeyPair::generate().unwrap();
        let params = leaf_params(leaf);
        let chain = match leaf {
            Leaf::SelfSigned => vec![params.self_signed(&key).unwrap().der().clone()],
            Leaf::SignedByServer => {
                let mut server = leaf_params(Leaf::Good);
                server.is_ca = IsCa::ExplicitNoCa;
                let server_key = KeyPair::generate().unwrap();
                let server = CertifiedIssuer::signed_by(server, server_key, &self.0).unwrap();
                let leaf = params.signed_by(&key, &server).unwrap();
                vec![leaf.der().clone(), server.der().clone()]
            }
            _ => vec![params.signed_by(&key, &self.0).unwrap().der().clone()],
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let versions: Vec<_> = versions
            .iter()
            .map(|version| match version {
                TlsVersion::Tls12 => &TLS12,
                TlsVersion::Tls13 => &TLS13,
            })
            .collect();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Tls(Arc::new(config))
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

fn authority_params() -> CertificateParams {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    let name = format!("test authority {number}");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn leaf_params(leaf: Leaf) -> CertificateParams {
    let names = match leaf {
        Leaf::OtherName => vec!["elsewhere.example".to_owned()],
        _ => vec!["localhost".to_owned(), "127.0.0.1".to_owned()],
    };
    let mut params = CertificateParams::new(names).unwrap();
    match leaf {
        Leaf::Expired => params.not_after = date_time_ymd(2001, 1, 1),
        Leaf::NotValidYet => params.not_before = date_time_ymd(4000, 1, 1),
        Leaf::ForClients => {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }
        _ => {}
    }
    params
}
