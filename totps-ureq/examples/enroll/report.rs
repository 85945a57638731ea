//! Prints results, and errors with advice.

use std::error::Error;
use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use totps_core::{Error as CallError, ErrorType, MemberSession, Reason, TransportErrorKind};

pub(crate) fn session(session: Option<&MemberSession>) -> io::Result<()> {
    let mut out = io::stdout();
    let Some(session) = session else {
        return writeln!(
            out,
            "   The code is right, but the response has no session."
        );
    };
    if let Some(id) = &session.member_session_id {
        writeln!(out, "   Session {id}")?;
    }
    for factor in &session.authentication_factors {
        let kind = factor
            .r#type
            .as_ref()
            .map_or("unknown", |kind| kind.as_str());
        let way = factor
            .delivery_method
            .as_ref()
            .map_or("unknown", |way| way.as_str());
        writeln!(out, "   Factor  {kind} by {way}")?;
    }
    let expires_at = session
        .expires_at
        .as_ref()
        .map_or("unknown", |time| time.as_str());
    writeln!(out, "   Expires {expires_at}")
}

/// Returns the exit code for a result. Prints an error and its sources.
pub(crate) fn exit_code(result: Result<(), Box<dyn Error>>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    if is_closed_pipe(&*error) {
        // The status that a shell shows for a program that SIGPIPE ended.
        return ExitCode::from(141);
    }
    let mut text = format!("\nError: {error}\n");
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!("  because: {cause}\n");
        source = cause.source();
    }
    // If this fails, the error cannot be shown.
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
}

/// Whether the program that reads the output has ended, such as `head`.
fn is_closed_pipe(error: &(dyn Error + 'static)) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// An error in the command line, the environment or a file. Nothing was sent.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl Usage {
    pub(crate) fn new(error: impl Error) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Usage {}

/// Puts advice before the error of a call. `subject` is what the API may have refused.
pub(crate) fn advise(subject: &str) -> impl Fn(CallError) -> Advised {
    move |error| {
        let advice = match error.reason() {
            // Stytch does not document how it refuses a wrong code; it may look the same.
            Reason::Configuration => format!(
                "the credentials are wrong, or the {subject} is: check STYTCH_PROJECT_ID and \
                 STYTCH_SECRET"
            ),
            Reason::AlreadyEnrolled => format!(
                "the {subject} was refused, because the Member has a TOTP already: run it again \
                 with --delete-first"
            ),
            Reason::LoginExpired => format!(
                "the {subject} was refused, because the login has expired or was completed: log in \
                 again, and set STYTCH_INTERMEDIATE_SESSION_TOKEN to the new token"
            ),
            _ if error.error_type() == Some(&ErrorType::NoSessionArguments) => format!(
                "the {subject} was refused, because it completes no login: set \
                 STYTCH_INTERMEDIATE_SESSION_TOKEN to the token of a login"
            ),
            Reason::NotReached if is_tls(&error) => {
                "the server is not trusted: check STYTCH_BASE_URL and --ca-file".to_owned()
            }
            Reason::NotReached => {
                "the server cannot be reached: check the network and STYTCH_BASE_URL".to_owned()
            }
            Reason::Unclear => format!("the {subject} may still have been accepted"),
            _ => format!("the {subject} was refused"),
        };
        Advised { advice, error }
    }
}

fn is_tls(error: &CallError) -> bool {
    matches!(error, CallError::Transport(error) if error.kind() == TransportErrorKind::Tls)
}

/// An error of a call, with advice before it.
#[derive(Debug)]
pub(crate) struct Advised {
    advice: String,
    error: CallError,
}

impl fmt::Display for Advised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.advice)
    }
}

impl Error for Advised {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}
