//! Measures one check of a valid session JWT by totps, by hand-written code on jsonwebtoken, and by
//! the official Node and Python SDKs after they have fetched their key set. Arguments: `[--rounds
//! N]`.
//!
//! `tests/interop/run.sh` must have installed the SDKs. In each round, every library takes one
//! turn.

mod by_hand;
mod key_set;

use std::error::Error;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use totps_bench_record::report;
use totps_core::{
    AuthenticationFactorType, Client, Jwks, Request, SessionJwt, SessionVerifier, VerifyOptions,
    http,
};
use totps_forge::{Forge, PROJECT_ID};

use crate::by_hand::ByHand;
use crate::key_set::KeySet;

type Fallible<T> = Result<T, Box<dyn Error>>;

const COUNT: u32 = 5_000;
const RIVALS: [&str; 5] = [
    "totps, `SessionVerifier`",
    "totps, `Jwks::verify`",
    "jsonwebtoken by hand",
    "Node SDK",
    "Python SDK",
];

fn main() -> Fallible<()> {
    let mut rounds = 5;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo passes this argument.
            "--bench" => {}
            "--rounds" => rounds = arguments.next().ok_or("--rounds needs a number")?.parse()?,
            other => return Err(format!("unknown argument `{other}`").into()),
        }
    }
    let sdks = installed()?;
    let mut runs: [Vec<f64>; RIVALS.len()] = Default::default();
    for _ in 0..rounds {
        let times = round(&sdks)?;
        for (runs, time) in runs.iter_mut().zip(times) {
            runs.push(time);
        }
    }
    let ours = runs[0].clone();
    for (rival, runs) in RIVALS.into_iter().zip(runs) {
        let ratios: Vec<f64> = runs.iter().zip(&ours).map(|(of, ours)| ours / of).collect();
        report(["session JWT", "one check", rival, "µs"], runs)?;
        if rival != RIVALS[0] {
            let pair = format!("{} / {rival}", RIVALS[0]);
            report(["session JWT", "one check", &pair, "ratio of time"], ratios)?;
        }
    }
    Ok(())
}

/// Returns the folder of the installed SDKs.
fn installed() -> Fallible<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/interop");
    if root.join("node/node_modules/stytch").is_dir() && root.join("python/bin/python").exists() {
        Ok(root)
    } else {
        Err("the official SDKs are not installed: run `tests/interop/run.sh` first".into())
    }
}

/// Returns the time of one check by each rival, in µs.
fn round(sdks: &Path) -> Fallible<[f64; RIVALS.len()]> {
    let server = KeySet::start()?;
    let base_url = server.base_url();
    let forge = Forge::new(SystemTime::now(), &base_url);
    let json = forge.jwks().to_string();
    server.serve(json.clone());
    let (text, project) = (forge.jwt(), forge.project());
    let jwt = SessionJwt::new(&*text);

    let send = {
        let json = json.clone();
        move |_: Request| Ok::<_, std::io::Error>(http::Response::new(json.clone()))
    };
    let verifier = SessionVerifier::new(Client::new(project.clone(), send));
    // Includes what a service does for each request: it reads the clock and checks the second
    // factor.
    let verified = time(|| {
        let session = verifier.verify(&jwt, SystemTime::now())?;
        let is_strong = session.has_factor(&[AuthenticationFactorType::Totp], Duration::MAX);
        if is_strong {
            Ok(session)
        } else {
            Err("no second factor".into())
        }
    })?;

    let jwks = Jwks::try_from(http::Response::new(json))?;
    let options = VerifyOptions::new();
    let local = time(|| Ok(jwks.verify(&jwt, &project, SystemTime::now(), &options)?))?;

    let by_hand = ByHand::new(&forge)?;
    let by_hand = time(|| by_hand.check(&text))?;

    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("sdks");
    let count = COUNT.to_string();
    let mut node = Command::new("node");
    node.arg(base.join("time.mjs")).arg(sdks.join("node"));
    let mut python = Command::new(sdks.join("python/bin/python"));
    python.arg("-B").arg(base.join("time.py"));
    let [node, python] = [node, python].map(|mut command| {
        command.args([&*base_url, PROJECT_ID, &text, &count]);
        printed(&mut command)
    });
    Ok([verified, local, by_hand, node?, python?])
}

/// Returns the time of one call in µs, including the drop of its value.
fn time<T>(call: impl Fn() -> Fallible<T>) -> Fallible<f64> {
    for _ in 0..COUNT / 10 {
        black_box(call()?);
    }
    let start = Instant::now();
    for _ in 0..COUNT {
        black_box(call()?);
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(COUNT))
}

fn printed(command: &mut Command) -> Fallible<f64> {
    let output = command.output()?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?}: {}: {errors}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
