//! Subcommands and options.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand};

use crate::input::{FORMATS, Format};
use crate::pace::HIGHEST_RATE;
use crate::secret::Encoding;

/// Moves TOTP secrets from other vendors to Stytch B2B, and can be killed at any moment and started
/// again.
///
/// Exit codes: 0 all rows are migrated, 1 usage or input, 2 some rows were refused, rejected or
/// present, 3 some rows are unknown or in conflict, 4 stopped, 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "totps-migrate", version, max_term_width = 100)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Reads and checks an export, without network: a dry run
    #[command(after_help = "\
Example:
  totps-migrate plan users.json --members members.csv --report rows.csv

Writes nothing but the file of --report. Exit codes: 0 all rows can be sent, 1 some have errors,
2 some cannot be moved.")]
    Plan(PlanArgs),
    /// Sends the rows that are not done yet
    #[command(after_help = "\
Example:
  export STYTCH_PROJECT_ID=project-live-… STYTCH_SECRET=…
  totps-migrate run users.json --members members.csv --journal migration.journal \\
      --codes-out codes.ndjson --limit 10

Run the same command again to do the rows that are not done yet. Ctrl-C waits for the requests in
flight; a second Ctrl-C leaves them to the next run. Exit codes: 0 all rows are migrated, 1 usage or
input, 2 some rows were refused, rejected or present, 3 some rows are unknown or in conflict,
4 stopped, 130 interrupted.")]
    Run(RunArgs),
    /// Calls Get Member for every row of a journal that was not rejected, and compares
    #[command(after_help = "\
Example:
  totps-migrate verify --journal migration.journal

Changes nothing. Exit codes: 0 everything is as the journal says, 1 usage, 3 something differs,
4 stopped, 130 interrupted.")]
    Verify(JournalArgs),
    /// Deletes the TOTPs that `run` created according to a journal
    #[command(after_help = "\
Example:
  totps-migrate undo --journal migration.journal

Deletes a TOTP only if the Member still has the registration in the journal. It reads the Member
first and then deletes. Delete does not name a registration, so if the Member enrols a new TOTP
between the two calls, that one is deleted instead. Stytch does not document what happens to the
recovery codes. After undo, `run` sends the rows again. Exit codes: 0 done, 1 usage, 3 some could
not be deleted, 4 stopped, 130 interrupted.")]
    Undo(JournalArgs),
    /// Lists the supported export formats
    #[command(after_help = "\
Example:
  totps-migrate formats")]
    Formats,
}

/// The input, and how to read it.
#[derive(Debug, ClapArgs)]
pub(super) struct InputArgs {
    /// The export
    #[arg(value_name = "IN")]
    pub(super) input: PathBuf,
    /// The format; detected from the content by default (see `formats`)
    #[arg(long, value_name = "NAME", value_parser = format)]
    pub(super) format: Option<&'static Format>,
    /// The encoding of secrets, if neither the format nor the row says it
    #[arg(long, value_name = "ENCODING")]
    pub(super) encoding: Option<Encoding>,
    /// CSV with the columns user, organization_id and member_id, which maps users of the export to
    /// Members. The user is an id, a user name or an e-mail address; the Member an id, an external id
    /// or an e-mail address
    #[arg(long, value_name = "FILE")]
    pub(super) members: Option<PathBuf>,
    /// The Organization of all users that are not in the file of --members; they are looked up by
    /// their e-mail address
    #[arg(long, value_name = "ID")]
    pub(super) organization: Option<String>,
    /// Give new recovery codes to Members whose codes are hashed and cannot be moved
    #[arg(long)]
    pub(super) replace_hashed_codes: bool,
    /// Print JSON lines
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Write the rows that are not sent to this file, as CSV, and print only counts
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// The rate that the duration is computed for, in requests per second
    #[arg(long, default_value = "20", value_parser = rate)]
    pub(super) rate: f64,
}

#[derive(Debug, ClapArgs)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// The record of what was done so far; created by the first run, readable only by you
    #[arg(long, value_name = "FILE")]
    pub(super) journal: PathBuf,
    /// Store new recovery codes in this file; created by the first run, readable only by you
    #[arg(long, value_name = "FILE")]
    pub(super) codes_out: Option<PathBuf>,
    /// Do only the first N rows that are not done
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<u64>,
    /// Also try the rows that Stytch refused, and the conflicts that were resolved
    #[arg(long)]
    pub(super) retry_refused: bool,
    /// Write the rows that need a person to this file; by default the name of the journal with
    /// .rows.csv
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

#[derive(Debug, ClapArgs)]
pub(super) struct JournalArgs {
    /// The journal of `run`
    #[arg(long, value_name = "FILE")]
    pub(super) journal: PathBuf,
    /// Write the rows that need a person to this file
    #[arg(long, value_name = "FILE")]
    pub(super) report: Option<PathBuf>,
    /// Print JSON lines
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) api: ApiArgs,
}

/// The project and the pace.
#[derive(Debug, ClapArgs)]
pub(super) struct ApiArgs {
    /// The project's id; `verify` and `undo` take it from the journal
    #[arg(long, value_name = "ID", env = "STYTCH_PROJECT_ID")]
    pub(super) project_id: Option<String>,
    /// A file with the project's secret; by default it is taken from STYTCH_SECRET, or asked for
    #[arg(long, value_name = "FILE")]
    pub(super) secret_file: Option<PathBuf>,
    /// A server other than Stytch's, such as a custom domain or an emulator
    #[arg(long, value_name = "URL", env = "STYTCH_BASE_URL")]
    pub(super) base_url: Option<String>,
    /// Rows in flight
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) jobs: u16,
    /// Requests per second, at most 65; a row takes two. `unlimited` is for a server on this machine
    #[arg(long, value_name = "N", default_value = "20", value_parser = rate)]
    pub(super) rate: f64,
    /// The timeout of one request, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(super) timeout: Duration,
    /// The pause between two reads of a Member after a lost response, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub(super) pause: Duration,
}

fn format(name: &str) -> Result<&'static Format, String> {
    Format::named(name).ok_or_else(|| {
        let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
        format!("must be one of {}", names.join(", "))
    })
}

fn rate(text: &str) -> Result<f64, String> {
    if text == "unlimited" {
        return Ok(f64::INFINITY);
    }
    let rate: Option<f64> = text.parse().ok();
    rate.filter(|rate| *rate > 0.0 && *rate <= HIGHEST_RATE)
        .ok_or_else(|| format!("must be more than 0 and at most {HIGHEST_RATE}"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    seconds
        .filter(|seconds| *seconds > 0.0 && *seconds <= 600.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "must be more than 0 and at most 600".to_owned())
}
