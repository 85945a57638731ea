//! The RBAC headers: L6.

use totps_ureq::{SessionJwt, SessionToken};

use super::Experiment;
use crate::bench::Kind::{Optional, Required};
use crate::halt::Halt;
use crate::lab::codes::base32;
use crate::lab::people::{Person, Session, jwt};
use crate::lab::world::{TOKEN_OF_NOTHING, session_in};
use crate::lab::{Lab, Outcome};

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "L6" Always headers: "Whose TOTP may a Member delete, and how are wrong headers refused?",
        settles ["rbac.refuse_both_headers"];
};

/// Creates a Member with a TOTP by Migrate, which needs no code.
pub(super) fn with_totp(lab: &mut Lab<'_>) -> Result<(Person, Session), Halt> {
    let person = lab.member(Optional)?;
    let session = lab.login(&person)?;
    lab.send("Migrate", &person.migrate(&base32(&[2; 20])))?;
    Ok((person, session))
}

fn token(session: &Session) -> SessionToken {
    SessionToken::from(session.token())
}

fn headers(lab: &mut Lab<'_>) -> Outcome {
    let (jane, session) = with_totp(lab)?;
    let (joe, other) = with_totp(lab)?;
    let delete = jane.delete_totp();
    lab.send(
        "token of another Member",
        &delete.clone().session_token(token(&other)),
    )?;
    lab.send(
        "unknown token",
        &delete
            .clone()
            .session_token(SessionToken::from(TOKEN_OF_NOTHING)),
    )?;
    lab.send(
        "malformed token",
        &delete.clone().session_token(SessionToken::from("x")),
    )?;
    let foreign = foreign_key(session.jwt());
    lab.send(
        "JWT of a foreign key",
        &delete
            .clone()
            .session_jwt(SessionJwt::from(foreign.as_str())),
    )?;
    let mary = lab.member(Required)?;
    let login = lab.login(&mary)?;
    lab.create("Create", &mary, &login)?;
    let reply = lab.first_code(&mary, login)?;
    if let Session::Full { token, .. } = session_in(&reply) {
        let elsewhere = SessionToken::from(token.as_str());
        lab.send(
            "token of another Organization",
            &delete.clone().session_token(elsewhere),
        )?;
    }
    let mixed = delete
        .clone()
        .session_token(token(&session))
        .session_jwt(jwt(&other));
    lab.send("own token, JWT of another Member", &mixed)?;
    lab.send("Migrate again", &jane.migrate(&base32(&[2; 20])))?;
    let both = delete
        .clone()
        .session_token(token(&session))
        .session_jwt(jwt(&session));
    lab.send("own token and own JWT", &both)?;
    lab.send("Migrate once more", &jane.migrate(&base32(&[2; 20])))?;
    lab.send("own token", &delete.session_token(token(&session)))?;
    lab.send("own JWT", &joe.delete_totp().session_jwt(jwt(&other)))?;
    Ok(())
}

/// Returns a JWT with an invalid signature: its first letter is changed.
pub(super) fn foreign_key(jwt: &str) -> String {
    let (signed, signature) = jwt.rsplit_once('.').unwrap_or((jwt, ""));
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    let rest: String = signature.chars().skip(1).collect();
    format!("{signed}.{other}{rest}")
}
