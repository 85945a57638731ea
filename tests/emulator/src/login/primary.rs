//! What a primary factor gives: a full session, or an intermediate one because MFA is owed.

use crate::api::Api;
use crate::state::directory::MemberKey;

impl Api {
    /// Whether a Member owes a second factor after a primary one. Enrolment and policy decide, not
    /// whether a factor is registered.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "no endpoint has a primary factor yet")
    )]
    pub(crate) fn owes_second_factor(&self, member: MemberKey) -> bool {
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
    fn policy_and_enrolment_decide() {
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
                api.owes_second_factor(member),
                owed,
                "{policy:?}, enrolled: {enrolled}, registered: {registered}"
            );
        }
    }
}
