//! Makes the three main calls over an HTTP stack that totps does not know, plugged in as a closure.
//! The stack is minreq, and the server is an emulator of the API in this process:
//!
//! ```text
//! cargo run -p totps-tests --example custom_stack
//! ```

#![allow(clippy::print_stdout, reason = "an example talks to a person")]

use std::error::Error;
use std::io::Read as _;

use totps_core::{
    AuthenticateParams, Body, Client, CreateParams, Delivery, LimitedBody, MigrateParams, Project,
    Request, Response, TransportError, http,
};
use totps_emulator::Emulator;

fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start()?;
    // For Stytch: `Project::new(project_id, secret)`, and the ids of your Organization and Member.
    let project = Project::at(
        emulator.base_url(),
        emulator.project_id(),
        emulator.secret(),
    )?;
    let (organization_id, member_id) = (emulator.organization_id(), emulator.member_id());
    let client = Client::new(project, |request: Request| send(request));

    let created = client.create(&CreateParams::new(organization_id, member_id))?;
    println!("1. Create:       TOTP {}", created.totp_registration_id);

    // Stands for the Member, who types the code that the authenticator app shows.
    let code = totps_emulator::authenticator_code(created.secret.expose(), emulator.now())?;
    let params = AuthenticateParams::new(organization_id, member_id, code)
        .intermediate_session_token(emulator.intermediate_session_token());
    let session = client
        .authenticate(&params)?
        .member_session
        .ok_or("the response has no session")?;
    let expires_at = session
        .expires_at
        .ok_or("the session has no `expires_at`")?;
    println!("2. Authenticate: a session until {expires_at}");

    let second_member = emulator.create_member(organization_id, |_| {})?;
    let secret = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";
    let params = MigrateParams::new(organization_id, second_member.member_id, secret);
    let migrated = client.migrate(&params)?;
    println!("3. Migrate:      TOTP {}", migrated.totp_registration_id);
    Ok(())
}

/// Sends a request with minreq by the rules for transports: no redirects, a deadline, limits for
/// the headers and the body.
fn send(request: Request) -> Result<Response, Box<dyn Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let method = minreq::Method::Custom(head.method.to_string());
    let mut request = minreq::Request::new(method, head.uri.to_string())
        .with_body(Vec::from(body))
        .with_follow_redirects(false)
        .with_max_headers_size(32 * 1024)
        .with_timeout(10);
    for (name, value) in &head.headers {
        request = request.with_header(name.as_str(), value.to_str()?);
    }
    let received = request.send_lazy().map_err(|error| match error {
        // The host has no address: nothing was sent.
        minreq::Error::AddressNotFound => TransportError::not_sent(error),
        error => TransportError::other(error).with_delivery(Delivery::Unknown),
    })?;
    let mut response = http::Response::builder().status(received.status_code);
    for (name, value) in &received.headers {
        response = response.header(name, value);
    }
    Ok(response.body(read(received)?)?)
}

/// Reads a body of at most 1 MiB.
fn read(mut received: minreq::ResponseLazy) -> Result<Body, TransportError> {
    let mut body = LimitedBody::new(1024 * 1024, None).map_err(TransportError::too_large)?;
    let mut chunk = [0; 4096];
    loop {
        match received.read(&mut chunk).map_err(TransportError::other)? {
            0 => return Ok(body.finish()),
            length => body
                .push(&chunk[..length])
                .map_err(TransportError::too_large)?,
        }
    }
}
