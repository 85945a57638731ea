//! A progress bar on a terminal, JSON lines elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::{Observer, Outcome, RowLine, RowsFile, Tally, problem_json};
use crate::journal::State;
use crate::pace::Gate;
use crate::row::{Kind, Problem};

/// Shows the progress of a run, and collects the report.
pub(crate) struct Screen<'a> {
    /// `None` if JSON lines are shown.
    bar: Option<ProgressBar>,
    gate: Option<&'a Gate>,
    collected: Mutex<Collected>,
}

struct Collected {
    tally: Tally,
    rows: RowsFile,
    shown_rate: (Instant, u64),
}

impl<'a> Screen<'a> {
    /// Creates a screen for this number of rows. It shows JSON lines if `json` is set or if standard error
    /// is not a terminal.
    pub(crate) fn new(rows: u64, json: bool, gate: Option<&'a Gate>) -> Self {
        let bar = (!json && io::stderr().is_terminal()).then(|| {
            let bar =
                ProgressBar::with_draw_target(Some(rows), ProgressDrawTarget::stderr_with_hz(5));
            // The template is constant, so it is valid. It has no colours, so NO_COLOR has no effect.
            let template = "{bar:30} {pos}/{len}  {msg}  {eta} left";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        Self {
            bar,
            gate,
            collected: Mutex::new(Collected {
                tally: Tally::default(),
                rows: RowsFile::new(),
                shown_rate: (Instant::now(), 0),
            }),
        }
    }

    /// Whether it shows JSON lines.
    pub(crate) fn is_json(&self) -> bool {
        self.bar.is_none()
    }

    /// Prints an event as a JSON line, if JSON lines are shown.
    pub(crate) fn event(&self, event: &Value) {
        if self.is_json() {
            // The program that reads the output may have ended; the run continues.
            let _ = writeln!(io::stdout().lock(), "{event}");
        }
    }

    /// Adds a row that needs a person.
    pub(crate) fn row(&self, row: &RowLine) {
        self.lock().rows.add(row);
    }

    /// Removes the bar, and returns what was collected.
    pub(crate) fn finish(self) -> (Tally, RowsFile) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let collected = self.collected.into_inner();
        let collected = collected.unwrap_or_else(PoisonError::into_inner);
        (collected.tally, collected.rows)
    }

    fn lock(&self) -> MutexGuard<'_, Collected> {
        self.collected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, collected: &mut Collected) {
        let Some(bar) = &self.bar else { return };
        bar.inc(1);
        collected.shown_rate.1 += 1;
        let tally = &collected.tally;
        let rate = match self.gate.map(Gate::rate) {
            Some(rate) if rate.is_finite() => format!("{rate:.0} requests/s at most"),
            _ => String::new(),
        };
        bar.set_message(format!(
            "migrated {}, refused {}, unknown {}, {:.1} rows/s  {rate}",
            tally.count("migrated"),
            tally.not_migrated(),
            tally.open(),
            collected.shown_rate.1 as f64
                / collected.shown_rate.0.elapsed().as_secs_f64().max(0.001),
        ));
    }
}

impl Observer for Screen<'_> {
    fn outcome(&self, outcome: Outcome) {
        // The outcome of an earlier run is in the report, but is not an event of this run.
        if !outcome.before && outcome.state != State::Planned {
            self.event(&outcome.to_json());
        }
        let mut collected = self.lock();
        collected.tally.add(&outcome);
        if let Some(todo) = outcome.todo() {
            collected.rows.add(&RowLine {
                reason: outcome.reason(),
                input: outcome.input,
                organization_id: outcome.organization_id,
                member: outcome.member,
                state: outcome.state.name(),
                todo,
            });
        }
        self.advance(&mut collected);
    }

    fn problem(&self, problem: Problem) {
        self.event(&problem_json(&problem));
        let mut collected = self.lock();
        collected.tally.add_problem(&problem);
        if problem.kind() != Kind::Skipped {
            collected.rows.add(&RowLine::rejected(&problem));
        }
        self.advance(&mut collected);
    }

    fn left(&self) {
        self.advance(&mut self.lock());
    }
}

/// Formats a number of seconds as text.
pub(crate) fn duration(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
