//! Credentials: N15.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use totps_ureq::http::{Method, header};

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::lab::world::id_of_nothing;
use crate::lab::{Lab, Outcome};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "N15" Always credentials: "How are missing and wrong credentials refused?", settles [];
};

fn credentials(lab: &mut Lab<'_>) -> Outcome {
    let organization = lab.organization(Optional)?;
    let get = Plain::get("/v1/b2b/organizations").segment(&organization.id);
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let own = lab.bench.wire.project.id().as_str().to_owned();
    for (label, value) in [
        ("no header", None),
        ("not base64", Some("Basic !!!".to_owned())),
        ("no colon", Some(basic("nonsense"))),
        ("another scheme", Some("Bearer nonsense".to_owned())),
        (
            "wrong secret",
            Some(basic(&format!("{own}:secret-test-nonsense"))),
        ),
        (
            "unknown project",
            Some(basic(&format!(
                "{}:secret-test-nonsense",
                id_of_nothing("project")
            ))),
        ),
        (
            "malformed project id",
            Some(basic("nonsense:secret-test-nonsense")),
        ),
    ] {
        let bent = lab
            .bend(&get)?
            .header(header::AUTHORIZATION, value.as_deref());
        lab.send_bent(label, bent)?;
    }
    let right = lab.bend(&get)?.into_request();
    let right = right.headers().get(header::AUTHORIZATION);
    let lower = right
        .and_then(|it| it.to_str().ok())
        .map(|it| it.replacen("Basic", "basic", 1));
    let bent = lab
        .bend(&get)?
        .header(header::AUTHORIZATION, lower.as_deref());
    lab.send_bent("the scheme in lower case", bent)?;
    let keys = Plain::get("/v1/b2b/sessions/jwks").segment(&own);
    let post = lab.bend(&keys)?.method(Method::POST);
    lab.send_bent("POST for the key set", post)?;
    Ok(())
}
