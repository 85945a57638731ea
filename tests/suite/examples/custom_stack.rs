//! Like `enroll` of `totps-ureq`, but over an HTTP stack that totps knows nothing of, plugged in by a
//! closure; here it is minreq:
//!
//! ```text
//! cargo run -p totps-tests --example custom_stack
//! ```

#![allow(clippy::print_stdout, reason = "an example talks to a person")]

#[path = "../../../totps-ureq/examples/enroll/code.rs"]
mod code;
#[path = "../../../totps-ureq/examples/enroll/enrolment.rs"]
mod enrolment;
#[path = "../../../totps-ureq/examples/enroll/options.rs"]
mod options;
#[path = "../../../totps-ureq/examples/enroll/qr_code.rs"]
mod qr_code;
#[path = "../../../totps-ureq/examples/enroll/report.rs"]
mod report;
#[path = "../../../totps-ureq/examples/enroll/target.rs"]
mod target;

use std::error::Error;
use std::io::Read as _;
use std::process::ExitCode;

use totps_core::{Body, Client, Delivery, LimitedBody, Request, Response, TransportError, http};

fn main() -> ExitCode {
    report::exit_code(target::with_options(|options, target| {
        let client = Client::new(target.project.clone(), |request: Request| send(request));
        enrolment::run(&client, options, target)
    }))
}

/// Sends a request by minreq, under the rules of a transport.
fn send(request: Request) -> Result<Response, Box<dyn Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let mut request = minreq::post(head.uri.to_string())
        .with_body(Vec::from(body))
        .with_follow_redirects(false)
        .with_max_headers_size(32 * 1024)
        .with_timeout(10);
    for (name, value) in &head.headers {
        request = request.with_header(name.as_str(), value.to_str()?);
    }
    let answer = request.send_lazy().map_err(|error| match error {
        // What proves that nothing was sent.
        minreq::Error::AddressNotFound => TransportError::not_sent(error),
        error => TransportError::other(error).with_delivery(Delivery::Unknown),
    })?;
    let mut response = http::Response::builder().status(answer.status_code);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    Ok(response.body(read(answer)?)?)
}

fn read(mut answer: minreq::ResponseLazy) -> Result<Body, TransportError> {
    let mut body = LimitedBody::new(1024 * 1024, None).map_err(TransportError::too_large)?;
    let mut piece = [0; 4096];
    loop {
        match answer.read(&mut piece).map_err(TransportError::other)? {
            0 => return Ok(body.finish()),
            length => body
                .push(&piece[..length])
                .map_err(TransportError::too_large)?,
        }
    }
}
