//! The operations of totps-core that the benches measure.

use totps_core::http::{Response, Uri};
use totps_core::{
    AuthenticateParams, ConfigError, CreateParams, Error, MfaEnrollment, MigrateParams, Project,
};

/// Decodes the body of a response with status 200.
///
/// # Errors
///
/// If the response cannot be read.
pub fn decode<'a, R>(response: &'a [u8]) -> Result<R, Error>
where
    R: TryFrom<Response<&'a [u8]>, Error = Error>,
{
    R::try_from(Response::new(response))
}

/// Returns the project of the requests.
///
/// # Errors
///
/// If the project's settings are refused.
pub fn project() -> Result<Project, ConfigError> {
    Project::at(
        Uri::from_static("https://test.stytch.com"),
        "project-test-0",
        "secret-test-0",
    )?
    .with_user_agent("acme-login/1.0")
}

const ORGANIZATION: &str = "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931";
const MEMBER: &str = "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f";

/// Returns parameters of Create with the required fields.
pub fn create_minimal() -> CreateParams {
    CreateParams::new(ORGANIZATION, MEMBER)
}

/// Returns parameters of Create with all fields.
pub fn create_full() -> CreateParams {
    create_minimal()
        .expiration_minutes(30)
        .intermediate_session_token("SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4=")
        .session_token("mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q")
        .session_jwt("example_jwt")
}

/// Returns parameters of Authenticate with the required fields.
pub fn authenticate_minimal() -> AuthenticateParams {
    AuthenticateParams::new(ORGANIZATION, MEMBER, "012345")
}

/// Returns parameters of Authenticate with all fields.
pub fn authenticate_full() -> AuthenticateParams {
    authenticate_minimal()
        .intermediate_session_token("SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4=")
        .session_token("mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q")
        .session_jwt("example_jwt")
        .session_duration_minutes(527_040)
        .session_custom_claims(serde_json::Map::from_iter([
            ("claim1".to_owned(), "value1".into()),
            ("claim2".to_owned(), "value2".into()),
        ]))
        .set_mfa_enrollment(MfaEnrollment::Enroll)
        .set_default_mfa(true)
        .telemetry_id("026ac93b-8cdf-4fcb-bfa6-36a31cfecac1")
}

/// Returns parameters of Migrate with the required fields.
pub fn migrate_minimal() -> MigrateParams {
    MigrateParams::new(ORGANIZATION, MEMBER, "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS")
}

/// Returns parameters of Migrate with all fields.
pub fn migrate_full() -> MigrateParams {
    migrate_minimal().recovery_codes(["ckss-2skx-ebow", "spbc-424h-usy0"])
}
