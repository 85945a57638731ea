//! Makes one call and prints the length of the session token:
//! `BASE_URL PROJECT SECRET ORGANIZATION MEMBER CODE`.

use std::env::args;
use std::error::Error;

use totps_ureq::{AuthenticateParams, Project};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = args().skip(1);
    let mut next = || arguments.next().ok_or("an argument is missing");
    let client = totps_ureq::client(Project::at(next()?, next()?, next()?)?);
    let params = AuthenticateParams::new(next()?, next()?, next()?);
    let response = client.authenticate(&params)?;
    let length = response
        .session_token
        .map_or(0, |token| token.expose().len());
    println!("{length}");
    Ok(())
}
