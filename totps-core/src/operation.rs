//! What the three calls have in common.

pub(crate) mod authenticate;
pub(crate) mod create;
pub(crate) mod migrate;

use serde::Serialize;

use crate::decode::Reply;
use crate::error::InvalidParams;
use crate::transport::Body;

/// The parameters of one call: [`CreateParams`](crate::CreateParams),
/// [`AuthenticateParams`](crate::AuthenticateParams) or [`MigrateParams`](crate::MigrateParams).
///
/// Sealed: it is implemented by these three alone.
#[allow(private_bounds, reason = "sealed")]
pub trait Operation: Serialize + Sync + Encode {
    /// The typed answer.
    type Response: Reply;

    /// The path on the API; every call is a `POST`.
    const PATH: &'static str;
}

/// Checks what can be told without the server, and writes the JSON.
///
/// It has an implementation for each call, so that the code is made here and not in every program.
pub(crate) trait Encode {
    fn encode(&self) -> Result<Body, InvalidParams>;
}
