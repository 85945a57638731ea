//! Completing a login: a second factor opens a session, or extends the one that the call presents.

use serde_json::{Map, Value};

use super::open::{blank_session, keep_session, new_claims, session_minutes};
use super::presented::{Presented, touch};
use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::settings::ErrorCase;
use crate::state::directory::MemberKey;
use crate::state::session::{AuthenticationFactor, Factors, Session};

/// The session that a call opens or extends if its code is right.
#[derive(Debug)]
pub(crate) enum NextSession {
    /// A new session.
    New {
        factors: Factors,
        minutes: Option<i32>,
        custom_claims: Map<String, Value>,
        /// The intermediate session token that this uses up.
        consumes: Option<String>,
    },
    /// The session that was presented, with the call's changes.
    Extended(Session),
}

/// Reads and checks all session fields of a call, before anything changes.
pub(crate) fn next_session(
    api: &Api,
    call: &Call<'_>,
    member: MemberKey,
) -> Result<NextSession, Refusal> {
    let minutes = session_minutes(call)?;
    // The type is checked even where the field is ignored.
    call.fields.object("session_custom_claims")?;
    let (factors, consumes) = match api.presented_session(call, member)? {
        Some(Presented::Full(mut session)) => {
            touch(
                &mut session,
                call,
                call.settings.session.expiry_moves_without_duration,
            )?;
            return Ok(NextSession::Extended(session));
        }
        Some(Presented::Intermediate { factors, .. }) if !factors.has_primary() => {
            return Err(ErrorCase::PrimaryFactorMissing.into());
        }
        Some(Presented::Intermediate { token, factors }) => (factors, Some(token)),
        None if call.settings.session.argument_required => {
            return Err(ErrorCase::NoSessionArgument.into());
        }
        None => (Factors::default(), None),
    };
    Ok(NextSession::New {
        factors,
        minutes,
        custom_claims: new_claims(call)?,
        consumes,
    })
}

/// Uses up the presented intermediate session after a wrong code, if the setting says so.
pub(crate) fn fail(api: &mut Api, call: &Call<'_>, next: NextSession) {
    if let NextSession::New {
        consumes: Some(token),
        ..
    } = next
    {
        if call.settings.session.wrong_code_ends_intermediate {
            api.sessions.consume_intermediate(&token);
        }
    }
}

/// Opens or extends the session with a new factor and returns the part of the response that shows
/// it.
pub(crate) fn open_session(
    api: &mut Api,
    call: &Call<'_>,
    member: MemberKey,
    next: NextSession,
    factor: AuthenticationFactor,
) -> Map<String, Value> {
    let mut session = match next {
        NextSession::Extended(session) => session,
        NextSession::New {
            factors,
            minutes,
            custom_claims,
            consumes,
        } => {
            if let Some(token) = consumes {
                api.sessions.consume_intermediate(&token);
            }
            Session {
                custom_claims,
                user_agent: call.user_agent().to_owned(),
                ..blank_session(api, member, factors, minutes, call.now)
            }
        }
    };
    session.factors.add(factor);
    keep_session(api, session, call.now)
}
