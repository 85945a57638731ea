//! The result of a run: a JSON file, a report in Markdown, and a configuration for the emulator.

mod config;
mod markdown;

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::bench::Bench;
use crate::experiment::Experiment;
use crate::explain::Explanation;
use crate::explain::compare::Difference;
use crate::explain::findings::{Finding, Verdict, findings};
use crate::review::Reviewed;
use crate::target::Target;
use crate::trace::Record;

/// The names of the files.
const FILES: [&str; 3] = ["outcome.json", "report.md", "emulator.toml"];

/// The result of a run. It contains neither ids nor secrets of the project.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of this program.
    pub version: String,
    /// The base URL of Stytch's test host, or `this machine`.
    pub base_url: String,
    /// Why the run ended early, or could not remove everything; `None` if it was completed.
    pub ended: Option<String>,
    /// How many calls were made.
    pub calls: u32,
    /// How many seconds the server's clock was ahead, if its responses had a `Date` header.
    pub clock_skew_seconds: Option<i64>,
    /// A row for every setting and every error case of the emulator.
    pub findings: Vec<Finding>,
    /// The experiments, with their calls and results.
    pub experiments: Vec<ExperimentReport>,
    /// What was found in all responses.
    pub review: Reviewed,
    /// A configuration in TOML, with which the emulator behaves as observed.
    pub emulator_config: String,
}

/// An experiment of a run.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExperimentReport {
    /// Its number.
    pub id: String,
    /// The question.
    pub question: String,
    /// The settings that it settles, besides the error cases that it triggers.
    pub settles: Vec<String>,
    /// The calls and results.
    pub record: Record,
    /// The differences that no setting of the emulator explains.
    pub unexplained: Vec<Difference>,
}

impl Report {
    pub(crate) fn new(
        target: &Target,
        bench: &Bench,
        records: Vec<(&'static Experiment, Record)>,
        explanation: &Explanation,
        review: Reviewed,
    ) -> Self {
        let ran: Vec<&str> = records
            .iter()
            .map(|(experiment, _)| experiment.id)
            .collect();
        let host = if target.is_local {
            "this machine"
        } else {
            target.base_url.as_str()
        };
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            base_url: host.to_owned(),
            ended: None,
            calls: bench.wire.calls,
            clock_skew_seconds: bench.wire.clock.skew(),
            findings: findings(explanation, &ran),
            emulator_config: config::toml(&explanation.settings),
            review,
            experiments: records
                .into_iter()
                .map(|(experiment, record)| ExperimentReport {
                    id: experiment.id.to_owned(),
                    question: experiment.question.to_owned(),
                    settles: experiment
                        .settles
                        .iter()
                        .map(|it| (*it).to_owned())
                        .collect(),
                    unexplained: explanation
                        .unexplained
                        .get(experiment.id)
                        .cloned()
                        .unwrap_or_default(),
                    record,
                })
                .collect(),
        }
    }

    /// Returns the row of a setting.
    #[must_use]
    pub fn finding(&self, setting: &str) -> Option<&Finding> {
        self.findings
            .iter()
            .find(|finding| finding.setting == setting)
    }

    /// Returns the number of rows with a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        let findings = self.findings.iter();
        findings
            .filter(|finding| finding.verdict == verdict)
            .count()
    }

    /// Returns the report in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::markdown(self)
    }

    /// Writes the files into a folder, which is created if it does not exist. Overwrites older
    /// files.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let json = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        let texts = [json, self.markdown(), self.emulator_config.clone()];
        for (name, text) in FILES.iter().zip(texts) {
            fs::write(folder.join(name), text)?;
        }
        Ok(())
    }
}
