//! Reads a JWT in compact form (RFC 7515), and checks its header and signature.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Map, Value};

use crate::session_jwt::error::{JwtError, JwtPart};
use crate::session_jwt::jwks::Jwks;
use crate::session_jwt::strict_json::{self, Unreadable};
use crate::value::wipe::WipedBytes;

/// The longest JWT, in bytes. 4 kB of custom claims take 5.5 kB in a JWT; servers and browsers
/// accept 8 to 32 kB of headers.
const LONGEST: usize = 16 * 1024;

/// A JWT whose header is valid and whose signature is not checked yet.
pub(super) struct Token<'a> {
    /// The header and the claims, which the signature covers.
    signed: &'a str,
    claims: &'a str,
    signature: &'a str,
    kid: String,
}

impl<'a> Token<'a> {
    pub(super) fn parse(jwt: &'a str) -> Result<Self, JwtError> {
        if jwt.len() > LONGEST {
            return Err(JwtError::TooLong);
        }
        let part = JwtPart::Whole;
        let mut parts = jwt.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwtError::Malformed { part });
        };
        Ok(Self {
            signed: &jwt[..header.len() + 1 + claims.len()],
            claims,
            signature,
            kid: kid(object(header, JwtPart::Header)?)?,
        })
    }

    /// Returns the claims, if they were signed with a key of the set.
    pub(super) fn verified_claims(&self, jwks: &Jwks) -> Result<Map<String, Value>, JwtError> {
        if !jwks.contains(&self.kid) {
            return Err(JwtError::UnknownKey);
        }
        let signature = decode(self.signature, JwtPart::Signature)?;
        if !jwks.has_signed(&self.kid, self.signed.as_bytes(), signature.as_ref()) {
            return Err(JwtError::Signature);
        }
        object(self.claims, JwtPart::Claims)
    }
}

/// Checks the header, and returns its `kid`. Keys and URLs of keys in it (`jwk`, `x5c`, `jku`,
/// `x5u`) are ignored.
fn kid(mut header: Map<String, Value>) -> Result<String, JwtError> {
    if header.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err(JwtError::Algorithm);
    }
    if header.contains_key("crit") {
        return Err(JwtError::CriticalHeader);
    }
    match header.get("typ") {
        None => {}
        // Media types are not case-sensitive (RFC 7519, 5.1).
        Some(Value::String(typ)) if typ.eq_ignore_ascii_case("JWT") => {}
        Some(_) => return Err(JwtError::Type),
    }
    match header.remove("kid") {
        Some(Value::String(kid)) if !kid.is_empty() => Ok(kid),
        _ => Err(JwtError::NoKeyId),
    }
}

fn object(part: &str, name: JwtPart) -> Result<Map<String, Value>, JwtError> {
    let json = decode(part, name)?;
    strict_json::object(json.as_ref()).map_err(|error| match error {
        Unreadable::NotAnObject => JwtError::Malformed { part: name },
        Unreadable::DuplicateKey => JwtError::DuplicateKey { part: name },
    })
}

/// Decodes base64url without padding; other forms of the same bytes are refused.
fn decode(part: &str, name: JwtPart) -> Result<WipedBytes, JwtError> {
    BASE64URL
        .decode(part)
        .map(WipedBytes)
        .map_err(|_| JwtError::Malformed { part: name })
}
