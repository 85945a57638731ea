//! What one writes without this library: derived structs and requests made by hand.

pub mod factors;
pub mod five_fields;
pub mod requests;
mod responses;

use http::Response;
pub use responses::{AuthenticateResponse, CreateResponse, MigrateResponse};
use serde::de::DeserializeOwned;

/// Reads a response into any type, after a look at the status.
///
/// # Errors
///
/// When the status is no success or the body cannot be read.
pub fn decode<T: DeserializeOwned>(
    response: Response<&[u8]>,
) -> Result<T, Box<dyn std::error::Error>> {
    if !response.status().is_success() {
        return Err(response.status().as_str().into());
    }
    Ok(serde_json::from_slice(response.body())?)
}
