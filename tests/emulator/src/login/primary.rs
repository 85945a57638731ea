//! Logins with a primary factor. They open a full session, or an intermediate one if MFA is
//! required.
//!
//! | Presented | MFA required | Result |
//! |---|---|---|
//! | a session | does not matter | that session, with the factor |
//! | an intermediate session | no, or second factor present | a new session; the intermediate one is used up |
//! | an intermediate session | yes | the same intermediate session, with the factor |
//! | nothing | no | a new session |
//! | nothing | yes | a new intermediate session |

use serde_json::{Map, Value, json};

use super::next::Next;
use super::open::keep_session;
use crate::api::Api;
use crate::api::call::Call;
use crate::json;
use crate::state::directory::MemberKey;
use crate::state::session::{AuthenticationFactor, Factors};
use crate::state::{Factor, MfaMethod};

/// Opens or extends a session with a primary factor and returns the part of the response that shows
/// it.
pub(crate) fn open(
    api: &mut Api,
    call: &Call<'_>,
    member: MemberKey,
    next: Next,
    factor: Factor,
) -> Map<String, Value> {
    let details = api.directory[member].factor_details(factor);
    let factor = AuthenticationFactor::new(factor, details, call.now);
    match next {
        Next::Extended(mut session) => {
            if call.settings.login.session_gets_factor {
                session.factors.add(factor);
            }
            let session = keep_session(api, session, call.now);
            authenticated(session)
        }
        Next::New(mut new) => {
            new.factors.add(factor);
            if api.needs_second_factor(member) && !new.factors.has_secondary() {
                return begin_mfa(api, call, member, new.intermediate, new.factors);
            }
            let session = new.open(api, call, member);
            authenticated(keep_session(api, session, call.now))
        }
    }
}

fn authenticated(session: Map<String, Value>) -> Map<String, Value> {
    let mut body = session;
    body.extend(json::members(json!({
        "member_authenticated": true,
        "intermediate_session_token": "",
        "mfa_required": null,
    })));
    body
}

/// Returns the part of the response if MFA is required, with the intermediate session that was
/// presented or a new one.
fn begin_mfa(
    api: &mut Api,
    call: &Call<'_>,
    member: MemberKey,
    token: Option<String>,
    factors: Factors,
) -> Map<String, Value> {
    let token = match token {
        Some(token) => {
            api.sessions.set_intermediate_factors(&token, factors);
            token
        }
        None => api.create_intermediate_session(member, factors, call.now),
    };
    let expires = api.sessions.intermediate(&token, call.now);
    let expires = expires.map(|session| json::time(session.expires_at));
    let mut body = json::members(json!({
        "member_authenticated": false,
        "session_token": "",
        "session_jwt": "",
        "member_session": null,
        "intermediate_session_token": token,
        "mfa_required": mfa_required(api, call, member),
    }));
    if call.settings.login.show_intermediate_expiry {
        body.insert(
            "intermediate_session_token_expires_at".to_owned(),
            json!(expires),
        );
    }
    body
}

/// Returns `mfa_required`: the factors that the Member has registered, and whether a text message
/// is initiated.
fn mfa_required(api: &Api, call: &Call<'_>, member: MemberKey) -> Value {
    let settings = &call.settings.login;
    let member = &api.directory[member];
    let totp = member.active_totp().map_or("", |totp| totp.id.as_str());
    let phone = member.has_phone_number();
    let prefers_totp = member.attributes.text("default_mfa_method") == MfaMethod::Totp.name();
    let sms = phone && (!prefers_totp || totp.is_empty() || settings.sms_despite_totp_default);
    let shown = phone || (settings.member_options_show_totp && !totp.is_empty());
    let number = if phone {
        member.attributes.text("mfa_phone_number")
    } else {
        ""
    };
    let options = json!({ "mfa_phone_number": number, "totp_registration_id": totp });
    json!({
        "member_options": shown.then_some(options),
        "secondary_auth_initiated": sms.then_some("sms_otp"),
    })
}

impl Api {
    /// Whether a Member needs a second factor after a primary one. This depends on enrolment and
    /// policy, not on whether a factor is registered.
    fn needs_second_factor(&self, member: MemberKey) -> bool {
        self.directory.organization_of(member).requires_mfa()
            || self.directory[member].attributes.flag("mfa_enrolled")
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::config::Config;
    use crate::state::{MfaPolicy, NewMember, NewOrganization};

    #[test]
    fn policy_and_enrolment_decide_whether_mfa_is_required() {
        for (policy, enrolled, registered, owed) in [
            (MfaPolicy::Optional, false, false, false),
            (MfaPolicy::Optional, false, true, false),
            (MfaPolicy::Optional, true, false, true),
            (MfaPolicy::Optional, true, true, true),
            (MfaPolicy::RequiredForAll, false, false, true),
            (MfaPolicy::RequiredForAll, true, true, true),
        ] {
            let secret = registered.then(|| "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS".to_owned());
            let config = Config {
                organizations: vec![NewOrganization {
                    mfa_policy: policy,
                    members: vec![NewMember {
                        mfa_enrolled: enrolled,
                        totp_secret: secret,
                        member_id: Some("jane".to_owned()),
                        ..NewMember::default()
                    }],
                    ..NewOrganization::default()
                }],
                ..Config::default()
            };
            let api = Api::new(&config, 1, Timestamp::UNIX_EPOCH).unwrap();
            let member = api.directory.member("jane").unwrap();
            assert_eq!(
                api.needs_second_factor(member),
                owed,
                "{policy:?}, enrolled: {enrolled}, registered: {registered}"
            );
        }
    }
}
