//! The rows of the report: the default, the observed value, and whether they agree.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use totps_emulator::{ErrorCase, ErrorResponse, Settings};

use super::Explanation;
use super::candidates::get;
use super::errors::{self, ErrorBook};
use crate::experiment;

/// Whether a default of the emulator agrees with what was observed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The default agrees.
    Agrees,
    /// Another value was observed.
    Differs,
    /// The run did not find out.
    Open,
}

/// A row of the report.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The setting, e.g. `totp.second_create`, or the error case, e.g. `errors.wrong_code`.
    pub setting: String,
    /// The evidence for the default.
    pub evidence: String,
    /// The default of the emulator.
    pub guess: Value,
    /// The observed value; `None` if the run did not find out.
    pub truth: Option<Value>,
    /// Whether they agree.
    pub verdict: Verdict,
    /// The experiments that exclude every other value; of an error case, those in which it
    /// occurred.
    pub experiments: Vec<String>,
    /// Why the row is open, or which responses do not agree with the others.
    pub remark: String,
}

/// Returns the rows of all settings and error cases.
pub(crate) fn findings(explanation: &Explanation, ran: &[&str]) -> Vec<Finding> {
    let defaults = Settings::default();
    let settings = Settings::table().into_iter().map(|row| {
        let name = format!("{}.{}", row.group, row.name);
        let settled = explanation.settled.get(&name);
        let truth = settled.map(|_| get(&explanation.settings, &name));
        let guess = get(&defaults, &name);
        Finding {
            evidence: row.evidence.as_str().to_owned(),
            verdict: verdict(&guess, truth.as_ref()),
            remark: match truth {
                Some(_) => String::new(),
                None => why_open(&name, ran),
            },
            experiments: settled
                .into_iter()
                .flatten()
                .map(|id| (*id).to_owned())
                .collect(),
            setting: name,
            guess,
            truth,
        }
    });
    let errors = ErrorCase::ALL
        .iter()
        .map(|case| error(*case, &explanation.errors));
    settings.chain(errors).collect()
}

fn error(case: ErrorCase, book: &ErrorBook) -> Finding {
    let guess = in_full(&case.response());
    let truth = book.usual(case).map(|refused| {
        json!({
            "status": refused.status,
            "error_type": refused.error_type,
            "error_message": refused.error_message,
            "error_url": refused.error_url,
        })
    });
    let name = format!("errors.{}", case.name());
    let others: Vec<String> = book
        .unusual(case)
        .into_iter()
        .map(|entry| {
            let (status, kind) = (entry.refused.status, &entry.refused.error_type);
            format!(
                "{} “{}” returned {status} `{kind}`",
                entry.experiment, entry.step
            )
        })
        .collect();
    Finding {
        evidence: case.evidence().as_str().to_owned(),
        verdict: verdict(&guess, truth.as_ref()),
        remark: match truth {
            Some(_) => others.join("; "),
            None => match why_out_of_reach(&name) {
                Some(reason) => reason.to_owned(),
                None => format!("no step of this run caused it: {}", case.meaning()),
            },
        },
        experiments: book
            .experiments(case)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        setting: name,
        guess,
        truth,
    }
}

/// Returns a response with the placeholders of its `error_url` filled in.
fn in_full(response: &ErrorResponse) -> Value {
    let (form, kind) = (&response.error_url, &response.error_type);
    json!({
        "status": response.status,
        "error_type": response.error_type,
        "error_message": response.error_message,
        "error_url": errors::url(form, response.status, kind),
    })
}

fn verdict(guess: &Value, truth: Option<&Value>) -> Verdict {
    match truth {
        None => Verdict::Open,
        Some(truth) if truth == guess => Verdict::Agrees,
        Some(_) => Verdict::Differs,
    }
}

/// Returns why a setting is still open after a run.
fn why_open(name: &str, ran: &[&str]) -> String {
    if let Some(reason) = why_out_of_reach(name) {
        return reason.to_owned();
    }
    let settling = experiment::all().filter(|it| it.settles.contains(&name));
    let ids: Vec<&str> = settling.map(|it| it.id).collect();
    let names = ids.join(", ");
    if ids.iter().any(|id| ran.contains(id)) {
        format!("{names} could not distinguish its values")
    } else {
        format!("{names} did not run")
    }
}

fn why_out_of_reach(name: &str) -> Option<&'static str> {
    let reason = OUT_OF_REACH.iter().find(|(setting, _)| *setting == name);
    reason.map(|(_, reason)| *reason)
}

/// The settings and error cases that no run can settle, and why.
pub(crate) const OUT_OF_REACH: &[(&str, &str)] = &[
    ("rate_limit.calls_per_hour", "rate limits are not tested"),
    (
        "login.sms_despite_totp_default",
        "it needs a phone number, and would send a text message",
    ),
    (
        "rbac.authorization_checks_pass",
        "it depends on the policy of the project",
    ),
    ("errors.too_many_requests", "rate limits are not tested"),
    (
        "errors.too_few_tokens_authenticated",
        "rate limits are not tested",
    ),
    ("errors.internal", "it cannot be caused on purpose"),
    (
        "errors.organization_suspended",
        "it needs a suspended Organization, and only Stytch suspends one",
    ),
    ("errors.mfa_session_needed", "it needs a phone number"),
    (
        "errors.primary_factor_missing",
        "it needs a login without a primary factor",
    ),
    ("errors.phone_number_exists", "it needs a phone number"),
    ("errors.invalid_phone_number", "phone numbers are not sent"),
    (
        "errors.common_email_domain",
        "it occurs only if such a domain is refused",
    ),
    (
        "errors.email_domain_claimed",
        "claiming a domain would affect the whole project",
    ),
];
