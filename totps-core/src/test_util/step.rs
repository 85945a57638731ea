//! One step of a script.

use std::fmt;

use crate::error::TransportError;
use crate::test_util::endpoint::Endpoint;
use crate::test_util::sent_request::SentRequest;
use crate::transport::Response;

/// A step: the call that it is for, and the result that the call gets.
pub(crate) struct Step {
    /// The name in messages, such as `lost`.
    pub(crate) name: String,
    pub(crate) expected: Expected,
    pub(crate) play: Play,
}

/// Plays a step. The error describes a mistake in the test.
type Play = Box<dyn FnOnce(&SentRequest) -> Result<Played, String> + Send>;

/// How a call ends.
pub(crate) enum Played {
    Ends(Result<Response, TransportError>),
    /// The call does not end.
    Never,
}

/// The request that a step is for.
#[derive(Clone)]
pub(crate) enum Expected {
    Any,
    Endpoint(Endpoint),
    Path(String),
}

impl Expected {
    pub(crate) fn allows(&self, request: &SentRequest) -> bool {
        match self {
            Self::Any => true,
            Self::Endpoint(endpoint) => request.endpoint() == Some(*endpoint),
            Self::Path(path) => request.path() == path,
        }
    }
}

impl Step {
    pub(crate) fn new(
        name: impl Into<String>,
        play: impl FnOnce(&SentRequest) -> Result<Played, String> + Send + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            expected: Expected::Any,
            play: Box::new(play),
        }
    }

    /// Restricts the step to this endpoint.
    pub(crate) fn at(self, endpoint: Endpoint) -> Self {
        Self {
            expected: Expected::Endpoint(endpoint),
            ..self
        }
    }
}

/// Writes the step as in ``lost for `create` ``.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.expected {
            Expected::Any => Ok(()),
            Expected::Endpoint(endpoint) => write!(f, " for `{endpoint}`"),
            Expected::Path(path) => write!(f, " for {path}"),
        }
    }
}
