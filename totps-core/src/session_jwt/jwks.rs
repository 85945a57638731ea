//! The keys that sign session JWTs.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use http::{StatusCode, response};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::decode::{self, Reply, Undecoded};
use crate::error::{DecodeErrorKind, Error};

/// The keys that verify a project's session JWTs (RFC 7517).
///
/// The response of [`GetJwks`](crate::GetJwks). Only `kty`, `kid`, `n`, `e` and, if present, `alg`
/// are read. Keys that cannot verify RS256 are left out: another `kty` or `alg`, no `kid`, a
/// modulus of less than 2048 or more than 8192 bits, the exponent 1.
///
/// ```
/// use totps_core::{Jwks, http};
///
/// let json = r#"{"keys": [{"kty": "EC", "kid": "jwk-test-1", "alg": "ES256"}]}"#;
/// let jwks = Jwks::try_from(http::Response::new(json))?;
/// assert!(jwks.is_empty());
/// # Ok::<_, totps_core::Error>(())
/// ```
#[derive(Clone, Default, Deserialize)]
pub struct Jwks {
    #[serde(deserialize_with = "usable_keys")]
    keys: Vec<Key>,
}

impl Jwks {
    /// Returns the ids of the keys, in the order of the response.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.kid.as_str())
    }

    /// Tells whether there is no key that can verify a JWT.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn contains(&self, kid: &str) -> bool {
        self.kids().any(|other| other == kid)
    }

    /// Tells whether a signature was made with a key of this id.
    pub(super) fn has_signed(&self, kid: &str, signed: &[u8], signature: &[u8]) -> bool {
        self.keys
            .iter()
            .filter(|key| key.kid == kid)
            .any(|key| key.has_signed(signed, signature))
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jwks")?;
        f.debug_list().entries(self.kids()).finish()
    }
}

impl Reply for Jwks {
    const ESSENTIAL: &'static [&'static str] = &["keys"];
    const UNIQUE: &'static [&'static str] = &["keys"];

    fn read(head: &response::Parts, body: &[u8]) -> Result<Self, Error> {
        decode::read(head, body)
    }

    fn complete(&mut self, _: StatusCode, _: Vec<Undecoded>) -> Result<(), DecodeErrorKind> {
        Ok(())
    }
}

/// Reads a response from any HTTP stack. The status is checked first.
impl<B: AsRef<[u8]>> TryFrom<http::Response<B>> for Jwks {
    type Error = Error;

    fn try_from(response: http::Response<B>) -> Result<Self, Error> {
        decode::response(response)
    }
}

/// An RSA key for RS256.
#[derive(Clone)]
struct Key {
    kid: String,
    /// Big-endian, without leading zeros.
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl Key {
    fn has_signed(&self, signed: &[u8], signature: &[u8]) -> bool {
        let key = RsaPublicKeyComponents {
            n: &self.modulus,
            e: &self.exponent,
        };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
            .is_ok()
    }
}

/// Reads the keys, and leaves out every element that is not a key for RS256.
fn usable_keys<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Key>, D::Error> {
    let keys = Vec::<Box<RawValue>>::deserialize(from)?;
    let keys = keys.iter().filter_map(|raw| {
        let jwk: Jwk = serde_json::from_str(raw.get()).ok()?;
        jwk.into_key()
    });
    Ok(keys.collect())
}

/// The fields that are read from a key. Stytch's own sources differ in the spelling of the others.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    alg: Option<String>,
    kid: String,
    n: String,
    e: String,
}

impl Jwk {
    fn into_key(self) -> Option<Key> {
        let is_rs256 = self.kty == "RSA" && self.alg.is_none_or(|alg| alg == "RS256");
        let modulus = unsigned(&self.n)?;
        let exponent = unsigned(&self.e)?;
        let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
        let is_usable =
            is_rs256 && !self.kid.is_empty() && (2048..=8192).contains(&bits) && exponent != [1];
        is_usable.then_some(Key {
            kid: self.kid,
            modulus,
            exponent,
        })
    }
}

/// Reads a `Base64urlUInt` of RFC 7518. Leading zeros, which it forbids, are common and harmless.
fn unsigned(text: &str) -> Option<Vec<u8>> {
    let mut bytes = BASE64URL.decode(text).ok()?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    (!bytes.is_empty()).then_some(bytes)
}
