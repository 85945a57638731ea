//! Invalid settings.

/// An invalid setting of a [`Project`](crate::Project) or of a transport.
///
/// The text names the setting and the rule. It does not repeat the value.
///
/// ```
/// use totps_core::{ConfigError, Project};
///
/// let error = Project::new("project-test-…", "").unwrap_err();
/// assert_eq!(error.to_string(), "the project secret must not be empty");
///
/// // In your own transport:
/// let error = ConfigError::new("pool size", "must not be zero");
/// assert_eq!(error.to_string(), "the pool size must not be zero");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {setting} {rule}")]
pub struct ConfigError {
    setting: &'static str,
    rule: &'static str,
}

impl ConfigError {
    /// Creates an error for a setting of a transport. `setting` is a noun such as `response limit`,
    /// and `rule` is what the message says about it, such as `must not be zero`.
    pub fn new(setting: &'static str, rule: &'static str) -> Self {
        Self { setting, rule }
    }

    /// Returns the name of the setting.
    pub fn setting(&self) -> &'static str {
        self.setting
    }

    /// Returns the rule that the setting breaks.
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}
