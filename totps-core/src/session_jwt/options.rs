//! Options of the check of a session JWT.

use std::time::Duration;

use crate::error::ConfigError;

/// Options of the check of a session JWT.
///
/// ```
/// use std::time::Duration;
/// use totps_core::VerifyOptions;
///
/// let options = VerifyOptions::new()
///     .leeway(Duration::from_secs(5))?
///     .max_age(Duration::from_secs(60));
/// # Ok::<_, totps_core::ConfigError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyOptions {
    pub(super) leeway: Duration,
    pub(super) max_age: Option<Duration>,
    pub(super) issuers: Vec<String>,
}

/// The largest leeway: the lifetime of a session JWT.
const MOST_LEEWAY: Duration = Duration::from_secs(5 * 60);

impl VerifyOptions {
    /// Creates options without leeway, maximum age or additional issuers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how far the clocks may differ. The leeway is added to `exp` and the end of the session,
    /// and subtracted from `nbf` and `iat`. 0 by default; whole seconds are usual. It does not
    /// apply to the maximum age.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for more than 5 minutes.
    pub fn leeway(mut self, leeway: Duration) -> Result<Self, ConfigError> {
        if leeway > MOST_LEEWAY {
            return Err(ConfigError::new("leeway", "must be at most 5 minutes"));
        }
        self.leeway = leeway;
        Ok(self)
    }

    /// Sets the maximum age of a JWT, according to its `iat`. A JWT of this age or more is
    /// [`TooOld`](crate::JwtError::TooOld). None by default, so that only `exp` limits the age, to
    /// five minutes. 0 refuses every JWT, so that a [`SessionVerifier`](crate::SessionVerifier)
    /// always asks the API.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// Accepts one more `iss`: the custom domain where sessions begin, such as
    /// `https://login.example.com`, if it is not the project's base URL. Trailing slashes are
    /// ignored.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for text that is not a URL, or does not begin with `https://`.
    pub fn custom_domain(mut self, url: impl Into<String>) -> Result<Self, ConfigError> {
        let mut url = url.into();
        url.truncate(url.trim_end_matches('/').len());
        if !url.starts_with("https://") || url.parse::<http::Uri>().is_err() {
            return Err(ConfigError::new(
                "custom domain",
                "must be a URL such as `https://login.example.com`",
            ));
        }
        self.issuers.push(url);
        Ok(self)
    }
}
