//! Servers and clients, as processes that are talked to by lines.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use totps_bench_calls::Fallible;

pub(crate) struct Process {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Process {
    /// A server and its base URL. If `hold` is not zero, it answers no call but the first before so
    /// many wait.
    pub(crate) fn server(hold: usize) -> Fallible<(Self, String)> {
        let mut server = Self::start(env!("CARGO_BIN_EXE_calls-server"), &[&hold.to_string()])?;
        let base_url = server.hear()?;
        Ok((server, base_url))
    }

    pub(crate) fn client(name: &str, callers: usize, base_url: &str) -> Fallible<Self> {
        let program = env!("CARGO_BIN_EXE_calls-client");
        Self::start(program, &[name, &callers.to_string(), base_url])
    }

    pub(crate) fn counted_client(name: &str, callers: usize, base_url: &str) -> Fallible<Self> {
        let program = env!("CARGO_BIN_EXE_calls-counted-client");
        Self::start(program, &[name, &callers.to_string(), base_url])
    }

    fn start(program: &str, arguments: &[&str]) -> Fallible<Self> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let to = child.stdin.take().ok_or("no standard input")?;
        let from = child.stdout.take().ok_or("no standard output")?;
        Ok(Self {
            child,
            to,
            from: BufReader::new(from),
        })
    }

    pub(crate) fn say(&mut self, line: &str) -> Fallible<()> {
        Ok(writeln!(self.to, "{line}")?)
    }

    pub(crate) fn hear(&mut self) -> Fallible<String> {
        let mut line = String::new();
        if self.from.read_line(&mut line)? == 0 {
            return Err("a process ended early".into());
        }
        Ok(line.trim_end().to_owned())
    }

    /// Says a line, and hears the two numbers that are the answer.
    pub(crate) fn numbers(&mut self, line: &str) -> Fallible<(f64, f64)> {
        self.say(line)?;
        parse(&self.hear()?)
    }

    /// A field of `/proc/PID/status`, in bytes.
    pub(crate) fn status(&self, field: &str) -> Fallible<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kibibytes = status.lines().find_map(|line| {
            let value = line.strip_prefix(field)?.strip_prefix(':')?;
            value.trim().strip_suffix(" kB")?.parse::<f64>().ok()
        });
        Ok(kibibytes.ok_or_else(|| format!("no {field}"))? * 1024.0)
    }
}

pub(crate) fn parse(numbers: &str) -> Fallible<(f64, f64)> {
    let (one, other) = numbers.split_once(' ').ok_or("expected two numbers")?;
    Ok((one.parse()?, other.parse()?))
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
