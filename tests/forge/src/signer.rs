//! Test keys, and JWTs that they sign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RsaEncoding, RsaKeyPair};
use serde_json::{Value, json};

/// Encodes bytes as base64url without padding.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An RSA key of 2048 bits with a key id.
#[derive(Debug)]
pub struct Signer {
    kid: &'static str,
    key: RsaKeyPair,
}

impl Signer {
    pub(crate) fn of_pkcs8(kid: &'static str, pkcs8: &[u8]) -> Self {
        let key = RsaKeyPair::from_pkcs8(pkcs8).expect("the key is valid PKCS #8");
        Self { kid, key }
    }

    /// Returns the key id.
    pub fn kid(&self) -> &'static str {
        self.kid
    }

    /// Returns the modulus in big-endian bytes.
    pub fn modulus(&self) -> Vec<u8> {
        self.components().n
    }

    fn components(&self) -> PublicKeyComponents<Vec<u8>> {
        PublicKeyComponents::from(self.key.public())
    }

    /// Returns the public key as an entry of a key set.
    pub fn jwk(&self) -> Value {
        let PublicKeyComponents { n, e } = self.components();
        json!({
            "kty": "RSA",
            "use": "sig",
            "key_ops": ["verify"],
            "alg": "RS256",
            "kid": self.kid,
            "x5c": [],
            "x5tS256": "",
            "n": base64url(n),
            "e": base64url(e),
        })
    }

    /// Returns a signed JWT with a header and claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(header.to_string(), claims.to_string())
    }

    /// Returns a signed JWT with any bytes as the header and the claims.
    pub fn sign_text(&self, header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
        self.sign_parts(&base64url(header), &base64url(claims))
    }

    /// Returns a signed JWT with any texts as the encoded header and the encoded claims.
    pub fn sign_parts(&self, header: &str, claims: &str) -> String {
        self.sign_by(&RSA_PKCS1_SHA256, header, claims)
    }

    pub(crate) fn sign_by(
        &self,
        encoding: &'static dyn RsaEncoding,
        header: &str,
        claims: &str,
    ) -> String {
        let signed = format!("{header}.{claims}");
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                encoding,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .expect("signing succeeds");
        format!("{signed}.{}", base64url(signature))
    }
}
