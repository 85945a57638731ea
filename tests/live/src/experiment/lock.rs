//! Locks: T15. It locks only Members that it creates for this, and is the last part of a run.

use serde_json::json;

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::halt::Halt;
use crate::lab::codes::base32;
use crate::lab::people::{Person, Session, With as _};
use crate::lab::world::random_password;
use crate::lab::{Lab, Outcome, Reply};
use crate::plain::Plain;

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T15p" Locking passwords: "How many wrong passwords lock a Member?",
        settles ["lock.count_password_failures", "lock.after_failures"];
    "T15" Locking codes: "Do wrong TOTP codes lock a Member, and what does a lock refuse?",
        settles [
            "lock.count_totp_failures",
            "lock.after_failures",
            "lock.minutes",
            "lock.refuses",
            "http.send_retry_after",
        ];
    "T15r" Locking recovery: "Do wrong recovery codes lock a Member?",
        settles ["lock.count_recovery_failures"];
    "T15u" Locking replays: "Do used codes lock a Member?", settles ["lock.count_replays"];
};

/// The maximum number of failures that are tried.
const MOST: u32 = 12;

/// Repeats a failure until the Member is locked, and returns the number of failures; `None` if the
/// Member was not locked. If the number is known, checks the Member only after the last failure.
fn fail(
    lab: &mut Lab<'_>,
    person: &Person,
    what: &str,
    mut once: impl FnMut(&mut Lab<'_>, &str) -> Outcome,
) -> Result<Option<u32>, Halt> {
    let known = lab.bench.known.lock_after;
    for number in 1..=known.unwrap_or(MOST) {
        once(lab, &format!("{what} {number}"))?;
        if known.is_some_and(|known| number < known) {
            continue;
        }
        let get = lab.send(&format!("get, after {what} {number}"), &person.get())?;
        if get.at("/member/is_locked") == true {
            lab.bench.known.lock_after = Some(number);
            return Ok(Some(number));
        }
    }
    Ok(None)
}

fn may_be_locked(lab: &mut Lab<'_>, person: &Person) {
    if let Some(knowledge) = lab.bench.people.of(&person.id) {
        knowledge.may_be_locked = true;
    }
}

fn passwords(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    may_be_locked(lab, &jane);
    let wrong = Person {
        password: random_password()?,
        ..jane.clone()
    };
    let threshold = fail(lab, &jane, "wrong password", |lab, label| {
        lab.send(label, &wrong.login_with(json!({}))).map(drop)
    })?;
    lab.note("lock.after_failures", json!(threshold));
    lab.send(
        "right password, after the wrong ones",
        &jane.login_with(json!({})),
    )?;
    lab.send("Member Delete", &jane.delete())?;
    let again = lab.migrate_password("the same address again", &jane)?;
    lab.note("the new Member is locked", again.at("/member/is_locked"));
    Ok(())
}

fn codes(lab: &mut Lab<'_>) -> Outcome {
    let (jane, session) = lab.enrolled(Optional)?;
    may_be_locked(lab, &jane);
    let wrong = lab.wrong_code(&jane);
    let threshold = fail(lab, &jane, "wrong code", |lab, label| {
        lab.send(label, &jane.authenticate(&wrong).with(&session))
            .map(drop)
    })?;
    lab.note("lock.after_failures", json!(threshold));
    if threshold.is_none() {
        return Ok(());
    }
    let get = lab.send("get, locked", &jane.get())?;
    let time =
        |name: &str| humantime::parse_rfc3339(get.at(name).as_str().unwrap_or_default()).ok();
    let (from, to) = (
        time("/member/lock_created_at"),
        time("/member/lock_expires_at"),
    );
    let minutes = from
        .zip(to)
        .and_then(|(from, to)| to.duration_since(from).ok());
    // Rounded, since the two times can have different fractions of a second.
    lab.note("lock.minutes", minutes.map(|it| (it.as_secs() + 30) / 60));
    locked(lab, &jane, &session)
}

/// Finds which calls a lock refuses. Sends each call once, the deletion last.
fn locked(lab: &mut Lab<'_>, jane: &Person, session: &Session) -> Outcome {
    let code = lab.fresh_code(jane)?;
    let codes = lab.send("locked: codes", &jane.recovery_codes())?;
    let recovery = codes
        .texts("recovery_codes")
        .into_iter()
        .next()
        .unwrap_or_default();
    let look = json!({ "session_token": session.token() });
    let replies = [
        ("recovery_codes.get", codes),
        (
            "totp.authenticate",
            lab.send(
                "locked: right code",
                &jane.authenticate(&code).with(session),
            )?,
        ),
        (
            "passwords.authenticate",
            lab.send("locked: login", &jane.login_with(json!({})))?,
        ),
        (
            "sessions.authenticate",
            lab.send(
                "locked: session",
                &Plain::post("/v1/b2b/sessions/authenticate", look),
            )?,
        ),
        (
            "totp.create",
            lab.send("locked: Create", &jane.create().with(session))?,
        ),
        (
            "totp.migrate",
            lab.send("locked: Migrate", &jane.migrate(&base32(&[1; 20])))?,
        ),
        (
            "recovery_codes.recover",
            lab.send("locked: recover", &jane.recover(&recovery).with(session))?,
        ),
        (
            "recovery_codes.rotate",
            lab.send("locked: rotate", &jane.rotate())?,
        ),
        (
            "totp.delete",
            lab.send("locked: delete", &jane.delete_totp())?,
        ),
    ];
    // The refusal of a code, a password or a recovery code is that of the lock.
    let kind = |reply: &Reply| (reply.status(), reply.text("error_type").to_owned());
    let checking = [
        "totp.authenticate",
        "passwords.authenticate",
        "recovery_codes.recover",
    ];
    let mut refused: Vec<_> = replies.iter().collect();
    refused.retain(|(_, reply)| !reply.accepted());
    let lock = refused.iter().find(|(name, _)| checking.contains(name));
    let lock = lock.map(|(_, reply)| kind(reply));
    refused.retain(|(_, reply)| Some(kind(reply)) == lock);
    let mut refusing: Vec<&str> = refused.into_iter().map(|(name, _)| *name).collect();
    refusing.sort_unstable();
    lab.note("lock.refuses", json!(refusing));
    Ok(())
}

fn recovery(lab: &mut Lab<'_>) -> Outcome {
    let (jane, session) = lab.enrolled(Optional)?;
    may_be_locked(lab, &jane);
    let threshold = fail(lab, &jane, "wrong recovery code", |lab, label| {
        lab.send(label, &jane.recover("zzzz-zzzz-zzzz").with(&session))
            .map(drop)
    })?;
    lab.note("failures until the lock", json!(threshold));
    Ok(())
}

fn replays(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    may_be_locked(lab, &jane);
    let session = lab.login(&jane)?;
    lab.create("Create", &jane, &session)?
        .needed("TOTP Create")?;
    let code = lab.fresh_code(&jane)?;
    lab.authenticate_with("first code", &jane, &code, &session)?;
    let threshold = fail(lab, &jane, "the same code again,", |lab, label| {
        lab.send(label, &jane.authenticate(&code).with(&session))
            .map(drop)
    })?;
    lab.note("failures until the lock", json!(threshold));
    Ok(())
}
