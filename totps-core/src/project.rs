//! A Stytch project: where requests go and what authenticates them.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::uri::{self, Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Method, Uri, header};
use zeroize::Zeroizing;

use crate::wipe::wipe_text;
use crate::{
    Body, ConfigError, Error, InvalidParams, Operation, ProjectId, ProjectSecret, Request,
};

/// The base URL of live projects.
pub const LIVE_BASE_URL: &str = "https://api.stytch.com";

/// The base URL of test projects.
pub const TEST_BASE_URL: &str = "https://test.stytch.com";

const USER_AGENT: &str = concat!("totps/", env!("CARGO_PKG_VERSION"));

/// A Stytch project: its id and secret, the base URL, the user agent.
///
/// Whatever can be wrong with them is checked here, once.
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
    authorization: HeaderValue,
    user_agent: HeaderValue,
}

impl Project {
    /// A project at Stytch. An id that begins with `project-live-` chooses [`LIVE_BASE_URL`], one
    /// that begins with `project-test-` chooses [`TEST_BASE_URL`].
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for any other id, an id with `:` or control characters, an empty secret or one
    /// with control characters, and a live id with a secret that begins with `secret-test-` or the
    /// reverse.
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

    /// A project at another server, such as an emulator or a custom domain. Any id will do that has
    /// no `:` and no control characters.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] as for [`new`](Self::new) and [`with_base_url`](Self::with_base_url).
    pub fn at(
        base_url: Uri,
        id: impl Into<ProjectId>,
        secret: impl Into<ProjectSecret>,
    ) -> Result<Self, ConfigError> {
        let (id, secret) = (id.into(), secret.into());
        Ok(Self {
            base_url: BaseUrl::new(base_url)?,
            authorization: authorization(&id, &secret)?,
            user_agent: HeaderValue::from_static(USER_AGENT),
            id,
        })
    }

    /// Sends requests elsewhere. A path in the URL is put before the API's own; a slash at its end
    /// makes no difference.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] unless the URL is `https`, or `http` on loopback (`localhost`, `127.0.0.0/8`,
    /// `[::1]`), and for one with user info or a query.
    pub fn with_base_url(self, base_url: Uri) -> Result<Self, ConfigError> {
        let base_url = BaseUrl::new(base_url)?;
        Ok(Self { base_url, ..self })
    }

    /// Puts the application's own product token before this library's in the `User-Agent`: a name,
    /// or a name and a version, such as `acme-login/1.2`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for anything else.
    pub fn with_user_agent(self, product: impl Into<String>) -> Result<Self, ConfigError> {
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
        Ok(Self { user_agent, ..self })
    }

    /// The id of the project.
    pub fn id(&self) -> &ProjectId {
        &self.id
    }

    /// Makes the request of a call, ready for any HTTP stack.
    ///
    /// Its body is JSON, its `Authorization` is marked sensitive, and it asks for an answer without
    /// compression. It has no `Content-Length` and no `Host`: both are the HTTP stack's.
    ///
    /// Whoever sends it must not follow redirects: they would replay codes and secrets elsewhere.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParams`] when a required field is empty.
    pub fn request<P: Operation>(&self, params: &P) -> Result<Request, Error> {
        self.post(P::PATH, params.encode()?)
    }

    fn post(&self, path: &'static str, body: Body) -> Result<Request, Error> {
        let mut request = http::Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.base_url.join(path)?;
        let headers = request.headers_mut();
        headers.reserve(5);
        headers.insert(header::AUTHORIZATION, self.authorization.clone());
        headers.insert(header::CONTENT_TYPE, JSON);
        headers.insert(header::ACCEPT, JSON);
        headers.insert(header::ACCEPT_ENCODING, IDENTITY);
        headers.insert(header::USER_AGENT, self.user_agent.clone());
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
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}

const PROJECT_ID: &str = "project id";
const PROJECT_SECRET: &str = "project secret";
const EMPTY: &str = "must not be empty";

/// The kind of project that an id or a secret belongs to.
#[derive(PartialEq)]
enum Environment {
    Live,
    Test,
}

impl Environment {
    /// Told by the text after `kind`: `-live-` or `-test-`.
    fn of(text: &str, kind: &str) -> Option<Self> {
        let rest = text.strip_prefix(kind)?;
        if rest.starts_with("-live-") {
            Some(Self::Live)
        } else if rest.starts_with("-test-") {
            Some(Self::Test)
        } else {
            None
        }
    }
}

/// The header value for HTTP Basic authentication (RFC 7617).
fn authorization(id: &ProjectId, secret: &ProjectSecret) -> Result<HeaderValue, ConfigError> {
    let (id, secret) = (id.as_str(), secret.expose());
    let refuse = |setting, rule| Err(ConfigError::new(setting, rule));
    if id.is_empty() {
        return refuse(PROJECT_ID, EMPTY);
    }
    if id.contains(':') {
        return refuse(
            PROJECT_ID,
            "must not contain `:`; give the id and the secret separately",
        );
    }
    if id.contains(char::is_control) {
        return refuse(
            PROJECT_ID,
            "must not contain control characters; is there a line break at its end?",
        );
    }
    if secret.is_empty() {
        return refuse(PROJECT_SECRET, EMPTY);
    }
    if secret.contains(char::is_control) {
        return refuse(
            PROJECT_SECRET,
            "must not contain control characters; is there a line break at its end?",
        );
    }
    match (
        Environment::of(id, "project"),
        Environment::of(secret, "secret"),
    ) {
        (Some(Environment::Live), Some(Environment::Test)) => refuse(
            PROJECT_SECRET,
            "belongs to a test project, but the project id to a live one; take both from the same \
             project",
        ),
        (Some(Environment::Test), Some(Environment::Live)) => refuse(
            PROJECT_SECRET,
            "belongs to a live project, but the project id to a test one; take both from the same \
             project",
        ),
        _ => Ok(basic(id, secret)),
    }
}

/// `Basic` and the base64 of `id:secret`, in memory that is wiped when the last copy is dropped.
fn basic(id: &str, secret: &str) -> HeaderValue {
    const SCHEME: &str = "Basic ";

    let mut credentials = Zeroizing::new(String::with_capacity(id.len() + 1 + secret.len()));
    credentials.push_str(id);
    credentials.push(':');
    credentials.push_str(secret);

    let length = SCHEME.len() + base64::encoded_len(credentials.len(), true).unwrap_or(0);
    let mut value = String::with_capacity(length);
    value.push_str(SCHEME);
    BASE64.encode_string(credentials.as_bytes(), &mut value);

    // Base64 is always a valid header value; `Bytes` keeps this one buffer through all clones.
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(Wiped(value)))
        .unwrap_or_else(|_| HeaderValue::from_static(SCHEME));
    value.set_sensitive(true);
    value
}

