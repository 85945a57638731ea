//! All calls to Stytch, as functions that do not depend on an HTTP server, cookies or pages.
//!
//! You can copy this file for a blocking server, too: `totps_ureq::Client` has the same methods
//! without `await`.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use totps_hyper::{
    AuthenticateParams, AuthenticationFactorType, Call, Client, ConfigError, CreateParams,
    CreateResponse, DeleteTotpParams, Error, ErrorType, GetMemberParams, GetRecoveryCodesParams,
    IntermediateSessionToken, InvalidParams, Json, Member, MemberId, MemberSession,
    MemberSessionId, MfaEnrollment, MfaPolicy, Operation, Organization, OrganizationId, Reason,
    RecoverParams, RecoveryCode, RevokeSessionsParams, RotateRecoveryCodesParams, SessionError,
    SessionJwt, SessionVerifier, TotpCode, VerifiedSession, VerifyOptions,
};

/// How long a session lives, in minutes.
const SESSION_MINUTES: u32 = 8 * 60;

/// How long an unfinished set-up lives, in minutes: as long as the login that began it. If it
/// blocks another set-up, then only for this time.
const SET_UP_MINUTES: u32 = 10;

/// How long a session that was ended elsewhere may stay valid here, because it is checked locally.
pub(crate) const NOTICED_AFTER: Duration = Duration::from_secs(60);

/// The maximum age of the code that sensitive actions need.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// How far the clock may be behind Stytch's. A JWT that is further in the future is refused.
const LEEWAY: Duration = Duration::from_secs(10);

/// A Member of an Organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) organization_id: OrganizationId,
    pub(crate) member_id: MemberId,
}

/// What a Member has proved: the first factor of a login, or a complete login.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    Login(IntermediateSessionToken),
    Session(SessionJwt),
}

/// The next step after the password.
pub(crate) enum Next {
    SignedIn(SessionJwt),
    /// The Member has a TOTP.
    Code(Account, IntermediateSessionToken),
    /// The Member has no TOTP, and needs one.
    Enrol(Account, IntermediateSessionToken),
    /// There is neither a session nor a login that can continue: the Organization does not accept a
    /// password alone.
    Refused,
}

/// Checks the password, the first factor.
pub(crate) async fn check_password(
    client: &Client,
    organization_id: &OrganizationId,
    email_address: &str,
    password: &str,
) -> Result<Next, Error> {
    let Json(first) = client
        .call(&Password {
            organization_id,
            email_address,
            password,
            session_duration_minutes: SESSION_MINUTES,
        })
        .await?;
    let account = Account {
        organization_id: organization_id.clone(),
        member_id: first.member_id,
    };
    let session = first.session_jwt.filter(|jwt| !jwt.expose().is_empty());
    let login = first.intermediate_session_token;
    let login = login.filter(|token| !token.expose().is_empty());
    // Without the Member it is not known whether there is a TOTP. A set-up is safe then, because
    // Stytch creates no second TOTP.
    let has_totp = first.member.is_some_and(|member| member.has_totp());
    Ok(match (first.member_authenticated, session, login) {
        (true, Some(session), _) => Next::SignedIn(session),
        (false, _, Some(login)) if has_totp => Next::Code(account, login),
        (false, _, Some(login)) => Next::Enrol(account, login),
        _ => Next::Refused,
    })
}

/// Returns whether a refused login means that the address or the password is wrong. Do not show
/// which of them it is, because one attempt would reveal who has an account. After many wrong
/// attempts the message about the lock reveals it: the user must know why a right password fails.
pub(crate) fn is_wrong_password(error: &Error) -> bool {
    let status = error.api().map(|error| error.status().as_u16());
    let about_us = matches!(
        error.reason(),
        Reason::Locked { .. } | Reason::RateLimited | Reason::NotAllowed
    );
    matches!(status, Some(400 | 401 | 404 | 422)) && !about_us
}

