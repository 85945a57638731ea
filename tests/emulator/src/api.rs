//! The emulated B2B API as a state machine: it takes a request and the current time, and returns a
//! response.

pub(crate) mod authorization;
pub(crate) mod call;
pub(crate) mod changes;
pub(crate) mod error;
pub(crate) mod fields;
pub(crate) mod qr_code;
pub(crate) mod rate_limit;
pub(crate) mod rbac;
pub(crate) mod respond;
pub(crate) mod routes;
pub(crate) mod search;
pub(crate) mod target;

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request};
use jiff::Timestamp;

use self::call::Call;
use self::error::Refusal;
use self::fields::Fields;
use self::rate_limit::RateLimit;
use self::respond::Reply;
use self::routes::Route;
use crate::config::{Config, ConfigError};
use crate::endpoint::{Access, Outcome};
use crate::sendable::{check_headers, check_status};
use crate::settings::{ErrorCase, HttpSettings, Settings};
use crate::state::NewOrganization;
use crate::state::directory::Directory;
use crate::state::generator::Generator;
use crate::state::jwt::JwtSigner;
use crate::state::session::Sessions;

/// A project with its Organizations, Members and sessions.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) project_id: String,
    pub(crate) secret: String,
    pub(crate) settings: Arc<Settings>,
    pub(crate) directory: Directory,
    pub(crate) sessions: Sessions,
    pub(crate) signer: JwtSigner,
    pub(crate) generate: Generator,
    rate_limit: RateLimit,
}

impl Api {
    /// Creates the project that the configuration describes.
    pub(crate) fn new(config: &Config, seed: u64, now: Timestamp) -> Result<Self, ConfigError> {
        let settings = &config.settings;
        settings.check().map_err(|error| error.within("settings"))?;
        check_credentials(config)?;
        let project_id = config.project_id.clone();
        let environment = project_id
            .as_deref()
            .map_or("test", authorization::environment);
        let mut generate = Generator::new(seed, environment);
        let secret = config.secret.clone();
        let mut api = Self {
            project_id: project_id.unwrap_or_else(|| generate.id("project")),
            secret: secret.unwrap_or_else(|| generate.project_secret()),
            settings: Arc::new(settings.clone()),
            directory: Directory::default(),
            sessions: Sessions::default(),
            signer: JwtSigner::new(generate.id("jwk")),
            generate,
            rate_limit: RateLimit::default(),
        };
        let recovery_codes = settings.recovery_codes.count;
        for (index, organization) in config.organizations.iter().enumerate() {
            api.directory
                .create_organization(organization, &mut api.generate, recovery_codes, now)
                .map_err(|error| error.within(format_args!("organizations[{index}]")))?;
        }
        if config.organizations.is_empty() {
            let organization = NewOrganization::default();
            api.directory.create_organization(
                &organization,
                &mut api.generate,
                recovery_codes,
                now,
            )?;
        }
        Ok(api)
    }

    /// Responds to a request.
    pub(crate) fn respond(&mut self, request: &Request<Vec<u8>>, now: Timestamp) -> Reply {
        let outcome = self.dispatch(request, now);
        self.reply(outcome)
    }

    /// Returns the response to a request that is refused before it is routed.
    pub(crate) fn refuse(&mut self, refusal: impl Into<Refusal>) -> Reply {
        self.reply(Err(refusal.into()))
    }

    /// Builds a response, with the parts that all responses share: the configured headers,
    /// `status_code` and `request_id`.
    fn reply(&mut self, outcome: Outcome) -> Reply {
        let http = &self.settings.http;
        let mut reply = match outcome {
            Ok(success) => Reply {
                status: check_status(success.status.unwrap_or(http.success_status), true)
                    .unwrap_or_default(),
                headers: HeaderMap::new(),
                body: success.body,
                qr_code: success.qr_code,
            },
            Err(refusal) => refusal.reply(&self.settings.errors),
        };
        // The settings were checked when they were set.
        reply
            .headers
            .extend(check_headers(&http.response_headers).unwrap_or_default());
        let status = reply.status.as_u16().into();
        reply.body.insert("status_code".to_owned(), status);
        let id = self.generate.id("request-id").into();
        reply.body.insert("request_id".to_owned(), id);
        reply
    }

    /// Applies the rules that all endpoints share, and calls the handler of the endpoint.
    fn dispatch(&mut self, request: &Request<Vec<u8>>, now: Timestamp) -> Outcome {
        let settings = Arc::clone(&self.settings);
        let (uri, headers, body) = (request.uri(), request.headers(), request.body());
        let Route { endpoint, path } = Route::find(request.method(), uri.path(), &settings.http)?;
        let open = endpoint.access == Access::Open && !settings.session.jwks_need_authorization;
        if !open {
            authorization::check(headers, &self.project_id, &self.secret)?;
        }
        if !body.is_empty() {
            check_content_type(headers, &settings.http)?;
        }
        let fields = match endpoint.fields {
            // Some SDKs send a body with GET or DELETE. It has no fields.
            [] if !settings.http.read_unneeded_bodies => Fields::default(),
            known => Fields::parse(body, known, &settings.http)?,
        };
        let mut call = Call {
            endpoint,
            now,
            settings: &settings,
            headers,
            path,
            query: call::query(uri, endpoint, &settings.http)?,
            fields,
            actor: None,
        };
        call.actor = self.actor(&call)?;
        (endpoint.handler)(self, &call)
    }
}

/// Checks that HTTP Basic authentication can carry the configured project id and secret.
fn check_credentials(config: &Config) -> Result<(), ConfigError> {
    if config
        .project_id
        .as_ref()
        .is_some_and(|id| id.is_empty() || id.contains(':'))
    {
        return Err(ConfigError::at(
            "project_id",
            "must not be empty or contain a colon",
        ));
    }
    if config.secret.as_ref().is_some_and(String::is_empty) {
        return Err(ConfigError::at("secret", "must not be empty"));
    }
    Ok(())
}

fn check_content_type(headers: &HeaderMap, settings: &HttpSettings) -> Result<(), Refusal> {
    let content_type = headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let mut parts = content_type.unwrap_or_default().split(';');
    let essence = parts.next().unwrap_or_default().trim();
    let is_json = essence.eq_ignore_ascii_case("application/json");
    let charset = |part: &str| part.trim().to_ascii_lowercase().starts_with("charset=");
    if (settings.require_json_content_type && !is_json)
        || (settings.refuse_charset && parts.any(charset))
    {
        return Err(ErrorCase::ContentType.into());
    }
    Ok(())
}
