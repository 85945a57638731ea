//! The parameters that every client sends.

pub(crate) const PROJECT_ID: &str = "project-test-d0dbafe6-a019-47ea-8550-d021c1c76ea9";
pub(crate) const SECRET: &str = "secret-test-6ma0PNENqjBVX6Dx2aPUIdhLFObauXx07c8=";
pub(crate) const ORGANIZATION_ID: &str = "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931";
pub(crate) const MEMBER_ID: &str = "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f";
pub(crate) const CODE: &str = "123456";
pub(crate) const INTERMEDIATE_SESSION_TOKEN: &str = "SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4=";
pub(crate) const SESSION_DURATION_MINUTES: u16 = 60;

pub(crate) fn totps() -> totps_ureq::AuthenticateParams {
    totps_ureq::AuthenticateParams::new(ORGANIZATION_ID, MEMBER_ID, CODE)
        .intermediate_session_token(INTERMEDIATE_SESSION_TOKEN)
        .session_duration_minutes(SESSION_DURATION_MINUTES.into())
}
