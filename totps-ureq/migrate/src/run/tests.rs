//! Runs that end at each file operation, with a server in memory.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use totps_ureq::http::{Response, StatusCode};
use totps_ureq::{Client, Project, Request, TransportError};

use super::*;
use crate::disk::Operation;
use crate::input::Input;
use crate::journal::Journal;
use crate::pace::Gate;
use crate::row::classify::Rules;

const ROWS: usize = 6;

/// A server in memory: Members with their registrations and recovery codes.
#[derive(Default)]
struct Server {
    totps: Mutex<HashMap<String, (String, Vec<String>)>>,
    migrated: AtomicUsize,
}

impl Server {
    fn respond(&self, request: &Request) -> Response<Vec<u8>> {
        let path = request.uri().path();
        let mut totps = self.totps.lock().unwrap();
        let (status, body) = if path.ends_with("/member") {
            let query = request.uri().query().unwrap();
            let member = query.strip_prefix("member_id=").unwrap();
            let id = totps.get(member).map_or("", |(id, _)| id);
            (
                200,
                json!({"member": {"member_id": member, "totp_registration_id": id}}),
            )
        } else if path.ends_with("/migrate") {
            let body: Value = serde_json::from_slice(request.body().as_bytes()).unwrap();
            let member = body["member_id"].as_str().unwrap();
            if totps.contains_key(member) {
                (400, json!({"error_type": "active_totp_exists"}))
            } else {
                let number = self.migrated.fetch_add(1, Ordering::Relaxed);
                let codes = vec![format!("code-of-{number}")];
                let id = format!("totp-{number}");
                totps.insert(member.to_owned(), (id.clone(), codes.clone()));
                (
                    200,
                    json!({"totp_registration_id": id, "recovery_codes": codes}),
                )
            }
        } else {
            let member = path.rsplit('/').next().unwrap();
            (200, json!({"recovery_codes": totps[member].1}))
        };
        let mut response = Response::new(body.to_string().into_bytes());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response
    }
}

/// Collects the states of rows.
#[derive(Default)]
struct Seen(Mutex<Vec<State>>);

impl Observer for Seen {
    fn outcome(&self, outcome: Outcome) {
        self.0.lock().unwrap().push(outcome.state);
    }

    fn problem(&self, problem: Problem) {
        panic!("{}", problem.reason());
    }

    fn left(&self) {}
}

struct Bench {
    folder: tempfile::TempDir,
    server: Server,
}

