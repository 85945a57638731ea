//! Makes one call and prints the length of the session token:
//! `BASE_URL PROJECT SECRET ORGANIZATION MEMBER CODE`.

use std::env::args;
use std::error::Error;

use stytch::b2b::totps::AuthenticateRequest;
use stytch::client::{Client, Vertical};
use tokio::runtime::Builder;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = args().skip(1);
    let mut next = || arguments.next().ok_or("an argument is missing");
    let base_url = next()?.parse()?;
    let http = Client::new_with_base_url(&next()?, &next()?, base_url, Vertical::B2B)?;
    let client = stytch::b2b::client::Client::new_with_http_client(http.clone(), http);
    let request = AuthenticateRequest {
        organization_id: next()?,
        member_id: next()?,
        code: next()?,
        ..Default::default()
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let response = runtime.block_on(client.totps.authenticate(request))?;
    println!("{}", response.session_token.len());
    Ok(())
}
