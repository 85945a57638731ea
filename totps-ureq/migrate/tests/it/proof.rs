//! Proves that faults of every kind and kills at random moments lose no row.
//!
//! `cargo test` runs a short form. The long form, whose result is in the README:
//!
//! ```text
//! cargo test --release -p totps-migrate --test it -- --ignored --nocapture proof
//! ```

use std::collections::{HashMap, HashSet};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde_json::Value;
use totps_emulator::{Fault, RateLimitError, authenticator_code};
use totps_ureq::{AuthenticateParams, GetMemberParams, GetRecoveryCodesParams, TotpCode};

use crate::support::{Bench, ORGANIZATION, json_lines};

#[test]
fn short() {
    prove(400, 12, 15);
}

#[test]
#[ignore = "takes minutes"]
fn long() {
    prove(10_000, 200, 20_261_125);
}

const COMMAND: &[&str] = &[
    "run",
    "in.csv",
    "--journal",
    "journal",
    "--codes-out",
    "codes",
    "--rate",
    "unlimited",
    "--jobs",
    "16",
    "--pause",
    "0.02",
    "--timeout",
    "1",
];

/// One Member of the proof.
struct Subject {
    member_id: String,
    secret: String,
    brought: Vec<String>,
    /// The registration that the Member had before.
    own: Option<String>,
}

fn prove(rows: usize, kills: u64, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let bench = Bench::new();
    let subjects = subjects(&bench, rows, &mut random);
    let done = AtomicBool::new(false);
    let injected = AtomicU64::new(0);
    let start = Instant::now();
    let (mut killed, mut runs) = (0, 0);
    std::thread::scope(|scope| {
        let mut random = random.fork();
        let (bench, done, injected) = (&bench, &done, &injected);
        scope.spawn(move || inject(bench, done, injected, &mut random));
        // A panic here must also end the other thread.
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            restart(bench, kills, seed, &mut killed, &mut runs);
        }));
        done.store(true, Ordering::Relaxed);
        if let Err(panic) = ended {
            std::panic::resume_unwind(panic);
        }
    });
    let took = start.elapsed();
    bench.emulator.clear_faults();
    let seen = check(&bench, &subjects);
    println!(
        "{rows} rows, {killed} kills, {runs} runs, {} faults, {:.0} s: {seen}",
        injected.load(Ordering::Relaxed),
        took.as_secs_f64()
    );
    assert!(killed >= kills, "{killed} kills");
}

fn subjects(bench: &Bench, rows: usize, random: &mut fastrand::Rng) -> Vec<Subject> {
    let mut csv = "organization_id,member_id,secret,encoding,recovery_codes\n".to_owned();
    let mut subjects = Vec::new();
    for number in 0..rows {
        let key: Vec<u8> = (0..20).map(|_| random.u8(..)).collect();
        let secret = BASE32_NOPAD.encode(&key);
        let member_id = format!("member-test-{number}");
        let has_own = random.u8(..100) < 3;
        bench.member(
            &member_id,
            has_own.then_some("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
        );
        let brought: Vec<_> = match random.u8(..10) {
            0 => (0..3)
                .map(|code| format!("{number:04}-code-{code:04}"))
                .collect(),
            _ => Vec::new(),
        };
        let (text, encoding) = match random.bool() {
            true => (HEXLOWER.encode(&key), "hex"),
            false => (secret.clone(), "base32"),
        };
        csv += &format!(
            "{ORGANIZATION},{member_id},{text},{encoding},{}\n",
            brought.join(" ")
        );
        let own = has_own.then(|| bench.registration(&member_id).unwrap());
        subjects.push(Subject {
            member_id,
            secret,
            brought,
            own,
        });
    }
    bench.write("in.csv", &csv);
    subjects
}

/// Starts the run again until it completes.
fn restart(bench: &Bench, kills: u64, seed: u64, killed: &mut u64, runs: &mut u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    // Until all kills are done, each run does only a part of the rows.
    loop {
        *runs += 1;
        let limit = 1 + random.usize(..100);
        let limit = limit.to_string();
        let mut args = COMMAND.to_vec();
        if *killed < kills {
            args.extend(["--limit", &limit]);
        }
        let mut child = bench.command(&args);
        let mut child = child
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        if *killed < kills {
            // A random moment: before the journal is open, during the run, or after its last row.
            std::thread::sleep(Duration::from_millis(random.u64(1..120)));
            if child.try_wait().unwrap().is_none() {
                child.kill().unwrap();
                *killed += 1;
            }
        }
        let code = end_of(child);
        match code {
            // Killed, stopped by too many failures, or some rows are left to the next run.
            None | Some(3 | 4) => {}
            // The last run ends with 2, since some Members had a TOTP before.
            Some(0 | 2) if *killed < kills => {}
            Some(0 | 2) => break,
            Some(code) => panic!("ended with {code}"),
        }
        assert!(*runs < 100 * (kills + 10), "expected the runs to end");
    }
}

fn end_of(child: Child) -> Option<i32> {
    let output = child.wait_with_output().unwrap();
    let code = output.status.code();
    assert!(
        matches!(code, None | Some(0 | 2 | 3 | 4)),
        "{code:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    code
}

/// Injects faults at random until `done` is set.
fn inject(bench: &Bench, done: &AtomicBool, injected: &AtomicU64, random: &mut fastrand::Rng) {
    while !done.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(random.u64(5..40)));
        if bench.emulator.faults().len() > 3 {
            continue;
        }
        let (times, fault) = match random.u8(..10) {
            0 | 1 => (2, Fault::lost_response()),
            2 => (2, Fault::reset()),
            3 => (1, Fault::close_after(random.usize(1..600))),
            4 => (3, Fault::response(500)),
            5 => (2, Fault::response(503).body("<html>")),
            6 => {
                let storm = Fault::rate_limited(RateLimitError::TooManyRequests);
                (random.u32(1..10), storm.retry_after(Duration::ZERO))
            }
            7 => (1, Fault::drip(20, Duration::from_millis(5))),
            8 => (1, Fault::drip(1, Duration::from_millis(20))),
            _ => (1, Fault::delay(Duration::from_millis(random.u64(1..1500)))),
        };
        let fault = match random.bool() {
            true => fault.endpoint("totp.migrate"),
            false => fault,
        };
        bench.emulator.inject(times, fault).unwrap();
        injected.fetch_add(u64::from(times), Ordering::Relaxed);
    }
}

