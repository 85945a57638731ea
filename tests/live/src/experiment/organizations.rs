//! Names and settings of Organizations: E1.

use serde_json::{Value, json};

use super::Experiment;
use crate::lab::people::merged;
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "E1" Always names: "Which names may an Organization have, and does it need a slug?",
        settles ["organization.slug_required"];
    "E1s" Always settings: "Which settings may an Organization have?",
        settles ["organization.mfa_policy_closes_invites"];
    "E1d" Always domains: "Which common e-mail domains are refused?",
        settles ["organization.common_email_domains"];
};

/// Returns an Organization Create with an external id, under which it is in the journal.
fn by_external_id(lab: &mut Lab<'_>, fields: Value) -> Plain {
    let body = json!({ "organization_external_id": lab.bench.fresh_name() });
    Plain::post("/v1/b2b/organizations", merged(body, fields))
}

fn names(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.new_organization("Organization Create", json!({}))?;
    lab.create_organization("a slug that is taken", &organization.name, json!({}))?;
    let create = by_external_id(lab, json!({ "organization_name": "totps live" }));
    lab.send("no slug", &create)?;
    lab.send("an external id that is taken", &create)?;
    let slug = lab.bench.fresh_name();
    let create = by_external_id(lab, json!({ "organization_slug": slug }));
    lab.send("no name", &create)?;
    for (label, slug, name) in [
        (
            "a slug of one character",
            "x".to_owned(),
            "totps live".to_owned(),
        ),
        (
            "a slug with a space",
            "totps live".to_owned(),
            "totps live".to_owned(),
        ),
        (
            "a name of 129 characters",
            lab.bench.fresh_name(),
            "x".repeat(129),
        ),
    ] {
        let fields = json!({ "organization_slug": slug, "organization_name": name });
        let create = by_external_id(lab, fields);
        lab.send(label, &create)?;
    }
    let slug = lab.bench.fresh_name();
    let malformed = json!({ "organization_external_id": "a b" });
    lab.create_organization("an external id with a space", &slug, malformed)?;
    Ok(())
}

fn settings(lab: &mut Lab<'_>) -> Outcome {
    for (label, fields) in [
        (
            "the policy alone",
            json!({ "mfa_policy": "REQUIRED_FOR_ALL" }),
        ),
        ("an unknown policy", json!({ "mfa_policy": "NONSENSE" })),
        ("unknown mfa_methods", json!({ "mfa_methods": "NONSENSE" })),
        (
            "an unknown MFA method",
            json!({ "mfa_methods": "RESTRICTED", "allowed_mfa_methods": ["nonsense"] }),
        ),
        (
            "restricted to no MFA method",
            json!({ "mfa_methods": "RESTRICTED" }),
        ),
        (
            "unknown auth_methods",
            json!({ "auth_methods": "NONSENSE" }),
        ),
        (
            "an unknown auth method",
            json!({ "auth_methods": "RESTRICTED", "allowed_auth_methods": ["nonsense"] }),
        ),
        (
            "restricted to no auth method",
            json!({ "auth_methods": "RESTRICTED" }),
        ),
        (
            "unknown email_invites",
            json!({ "email_invites": "NONSENSE" }),
        ),
        (
            "nobody can join",
            json!({
                "email_invites": "NOT_ALLOWED",
                "email_jit_provisioning": "NOT_ALLOWED",
                "sso_jit_provisioning": "NOT_ALLOWED",
            }),
        ),
    ] {
        let slug = lab.bench.fresh_name();
        lab.create_organization(label, &slug, fields)?;
    }
    Ok(())
}

fn domains(lab: &mut Lab<'_>) -> Outcome {
    let mut refused = Vec::new();
    for domain in ["gmail.com", "outlook.com", "example.com"] {
        let slug = lab.bench.fresh_name();
        let fields = json!({ "email_allowed_domains": [domain], "email_invites": "RESTRICTED" });
        let label = format!("the domain {domain}");
        if !lab.create_organization(&label, &slug, fields)?.accepted() {
            refused.push(domain);
        }
    }
    lab.note("organization.common_email_domains", json!(refused));
    Ok(())
}
