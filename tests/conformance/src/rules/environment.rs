//! The rule about proxies from environment variables, and a name server that does not respond.

use std::net::{ToSocketAddrs as _, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::child;
use crate::hostile::{Leaf, Server, response};
use crate::probe::Probe;
use crate::rule::{ChildOf, Needs, Rule, Severity};

use super::{certificates, responding, rule};

pub(super) const RULES: [Rule; 1] = [rule(
    "environment-proxies-ignored",
    Severity::Critical,
    "Proxies from environment variables (`HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`) are not used",
    "turn off proxies from environment variables (`no_proxy`, `.proxy(None)`), and set a proxy in code if \
     one is needed: a variable could send credentials elsewhere",
    proxies,
)
.needs(Needs::Child(ChildOf(calls)))];

fn proxies(probe: &Probe) {
    let trap = Server::trap();
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    child::start(probe, |command| {
        for name in names {
            command.env(name, trap.url());
            command.env(name.to_ascii_lowercase(), trap.url());
        }
        command.env_remove("NO_PROXY").env_remove("no_proxy");
    });
    if trap.connections() > 0 {
        probe.fail(format!(
            "connections to the proxy from the environment: {}",
            trap.connections()
        ));
    }
}

/// Makes calls in the child process, whose environment names proxies.
fn calls(probe: &Probe) {
    let plain = responding(response(200, "{}"));
    let seen = probe.call(&probe.target(&plain.url()));
    probe.response("a call with proxies in the environment", seen, 200, "{}");
    // The parent sees whether this call goes to the proxy. `own-root-trusted` checks the response.
    let secure = certificates::secure(&probe.run.authority, Leaf::Good);
    probe.call(&probe.target(&secure.https_url()));
}

/// Starts the child in its own network namespace, where `/etc/resolv.conf` names only a name server
/// that does not respond.
pub(super) fn with_deaf_name_server(probe: &Probe) {
    const ISOLATED: [&str; 5] = ["--user", "--map-root-user", "--mount", "--net", "sh"];
    // The mount keeps the file after its name is removed.
    const PREPARE: &str = r#"
        ip link set lo up && file=$(mktemp) || exit
        printf 'nameserver 127.0.0.1\noptions timeout:12 attempts:1\n' >"$file" &&
            mount --bind "$file" /etc/resolv.conf
        is_mounted=$?
        rm "$file"
        [ "$is_mounted" = 0 ] || exit
    "#;

    let is_possible = Command::new("unshare")
        .args(ISOLATED)
        .args(["-c", PREPARE])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if is_possible.is_ok_and(|status| status.success()) {
        child::start(probe, |command| {
            let mut isolated = Command::new("unshare");
            isolated
                .args(ISOLATED)
                .arg("-c")
                .arg(format!(r#"{PREPARE} exec "$0" "$@""#))
                .arg(command.get_program())
                .args(command.get_args());
            for (name, value) in command.get_envs() {
                if let Some(value) = value {
                    isolated.env(name, value);
                }
            }
            *command = isolated;
        });
    } else {
        probe.not_run("needs Linux with `unshare`, `ip`, and user namespaces for this user");
    }
}

/// Starts a name server in the child that counts queries and does not respond, and then runs
/// `call`.
pub(super) fn deaf_name_server(probe: &Probe, call: impl FnOnce(&Probe)) {
    let socket = match UdpSocket::bind("127.0.0.1:53") {
        Ok(socket) => socket,
        Err(error) => return probe.not_run(format!("cannot start a name server: {error}")),
    };
    let queries = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&queries);
    thread::spawn(move || {
        while socket.recv_from(&mut [0; 512]).is_ok() {
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    // The rule can run only if the system queries this name server.
    thread::spawn(|| ("totps-conformance.example", 443).to_socket_addrs().is_ok());
    for _ in 0..200 {
        if queries.load(Ordering::Relaxed) > 0 {
            break;
        }
        thread::sleep(std::time::Duration::from_millis(10));
    }
    if queries.load(Ordering::Relaxed) == 0 {
        return probe.not_run("the system does not query the name server of /etc/resolv.conf");
    }
    call(probe);
    probe.note(format!(
        "{} queries got no response",
        queries.load(Ordering::Relaxed)
    ));
}
