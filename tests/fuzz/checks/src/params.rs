//! The parameters of the three calls, of arbitrary texts.

use serde_json::{Map, Value, json};
use totps_core::{
    AuthenticateParams, CreateParams, Error, MfaEnrollment, MigrateParams, Operation, Project,
};

/// What separates the fields in the data: no text on the wire has it.
const SEPARATOR: char = '\u{1f}';

/// What is put in stands in the JSON of the request, and nothing else does.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut fields = text.split(SEPARATOR);
    let [organization, member, secret] = [(); 3].map(|()| fields.next().unwrap_or_default());
    // The ones that are not there are not set.
    let [number, token, claims, flags] = [(); 4].map(|()| fields.next());
    let number: Option<u32> = number.and_then(|text| text.parse().ok());
    let rest: Vec<&str> = fields.collect();
    let has = |flag| flags.is_some_and(|flags| flags.contains(flag));

    let mut create = CreateParams::new(organization, member);
    let mut authenticate = AuthenticateParams::new(organization, member, secret);
    let mut migrate = MigrateParams::new(organization, member, secret);
    let mut required = Map::new();
    required.insert("organization_id".to_owned(), json!(organization));
    required.insert("member_id".to_owned(), json!(member));
    let mut created = required.clone();
    let mut authenticated = required.clone();
    authenticated.insert("code".to_owned(), json!(secret));
    let mut migrated = required;
    migrated.insert("secret".to_owned(), json!(secret));

    if let Some(number) = number {
        create = create.expiration_minutes(number);
        created.insert("expiration_minutes".to_owned(), json!(number));
        authenticate = authenticate.session_duration_minutes(number);
        authenticated.insert("session_duration_minutes".to_owned(), json!(number));
    }
    if let Some(token) = token {
        create = create.session_token(token).session_jwt(token);
        authenticate = authenticate
            .intermediate_session_token(token)
            .session_jwt(token)
            .telemetry_id(token);
        for field in ["session_token", "session_jwt"] {
            created.insert(field.to_owned(), json!(token));
        }
        for field in ["intermediate_session_token", "session_jwt", "telemetry_id"] {
            authenticated.insert(field.to_owned(), json!(token));
        }
    }
    if let Some(Ok(claims)) = claims.map(serde_json::from_str::<Value>) {
        let is_object = claims.is_object();
        let before = authenticate.clone();
        match authenticate.session_claims_from(&claims) {
            Ok(with_claims) => {
                assert!(is_object, "must be refused: {claims}");
                authenticate = with_claims;
                authenticated.insert("session_custom_claims".to_owned(), claims);
            }
            Err(_) => {
                assert!(!is_object, "must be taken: {claims}");
                authenticate = before;
            }
        }
    }
    if has('e') || has('u') {
        let (enrollment, name) = if has('e') {
            (MfaEnrollment::Enroll, "enroll")
        } else {
            (MfaEnrollment::Unenroll, "unenroll")
        };
        authenticate = authenticate.set_mfa_enrollment(enrollment);
        authenticated.insert("set_mfa_enrollment".to_owned(), json!(name));
    }
    if has('d') || has('f') {
        authenticate = authenticate.set_default_mfa(has('d'));
        authenticated.insert("set_default_mfa".to_owned(), json!(has('d')));
    }
    if has('r') || !rest.is_empty() {
        migrate = migrate.recovery_codes(rest.iter().copied());
        migrated.insert("recovery_codes".to_owned(), json!(rest));
    }

    check_request(&create, created);
    check_request(&authenticate, authenticated);
    check_request(&migrate, migrated);
}

fn check_request<P: Operation>(params: &P, expected: Map<String, Value>) {
    let project = Project::new("project-test-x", "secret-test-x")
        .unwrap_or_else(|error| panic!("a right project is refused: {error}"));
    let required = ["organization_id", "member_id", "code", "secret"];
    let empty = required
        .into_iter()
        .find(|field| expected.get(*field) == Some(&json!("")));
    match project.request(params) {
        Ok(request) => {
            assert_eq!(empty, None, "must be refused when it is empty");
            let body = request.into_body();
            let sent: Value = serde_json::from_slice(body.as_bytes())
                .unwrap_or_else(|error| panic!("not JSON: {error}"));
            assert_eq!(sent, Value::Object(expected), "something else is sent");
        }
        Err(Error::InvalidParams(error)) => assert_eq!(Some(error.field()), empty),
        Err(error) => panic!("not sent, and yet: {error}"),
    }
}