/// Checks the state of every Member in the emulator.
fn check(bench: &Bench, subjects: &[Subject]) -> String {
    let mut last: HashMap<String, Value> = HashMap::new();
    let mut names: HashMap<String, String> = HashMap::new();
    for record in bench.journal() {
        let row = record["row"].as_str().unwrap().to_owned();
        match record["event"].as_str().unwrap() {
            "row" => {
                names.insert(record["member"].as_str().unwrap().to_owned(), row);
            }
            _ => {
                last.insert(row, record);
            }
        }
    }
    assert_eq!(names.len(), subjects.len(), "every row is in the journal");
    let mut stored: HashMap<(String, String), HashSet<String>> = HashMap::new();
    for line in json_lines(&bench.read("codes")).into_iter().skip(1) {
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        let codes = line["recovery_codes"].as_array().unwrap().iter();
        let codes = codes
            .map(|code| code.as_str().unwrap().to_owned())
            .collect();
        stored.insert((text("member_id"), text("totp_registration_id")), codes);
    }
    let client = bench.client();
    let (mut migrated, mut found, mut present) = (0, 0, 0);
    for subject in subjects {
        let member_id = &subject.member_id;
        let member = client.get_member(&GetMemberParams::by_id(ORGANIZATION, member_id.as_str()));
        let there = member.unwrap().member.totp_registration_id;
        let there = there.unwrap_or_else(|| panic!("{member_id} should have a TOTP"));
        let record = &last[&names[member_id]];
        assert_eq!(
            record["totp_registration_id"],
            there.as_str(),
            "{member_id}: {record}"
        );
        if let Some(own) = &subject.own {
            assert_eq!(there.as_str(), own, "{member_id} should keep its own TOTP");
            assert_eq!(record["event"], "present", "{member_id}");
            present += 1;
            continue;
        }
        assert_eq!(record["event"], "migrated", "{member_id}: {record}");
        migrated += 1;
        found += u64::from(record["found"] == true);
        let code = authenticator_code(&subject.secret, bench.emulator.now()).unwrap();
        let session = bench
            .emulator
            .create_intermediate_session(member_id, &[totps_emulator::Factor::MagicLink]);
        let params = AuthenticateParams::new(
            ORGANIZATION,
            member_id.as_str(),
            TotpCode::parse(&code).unwrap(),
        )
        .intermediate_session_token(session.unwrap());
        if let Err(error) = client.authenticate(&params) {
            panic!("{member_id}: a code of the planned secret should be accepted: {error}");
        }
        let codes = client.get_recovery_codes(&GetRecoveryCodesParams::new(
            ORGANIZATION,
            member_id.as_str(),
        ));
        let codes: HashSet<_> = codes
            .unwrap()
            .recovery_codes
            .iter()
            .map(|code| code.expose().to_owned())
            .collect();
        if subject.brought.is_empty() {
            let stored = stored.get(&(member_id.clone(), there.as_str().to_owned()));
            assert_eq!(
                stored,
                Some(&codes),
                "{member_id}: the new codes should be in the file"
            );
        } else {
            assert_eq!(
                codes,
                subject.brought.iter().cloned().collect(),
                "{member_id}"
            );
        }
    }
    format!(
        "{migrated} migrated, {found} of them found after a lost response, {present} present and untouched"
    )
}

/// Measures how fast the tool is without a rate limit.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let rows = 20_000;
    let bench = Bench::new();
    bench.members(rows);
    bench.rows(rows);
    let start = Instant::now();
    bench
        .run(&["--codes-out", "codes", "--jobs", "32"])
        .ends_with(0);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{rows} rows in {seconds:.1} s: {:.0} rows a second",
        rows as f64 / seconds
    );
}
