//! Stytch's B2B API as a state machine: a request and a moment in, an answer out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::authorization;
use crate::config::{Config, ConfigError};
use crate::directory::Directory;
use crate::error::{
    ApiError, KnownError, ORGANIZATION_NOT_FOUND, ORGANIZATION_SUSPENDED, ROUTE_NOT_FOUND,
    TOO_MANY_REQUESTS, USER_LOCK_LIMIT_REACHED,
};
use crate::fields::Fields;
use crate::generator::Generator;
use crate::json;
use crate::organization::NewOrganization;
use crate::response::{self, add_headers, final_status};
use crate::session::Sessions;
use crate::session_jwt::JwtSigner;
use crate::settings::{Settings, Situation};

/// The members of a successful answer, or an error.
pub(crate) type Answer = Result<Map<String, Value>, ApiError>;

/// A project with its organizations, members and sessions.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) project_id: String,
    pub(crate) secret: String,
    pub(crate) settings: Arc<Settings>,
    pub(crate) directory: Directory,
    pub(crate) sessions: Sessions,
    pub(crate) signer: JwtSigner,
    pub(crate) generate: Generator,
    /// Apart from the other values, so that failed calls do not change what comes after them.
    request_ids: Generator,
    calls: HourlyCalls,
}

/// A request that was routed and authorized.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) now: Timestamp,
    pub(crate) settings: &'a Settings,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) path: &'a str,
    body: &'a [u8],
}

impl Call<'_> {
    /// The body, which may have these fields.
    pub(crate) fn fields(&self, known: &[&str]) -> Result<Fields<'_>, ApiError> {
        Fields::parse(self.body, known, self.settings)
    }

    /// The caller's `User-Agent`.
    pub(crate) fn user_agent(&self) -> &str {
        self.headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Refuses a call for some seconds.
    pub(crate) fn refusal(&self, error: KnownError, seconds: i64) -> ApiError {
        let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let told = self.settings.send_retry_after.then_some(seconds);
        ApiError::from(error).retry_after(told)
    }

    /// The error of a situation.
    pub(crate) fn error(&self, situation: Situation) -> ApiError {
        self.settings.error(situation)
    }
}

/// What a path stands for.
enum Route<'a> {
    CreateTotp,
    AuthenticateTotp,
    MigrateTotp,
    DeleteTotp {
        organization: &'a str,
        member: &'a str,
    },
    GetRecoveryCodes {
        organization: &'a str,
        member: &'a str,
    },
    RotateRecoveryCodes,
    Recover,
    AuthenticateSession,
    JsonWebKeySet {
        project: &'a str,
    },
}

impl<'a> Route<'a> {
    fn find(path: &[&'a str]) -> Option<Self> {
        Some(match *path {
            ["v1", "b2b", "totp"] => Self::CreateTotp,
            ["v1", "b2b", "totp", "authenticate"] => Self::AuthenticateTotp,
            ["v1", "b2b", "totp", "migrate"] => Self::MigrateTotp,
            [
                "v1",
                "b2b",
                "organizations",
                organization,
                "members",
                member,
                "totp",
            ] => Self::DeleteTotp {
                organization,
                member,
            },
            ["v1", "b2b", "recovery_codes", "rotate"] => Self::RotateRecoveryCodes,
            ["v1", "b2b", "recovery_codes", "recover"] => Self::Recover,
            ["v1", "b2b", "recovery_codes", organization, member] => Self::GetRecoveryCodes {
                organization,
                member,
            },
            ["v1", "b2b", "sessions", "authenticate"] => Self::AuthenticateSession,
            ["v1", "b2b", "sessions", "jwks", project] => Self::JsonWebKeySet { project },
            _ => return None,
        })
    }

    fn method(&self) -> Method {
        match self {
            Self::DeleteTotp { .. } => Method::DELETE,
            Self::GetRecoveryCodes { .. } | Self::JsonWebKeySet { .. } => Method::GET,
            _ => Method::POST,
        }
    }
}

impl Api {
    /// A project as the configuration describes it.
    pub(crate) fn new(config: &Config, seed: u64, now: Timestamp) -> Result<Self, ConfigError> {
        let environment = config
            .project_id
            .as_deref()
            .map_or("test", authorization::environment);
        let mut generate = Generator::new(seed, 0, environment);
        let project_id = config.project_id.clone();
        let secret = config.secret.clone();
        let mut api = Self {
            project_id: project_id.unwrap_or_else(|| generate.id("project")),
            secret: secret
                .unwrap_or_else(|| format!("secret-{environment}-{}", generate.session_token())),
            settings: Arc::new(config.settings.clone()),
            directory: Directory::default(),
            sessions: Sessions::default(),
            signer: JwtSigner::new(generate.id("jwk"))?,
            generate,
            request_ids: Generator::new(seed, 1, environment),
            calls: HourlyCalls::default(),
        };
        for organization in &config.organizations {
            api.add_organization(organization, now)?;
        }
        if config.organizations.is_empty() {
            api.add_organization(&NewOrganization::default(), now)?;
        }
        Ok(api)
    }

    /// Answers a request.
    pub(crate) fn answer(
        &mut self,
        request: &Request<Vec<u8>>,
        now: Timestamp,
    ) -> Response<Vec<u8>> {
        let settings = Arc::clone(&self.settings);
        let call = Call {
            now,
            settings: &settings,
            headers: request.headers(),
            path: request.uri().path(),
            body: request.body(),
        };
        let answer = self.route(&call, request.method());
        self.respond(answer)
    }