impl Bench {
    fn new() -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
            server: Server::default(),
        };
        let mut csv = "organization_id,member_id,secret\n".to_owned();
        for number in 0..ROWS {
            csv += &format!("o,member-test-{number},GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n");
        }
        std::fs::write(bench.path("in.csv"), csv).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs once. If `is_dead` returns `true`, the process counts as ended and sends nothing.
    fn run(&self, disk: &Disk, is_dead: impl Fn() -> bool + Sync) -> Result<Vec<State>, String> {
        let stop = Arc::new(Stop::default());
        let input = Input::open(&self.path("in.csv"), None).map_err(|it| it.to_string())?;
        let rules = Rules::default();
        let plan = Plan::make(&input, &rules).map_err(|it| it.to_string())?;
        let path = self.path("journal");
        Journal::create(disk, &path, "p", "u").map_err(|it| it.to_string())?;
        let journal = Journal::open(disk, &path).map_err(|it| it.to_string())?;
        let journal = open_journal(journal, &stop).map_err(|it| it.to_string())?;
        let codes = self.path("codes");
        let codes = open_codes(disk, Some(&codes), journal.signer.journal(), &stop);
        let codes = codes.map_err(|it| it.to_string())?;
        let send = |request: Request| {
            if is_dead() {
                stop.stop(StopReason::Interrupted);
                return Err(TransportError::other("the process is dead"));
            }
            let response = self.server.respond(&request);
            // It may end while the response is on its way.
            match is_dead() {
                true => Err(TransportError::other("the process is dead")),
                false => Ok(response),
            }
        };
        let project = Project::at("http://127.0.0.1:1", "p", "s").unwrap();
        let client = Client::new(project, send);
        let gate = Gate::new(f64::INFINITY);
        let api = Api::new(&client, &gate, &stop, Duration::from_millis(1));
        let settings = Settings {
            jobs: 3,
            limit: None,
            retry_refused: false,
        };
        let seen = Seen::default();
        run(&plan, &api, &journal, codes.as_ref(), &settings, &seen)
            .map_err(|it| it.to_string())?;
        codes.unwrap().close().map_err(|it| it.to_string())?;
        journal.appender.close().map_err(|it| it.to_string())?;
        match stop.reason() {
            Some(reason) => Err(reason.to_string()),
            None => Ok(seen.0.into_inner().unwrap()),
        }
    }

    /// Runs on a disk that does not fail, and checks that every row is migrated and every code is
    /// stored.
    fn finish(&self, case: &str) {
        let states = self.run(&Disk::default(), || false);
        let states = states.unwrap_or_else(|error| panic!("{case}: the next run failed: {error}"));
        assert_eq!(states.len(), ROWS, "{case}");
        let totps = self.server.totps.lock().unwrap();
        assert_eq!(self.server.migrated.load(Ordering::Relaxed), ROWS, "{case}");
        let mut ids = HashSet::new();
        for state in states {
            let State::Migrated {
                totp_registration_id,
                recovery_codes,
                ..
            } = state
            else {
                panic!("{case}: {state:?}");
            };
            assert_eq!(recovery_codes, CodesAre::Stored, "{case}");
            ids.insert(totp_registration_id);
        }
        let stored = std::fs::read_to_string(self.path("codes")).unwrap();
        for (id, codes) in totps.values() {
            assert!(ids.contains(id), "{case}: {id}");
            assert!(
                stored.contains(&codes[0]),
                "{case}: the codes of {id} are lost"
            );
        }
    }
}

/// Returns a disk that fails from operation number `at` on, and the counter of its operations. With
/// `only`, other operations neither fail nor count.
fn failing(at: usize, only: Option<Operation>) -> (Disk, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let disk = Disk::with_hook(Arc::new(move |operation| {
        if only.is_some_and(|only| only != operation) {
            return Ok(());
        }
        if counter.fetch_add(1, Ordering::SeqCst) >= at {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }));
    (disk, count)
}

#[test]
fn a_kill_before_any_file_operation_loses_nothing() {
    for at in 0.. {
        let bench = Bench::new();
        let (disk, count) = failing(at, None);
        let dead = count.clone();
        let ended = bench.run(&disk, move || dead.load(Ordering::SeqCst) > at);
        if count.load(Ordering::SeqCst) <= at {
            ended.unwrap();
            assert!(at > 20, "{at} operations are too few to be all");
            break;
        }
        bench.finish(&format!("killed before operation {at}"));
    }
}

#[test]
fn a_full_disk_stops_the_run_and_the_next_run_continues() {
    for only in [Operation::Write, Operation::Sync] {
        for at in 0.. {
            let bench = Bench::new();
            let (disk, count) = failing(at, Some(only));
            // The process continues, and requests in flight are sent.
            let ended = bench.run(&disk, || false);
            if count.load(Ordering::SeqCst) <= at {
                ended.unwrap();
                break;
            }
            assert!(ended.is_err(), "{only:?} {at}: {ended:?}");
            bench.finish(&format!("{only:?} {at} failed"));
        }
    }
}

#[test]
fn a_report_is_replaced_whole_or_not_at_all() {
    for at in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        std::fs::write(&path, "old").unwrap();
        let (disk, count) = failing(at, None);
        let replaced = disk.replace(&path, b"new content");
        let there = std::fs::read_to_string(&path).unwrap();
        assert!(there == "old" || there == "new content", "{at}: {there}");
        if count.load(Ordering::SeqCst) <= at {
            replaced.unwrap();
            assert_eq!(there, "new content");
            break;
        }
    }
}
