//! The recovery code endpoints: Get, Rotate and Recover.

use serde_json::json;

use crate::api::{Answer, Api, Call};
use crate::session::AuthenticationFactor;
use crate::settings::Situation;
use crate::totp_calls::{is_recovery_code, is_totp_code};

impl Api {
    /// `GET /v1/b2b/recovery_codes/{organization_id}/{member_id}`
    pub(crate) fn get_recovery_codes(
        &mut self,
        call: &Call<'_>,
        organization: &str,
        member: &str,
    ) -> Answer {
        let member = self.find_member(call, organization, member)?;
        Ok(self.recovery_codes_answer(call, member))
    }

    /// `POST /v1/b2b/recovery_codes/rotate`
    pub(crate) fn rotate_recovery_codes(&mut self, call: &Call<'_>) -> Answer {
        let fields = call.fields(&["organization_id", "member_id"])?;
        let member = self.named_member(call, &fields)?;
        let current = &mut self.directory.members[member];
        if current.active_totp().is_none() {
            return Err(call.error(Situation::NoRecoverableFactor));
        }
        current.mint_recovery_codes(&mut self.generate);
        Ok(self.recovery_codes_answer(call, member))
    }

    /// `POST /v1/b2b/recovery_codes/recover`
    pub(crate) fn recover(&mut self, call: &Call<'_>) -> Answer {
        let fields = call.fields(&[
            "organization_id",
            "member_id",
            "recovery_code",
            "intermediate_session_token",
            "session_token",
            "session_jwt",
            "session_duration_minutes",
            "session_custom_claims",
            "telemetry_id",
        ])?;
        let code = fields.required("recovery_code")?;
        let member = self.named_member(call, &fields)?;
        let telemetry_id = fields.text("telemetry_id")?;
        self.check_lock(call, member)?;
        let next = self.next_session(call, &fields, member)?;

        let current = &mut self.directory.members[member];
        if current.active_totp().is_none() {
            return Err(call.error(Situation::NoRecoverableFactor));
        }
        if is_totp_code(code) {
            return Err(call.error(Situation::TotpCodeAsRecoveryCode));
        }
        let known = current.recovery_codes.iter();
        let Some(position) = known.clone().position(|known| known.code == code) else {
            if known.len() == 0 {
                return Err(call.error(Situation::RecoveryCodesNotFound));
            }
            if !is_recovery_code(code) {
                return Err(call.error(Situation::MalformedRecoveryCode));
            }
            current.count_failure(call.settings, call.now);
            return Err(call.error(Situation::WrongRecoveryCode));
        };
        let used = current.recovery_codes.remove(position);
        let remaining = current.recovery_codes.len();
        current.count_success();
        let factor = AuthenticationFactor::recovery_code(&used.id, call.now);
        let session = self.open_session(call, member, next, factor)?;
        let mut answer = self.member_answer(call, member);
        answer.extend(session);
        answer.insert("recovery_codes_remaining".to_owned(), json!(remaining));
        answer.insert(
            "member_device".to_owned(),
            self.member_device(call, member, telemetry_id),
        );
        Ok(answer)
    }

    fn recovery_codes_answer(
        &self,
        call: &Call<'_>,
        member: usize,
    ) -> serde_json::Map<String, serde_json::Value> {
        let mut answer = self.member_answer(call, member);
        let codes = self.directory.members[member].recovery_code_texts();
        answer.insert("recovery_codes".to_owned(), json!(codes));
        answer
    }
}
