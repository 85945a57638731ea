//! JWTs whose parts are truncated, swapped, padded or too long.

use serde_json::json;
use totps_core::{JwtError, JwtPart};

use crate::{Case, Forge, base64url};

pub(crate) fn cases(forge: &Forge) -> Vec<Case> {
    use JwtError::{Signature, TooLong};
    const WHOLE: JwtError = JwtError::Malformed {
        part: JwtPart::Whole,
    };
    const HEADER: JwtError = JwtError::Malformed {
        part: JwtPart::Header,
    };
    const SIGNATURE: JwtError = JwtError::Malformed {
        part: JwtPart::Signature,
    };

    let jwt = forge.jwt();
    let [header, claims, signature] = parts(&jwt);
    let other = forge.with_claim("/sub", Some(json!("member-test-2")));
    let [_, other_claims, other_signature] = parts(&other);
    let bytes = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = decoded(signature);
        change(&mut bytes);
        format!("{header}.{claims}.{}", base64url(bytes))
    };
    let forged = Case::forged;
    vec![
        forged("empty", String::new(), WHOLE),
        forged("one-dot", ".".to_owned(), WHOLE),
        forged("dots-alone", "..".to_owned(), HEADER),
        forged("no-dots", jwt.replace('.', ""), WHOLE),
        forged("two-parts", format!("{header}.{claims}"), WHOLE),
        forged("four-parts", format!("{jwt}.{signature}"), WHOLE),
        forged("dot-at-the-end", format!("{jwt}."), WHOLE),
        forged(
            "five-parts",
            format!("{header}.{claims}.{claims}.{claims}.{signature}"),
            WHOLE,
        ),
        forged("cut-in-half", jwt[..jwt.len() / 2].to_owned(), WHOLE),
        forged(
            "json-form",
            json!({"payload": claims, "signature": signature}).to_string(),
            WHOLE,
        ),
        forged("space-before", format!(" {jwt}"), HEADER),
        forged("bearer-before", format!("Bearer {jwt}"), HEADER),
        forged("quotes-around", format!("\"{jwt}\""), HEADER),
        forged(
            "header-padded",
            format!("{header}=.{claims}.{signature}"),
            HEADER,
        ),
        forged(
            "header-empty-part",
            format!(".{claims}.{signature}"),
            HEADER,
        ),
        forged(
            "nul-in-the-header",
            format!("{header}\0.{claims}.{signature}"),
            HEADER,
        ),
        forged(
            "not-ascii",
            format!("{header}\u{e4}.{claims}.{signature}"),
            HEADER,
        ),
        forged("line-break-behind", format!("{jwt}\n"), SIGNATURE),
        forged("signature-padded", format!("{jwt}=="), SIGNATURE),
        forged(
            "signature-in-standard-base64",
            in_standard_base64(forge),
            SIGNATURE,
        ),
        forged(
            "signature-with-unused-bits",
            with_unused_bits(&jwt),
            SIGNATURE,
        ),
        forged("signature-empty", format!("{header}.{claims}."), Signature),
        forged(
            "signature-cut-by-a-byte",
            bytes(&|bytes| bytes.truncate(255)),
            Signature,
        ),
        forged(
            "signature-and-a-byte",
            bytes(&|bytes| bytes.push(0)),
            Signature,
        ),
        forged(
            "signature-with-a-zero-before",
            bytes(&|bytes| bytes.insert(0, 0)),
            Signature,
        ),
        forged(
            "signature-bit-flipped",
            bytes(&|bytes| bytes[200] ^= 1),
            Signature,
        ),
        forged("signature-zeros", bytes(&|bytes| bytes.fill(0)), Signature),
        forged(
            "signature-ones",
            bytes(&|bytes| bytes.fill(0xff)),
            Signature,
        ),
        forged(
            "signature-one",
            bytes(&|bytes| {
                bytes.fill(0);
                bytes[255] = 1;
            }),
            Signature,
        ),
        forged(
            "claims-cut",
            format!("{header}.{}.{signature}", &claims[4..]),
            Signature,
        ),
        forged(
            "claims-swapped",
            format!("{header}.{other_claims}.{signature}"),
            Signature,
        ),
        forged(
            "signature-swapped",
            format!("{header}.{claims}.{other_signature}"),
            Signature,
        ),
        forged(
            "parts-swapped",
            format!("{claims}.{header}.{signature}"),
            JwtError::Algorithm,
        ),
        forged("claims-empty", format!("{header}..{signature}"), Signature),
        forged(
            "signed-but-20-kib",
            forge.with_claim("/plan", Some(json!("x".repeat(20_480)))),
            TooLong,
        ),
        forged("2-mb-of-letters", "a".repeat(2_000_000), TooLong),
        forged("2-mb-of-dots", ".".repeat(2_000_000), TooLong),
        forged(
            "2-mb-of-claims",
            format!("{header}.{}.{signature}", "a".repeat(2_000_000)),
            TooLong,
        ),
    ]
}

fn parts(jwt: &str) -> [&str; 3] {
    let parts: Vec<_> = jwt.split('.').collect();
    parts.try_into().expect("a good JWT has three parts")
}

fn decoded(part: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(part)
        .expect("a part of a good JWT")
}

/// Sets an unused bit of the last letter. The text changes, and the decoded bytes stay the same.
fn with_unused_bits(jwt: &str) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = jwt.split_at(jwt.len() - 1);
    let value = LETTERS.find(last).expect("a letter of base64url");
    format!("{rest}{}", &LETTERS[value | 1..][..1])
}

/// Returns a JWT whose signature is in standard base64 and differs from its base64url.
fn in_standard_base64(forge: &Forge) -> String {
    (0..)
        .map(|number| forge.with_claim("/number", Some(json!(number))))
        .find_map(|jwt| {
            let (signed, signature) = jwt.rsplit_once('.')?;
            let standard = signature.replace('-', "+").replace('_', "/");
            (standard != signature).then(|| format!("{signed}.{standard}"))
        })
        .expect("most signatures contain `-` or `_`")
}
