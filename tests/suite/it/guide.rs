//! Runs the code of the guide that needs the emulator, which the tests of totps-core do not use.
//! The code here must be the same as in the guide.

type Tested = Result<(), Box<dyn std::error::Error>>;

const PAGE: &str = include_str!("../../../totps-core/src/guide/testing.md");

/// Returns the body of a function of this file, without its first level of indentation and its last
/// line.
fn body(name: &str) -> String {
    let start = format!("fn {name}() -> Tested {{\n");
    let (_, body) = include_str!("guide.rs").split_once(&start).unwrap();
    let (body, _) = body.split_once("    Ok(())\n}").unwrap();
    let lines = body
        .lines()
        .map(|line| line.strip_prefix("    ").unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_guide_shows_the_code_of_this_file() {
    let shown: Vec<_> = PAGE
        .split("```rs\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap())
        .collect();
    assert_eq!(
        shown,
        [body("in_process"), body("clock"), body("faults")].map(|code| code + "\n"),
        "guide/testing.md and tests/suite/it/guide.rs must have the same code"
    );
}

#[test]
#[rustfmt::skip]
fn in_process() -> Tested {
    use totps_emulator::{Emulator, MfaPolicy};
    use totps_ureq::{AuthenticateParams, CreateParams, Project, TotpCode};

    let emulator = Emulator::builder()
        .organization(|organization| organization.mfa_policy = MfaPolicy::RequiredForAll)
        .start()?;
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    let login = emulator.intermediate_session_token(); // after a magic link

    let project = Project::at(emulator.base_url(), emulator.project_id(), emulator.secret())?;
    let client = totps_ureq::client(project);

    let params = CreateParams::new(organization, member).intermediate_session_token(login);
    let created = client.create(&params)?;
    assert_eq!(created.recovery_codes.len(), 10);

    // What the authenticator app shows.
    let code = emulator.code(member).ok_or("no TOTP")?;
    let params = AuthenticateParams::new(organization, member, TotpCode::parse(&code)?)
        .intermediate_session_token(login);
    assert!(client.authenticate(&params)?.session_token.is_some());
    Ok(())
}

#[test]
#[rustfmt::skip]
fn clock() -> Tested {
    use std::time::Duration;
    use totps_emulator::{Emulator, Factor};
    use totps_ureq::{AuthenticateParams, CreateParams, Project, Reason};

    let emulator = Emulator::start()?;
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    let project = Project::at(emulator.base_url(), emulator.project_id(), emulator.secret())?;
    let client = totps_ureq::client(project);
    client.create(&CreateParams::new(organization, member))?;
    let log_in = |login: &str| {
        let code = emulator.code(member).unwrap_or_default();
        let params = AuthenticateParams::new(organization, member, code);
        client.authenticate(&params.intermediate_session_token(login))
    };

    emulator.stop_clock(); // from here on, only `advance` moves it
    // A login waits for its second factor for ten minutes.
    emulator.advance(Duration::from_secs(11 * 60));
    let error = log_in(emulator.intermediate_session_token()).unwrap_err();
    assert_eq!(error.reason(), Reason::LoginExpired);

    // A code is accepted once, and there is a new one every 30 seconds.
    let magic_link = || emulator.create_intermediate_session(member, &[Factor::MagicLink]);
    assert!(log_in(&magic_link()?).is_ok());
    assert_eq!(log_in(&magic_link()?).unwrap_err().reason(), Reason::CodeAlreadyUsed);
    emulator.advance(Duration::from_secs(30));
    assert!(log_in(&magic_link()?).is_ok());
    Ok(())
}

#[test]
#[rustfmt::skip]
fn faults() -> Tested {
    use totps_emulator::{Emulator, Fault, RateLimitError};
    use totps_ureq::{CreateParams, Delivery, Project, Reason};

    let emulator = Emulator::start()?;
    let project = Project::at(emulator.base_url(), emulator.project_id(), emulator.secret())?;
    let client = totps_ureq::client(project);
    let params = CreateParams::new(emulator.organization_id(), emulator.member_id());

    // The API does the call, and its response is lost.
    emulator.inject(1, Fault::lost_response().endpoint("totp.create"))?;
    let error = client.create(&params).unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert!(emulator.code(emulator.member_id()).is_some());

    emulator.inject(1, Fault::rate_limited(RateLimitError::TooManyRequests))?;
    assert_eq!(client.create(&params).unwrap_err().reason(), Reason::RateLimited);

    emulator.inject(1, Fault::response(502).body("<html>"))?;
    assert_eq!(client.create(&params).unwrap_err().reason(), Reason::Unclear);
    Ok(())
}
