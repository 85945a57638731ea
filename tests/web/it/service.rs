//! The service over an emulator, for one test.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use totps_emulator::{Emulator, MfaPolicy};
use totps_hyper::Project;
use totps_web::App;

pub(crate) const PASSWORD: &str = "correct-horse-battery-staple";
pub(crate) const RECOVERY_CODES: [&str; 3] = ["ckss-2skx-ebow", "spbc-424h-usy0", "a1b2-c3d4-e5f6"];
pub(crate) const TOTP_SECRET: &str = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";

/// Starts an emulator. Ada has no TOTP, Grace has one and three recovery codes. The policy requires
/// one.
///
/// The clock is at the start of a code's 30 seconds, and moves only when a test advances it.
pub(crate) fn emulator() -> Arc<Emulator> {
    emulator_with(MfaPolicy::RequiredForAll)
}

pub(crate) fn emulator_with(mfa_policy: MfaPolicy) -> Arc<Emulator> {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_010);
    let emulator = Emulator::builder()
        .clock(start)
        .seed(1)
        .organization(|organization| {
            organization.organization_name = Some("Example".to_owned());
            organization.mfa_policy = mfa_policy;
        })
        .member(|ada| {
            ada.external_id = Some("ada".to_owned());
            ada.email_address = Some("ada@example.com".to_owned());
            ada.password = Some(PASSWORD.to_owned());
        })
        .member(|grace| {
            grace.external_id = Some("grace".to_owned());
            grace.email_address = Some("grace@example.com".to_owned());
            grace.password = Some(PASSWORD.to_owned());
            grace.totp_secret = Some(TOTP_SECRET.to_owned());
            grace.recovery_codes = Some(RECOVERY_CODES.map(str::to_owned).to_vec());
        });
    Arc::new(emulator.start().unwrap())
}

pub(crate) async fn app(emulator: &Arc<Emulator>, is_https: bool) -> Router {
    let project = Project::at(
        emulator.base_url(),
        emulator.project_id(),
        emulator.secret(),
    );
    app_of(project.unwrap(), emulator, is_https).await
}

pub(crate) async fn app_of(project: Project, emulator: &Arc<Emulator>, is_https: bool) -> Router {
    let organization = emulator.organization_id().into();
    let clock = Arc::clone(emulator);
    let app = App::connect(project, &organization, is_https, move || clock.now());
    totps_web::router(app.await.unwrap())
}