/// Begins the set-up of a TOTP. Replaces an unfinished set-up, such as one whose response was lost.
/// Stytch refuses the call while a TOTP is active.
pub(crate) async fn begin_set_up(
    client: &Client,
    account: &Account,
    proof: &Proof,
) -> Result<CreateResponse, Error> {
    let mut params = CreateParams::new(&account.organization_id, &account.member_id)
        .expiration_minutes(SET_UP_MINUTES);
    match proof.clone() {
        Proof::Login(token) => params = params.intermediate_session_token(token),
        Proof::Session(jwt) => params = params.session_jwt(jwt),
    }
    let mut created = match client.create(&params).await {
        // Nobody has its secret any more, and a pending TOTP protects nothing. If a first code
        // arrives between the two calls, this deletes an active TOTP. Somebody with the same proof
        // could have set up their own TOTP a moment before, so that is no new risk.
        Err(error) if error.error_type() == Some(&ErrorType::PendingTotpExists) => {
            client.delete_totp(&delete(account)).await?;
            client.create(&params).await?
        }
        created => created?,
    };
    if created.recovery_codes.is_empty() {
        // It is not documented whether Create makes new codes if there are old ones.
        let codes = recovery_codes(client, account).await;
        created.recovery_codes = codes.unwrap_or_default();
    }
    Ok(created)
}

/// Checks a code: the code finishes a set-up, completes a login, or is added to a session. It also
/// enrols the Member. Returns `None` if the code was right, but the response has no session.
pub(crate) async fn check_code(
    client: &Client,
    account: &Account,
    code: TotpCode,
    proof: &Proof,
) -> Result<Option<SessionJwt>, Error> {
    let mut params = AuthenticateParams::new(&account.organization_id, &account.member_id, code)
        .session_duration_minutes(SESSION_MINUTES)
        .set_mfa_enrollment(MfaEnrollment::Enroll);
    match proof.clone() {
        Proof::Login(token) => params = params.intermediate_session_token(token),
        Proof::Session(jwt) => params = params.session_jwt(jwt),
    }
    match client.authenticate(&params).await {
        Ok(response) => Ok(response.session_jwt),
        Err(error) => rescued(error).map(Some),
    }
}

/// The result of a login with a recovery code.
pub(crate) struct Recovered {
    pub(crate) session: Option<SessionJwt>,
    pub(crate) codes_left: Option<u32>,
}

/// Completes a login with a recovery code.
pub(crate) async fn recover(
    client: &Client,
    account: &Account,
    code: RecoveryCode,
    login: IntermediateSessionToken,
) -> Result<Recovered, Error> {
    let params = RecoverParams::new(&account.organization_id, &account.member_id, code)
        .intermediate_session_token(login)
        .session_duration_minutes(SESSION_MINUTES);
    match client.recover(&params).await {
        Ok(response) => Ok(Recovered {
            session: response.session_jwt,
            codes_left: response.recovery_codes_remaining,
        }),
        Err(error) => Ok(Recovered {
            session: Some(rescued(error)?),
            codes_left: None,
        }),
    }
}

/// Returns whether these recovery codes are still valid: whether one of them is. Those of a set-up
/// that was replaced are not.
pub(crate) async fn are_valid(client: &Client, account: &Account, codes: &[RecoveryCode]) -> bool {
    // If this is not known, it is better to show them again than never.
    recovery_codes(client, account).await.map_or(true, |valid| {
        let is_valid = |code: &RecoveryCode| valid.iter().any(|of| of.expose() == code.expose());
        codes.iter().any(is_valid)
    })
}

/// Returns the session of a success whose body is otherwise malformed. The code is used up, so the
/// session must not be lost.
fn rescued(error: Error) -> Result<SessionJwt, Error> {
    let text = match &error {
        Error::Decode(unreadable) => unreadable.field_text("session_jwt"),
        _ => None,
    };
    text.map(SessionJwt::new).ok_or(error)
}

/// Returns the reason for an error of [`check_code`] or [`recover`]. Stytch does not document how
/// it refuses a wrong code. The response may be the same as for wrong credentials of the project,
/// which are checked at the start.
pub(crate) fn reason_of_code(error: &Error) -> Reason {
    match error.error_type() {
        Some(ErrorType::UnauthorizedCredentials) => Reason::WrongCode,
        _ => error.reason(),
    }
}

