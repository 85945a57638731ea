//! Tests of the uses of responses: reading claims and QR codes, and building responses in tests.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use totps_core::{
    AuthenticateSessionResponse, Body, ClaimsError, CreateResponse, Error, QrCode, QrCodeError,
    RecoverResponse,
};
use totps_tests::fixtures::fixture;

use super::{authenticate, authenticated_with, create};

#[test]
fn claims_are_read_into_the_callers_type() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Claims {
        claim1: String,
        claim2: Option<String>,
        #[serde(default)]
        claim3: Vec<String>,
    }
    let authenticated = authenticate(fixture("authenticate/full").json);
    let claims: Claims = authenticated.claims().unwrap();
    let expected = Claims {
        claim1: "value1".to_owned(),
        claim2: Some("value2".to_owned()),
        claim3: Vec::new(),
    };
    assert_eq!(claims, expected);
    let map: HashMap<String, String> = authenticated.claims().unwrap();
    assert_eq!(map["claim2"], "value2");
    let raw: Map<String, Value> = authenticated.claims().unwrap();
    assert_eq!(raw.len(), 2);
    let mismatch = authenticated.claims::<HashMap<String, u32>>();
    let mismatch = mismatch.unwrap_err();
    assert!(
        matches!(mismatch, ClaimsError::Mismatch { claim: None, .. }),
        "{mismatch:?}"
    );
}

#[test]
fn mismatched_claims_are_named() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is never read")]
    struct OfAnotherKind {
        claim1: String,
        claim2: u32,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is never read")]
    struct Missing {
        #[serde(rename = "plan")]
        chosen: String,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Unknown {}
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is never read")]
    struct Inside(Option<OfAnotherKind>);

    let authenticated = authenticate(fixture("authenticate/full").json);
    let recovered = RecoverResponse::try_from(http::Response::new(fixture("recover/full").json));
    let session = fixture("authenticate_session/full").json;
    let session = AuthenticateSessionResponse::try_from(http::Response::new(session)).unwrap();
    for (claim, error) in [
        (
            Some("claim2"),
            authenticated.claims::<OfAnotherKind>().unwrap_err(),
        ),
        (
            Some("claim2"),
            authenticated.claims::<Inside>().unwrap_err(),
        ),
        (
            Some("claim2"),
            authenticated.claims::<Box<OfAnotherKind>>().unwrap_err(),
        ),
        (
            Some("claim2"),
            recovered.unwrap().claims::<OfAnotherKind>().unwrap_err(),
        ),
        (
            Some("claim2"),
            session.claims::<OfAnotherKind>().unwrap_err(),
        ),
        (Some("plan"), authenticated.claims::<Missing>().unwrap_err()),
        (None, authenticated.claims::<Unknown>().unwrap_err()),
        (None, authenticated.claims::<u32>().unwrap_err()),
        (None, authenticated.claims::<Vec<String>>().unwrap_err()),
    ] {
        let ClaimsError::Mismatch { claim: named, .. } = error else {
            panic!("expected a mismatch, not {error:?}")
        };
        assert_eq!(named, claim);
        let text = error.to_string();
        assert!(text.contains(claim.unwrap_or("")), "{text}");
        assert!(!text.contains("value"), "{text}");
    }
}

#[test]
fn missing_claims_are_errors() {
    for (raw, expected) in [
        ("null", ClaimsError::NoSession),
        ("5", ClaimsError::NoSession),
        ("{}", ClaimsError::NoClaims),
        (r#"{"custom_claims": null}"#, ClaimsError::NoClaims),
        (r#"{"custom_claims": []}"#, ClaimsError::NoClaims),
    ] {
        let authenticated = authenticate(authenticated_with("member_session", raw));
        let claims = authenticated.claims::<Map<String, Value>>();
        assert_eq!(claims.unwrap_err(), expected, "member_session: {raw}");
    }
    let empty = authenticate(fixture("authenticate/live-shape").json);
    assert_eq!(empty.claims::<Map<String, Value>>().unwrap(), Map::new());
}

#[test]
fn qr_codes_are_decoded() {
    // A complete image of one pixel.
    const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
    for text in [
        format!("data:image/png;base64, {PNG}"),
        format!("data:image/png;base64,{PNG}"),
        PNG.to_owned(),
    ] {
        let png = QrCode::new(text.as_str()).png();
        let png = png.unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"), "{text}");
        assert!(png.ends_with(b"IEND\xaeB`\x82"), "{text}");
    }
    for (text, expected) in [
        ("".to_owned(), QrCodeError::Signature),
        ("data:image/png;base64,".to_owned(), QrCodeError::Signature),
        ("R0lGODlhAQABAAAAACw=".to_owned(), QrCodeError::Signature),
        (
            PNG.replacen("iVBORw0KGgo", "iVBORw0KGgs", 1),
            QrCodeError::Signature,
        ),
        (
            format!("data:image/gif;base64,{PNG}"),
            QrCodeError::MediaType,
        ),
        (format!("data:{PNG}"), QrCodeError::MediaType),
        (format!("https://example.com/{PNG}"), QrCodeError::Base64),
        (format!("{PNG}*"), QrCodeError::Base64),
        (format!("data:image/png;base64,{PNG}é"), QrCodeError::Base64),
    ] {
        assert_eq!(QrCode::new(text.as_str()).png(), Err(expected), "{text}");
    }
}

#[test]
fn the_abbreviated_qr_code_of_the_documentation_is_an_error() {
    let created = create(fixture("create/full").json);
    assert_eq!(
        created.qr_code.png(),
        Err(QrCodeError::Base64),
        "the documentation abbreviates it"
    );
}

#[test]
fn responses_can_be_built_from_any_body_type() {
    let json = r#"{"totp_registration_id": "t", "secret": "s", "qr_code": "q"}"#;
    let fakes: [(&str, Result<CreateResponse, Error>); 6] = [
        ("&str", http::Response::new(json).try_into()),
        ("String", http::Response::new(json.to_owned()).try_into()),
        ("&[u8]", http::Response::new(json.as_bytes()).try_into()),
        (
            "Vec<u8>",
            http::Response::new(json.as_bytes().to_vec()).try_into(),
        ),
        ("Body", http::Response::new(Body::from(json)).try_into()),
        (
            "Box<[u8]>",
            http::Response::new(Box::<[u8]>::from(json.as_bytes())).try_into(),
        ),
    ];
    for (body, fake) in fakes {
        assert_eq!(fake.unwrap().secret.expose(), "s", "{body}");
    }
}
