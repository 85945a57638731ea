//! What a person is shown: results, and errors with advice.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use totps_core::{Error as CallError, MemberSession, Reason, RecoveryCode};

use crate::options::Options;

pub(crate) fn session(session: Option<&MemberSession>) {
    let Some(session) = session else {
        println!("   The code is right, and there is no session in the response.");
        return;
    };
    if let Some(id) = &session.member_session_id {
        println!("   Session {id}");
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
        println!("   Factor  {kind} by {way}");
    }
    let expires_at = session
        .expires_at
        .as_ref()
        .map_or("unknown", |time| time.as_str());
    println!("   Expires {expires_at}");
}

pub(crate) fn recovery_codes(codes: &[RecoveryCode], options: &Options) {
    if options.show_recovery_codes {
        println!("   Recovery codes:");
        codes
            .iter()
            .for_each(|code| println!("     {}", code.expose()));
    } else {
        println!(
            "   {} recovery codes, shown with --show-recovery-codes.",
            codes.len()
        );
    }
}

/// The exit code for a result; an error is printed with everything below it.
pub(crate) fn exit_code(result: Result<(), Box<dyn Error>>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    eprintln!("\nError: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
    ExitCode::FAILURE
}

/// Puts advice before the error of a call. `subject` is what the API may have refused.
pub(crate) fn advise(subject: &str) -> impl Fn(CallError) -> Advised {
    move |error| {
        let advice = match error.reason() {
            // How a wrong code is refused is not documented; it may be the same way.
            Reason::Configuration => format!(
                "the credentials are wrong, or the {subject} is: check STYTCH_PROJECT_ID and \
                 STYTCH_SECRET"
            ),
            Reason::NotReached => {
                "the server cannot be reached: check the network and STYTCH_BASE_URL".to_owned()
            }
            Reason::Unclear => format!("the {subject} may have been accepted all the same"),
            _ => format!("the {subject} was refused"),
        };
        Advised { advice, error }
    }
}

/// An error of a call with advice before it.
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