/// Returns the reason for an error of [`begin_set_up`]. A Member with another second factor, such
/// as a phone number, has to prove that factor first, which this service does not offer.
pub(crate) fn reason_of_set_up(error: &Error) -> Reason {
    match error.error_type() {
        Some(ErrorType::InsufficientFactors) => Reason::AlreadyEnrolled,
        _ => error.reason(),
    }
}

/// Gets the Member.
pub(crate) async fn member(client: &Client, account: &Account) -> Result<Member, Error> {
    let params = GetMemberParams::by_id(&account.organization_id, &account.member_id);
    Ok(client.get_member(&params).await?.member)
}

/// Removes the TOTP, with the permissions of the session. A missing TOTP is no error.
pub(crate) async fn remove_totp(
    client: &Client,
    account: &Account,
    session: &SessionJwt,
) -> Result<(), Error> {
    let params = delete(account).session_jwt(session.clone());
    match client.delete_totp(&params).await {
        Ok(_) => Ok(()),
        Err(error) => match error.reason() {
            Reason::NotEnrolled => Ok(()),
            // The response was lost. The Member shows whether the call was carried out. If that is
            // not known either, the first error stands.
            Reason::Unclear => match member(client, account).await {
                Ok(member) if !member.has_totp() => Ok(()),
                _ => Err(error),
            },
            _ => Err(error),
        },
    }
}

/// Ends the enrolment of the Member if MFA is optional in the Organization. Otherwise the next
/// login would require another set-up.
pub(crate) async fn stop_asking(client: &Client, account: &Account) -> Result<(), Error> {
    let organization = organization(client, &account.organization_id).await?;
    if organization.mfa_policy == Some(MfaPolicy::Optional) {
        client.call(&NotEnrolled(account)).await?;
    }
    Ok(())
}

/// Replaces the recovery codes. It is safe to repeat this after a lost response.
pub(crate) async fn new_recovery_codes(
    client: &Client,
    account: &Account,
) -> Result<Vec<RecoveryCode>, Error> {
    let params = RotateRecoveryCodesParams::new(&account.organization_id, &account.member_id);
    Ok(client.rotate_recovery_codes(&params).await?.recovery_codes)
}

/// Gets the recovery codes that are not used yet.
async fn recovery_codes(client: &Client, account: &Account) -> Result<Vec<RecoveryCode>, Error> {
    let params = GetRecoveryCodesParams::new(&account.organization_id, &account.member_id);
    Ok(client.get_recovery_codes(&params).await?.recovery_codes)
}

/// Creates a verifier that checks sessions locally, or at Stytch if the JWT is older than
/// `max_age`: each time if that is 0. Fetches the keys now, so that the first login does not wait
/// for them.
pub(crate) async fn session_verifier(
    client: &Client,
    max_age: Duration,
    now: SystemTime,
) -> Result<SessionVerifier<Client>, ConfigError> {
    let options = VerifyOptions::new().max_age(max_age).leeway(LEEWAY)?;
    let verifier = SessionVerifier::with_options(client.clone(), options);
    if let Err(error) = verifier.refresh(now).await {
        // The first check fetches the keys again.
        tracing::warn!(%error);
    }
    Ok(verifier)
}

/// Checks a session. Returns the session, and a new JWT for the cookie if it was checked at Stytch.
pub(crate) async fn check_session(
    verifier: &SessionVerifier<Client>,
    jwt: &SessionJwt,
    now: SystemTime,
) -> Result<(VerifiedSession, Option<SessionJwt>), SessionError> {
    let checked = verifier.authenticate(jwt, now).await?;
    let fresh = checked.response.and_then(|response| response.session_jwt);
    Ok((checked.session, fresh))
}

/// Returns whether the second factor was proved in the last ten minutes, as sensitive actions need.
pub(crate) fn has_fresh_code(session: &VerifiedSession) -> bool {
    let second_factors = [
        AuthenticationFactorType::Totp,
        AuthenticationFactorType::RecoveryCodes,
    ];
    session.has_factor(&second_factors, FRESH)
}

