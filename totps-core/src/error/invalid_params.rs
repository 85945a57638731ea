//! Invalid parameters.

use std::borrow::Cow;

/// A field of the parameters breaks a rule. Nothing was sent.
///
/// Implementations of [`Operation`](crate::Operation) return it from their own checks:
///
/// ```
/// use totps_core::InvalidParams;
///
/// let error = InvalidParams::new("member_id", "must not be empty");
/// assert_eq!(error.to_string(), "`member_id` must not be empty");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {rule}")]
pub struct InvalidParams {
    field: Cow<'static, str>,
    rule: &'static str,
}

impl InvalidParams {
    /// Creates an error from the name of the field and the rule, which begins with `must`. Both are
    /// shown to people and written to logs: neither may contain a value.
    pub fn new(field: impl Into<Cow<'static, str>>, rule: &'static str) -> Self {
        Self {
            field: field.into(),
            rule,
        }
    }

    /// Creates an error in a constant; see [`new`](Self::new).
    pub(crate) const fn of_constants(field: &'static str, rule: &'static str) -> Self {
        Self {
            field: Cow::Borrowed(field),
            rule,
        }
    }

    /// Refuses an empty required field.
    pub(crate) fn require(field: &'static str, text: &str) -> Result<(), Self> {
        if text.is_empty() {
            return Err(Self::new(field, "must not be empty"));
        }
        Ok(())
    }

    /// Returns the name of the field on the wire.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Returns the rule that the field breaks.
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}
