//! Measures calls to the emulator on loopback. The emulator runs on one core, its callers on
//! another. The project has 10,000 Members, and there is one call of each kind for each of them.
//! Arguments: `[--rounds N]`.
//!
//! The main result is the CPU time of the emulator's thread, kernel included: the time that one
//! core needs for a call. The wall time is meaningful only if nothing else runs.

mod connection;

use std::error::Error;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use serde_json::{Value, json};
use totps_bench_record::Measurement;
use totps_emulator::{Emulator, MemberHandle, NewMember, authenticator_code};

use crate::connection::Connection;

/// The cost of a call.
#[derive(Clone, Copy)]
struct Cost {
    /// CPU time of the emulator.
    cpu: Duration,
    /// Wall time.
    clock: Duration,
}

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

const MEMBERS: usize = 10_000;
/// Number of connections. With 8 the emulator always has a request to serve.
const CONNECTIONS: usize = 8;
const SECRET: &str = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";

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
    let allowed = sched_getaffinity(Pid::from_raw(0))?;
    let mut cores = (0..CpuSet::count()).filter(|core| allowed.is_set(*core) == Ok(true));
    let first = cores.next().ok_or("there is no core")?;
    let second = cores
        .next()
        .ok_or("the emulator and its callers need two cores")?;

    let (mut migrate, mut authenticate) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        // A new thread inherits the core of the thread that starts it.
        stay_on(first)?;
        let emulator = Emulator::builder().seed(1).start()?;
        stay_on(second)?;
        let organization = emulator.create_organization(|new| {
            new.members = vec![NewMember::default(); MEMBERS];
        })?;
        let members = organization.members;
        let code = authenticator_code(SECRET, emulator.now())?;
        migrate.push(run(
            &emulator,
            "/v1/b2b/totp/migrate",
            &members,
            |member| {
                json!({
                    "organization_id": member.organization_id,
                    "member_id": member.member_id,
                    "secret": SECRET,
                })
            },
        )?);
        emulator.set_clock(emulator.now());
        let authenticated = run(&emulator, "/v1/b2b/totp/authenticate", &members, |member| {
            json!({
                "organization_id": member.organization_id,
                "member_id": member.member_id,
                "code": code,
                "intermediate_session_token": member.intermediate_session_token,
            })
        })?;
        authenticate.push(authenticated);
    }
    let both = migrate
        .iter()
        .zip(&authenticate)
        .map(|(one, other): (&Cost, &Cost)| Cost {
            cpu: (one.cpu + other.cpu) / 2,
            clock: (one.clock + other.clock) / 2,
        });
    for (case, times) in [
        ("Migrate and Authenticate", both.collect()),
        ("Migrate", migrate.clone()),
        ("Authenticate", authenticate.clone()),
    ] {
        record(case, &times)?;
    }
    Ok(())
}

fn stay_on(core: usize) -> Fallible<()> {
    let mut set = CpuSet::new();
    set.set(core)?;
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

/// Returns the CPU time that the emulator's thread has used so far.
fn emulator_cpu() -> Fallible<Duration> {
    for task in fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if fs::read_to_string(task.join("comm"))?.trim() == "totps-emulator" {
            let statistics = fs::read_to_string(task.join("schedstat"))?;
            let nanoseconds = statistics.split(' ').next().ok_or("no CPU time")?;
            return Ok(Duration::from_nanos(nanoseconds.parse()?));
        }
    }
    Err("the emulator has no thread".into())
}

/// Makes one call for each Member.
fn run(
    emulator: &Emulator,
    path: &str,
    members: &[MemberHandle],
    body: impl Fn(&MemberHandle) -> Value,
) -> Fallible<Cost> {
    let credentials = format!("{}:{}", emulator.project_id(), emulator.secret());
    let authorization = STANDARD.encode(credentials);
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {authorization}\r\n\
         Content-Type: application/json\r\n"
    );
    let requests: Vec<Vec<u8>> = members
        .iter()
        .map(|member| {
            let body = body(member).to_string();
            format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
        })
        .collect();
    let address = emulator.base_url().trim_start_matches("http://");
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(address)?);
    }
    let (start, cpu) = (Instant::now(), emulator_cpu()?);
    thread::scope(|scope| {
        let shares = requests.chunks(requests.len().div_ceil(CONNECTIONS));
        let callers: Vec<_> = shares
            .zip(connections)
            .map(|(share, mut connection)| {
                scope.spawn(move || {
                    share
                        .iter()
                        .try_for_each(|request| connection.call(request))
                })
            })
            .collect();
        callers
            .into_iter()
            .try_for_each(|caller| caller.join().map_err(|_| "a caller panicked")?)
    })?;
    let calls = u32::try_from(requests.len())?;
    Ok(Cost {
        cpu: (emulator_cpu()? - cpu) / calls,
        clock: start.elapsed() / calls,
    })
}

fn record(case: &str, costs: &[Cost]) -> Fallible<()> {
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let cpu: Vec<f64> = costs.iter().map(|cost| micros(cost.cpu)).collect();
    let clock = costs.iter().map(|cost| micros(cost.clock)).collect();
    let calls = cpu.iter().map(|cpu| 1e6 / cpu).collect();
    for (metric, runs) in [
        ("CPU µs per call", cpu),
        ("calls per second of CPU", calls),
        ("µs per call", clock),
    ] {
        let measurement = Measurement::of_runs(["emulator", case, "totps-emulator", metric], runs);
        measurement.ok_or("there was no round")?.print()?;
    }
    Ok(())
}
