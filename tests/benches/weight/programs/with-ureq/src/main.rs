//! Makes one call and prints the length of the session token:
//! `BASE_URL PROJECT SECRET ORGANIZATION MEMBER CODE`.

use std::env::args;
use std::error::Error;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::HeaderValue;
use totps_bench_rivals::AuthenticateResponse;
use totps_bench_rivals::requests::{Authenticate, Prepared};
use ureq::Agent;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = args().skip(1);
    let mut next = || arguments.next().ok_or("an argument is missing");
    let url = format!("{}/v1/b2b/totp/authenticate", next()?);
    let credentials = BASE64.encode(format!("{}:{}", next()?, next()?));
    let prepared = Prepared {
        uri: url.parse()?,
        authorization: format!("Basic {credentials}").parse()?,
        user_agent: HeaderValue::from_static("acme-login/1.0"),
    };
    let request = prepared.request(&Authenticate {
        organization_id: next()?,
        member_id: next()?,
        code: next()?,
        ..Default::default()
    })?;
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .into();
    let mut response = agent.run(request)?;
    if !response.status().is_success() {
        return Err(response.status().to_string().into());
    }
    let response: AuthenticateResponse =
        serde_json::from_slice(&response.body_mut().read_to_vec()?)?;
    println!("{}", response.session_token.len());
    Ok(())
}
