//! JWTs with another algorithm than RS256, or with RS256 and a wrong key or hash.

use ring::hmac;
use ring::signature::{RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256};
use serde_json::{Value, json};
use totps_core::JwtError::{Algorithm, Signature};

use crate::{Case, Forge, base64url};

pub(crate) fn cases(forge: &Forge) -> Vec<Case> {
    let header = |alg: Value| json!({"alg": alg, "kid": forge.key.kid(), "typ": "JWT"});
    let encoded = |alg: &str| base64url(header(json!(alg)).to_string());
    let claims = base64url(forge.claims().to_string());
    let unsigned = |alg: &str| format!("{}.{claims}.", encoded(alg));
    // A well-known attack: the public key as the secret of an HMAC.
    let hs256 = |secret: &[u8]| {
        let signed = format!("{}.{claims}", encoded("HS256"));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let tag = hmac::sign(&key, signed.as_bytes());
        format!("{signed}.{}", base64url(tag))
    };
    let declared = |alg: Value| forge.key.sign(&header(alg), &forge.claims());
    let without = forge.key.sign(
        &json!({"kid": forge.key.kid(), "typ": "JWT"}),
        &forge.claims(),
    );
    let forged = |name, jwt| Case::forged(name, jwt, Algorithm);
    vec![
        forged("alg-none", unsigned("none")),
        forged("alg-none-capitalised", unsigned("None")),
        forged("alg-none-in-capitals", unsigned("NONE")),
        forged("alg-none-mixed", unsigned("nOnE")),
        forged("alg-none-with-a-signature", declared(json!("none"))),
        forged("alg-hs256-by-modulus", hs256(&forge.key.modulus())),
        forged(
            "alg-hs256-by-modulus-in-base64",
            hs256(base64url(forge.key.modulus()).as_bytes()),
        ),
        forged(
            "alg-hs256-by-jwk",
            hs256(forge.key.jwk().to_string().as_bytes()),
        ),
        forged("alg-hs256-by-nothing", hs256(b"")),
        forged("alg-hs256-declared", declared(json!("HS256"))),
        forged("alg-rs384-declared", declared(json!("RS384"))),
        forged(
            "alg-rs384",
            forge
                .key
                .sign_by(&RSA_PKCS1_SHA384, &encoded("RS384"), &claims),
        ),
        forged(
            "alg-rs512",
            forge
                .key
                .sign_by(&RSA_PKCS1_SHA512, &encoded("RS512"), &claims),
        ),
        forged(
            "alg-ps256",
            forge
                .key
                .sign_by(&RSA_PSS_SHA256, &encoded("PS256"), &claims),
        ),
        forged("alg-es256-declared", declared(json!("ES256"))),
        forged("alg-eddsa-declared", declared(json!("EdDSA"))),
        forged("alg-missing", without),
        forged("alg-null", declared(Value::Null)),
        forged("alg-a-number", declared(json!(256))),
        forged("alg-a-list", declared(json!(["RS256"]))),
        forged("alg-empty", declared(json!(""))),
        forged("alg-in-lower-case", declared(json!("rs256"))),
        forged("alg-with-a-space", declared(json!("RS256 "))),
        Case::forged(
            "rs256-declared-ps256-signed",
            forge
                .key
                .sign_by(&RSA_PSS_SHA256, &encoded("RS256"), &claims),
            Signature,
        ),
        Case::forged(
            "rs256-declared-sha512-signed",
            forge
                .key
                .sign_by(&RSA_PKCS1_SHA512, &encoded("RS256"), &claims),
            Signature,
        ),
        Case::forged(
            "signed-by-an-attacker",
            forge.attacker.sign(&forge.header(), &forge.claims()),
            Signature,
        ),
        Case::forged(
            "signed-by-the-other-key",
            forge.next.sign(&forge.header(), &forge.claims()),
            Signature,
        ),
    ]
}
