//! Checks the settings of a project. The input has one line each for the base URL, the project id
//! and the user agent; the rest is the secret.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use totps_core::http::{HeaderValue, Uri, header};
use totps_core::{
    AuthenticateParams, CreateParams, LIVE_BASE_URL, MigrateParams, Operation, Project, Request,
    TEST_BASE_URL, check_destination,
};

/// Checks that settings are accepted or refused, and that requests go only to the base URL, with
/// these credentials.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut lines = text.splitn(4, '\n');
    let [base_url, id, user_agent, secret] = [(); 4].map(|()| lines.next().unwrap_or_default());

    if let Ok(project) = Project::new(id, secret) {
        check_credentials(id, secret);
        let expected = if id.starts_with("project-live-") {
            LIVE_BASE_URL
        } else {
            assert!(id.starts_with("project-test-"), "unknown project {id:?}");
            TEST_BASE_URL
        };
        check_requests(&project, &Uri::from_static(expected), id, secret);
        check_user_agent(project, user_agent);
    }
    let Ok(base_url) = base_url.parse::<Uri>() else {
        return;
    };
    let at = Project::at(base_url.clone(), "project", "secret");
    let with = Project::at(Uri::from_static(TEST_BASE_URL), "project", "secret")
        .and_then(|project| project.with_base_url(base_url.clone()));
    assert_eq!(
        at.is_ok(),
        with.is_ok(),
        "{base_url}: `at` and `with_base_url` differ"
    );
    if let (Ok(at), Ok(with)) = (at, with) {
        check_base_url(&base_url);
        check_requests(&at, &base_url, "project", "secret");
        check_requests(&with, &base_url, "project", "secret");
    }
    if let Ok(project) = Project::at(base_url.clone(), id, secret) {
        check_credentials(id, secret);
        check_requests(&project, &base_url, id, secret);
        // The debug output must not depend on the secret.
        let other = Project::at(base_url, id, "another").map(|project| format!("{project:#?}"));
        assert_eq!(Ok(format!("{project:#?}")), other);
    }
}

fn check_credentials(id: &str, secret: &str) {
    assert!(!id.is_empty() && !id.contains(':'), "invalid id {id:?}");
    assert!(!secret.is_empty(), "an empty secret");
    assert!(
        !id.contains(char::is_control) && !secret.contains(char::is_control),
        "control characters in {id:?} or {secret:?}"
    );
}

fn check_base_url(url: &Uri) {
    assert!(check_destination(url, None).is_ok(), "unsafe: {url}");
    assert_eq!(url.query(), None, "{url}");
    let host = url.host().unwrap_or_default();
    assert!(!host.is_empty(), "no host: {url}");
    if url.scheme_str() != Some("https") {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse();
        assert!(
            host.eq_ignore_ascii_case("localhost")
                || address.is_ok_and(|address: IpAddr| address.is_loopback()),
            "credentials in clear text: {url}"
        );
    }
    // Any other program must find the same authority in the URL.
    let authority = url.authority().map_or("", |authority| authority.as_str());
    assert!(
        !authority.contains(['@', '/', '\\', '?', '#'])
            && authority.bytes().all(|byte| byte.is_ascii_graphic()),
        "not a host and a port: {authority:?}"
    );
}

fn check_requests(project: &Project, base_url: &Uri, id: &str, secret: &str) {
    let create = CreateParams::new("organization", "member");
    check_request(project, &create, "/v1/b2b/totp", base_url, id, secret);
    let authenticate = AuthenticateParams::new("organization", "member", "123456");
    let path = "/v1/b2b/totp/authenticate";
    check_request(project, &authenticate, path, base_url, id, secret);
    let migrate = MigrateParams::new("organization", "member", "BTGN");
    let path = "/v1/b2b/totp/migrate";
    check_request(project, &migrate, path, base_url, id, secret);
}

fn check_request<P: Operation>(
    project: &Project,
    params: &P,
    path: &str,
    base_url: &Uri,
    id: &str,
    secret: &str,
) {
    assert_eq!(project.id(), &id);
    let request: Request = project
        .request(params)
        .unwrap_or_else(|error| panic!("no request to {base_url}: {error}"));
    let url = request.uri();
    assert_eq!(url.scheme(), base_url.scheme(), "wrong scheme");
    assert_eq!(url.authority(), base_url.authority(), "wrong origin");
    let path = format!("{}{}", base_url.path().trim_end_matches('/'), path);
    assert_eq!((url.path(), url.query()), (&*path, None));
    let again = url.to_string().parse::<Uri>();
    assert_eq!(again.as_ref().ok(), Some(url), "reads as another URL");

    let authorization = &request.headers()[header::AUTHORIZATION];
    assert!(
        authorization.is_sensitive(),
        "Authorization must be marked sensitive"
    );
    let credentials = authorization
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("Basic "))
        .and_then(|text| STANDARD.decode(text).ok());
    assert_eq!(
        credentials,
        Some(format!("{id}:{secret}").into_bytes()),
        "wrong credentials"
    );
}

fn check_user_agent(project: Project, product: &str) {
    let before = user_agent(&project);
    let Ok(project) = project.with_user_agent(product) else {
        return;
    };
    assert_eq!(
        user_agent(&project).as_bytes(),
        [product.as_bytes(), b" ", before.as_bytes()].concat()
    );
    assert!(
        !product.is_empty() && product.bytes().all(|byte| byte.is_ascii_graphic()),
        "not a product token: {product:?}"
    );
}

fn user_agent(project: &Project) -> HeaderValue {
    project
        .request(&CreateParams::new("organization", "member"))
        .unwrap_or_else(|error| panic!("no request: {error}"))
        .headers()[header::USER_AGENT]
        .clone()
}
