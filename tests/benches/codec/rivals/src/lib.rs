//! Code that a user would write without this library: derived structs and hand-written requests.

pub mod factors;
pub mod five_fields;
pub mod requests;
mod responses;

use http::Response;
pub use responses::{AuthenticateResponse, CreateResponse, MigrateResponse};
use serde::de::DeserializeOwned;

/// Checks the status of a response and decodes its body into any type.
///
/// # Errors
///
/// If the status is not a success, or the body cannot be read.
pub fn decode<T: DeserializeOwned>(
    response: Response<&[u8]>,
) -> Result<T, Box<dyn std::error::Error>> {
    if !response.status().is_success() {
        return Err(response.status().as_str().into());
    }
    Ok(serde_json::from_slice(response.body())?)
}