/// Gets the sessions of a Member.
pub(crate) async fn sessions(
    client: &Client,
    account: &Account,
) -> Result<Vec<MemberSession>, Error> {
    let Json(list) = client.call(&GetSessions(account)).await?;
    Ok(list.member_sessions)
}

/// Ends a session of this Member. An unknown session is no error.
pub(crate) async fn end_session(
    client: &Client,
    account: &Account,
    id: &MemberSessionId,
) -> Result<(), Error> {
    // The id is from a browser, and the call would end a session of any Member.
    let sessions = sessions(client, account).await?;
    if sessions
        .iter()
        .any(|live| live.member_session_id.as_ref() == Some(id))
    {
        revoke(client, RevokeSessionsParams::session_id(id)).await?;
    }
    Ok(())
}

/// Ends the session of a JWT.
pub(crate) async fn sign_out(client: &Client, session: &SessionJwt) -> Result<(), Error> {
    revoke(client, RevokeSessionsParams::session_jwt(session.clone())).await
}

/// Ends all sessions of a Member.
pub(crate) async fn sign_out_everywhere(client: &Client, account: &Account) -> Result<(), Error> {
    revoke(client, RevokeSessionsParams::member_id(&account.member_id)).await
}

async fn revoke(client: &Client, params: RevokeSessionsParams) -> Result<(), Error> {
    match client.revoke_sessions(&params).await {
        Err(error) if error.reason() != Reason::LoginExpired => Err(error),
        _ => Ok(()),
    }
}

/// Gets the Organization. At the start this also checks the credentials.
pub(crate) async fn organization(
    client: &Client,
    organization_id: &OrganizationId,
) -> Result<Organization, Error> {
    let Json(got) = client.call(&GetOrganization(organization_id)).await?;
    Ok(got.organization)
}

fn delete(account: &Account) -> DeleteTotpParams {
    DeleteTotpParams::new(&account.organization_id, &account.member_id)
}

// Endpoints for which totps has no types.

#[derive(Serialize)]
struct Password<'a> {
    organization_id: &'a OrganizationId,
    email_address: &'a str,
    password: &'a str,
    session_duration_minutes: u32,
}

#[derive(Deserialize)]
struct FirstFactor {
    member_id: MemberId,
    member: Option<Member>,
    member_authenticated: bool,
    session_jwt: Option<SessionJwt>,
    intermediate_session_token: Option<IntermediateSessionToken>,
}

impl Operation for Password<'_> {
    type Response = Json<FirstFactor>;

    fn describe(&self) -> Result<Call, InvalidParams> {
        Call::post("/v1/b2b/passwords/authenticate").json(self)
    }
}

struct GetOrganization<'a>(&'a OrganizationId);

#[derive(Deserialize)]
struct GotOrganization {
    organization: Organization,
}

impl Operation for GetOrganization<'_> {
    type Response = Json<GotOrganization>;

    fn describe(&self) -> Result<Call, InvalidParams> {
        Call::get("/v1/b2b/organizations").segment("organization_id", self.0)
    }
}

struct GetSessions<'a>(&'a Account);

#[derive(Deserialize)]
struct GotSessions {
    member_sessions: Vec<MemberSession>,
}

impl Operation for GetSessions<'_> {
    type Response = Json<GotSessions>;

    fn describe(&self) -> Result<Call, InvalidParams> {
        Ok(Call::get("/v1/b2b/sessions")
            .query("organization_id", &self.0.organization_id)
            .query("member_id", &self.0.member_id))
    }
}

/// Member Update that sets `mfa_enrolled` to `false`.
struct NotEnrolled<'a>(&'a Account);

#[derive(Serialize)]
struct MfaEnrolled {
    mfa_enrolled: bool,
}

#[derive(Deserialize)]
struct Updated {}

impl Operation for NotEnrolled<'_> {
    type Response = Json<Updated>;

    fn describe(&self) -> Result<Call, InvalidParams> {
        Call::put("/v1/b2b/organizations")
            .segment("organization_id", &self.0.organization_id)?
            .path("/members")
            .segment("member_id", &self.0.member_id)?
            .json(&MfaEnrolled {
                mfa_enrolled: false,
            })
    }
}
