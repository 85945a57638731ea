//! The table: guess, truth, and whether they agree.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use totps_emulator::{ErrorCase, ErrorResponse, Settings};

use super::Explanation;
use super::candidates::get;
use super::errors::{self, ErrorBook};
use crate::experiment;

/// Whether a default of the emulator is what was seen.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The emulator does what was seen.
    Agrees,
    /// Something else was seen.
    Differs,
    /// The run does not tell.
    Open,
}

/// A row of the table.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The setting, e.g. `totp.second_create`, or the error case, e.g. `errors.wrong_code`.
    pub setting: String,
    /// How sure the default was.
    pub evidence: String,
    /// The default of the emulator.
    pub guess: Value,
    /// What was seen; none if the run does not tell.
    pub truth: Option<Value>,
    /// Whether they agree.
    pub verdict: Verdict,
    /// The experiments that would have seen anything else.
    pub experiments: Vec<String>,
    /// Why it is open, or what does not fit.
    pub remark: String,
}

/// The rows of settings and of error cases.
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
                "{} “{}” came with {status} `{kind}`",
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
                None => format!("no step of this run met it: {}", case.meaning()),
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

/// A response with its own `error_url`.
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

/// Why nothing is known of a setting after a run.
fn why_open(name: &str, ran: &[&str]) -> String {
    if let Some(reason) = why_out_of_reach(name) {
        return reason.to_owned();
    }
    let settling = experiment::all().filter(|it| it.settles.contains(&name));
    let ids: Vec<&str> = settling.map(|it| it.id).collect();
    let names = ids.join(", ");
    if ids.iter().any(|id| ran.contains(id)) {
        format!("{names} could not tell its values apart")
    } else {
        format!("{names} did not run")
    }
}

fn why_out_of_reach(name: &str) -> Option<&'static str> {
    let reason = OUT_OF_REACH.iter().find(|(setting, _)| *setting == name);
    reason.map(|(_, reason)| *reason)
}

/// What no run can settle, and why.
pub(crate) const OUT_OF_REACH: &[(&str, &str)] = &[
    ("rate_limit.calls_per_hour", "rate limits are not provoked"),
    (
        "login.sms_despite_totp_default",
        "it needs a phone number, and would send a text message",
    ),
    (
        "rbac.authorization_checks_pass",
        "the policy of the project decides",
    ),
    ("errors.too_many_requests", "rate limits are not provoked"),
    (
        "errors.too_few_tokens_authenticated",
        "rate limits are not provoked",
    ),
    ("errors.internal", "it cannot be provoked"),
    (
        "errors.organization_suspended",
        "it needs a suspended Organization, which Stytch makes",
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
        "met only if such a domain is refused",
    ),
    (
        "errors.email_domain_claimed",
        "claiming a domain would bind the whole project",
    ),
];
