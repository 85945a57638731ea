//! Structs that read five fields and skip the rest.

use serde::Deserialize;

/// The response of Create.
#[derive(Deserialize)]
pub struct Create {
    pub member_id: String,
    pub totp_registration_id: String,
    pub secret: String,
    pub qr_code: String,
    pub recovery_codes: Vec<String>,
}

/// The response of Authenticate.
#[derive(Deserialize)]
pub struct Authenticate {
    pub status_code: u16,
    pub request_id: String,
    pub member_id: String,
    pub session_token: String,
    pub session_jwt: String,
}

/// The response of Migrate.
#[derive(Deserialize)]
pub struct Migrate {
    pub status_code: u16,
    pub request_id: String,
    pub member_id: String,
    pub totp_registration_id: String,
    pub recovery_codes: Vec<String>,
}
