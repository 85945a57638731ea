//! What the three calls have in common.

use serde::Serialize;

use crate::InvalidParams;
use crate::decode::Reply;

/// The parameters of one call: [`CreateParams`](crate::CreateParams),
/// [`AuthenticateParams`](crate::AuthenticateParams) or [`MigrateParams`](crate::MigrateParams).
///
/// Sealed: it is implemented by these three alone.
#[allow(private_bounds, reason = "sealed")]
pub trait Operation: Serialize + Sync + Checked {
    /// The typed answer.
    type Response: Reply;

    /// The path on the API; every call is a `POST`.
    const PATH: &'static str;
}

/// Checks what can be told without the server.
pub(crate) trait Checked {
    fn check(&self) -> Result<(), InvalidParams>;
}
