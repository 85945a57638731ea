//! Parameters that break a rule.

/// A field of the parameters breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {rule}")]
pub struct InvalidParams {
    field: &'static str,
    rule: &'static str,
}

impl InvalidParams {
    pub(crate) fn new(field: &'static str, rule: &'static str) -> Self {
        Self { field, rule }
    }

    /// Refuses an empty required field.
    pub(crate) fn require(field: &'static str, text: &str) -> Result<(), Self> {
        if text.is_empty() {
            return Err(Self::new(field, "must not be empty"));
        }
        Ok(())
    }

    /// The field, by its name on the wire.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The rule that it breaks.
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}
