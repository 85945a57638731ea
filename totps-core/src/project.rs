//! A Stytch project: where requests go and what authenticates them.

mod authorization;
mod base_url;

use std::fmt;

use http::{HeaderMap, HeaderValue, Uri, header};

use crate::error::{ConfigError, Error, InvalidParams};
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::project::authorization::{EMPTY, Environment, PROJECT_ID, authorization};
use crate::project::base_url::BaseUrl;
use crate::transport::Request;
use crate::value::id::ProjectId;
use crate::value::secret::ProjectSecret;

/// The base URL of live projects.
pub const LIVE_BASE_URL: &str = "https://api.stytch.com";

/// The base URL of test projects.
pub const TEST_BASE_URL: &str = "https://test.stytch.com";

const USER_AGENT: &str = concat!("totps/", env!("CARGO_PKG_VERSION"));

/// A Stytch project: its id and secret, the base URL, the user agent.
///
/// They are validated once, when the project is created.
///
/// ```
/// use totps_core::{CreateParams, Project};
///
/// let project = Project::new("project-test-…", "secret-test-…")?;
/// let request = project.request(&CreateParams::new("organization-test-…", "member-test-…"))?;
/// assert_eq!(request.method(), "POST");
/// assert_eq!(request.uri(), "https://test.stytch.com/v1/b2b/totp");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Project {
    id: ProjectId,
    base_url: BaseUrl,
    /// The headers of every request with a body. Copying the map costs a third of inserting the
    /// headers.
    headers: HeaderMap,
}

impl Project {
    /// Creates a project at Stytch. An id that begins with `project-live-` selects
    /// [`LIVE_BASE_URL`], one that begins with `project-test-` selects [`TEST_BASE_URL`].
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for any other id, an id with `:` or control characters, an empty secret or
    /// one with control characters, and a live id with a secret that begins with `secret-test-` or
    /// the reverse.
    pub fn new(
        id: impl Into<ProjectId>,
        secret: impl Into<ProjectSecret>,
    ) -> Result<Self, ConfigError> {
        let id = id.into();
        let base_url = match Environment::of(id.as_str(), "project") {
            Some(Environment::Live) => LIVE_BASE_URL,
            Some(Environment::Test) => TEST_BASE_URL,
            None if id.is_empty() => return Err(ConfigError::new(PROJECT_ID, EMPTY)),
            None => {
                return Err(ConfigError::new(
                    PROJECT_ID,
                    "must begin with `project-live-` or `project-test-`; for any other id, name the \
                     server with `Project::at(base_url, id, secret)`",
                ));
            }
        };
        Self::at(Uri::from_static(base_url), id, secret)
    }

    /// Creates a project at another server, such as an emulator or a custom domain. Any id without
    /// `:` and control characters is accepted.
    ///
    /// ```
    /// use totps_core::Project;
    ///
    /// let project = Project::at("http://localhost:8080", "emulator", "secret")?;
    /// # Ok::<_, totps_core::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`] as for [`new`](Self::new) and [`with_base_url`](Self::with_base_url).
    pub fn at(
        base_url: impl TryInto<Uri>,
        id: impl Into<ProjectId>,
        secret: impl Into<ProjectSecret>,
    ) -> Result<Self, ConfigError> {
        let (id, secret) = (id.into(), secret.into());
        let base_url = BaseUrl::parse(base_url)?;
        // Room for the headers of the operation and of the HTTP stack.
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::AUTHORIZATION, authorization(&id, &secret)?);
        headers.insert(header::CONTENT_TYPE, JSON);
        headers.insert(header::ACCEPT, JSON);
        headers.insert(header::ACCEPT_ENCODING, IDENTITY);
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        Ok(Self {
            id,
            base_url,
            headers,
        })
    }

    /// Sets the base URL. A path in it is prepended to the paths of the API; a trailing slash is
    /// ignored.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for text that is not a URL, for a URL that is neither `https` nor `http` on
    /// loopback (`localhost`, `127.0.0.0/8`, `[::1]`), and for a URL with user info or a query.
    pub fn with_base_url(self, base_url: impl TryInto<Uri>) -> Result<Self, ConfigError> {
        let base_url = BaseUrl::parse(base_url)?;
        Ok(Self { base_url, ..self })
    }

    /// Prepends the application's product token to this library's in the `User-Agent`: a name, or a
    /// name and a version, such as `acme-login/1.2`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for anything else.
    pub fn with_user_agent(mut self, product: impl Into<String>) -> Result<Self, ConfigError> {
        let product = product.into();
        let error = ConfigError::new(
            "user agent",
            "must be one product token such as `acme-login/1.2`: ASCII letters, digits and \
             !#$%&'*+-.^_`|~",
        );
        let (name, version) = product.split_once('/').unwrap_or((&product, "-"));
        if !is_token(name) || !is_token(version) {
            return Err(error);
        }
        let user_agent =
            HeaderValue::try_from(format!("{product} {USER_AGENT}")).map_err(|_| error)?;
        self.headers.insert(header::USER_AGENT, user_agent);
        Ok(self)
    }

    /// Returns the id of the project.
    pub fn id(&self) -> &ProjectId {
        &self.id
    }

    /// Builds the request of a call, ready for any HTTP stack.
    ///
    /// The body is JSON; a request without a body has no `Content-Type`. `Authorization` and the
    /// headers of the operation are marked sensitive. `Authorization` is left out if the operation
    /// needs no credentials. The request asks for a response without compression. It has no
    /// `Content-Length` and no `Host`: the HTTP stack adds both.
    ///
    /// Do not follow redirects when you send it: they would send codes and secrets to another
    /// server.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParams`] when a field breaks a rule.
    pub fn request<P: Operation + ?Sized>(&self, params: &P) -> Result<Request, Error> {
        Ok(self.make(params.describe()?)?)
    }

    /// Returns the base URL, without a trailing slash.
    #[cfg(feature = "session-jwt")]
    pub(crate) fn base_url(&self) -> impl fmt::Display + '_ {
        &self.base_url
    }

    fn make(&self, call: Call) -> Result<Request, InvalidParams> {
        let uri = self.base_url.join(call.path?, &call.query)?;
        let mut headers = self.headers.clone();
        if call.body.is_none() {
            headers.remove(header::CONTENT_TYPE);
        }
        if !call.has_credentials {
            headers.remove(header::AUTHORIZATION);
        }
        headers.extend(call.headers);
        let mut request = http::Request::new(call.body.unwrap_or_default());
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const IDENTITY: HeaderValue = HeaderValue::from_static("identity");

impl fmt::Debug for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Project")
            .field("id", &self.id)
            .field("base_url", &format_args!("{}", self.base_url))
            .field("user_agent", &self.headers[header::USER_AGENT])
            .finish_non_exhaustive()
    }
}

/// Tells whether a text is a token of RFC 9110.
fn is_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}
