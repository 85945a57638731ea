//! Servers and clients that run as processes and exchange lines on standard input and output.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::Fallible;

/// Replies to each line of standard input with a line on standard output.
///
/// # Errors
///
/// Errors of `reply`, and of standard input and output.
pub fn serve(mut reply: impl FnMut(&str) -> Fallible<String>) -> Fallible<()> {
    for line in io::stdin().lock().lines() {
        print(&reply(&line?)?)?;
    }
    Ok(())
}

/// Prints a line on standard output for the process at the other end.
///
/// # Errors
///
/// If standard output fails.
pub fn print(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// A server or a client that this process has started. It is killed on drop.
pub struct Process {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a process.
    ///
    /// # Errors
    ///
    /// If the process cannot be started.
    pub fn start(command: &mut Command) -> Fallible<Self> {
        let mut child = command
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

    /// Writes a line to the process.
    ///
    /// # Errors
    ///
    /// If the process has ended.
    pub fn say(&mut self, line: &str) -> Fallible<()> {
        Ok(writeln!(self.to, "{line}")?)
    }

    /// Reads a line from the process.
    ///
    /// # Errors
    ///
    /// If the process has ended.
    pub fn hear(&mut self) -> Fallible<String> {
        let mut line = String::new();
        if self.from.read_line(&mut line)? == 0 {
            return Err("a process ended early".into());
        }
        Ok(line.trim_end().to_owned())
    }

    /// Writes a line to the process, and reads a line of `COUNT` numbers from it.
    ///
    /// # Errors
    ///
    /// If the process has ended, or the reply is not `COUNT` numbers.
    pub fn numbers<const COUNT: usize>(&mut self, line: &str) -> Fallible<[f64; COUNT]> {
        self.say(line)?;
        self.hear_numbers()
    }

    /// Reads a line of `COUNT` numbers from the process.
    ///
    /// # Errors
    ///
    /// If the process has ended, or the line is not `COUNT` numbers.
    pub fn hear_numbers<const COUNT: usize>(&mut self) -> Fallible<[f64; COUNT]> {
        let line = self.hear()?;
        let numbers = line.split(' ').map(str::parse);
        let numbers: Vec<f64> = numbers.collect::<Result<_, _>>()?;
        let wrong = |_| format!("expected {COUNT} numbers, not `{line}`").into();
        numbers.try_into().map_err(wrong)
    }

    /// Reads a field of `/proc/PID/status` of the process, and returns it in bytes.
    ///
    /// # Errors
    ///
    /// If there is no such field, or it is not a number of kilobytes.
    pub fn status(&self, field: &str) -> Fallible<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kibibytes = status.lines().find_map(|line| {
            let value = line.strip_prefix(field)?.strip_prefix(':')?;
            value.trim().strip_suffix(" kB")?.parse::<f64>().ok()
        });
        Ok(kibibytes.ok_or_else(|| format!("no field {field} in kB"))? * 1024.0)
    }

    /// Counts the open file descriptors of the process.
    ///
    /// # Errors
    ///
    /// If the process has ended.
    pub fn descriptors(&self) -> Fallible<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
