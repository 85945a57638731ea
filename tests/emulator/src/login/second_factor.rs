//! Completing a login: a second factor opens a session, or extends the one that the call presents.

use serde_json::{Map, Value};

use super::next::{NewSession, Next};
use super::open::keep_session;
use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::settings::ErrorCase;
use crate::state::directory::MemberKey;
use crate::state::session::AuthenticationFactor;

/// Reads and checks all session fields of a call, before anything changes.
pub(crate) fn next(api: &Api, call: &Call<'_>, member: MemberKey) -> Result<Next, Refusal> {
    let next = Next::read(api, call, member)?;
    if let Next::New(new) = &next {
        if new.intermediate.is_none() && call.settings.session.argument_required {
            return Err(ErrorCase::NoSessionArgument.into());
        }
        if new.intermediate.is_some() && !new.factors.has_primary() {
            return Err(ErrorCase::PrimaryFactorMissing.into());
        }
    }
    Ok(next)
}

/// Uses up the presented intermediate session after a wrong code, if the setting says so.
pub(crate) fn fail(api: &mut Api, call: &Call<'_>, next: Next) {
    if !call.settings.session.wrong_code_ends_intermediate {
        return;
    }
    if let Next::New(NewSession {
        intermediate: Some(token),
        ..
    }) = next
    {
        api.sessions.consume_intermediate(&token);
    }
}

/// Opens or extends the session with a new factor and returns the part of the response that shows
/// it.
pub(crate) fn open(
    api: &mut Api,
    call: &Call<'_>,
    member: MemberKey,
    next: Next,
    factor: AuthenticationFactor,
) -> Map<String, Value> {
    let mut session = match next {
        Next::Extended(session) => session,
        Next::New(new) => new.open(api, call, member),
    };
    session.factors.add(factor);
    keep_session(api, session, call.now)
}
