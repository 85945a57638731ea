//! Session JWTs: signing, checking and the key set.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Map, Value, json};

use crate::config::ConfigError;

/// Signs with the test key of the package.
#[derive(Debug)]
pub(crate) struct JwtSigner {
    key: KeyPair,
    kid: String,
}

impl JwtSigner {
    /// The test key under a key id.
    pub(crate) fn new(kid: String) -> Result<Self, ConfigError> {
        let pem = include_bytes!("jwt_test_key.pem");
        let key = PrivatePkcs8KeyDer::from_pem_slice(pem)
            .map_err(|error| ConfigError::new(error.to_string()))?;
        let key = RsaKeyPair::from_pkcs8(key.secret_pkcs8_der())
            .map_err(|error| ConfigError::new(error.to_string()))?;
        Ok(Self { key, kid })
    }

    /// A signed JWT with these claims; `None` if the system's random source fails.
    pub(crate) fn sign(&self, claims: &Map<String, Value>) -> Option<String> {
        let header = json!({ "alg": "RS256", "kid": self.kid, "typ": "JWT" });
        let encode = |json: String| URL_SAFE_NO_PAD.encode(json);
        let claims = serde_json::to_string(claims).ok()?;
        let mut jwt = format!("{}.{}", encode(header.to_string()), encode(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                jwt.as_bytes(),
                &mut signature,
            )
            .ok()?;
        jwt.push('.');
        jwt.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Some(jwt)
    }

    /// The claims of a JWT that this key signed.
    pub(crate) fn verify(&self, jwt: &str) -> Option<Map<String, Value>> {
        let (signed, signature) = jwt.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.key.public().as_ref())
            .verify(signed.as_bytes(), &signature)
            .ok()?;
        let (_, claims) = signed.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    /// The key set, with the members that the official SDKs type.
    pub(crate) fn key_set(&self) -> Value {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.key.public());
        json!([{
            "kty": "RSA",
            "use": "sig",
            "key_ops": ["verify"],
            "alg": "RS256",
            "kid": self.kid,
            "x5c": [],
            "x5t_s256": "",
            "n": URL_SAFE_NO_PAD.encode(public.n),
            "e": URL_SAFE_NO_PAD.encode(public.e),
        }])
    }
}
