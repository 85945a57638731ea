//! Codes: T12 (algorithm, window and replay, which later experiments rely on) and T2.

use serde_json::json;
use totps_emulator::Algorithm;

use super::Experiment;
use crate::bench::Kind::Optional;
use crate::halt::Halt;
use crate::lab::people::With as _;
use crate::lab::{Lab, Outcome};

pub(super) const EXPERIMENTS: &[Experiment] = experiments! {
    "T12" Always window: "Which algorithm and which time steps are accepted, and which codes count as used?",
        settles ["totp.algorithm", "totp.code_window_steps", "totp.replay_scope"];
    "T2" Always replay: "How are a used code and an invalid duration refused, and does that use up the code?",
        settles ["session.max_duration_minutes"];
};

/// The time steps from now that are tried. The first one that is refused is the last.
const AHEAD: [i64; 6] = [2, 3, 4, 6, 8, 10];

fn window(lab: &mut Lab<'_>) -> Outcome {
    find_algorithm(lab)?;
    let newest = find_edge(lab)?;
    lab.bench.known.window = u8::try_from(newest).unwrap_or(0);
    lab.note("totp.code_window_steps", newest);
    // The past: first one step outside the window, then its edge.
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.create("Create", &jane, &session)?
        .needed("TOTP Create")?;
    for (label, steps) in [
        ("one step before the window", newest + 1),
        ("the oldest code", newest),
    ] {
        let code = lab.code(&jane, -steps)?;
        lab.authenticate_with(label, &jane, &code, &session)?;
    }
    if newest == 0 {
        return Ok(());
    }
    let (joe, session) = lab.enrolled(Optional)?;
    lab.wait_for_a_step()?;
    let older = lab.code(&joe, 0)?;
    let newer = lab.code(&joe, 1)?;
    lab.authenticate_with("active: the next code", &joe, &newer, &session)?;
    lab.authenticate_with(
        "active: an older code that was not used",
        &joe,
        &older,
        &session,
    )?;
    Ok(())
}

fn find_algorithm(lab: &mut Lab<'_>) -> Outcome {
    for (label, algorithm) in [
        ("code by SHA-1", Algorithm::Sha1),
        ("code by SHA-256", Algorithm::Sha256),
        ("code by SHA-512", Algorithm::Sha512),
    ] {
        let jane = lab.member(Optional)?;
        let session = lab.login(&jane)?;
        lab.create("Create", &jane, &session)?
            .needed("TOTP Create")?;
        let code = lab.code_by(&jane, algorithm, 0)?;
        if lab
            .authenticate_with(label, &jane, &code, &session)?
            .accepted()
        {
            lab.bench.known.algorithm = algorithm;
            return Ok(());
        }
    }
    Err(Halt::experiment("no code of any algorithm is accepted"))
}

/// Finds how many time steps ahead a code may be.
fn find_edge(lab: &mut Lab<'_>) -> Result<i64, Halt> {
    let mut accepted = 0;
    let mut tries = AHEAD.into_iter();
    loop {
        let jane = lab.member(Optional)?;
        let session = lab.login(&jane)?;
        lab.create("Create", &jane, &session)?
            .needed("TOTP Create")?;
        let steps = tries.next();
        if let Some(steps) = steps {
            let code = lab.code(&jane, steps)?;
            let label = format!("{steps} steps ahead");
            if lab
                .authenticate_with(&label, &jane, &code, &session)?
                .accepted()
            {
                accepted = steps;
                continue;
            }
        }
        // The last accepted step may be one before this one, or earlier: try those between.
        for steps in (accepted + 1..steps.unwrap_or(0)).rev() {
            let code = lab.code(&jane, steps)?;
            let label = format!("{steps} steps ahead");
            if lab
                .authenticate_with(&label, &jane, &code, &session)?
                .accepted()
            {
                accepted = steps;
                break;
            }
        }
        return Ok(accepted);
    }
}

fn replay(lab: &mut Lab<'_>) -> Outcome {
    let jane = lab.member(Optional)?;
    let session = lab.login(&jane)?;
    lab.create("Create", &jane, &session)?
        .needed("TOTP Create")?;
    let code = lab.fresh_code(&jane)?;
    lab.authenticate_with("first code", &jane, &code, &session)?;
    lab.authenticate_with("the same code again", &jane, &code, &session)?;
    lab.login(&jane)?;
    let fresh = lab.fresh_code(&jane)?;
    for (label, minutes) in [
        ("for 4 minutes", 4),
        ("for 527041 minutes", 527_041),
        ("for 527040 minutes, the same code", 527_040),
    ] {
        let params = jane.authenticate(&fresh).with(&session);
        let reply = lab.send(label, &params.session_duration_minutes(minutes))?;
        if reply.accepted() {
            lab.used(&jane, &fresh);
        }
    }
    lab.note("look: longest duration asked for", json!(527_040));
    Ok(())
}
