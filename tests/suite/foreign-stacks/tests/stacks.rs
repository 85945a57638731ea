//! Runs the same job over each stack, plugged in as a closure: enrol, log in, and read an error.

use std::time::Duration;

use totps_core::{
    AsyncClient, AuthenticateParams, Body, Client, CreateParams, CreateResponse, Error, Project,
    Request, SessionToken, http,
};
use totps_emulator::{Emulator, authenticator_code};

type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn project(emulator: &Emulator) -> Project {
    Project::at(
        emulator.base_url(),
        emulator.project_id(),
        emulator.secret(),
    )
    .unwrap()
}

fn create_params(emulator: &Emulator) -> CreateParams {
    CreateParams::new(emulator.organization_id(), emulator.member_id())
}

fn authenticate_params(emulator: &Emulator, created: &CreateResponse) -> AuthenticateParams {
    let code = authenticator_code(created.secret.expose(), emulator.now()).unwrap();
    AuthenticateParams::new(emulator.organization_id(), emulator.member_id(), code)
        .intermediate_session_token(emulator.intermediate_session_token())
}

fn unknown_member(emulator: &Emulator) -> CreateParams {
    CreateParams::new(emulator.organization_id(), "member-test-unknown")
}

fn check(token: Option<SessionToken>, error: Error) {
    assert!(token.is_some(), "the login has no session token");
    let Error::Api(error) = error else {
        panic!("expected an API error, got {error:?}");
    };
    assert_eq!(error.status(), http::StatusCode::NOT_FOUND);
    assert!(
        error.request_id().is_some(),
        "the body of the error must be read"
    );
}

fn blocking(send: impl Fn(Request) -> Fallible<http::Response<Vec<u8>>>) {
    let emulator = Emulator::start().unwrap();
    let client = Client::new(project(&emulator), send);
    let created = client.create(&create_params(&emulator)).unwrap();
    let authenticated = client
        .authenticate(&authenticate_params(&emulator, &created))
        .unwrap();
    let error = client.create(&unknown_member(&emulator)).unwrap_err();
    check(authenticated.session_token, error);
}

#[test]
fn reqwest_async() {
    let emulator = Emulator::start().unwrap();
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let send = move |request: Request| {
        let http = http.clone();
        async move {
            let request = reqwest::Request::try_from(request.map(Vec::from))?;
            let received = http.execute(request).await?;
            let response = http::Response::builder().status(received.status());
            let body = received.bytes().await?.to_vec();
            Fallible::Ok(response.body(Body::from(body))?)
        }
    };
    let client = AsyncClient::new(project(&emulator), send);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let created = client.create(&create_params(&emulator)).await.unwrap();
        let params = authenticate_params(&emulator, &created);
        let authenticated = client.authenticate(&params).await.unwrap();
        let error = client.create(&unknown_member(&emulator)).await.unwrap_err();
        check(authenticated.session_token, error);
    });
}

#[test]
fn reqwest_blocking() {
    let http = reqwest::blocking::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    blocking(|request| {
        let request = reqwest::blocking::Request::try_from(request.map(Vec::from))?;
        let received = http.execute(request)?;
        let response = http::Response::builder().status(received.status());
        Ok(response.body(received.bytes()?.to_vec())?)
    });
}

#[test]
fn attohttpc() {
    blocking(|request| {
        let (head, body) = request.into_parts();
        let mut request = attohttpc::RequestBuilder::try_new(head.method, head.uri.to_string())?
            .follow_redirects(false)
            .proxy_settings(attohttpc::ProxySettings::builder().build())
            .timeout(Duration::from_secs(10));
        for (name, value) in head.headers.iter() {
            request = request.try_header(name, value)?;
        }
        let (status, _, received) = request.bytes(Vec::from(body)).send()?.split();
        Ok(http::Response::builder()
            .status(status)
            .body(received.bytes()?)?)
    });
}