/// Bytes that are wiped on drop.
struct Wiped(String);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe_text(&mut self.0);
    }
}

/// A token of RFC 9110.
fn is_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

/// The longest path before the API's own, in bytes.
const LONGEST_PREFIX: usize = 1024;

/// The origin that requests go to, and the path before the API's own, without a slash at its end.
#[derive(Clone)]
struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    prefix: String,
}

impl BaseUrl {
    fn new(url: Uri) -> Result<Self, ConfigError> {
        let refuse = |rule| Err(ConfigError::new("base URL", rule));
        let parts = url.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return refuse("must have a scheme and a host, such as `https://api.stytch.com`");
        };
        if authority.as_str().contains('@') {
            return refuse(
                "must not contain user info; the project id and secret are given separately",
            );
        }
        // The http crate takes hosts and ports that are none.
        let (host, port) = authority.as_str().split_at(authority.host().len());
        if !is_host(host) {
            return refuse("must have a host, such as `https://api.stytch.com`");
        }
        if !is_port(port) {
            return refuse("must have a port between 0 and 65535, or none");
        }
        if scheme != Scheme::HTTPS && !(scheme == Scheme::HTTP && is_loopback(host)) {
            return refuse(
                "must be `https://`; only on loopback (`localhost`, `127.0.0.1`, `[::1]`) may it be \
                 `http://`",
            );
        }
        let path = parts.path_and_query;
        if path.as_ref().is_some_and(|path| path.query().is_some()) {
            return refuse("must not have a query; leave out the `?` and what follows it");
        }
        let prefix = path
            .as_ref()
            .map_or("", PathAndQuery::path)
            .trim_end_matches('/');
        if prefix.len() > LONGEST_PREFIX {
            return refuse("must not have a path of more than 1024 bytes");
        }
        Ok(Self {
            scheme,
            authority,
            prefix: prefix.to_owned(),
        })
    }

    /// Puts the API's own path behind the prefix. Both are valid and short, so that the whole is
    /// valid, too; the types cannot know it.
    fn join(&self, path: &'static str) -> Result<Uri, InvalidParams> {
        let path_and_query = if self.prefix.is_empty() {
            Ok(PathAndQuery::from_static(path))
        } else {
            PathAndQuery::try_from([&self.prefix, path].concat())
        };
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = path_and_query.ok();
        Uri::from_parts(parts)
            .map_err(|_| InvalidParams::new("base URL", "must be a valid URL with the API's path"))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

/// The address in a host in brackets.
fn ipv6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && (!host.contains(['[', ']']) || ipv6(host).is_some())
}

/// Takes the port with its colon, or nothing.
fn is_port(port: &str) -> bool {
    port.strip_prefix(':').map_or(port.is_empty(), |digits| {
        // `parse` would take a sign, too.
        digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok()
    })
}

/// Whether requests to a URL stay secret on their way: it is `https`, or `http` on loopback
/// (`localhost`, `127.0.0.0/8`, `[::1]`). A tool for transports, which must send nothing elsewhere.
///
/// ```
/// use totps_core::{http::Uri, is_secure};
///
/// assert!(is_secure(&Uri::from_static("https://api.stytch.com/v1/b2b/totp")));
/// assert!(is_secure(&Uri::from_static("http://127.0.0.1:8080/")));
/// assert!(!is_secure(&Uri::from_static("http://api.stytch.com/")));
/// ```
pub fn is_secure(url: &Uri) -> bool {
    let scheme = url.scheme();
    let host = url.host().unwrap_or_default();
    !host.is_empty()
        && (scheme == Some(&Scheme::HTTPS) || scheme == Some(&Scheme::HTTP) && is_loopback(host))
}

/// Whether a host is this machine: `localhost`, an address in `127.0.0.0/8`, or `[::1]`. A tool for
/// transports.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse()
            .is_ok_and(|address: Ipv4Addr| address.is_loopback())
        || ipv6(host).is_some_and(|address| address.is_loopback())
}