    /// Gives an answer its HTTP form.
    pub(crate) fn respond(&mut self, answer: Answer) -> Response<Vec<u8>> {
        let (status, retry_after, mut body) = match answer {
            Ok(body) => {
                let status = final_status(self.settings.success_status);
                (status.unwrap_or(StatusCode::OK), None, body)
            }
            Err(error) => (error.status, error.retry_after, error.into_body()),
        };
        body.insert("status_code".to_owned(), status.as_u16().into());
        let id = self.request_ids.id("request-id");
        body.insert("request_id".to_owned(), id.into());
        let mut response = response::json(status, Value::Object(body).to_string());
        if let Some(after) = retry_after {
            let seconds = after.as_secs().into();
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        add_headers(&mut response, &self.settings.response_headers);
        response
    }

    fn route(&mut self, call: &Call<'_>, method: &Method) -> Answer {
        let segments = call.path.strip_prefix('/').unwrap_or(call.path).split('/');
        let segments: Vec<_> = segments
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy())
            .collect();
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        let route = Route::find(&segments).ok_or(ROUTE_NOT_FOUND)?;
        if *method != route.method() {
            return Err(call.error(Situation::MethodNotAllowed));
        }
        let public =
            matches!(route, Route::JsonWebKeySet { .. }) && !call.settings.jwks_need_authorization;
        if !public {
            authorization::check(call.headers, &self.project_id, &self.secret, call.settings)?;
        }
        check_content_type(call)?;
        match route {
            Route::CreateTotp => self.create_totp(call),
            Route::AuthenticateTotp => self.authenticate_totp(call),
            Route::MigrateTotp => self.migrate_totp(call),
            Route::DeleteTotp {
                organization,
                member,
            } => self.delete_totp(call, organization, member),
            Route::GetRecoveryCodes {
                organization,
                member,
            } => self.get_recovery_codes(call, organization, member),
            Route::RotateRecoveryCodes => self.rotate_recovery_codes(call),
            Route::Recover => self.recover(call),
            Route::AuthenticateSession => self.authenticate_session(call),
            Route::JsonWebKeySet { project } => self.json_web_key_set(call, project),
        }
    }

    /// Finds the member that the fields of a request name.
    pub(crate) fn named_member(
        &mut self,
        call: &Call<'_>,
        fields: &Fields<'_>,
    ) -> Result<usize, ApiError> {
        let organization = fields.required("organization_id")?;
        let member = fields.required("member_id")?;
        self.find_member(call, organization, member)
    }

    /// Refuses attempts of a locked member.
    pub(crate) fn check_lock(&self, call: &Call<'_>, member: usize) -> Result<(), ApiError> {
        let Some(lock) = self.directory.members[member].lock(call.now) else {
            return Ok(());
        };
        let rest = lock.expires_at.as_second() - call.now.as_second();
        Err(call.refusal(USER_LOCK_LIMIT_REACHED, rest))
    }

    /// Finds the member that a request names, and counts the call for the rate limit.
    pub(crate) fn find_member(
        &mut self,
        call: &Call<'_>,
        organization: &str,
        member: &str,
    ) -> Result<usize, ApiError> {
        let organization = self
            .directory
            .organization(organization)
            .ok_or(ORGANIZATION_NOT_FOUND)?;
        if self.directory.organizations[organization].suspended {
            return Err(ORGANIZATION_SUSPENDED.into());
        }
        let position = self
            .directory
            .member_of(organization, member)
            .ok_or_else(|| {
                call.error(match self.directory.member(member) {
                    Some(_) => Situation::MemberOfOtherOrganization,
                    None => Situation::MemberNotFound,
                })
            })?;
        self.calls.count(call, position)?;
        Ok(position)
    }

    /// The part of an answer that shows the member and the organization.
    pub(crate) fn member_answer(&self, call: &Call<'_>, member: usize) -> Map<String, Value> {
        let organization = self.directory.organization_of(member);
        let member = &self.directory.members[member];
        json::members(serde_json::json!({
            "member_id": member.id,
            "member": member.to_json(&organization.id, call.settings, call.now),
            "organization": organization.to_json(),
        }))
    }
}

fn check_content_type(call: &Call<'_>) -> Result<(), ApiError> {
    let content_type = call.headers.get(CONTENT_TYPE);
    let essence = content_type.and_then(|value| value.to_str().ok()?.split(';').next());
    let is_json = essence.is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"));
    if call.settings.require_json_content_type && !call.body.is_empty() && !is_json {
        return Err(call.error(Situation::ContentType));
    }
    Ok(())
}

/// Calls per endpoint and member in the present clock hour.
#[derive(Debug, Default)]
struct HourlyCalls {
    hour: i64,
    calls: BTreeMap<(String, usize), u32>,
}

impl HourlyCalls {
    fn count(&mut self, call: &Call<'_>, member: usize) -> Result<(), ApiError> {
        let Some(limit) = call.settings.rate_limit_per_hour else {
            return Ok(());
        };
        const HOUR: i64 = 3600;
        let second = call.now.as_second();
        let hour = second.div_euclid(HOUR);
        if self.hour != hour {
            self.hour = hour;
            self.calls.clear();
        }
        let calls = self
            .calls
            .entry((call.path.to_owned(), member))
            .or_default();
        *calls = calls.saturating_add(1);
        if *calls <= limit {
            return Ok(());
        }
        let rest = HOUR - second.rem_euclid(HOUR);
        Err(call.refusal(TOO_MANY_REQUESTS, rest))
    }
}
