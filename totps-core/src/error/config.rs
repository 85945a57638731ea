//! Settings that break a rule.

/// A setting of a [`Project`](crate::Project) or of a transport is wrong.
///
/// The text names the setting and says what to do; it does not repeat the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {setting} {rule}")]
pub struct ConfigError {
    setting: &'static str,
    rule: &'static str,
}

impl ConfigError {
    /// For the settings of a transport: a noun such as `response limit`, and a rule such as `must
    /// not be zero`.
    pub fn new(setting: &'static str, rule: &'static str) -> Self {
        Self { setting, rule }
    }

    /// The setting.
    pub fn setting(&self) -> &'static str {
        self.setting
    }

    /// The rule that it breaks.
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}
