//! Checks the parameters of the calls, made of arbitrary texts.

use serde_json::{Map, Value, json};
use totps_core::http::HeaderMap;
use totps_core::{
    AuthenticateParams, AuthenticateSessionParams, CreateParams, DeleteTotpParams, Error,
    GetMemberParams, GetRecoveryCodesParams, MfaEnrollment, MigrateParams, Operation, Project,
    RecoverParams, RevokeSessionsParams, RotateRecoveryCodesParams,
};

/// Separates the fields in the data. No text on the wire has this character.
const SEPARATOR: char = '\u{1f}';

/// Checks that the JSON of each request has exactly the given parameters.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut fields = text.split(SEPARATOR);
    let [organization, member, secret] = [(); 3].map(|()| fields.next().unwrap_or_default());
    // Fields that are missing in the data are not set.
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
                assert!(is_object, "accepted, but must be refused: {claims}");
                authenticate = with_claims;
                authenticated.insert("session_custom_claims".to_owned(), claims);
            }
            Err(_) => {
                assert!(!is_object, "refused, but must be accepted: {claims}");
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

    check_request(&create, &["organization_id", "member_id"], created);
    let required = ["organization_id", "member_id", "code"];
    check_request(&authenticate, &required, authenticated);
    let required = ["organization_id", "member_id", "secret"];
    check_request(&migrate, &required, migrated);
    check_around(organization, member, secret);
    check_paths(organization, member, token);
}

/// Checks the other endpoints that send JSON, besides Create, Authenticate and Migrate.
fn check_around(organization: &str, member: &str, secret: &str) {
    let object = |fields: &[(&str, &str)]| {
        let fields = fields
            .iter()
            .map(|(name, text)| ((*name).to_owned(), json!(text)));
        fields.collect::<Map<_, _>>()
    };
    let ids = [("organization_id", organization), ("member_id", member)];
    let rotate = RotateRecoveryCodesParams::new(organization, member);
    check_request(&rotate, &["organization_id", "member_id"], object(&ids));
    let fields = [ids[0], ids[1], ("recovery_code", secret)];
    let recover = RecoverParams::new(organization, member, secret);
    check_request(&recover, &fields.map(|(name, _)| name), object(&fields));
    for (params, name) in [
        (
            AuthenticateSessionParams::session_token(secret),
            "session_token",
        ),
        (
            AuthenticateSessionParams::session_jwt(secret),
            "session_jwt",
        ),
    ] {
        check_request(&params, &[name], object(&[(name, secret)]));
    }
    for (params, name) in [
        (
            RevokeSessionsParams::session_id(secret),
            "member_session_id",
        ),
        (RevokeSessionsParams::session_token(secret), "session_token"),
        (RevokeSessionsParams::session_jwt(secret), "session_jwt"),
        (RevokeSessionsParams::member_id(secret), "member_id"),
    ] {
        check_request(&params, &[name], object(&[(name, secret)]));
    }
}

/// Checks that an id in a path stays unchanged and one segment, and that a token in a header is
/// sent unchanged.
fn check_paths(organization: &str, member: &str, token: Option<&str>) {
    let is_legal = |id: &str| !["", ".", ".."].contains(&id);
    let ids = [organization, member];
    let mut delete = DeleteTotpParams::new(organization, member);
    if let Some(token) = token {
        delete = delete.session_token(token);
    }
    let is_header = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte == b'\t' || matches!(byte, b' '..=b'~'))
    };
    let may_be_sent = ids.iter().all(|id| is_legal(id));
    match path_and_headers(&delete) {
        Some((path, query, headers)) => {
            assert!(
                may_be_sent && token.is_none_or(is_header),
                "accepted, but must be refused"
            );
            let expected = [
                "",
                "v1",
                "b2b",
                "organizations",
                organization,
                "members",
                member,
                "totp",
            ];
            assert_eq!(path, expected);
            assert_eq!(query, None);
            let sent = headers.get("x-stytch-member-session");
            assert_eq!(sent.map(|value| value.as_bytes()), token.map(str::as_bytes));
            assert!(
                sent.is_none_or(|value| value.is_sensitive()),
                "the header must be marked sensitive"
            );
        }
        None => assert!(
            !may_be_sent || !token.is_none_or(is_header),
            "refused, but must be accepted"
        ),
    }
    match path_and_headers(&GetRecoveryCodesParams::new(organization, member)) {
        Some((path, query, _)) => {
            assert!(may_be_sent, "accepted, but must be refused");
            assert_eq!(
                path,
                ["", "v1", "b2b", "recovery_codes", organization, member]
            );
            assert_eq!(query, None);
        }
        None => assert!(!may_be_sent, "refused, but must be accepted"),
    }
    for (params, name) in [
        (GetMemberParams::by_id(organization, member), "member_id"),
        (
            GetMemberParams::by_email(organization, member),
            "email_address",
        ),
    ] {
        match path_and_headers(&params) {
            Some((path, query, _)) => {
                assert!(
                    is_legal(organization) && !member.is_empty(),
                    "accepted, but must be refused"
                );
                assert_eq!(
                    path,
                    ["", "v1", "b2b", "organizations", organization, "member"]
                );
                let query = query.unwrap_or_default();
                let value = query
                    .strip_prefix(name)
                    .and_then(|rest| rest.strip_prefix('='));
                assert_eq!(value.map(unescaped).as_deref(), Some(member));
            }
            None => assert!(
                !is_legal(organization) || member.is_empty(),
                "refused, but must be accepted"
            ),
        }
    }
}

/// Returns the unescaped segments of the path, the query as it is sent, and the headers. Returns
/// `None` if the parameters are refused.
fn path_and_headers<P: Operation>(params: &P) -> Option<(Vec<String>, Option<String>, HeaderMap)> {
    let project = Project::new("project-test-x", "secret-test-x")
        .unwrap_or_else(|error| panic!("a valid project is refused: {error}"));
    let request = match project.request(params) {
        Ok(request) => request,
        Err(Error::InvalidParams(_)) => return None,
        Err(error) => panic!("expected an error of the parameters: {error}"),
    };
    assert!(request.body().is_empty(), "there must be no body");
    let path = request.uri().path().split('/').map(unescaped).collect();
    let query = request.uri().query().map(str::to_owned);
    Some((path, query, request.headers().clone()))
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            assert!(
                first.is_ascii_alphanumeric() || b"-._~".contains(first),
                "not escaped: {text}"
            );
            bytes.push(*first);
            continue;
        }
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or_else(|| panic!("not a valid escape: {text}")));
        rest = &after[2..];
    }
    String::from_utf8(bytes).unwrap_or_else(|error| panic!("not UTF-8: {error}"))
}

fn check_request<P: Operation>(params: &P, required: &[&str], expected: Map<String, Value>) {
    let project = Project::new("project-test-x", "secret-test-x")
        .unwrap_or_else(|error| panic!("a valid project is refused: {error}"));
    let mut required = required.iter().copied();
    let empty = required.find(|field| expected.get(*field) == Some(&json!("")));
    match project.request(params) {
        Ok(request) => {
            assert_eq!(empty, None, "an empty field must be refused");
            let body = request.into_body();
            let sent: Value = serde_json::from_slice(body.as_bytes())
                .unwrap_or_else(|error| panic!("not JSON: {error}"));
            assert_eq!(sent, Value::Object(expected), "wrong JSON");
        }
        Err(Error::InvalidParams(error)) => assert_eq!(Some(error.field()), empty),
        Err(error) => panic!("expected an error of the parameters: {error}"),
    }
}
