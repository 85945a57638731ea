//! Hand-written requests: a derived struct, `serde_json::to_vec`, and the http crate's builder.
//! Everything that is the same for all calls is prepared once.

use http::{HeaderValue, Request, Uri, header};
use serde::Serialize;
use serde_json::{Map, Value};

/// The parts that are the same for all requests to one endpoint.
pub struct Prepared {
    pub uri: Uri,
    pub authorization: HeaderValue,
    pub user_agent: HeaderValue,
}

impl Prepared {
    /// Prepares requests for the path of a call.
    pub fn new(path: &str) -> Result<Self, http::Error> {
        let mut authorization =
            HeaderValue::from_static("Basic cHJvamVjdC10ZXN0LTA6c2VjcmV0LXRlc3QtMA==");
        authorization.set_sensitive(true);
        Ok(Self {
            uri: format!("https://test.stytch.com{path}").parse::<Uri>()?,
            authorization,
            user_agent: HeaderValue::from_static("acme-login/1.0"),
        })
    }

    /// Returns the request of a call.
    ///
    /// # Errors
    ///
    /// If the parameters cannot be serialised.
    pub fn request<P: Serialize>(
        &self,
        params: &P,
    ) -> Result<Request<Vec<u8>>, Box<dyn std::error::Error>> {
        let body = serde_json::to_vec(params)?;
        let request = Request::post(self.uri.clone())
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            )
            .header(header::ACCEPT, HeaderValue::from_static("application/json"))
            .header(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static("identity"),
            )
            .header(header::USER_AGENT, self.user_agent.clone())
            .body(body)?;
        Ok(request)
    }
}

/// The parameters of Create.
#[derive(Default, Serialize)]
pub struct Create {
    pub organization_id: String,
    pub member_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intermediate_session_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_jwt: Option<String>,
}

/// The parameters of Authenticate.
#[derive(Default, Serialize)]
pub struct Authenticate {
    pub organization_id: String,
    pub member_id: String,
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intermediate_session_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_jwt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_duration_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_custom_claims: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_mfa_enrollment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_default_mfa: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry_id: Option<String>,
}

/// The parameters of Migrate.
#[derive(Default, Serialize)]
pub struct Migrate {
    pub organization_id: String,
    pub member_id: String,
    pub secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_codes: Option<Vec<String>>,
}

const ORGANIZATION: &str = "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931";
const MEMBER: &str = "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f";
const INTERMEDIATE: &str = "SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4=";
const SESSION: &str = "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q";
const JWT: &str = "example_jwt";

impl Create {
    /// Returns parameters with the required fields.
    pub fn minimal() -> Self {
        Self {
            organization_id: ORGANIZATION.to_owned(),
            member_id: MEMBER.to_owned(),
            ..Self::default()
        }
    }

    /// Returns parameters with all fields.
    pub fn full() -> Self {
        Self {
            expiration_minutes: Some(30),
            intermediate_session_token: Some(INTERMEDIATE.to_owned()),
            session_token: Some(SESSION.to_owned()),
            session_jwt: Some(JWT.to_owned()),
            ..Self::minimal()
        }
    }
}

impl Authenticate {
    /// Returns parameters with the required fields.
    pub fn minimal() -> Self {
        Self {
            organization_id: ORGANIZATION.to_owned(),
            member_id: MEMBER.to_owned(),
            code: "012345".to_owned(),
            ..Self::default()
        }
    }

    /// Returns parameters with all fields.
    pub fn full() -> Self {
        Self {
            intermediate_session_token: Some(INTERMEDIATE.to_owned()),
            session_token: Some(SESSION.to_owned()),
            session_jwt: Some(JWT.to_owned()),
            session_duration_minutes: Some(527_040),
            session_custom_claims: Some(Map::from_iter([
                ("claim1".to_owned(), "value1".into()),
                ("claim2".to_owned(), "value2".into()),
            ])),
            set_mfa_enrollment: Some("enroll".to_owned()),
            set_default_mfa: Some(true),
            telemetry_id: Some("026ac93b-8cdf-4fcb-bfa6-36a31cfecac1".to_owned()),
            ..Self::minimal()
        }
    }
}

impl Migrate {
    /// Returns parameters with the required fields.
    pub fn minimal() -> Self {
        Self {
            organization_id: ORGANIZATION.to_owned(),
            member_id: MEMBER.to_owned(),
            secret: "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS".to_owned(),
            ..Self::default()
        }
    }

    /// Returns parameters with all fields.
    pub fn full() -> Self {
        Self {
            recovery_codes: Some(vec![
                "ckss-2skx-ebow".to_owned(),
                "spbc-424h-usy0".to_owned(),
            ]),
            ..Self::minimal()
        }
    }
}
