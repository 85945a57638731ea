//! Code that a program would write with jsonwebtoken: the keys by their ids, the issuers and the
//! audience, and a struct for the claims.

use std::collections::HashMap;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};
use totps_forge::{Forge, PROJECT_ID};

use crate::Fallible;

pub(crate) struct ByHand {
    keys: HashMap<String, DecodingKey>,
    validation: Validation,
}

/// The claims. All fields are decoded, but not all are used.
#[derive(Deserialize)]
#[allow(dead_code)]
pub(crate) struct Claims {
    sub: String,
    iat: u64,
    #[serde(rename = "https://stytch.com/session")]
    session: Session,
    #[serde(rename = "https://stytch.com/organization")]
    organization: Organization,
    #[serde(flatten)]
    custom: Map<String, Value>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Session {
    id: String,
    started_at: String,
    last_accessed_at: String,
    expires_at: String,
    authentication_factors: Vec<Factor>,
    roles: Vec<String>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Factor {
    r#type: String,
    delivery_method: String,
    last_authenticated_at: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Organization {
    organization_id: String,
    slug: String,
}

impl ByHand {
    pub(crate) fn new(forge: &Forge) -> Fallible<Self> {
        let set = serde_json::json!({"keys": [forge.key.jwk(), forge.next.jwk()]});
        let set: JwkSet = serde_json::from_value(set)?;
        let mut keys = HashMap::new();
        for jwk in &set.keys {
            let kid = jwk.common.key_id.clone().ok_or("a key has no id")?;
            keys.insert(kid, DecodingKey::from_jwk(jwk)?);
        }
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.set_audience(&[PROJECT_ID]);
        validation.set_issuer(&[format!("stytch.com/{PROJECT_ID}"), forge.base_url.clone()]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        Ok(Self { keys, validation })
    }

    pub(crate) fn check(&self, jwt: &str) -> Fallible<Claims> {
        let kid = decode_header(jwt)?.kid.ok_or("the JWT has no `kid`")?;
        let key = self.keys.get(&kid).ok_or("unknown key")?;
        let claims: Claims = decode(jwt, key, &self.validation)?.claims;
        let factors = &claims.session.authentication_factors;
        if factors.iter().any(|factor| factor.r#type == "totp") {
            Ok(claims)
        } else {
            Err("no second factor".into())
        }
    }
}
