//! The report in Markdown.

use std::fmt::{self, Write as _};

use serde_json::Value;

use super::Report;
use crate::explain::findings::{Finding, Verdict};
use crate::trace::Step;

/// Returns the whole report.
pub(super) fn markdown(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a `String` does not fail.
    let _ = write(report, &mut text);
    text
}

fn write(report: &Report, text: &mut String) -> fmt::Result {
    let (agrees, differs, open) = (
        report.count(Verdict::Agrees),
        report.count(Verdict::Differs),
        report.count(Verdict::Open),
    );
    writeln!(text, "# Report of totps-live\n")?;
    writeln!(
        text,
        "{} calls to {}, by totps-live {}.\n",
        report.calls, report.base_url, report.version
    )?;
    writeln!(
        text,
        "Of the {} settings and error cases of totps-emulator, {agrees} agree with the observed \
         behavior, {differs} differ, and {open} are open.\n",
        report.findings.len(),
    )?;
    if let Some(ended) = &report.ended {
        writeln!(text, "**The run was not completed: {ended}.**\n")?;
    }
    section(text, "Differs", report, Verdict::Differs)?;
    section(text, "Agrees", report, Verdict::Agrees)?;
    open_section(text, report)?;
    unexplained(text, report)?;
    review(text, report)?;
    experiments(text, report)
}

fn section(text: &mut String, title: &str, report: &Report, verdict: Verdict) -> fmt::Result {
    writeln!(text, "## {title}\n")?;
    let rows: Vec<&Finding> = rows(report, verdict);
    if rows.is_empty() {
        return writeln!(text, "None.\n");
    }
    writeln!(
        text,
        "| Setting | Evidence | Default | Observed | Agrees | Observed by | Remark |"
    )?;
    writeln!(text, "|---|---|---|---|---|---|---|")?;
    for row in rows {
        let (guess, truth) = cells(row);
        writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            row.setting,
            row.evidence,
            guess,
            truth,
            if verdict == Verdict::Agrees {
                "yes"
            } else {
                "**no**"
            },
            row.experiments.join(", "),
            escape(&row.remark),
        )?;
    }
    writeln!(text)
}

fn open_section(text: &mut String, report: &Report) -> fmt::Result {
    writeln!(text, "## Open\n")?;
    writeln!(
        text,
        "| Setting | Evidence | Default | Why |\n|---|---|---|---|"
    )?;
    for row in rows(report, Verdict::Open) {
        let guess = cell(&row.guess);
        let why = escape(&row.remark);
        writeln!(
            text,
            "| `{}` | {} | {guess} | {why} |",
            row.setting, row.evidence
        )?;
    }
    writeln!(text)
}

fn unexplained(text: &mut String, report: &Report) -> fmt::Result {
    writeln!(text, "## Not explained by any setting\n")?;
    let mut any = false;
    for experiment in &report.experiments {
        for difference in &experiment.unexplained {
            if !any {
                writeln!(
                    text,
                    "| Experiment | Step | Difference | Observed | Emulator |"
                )?;
                writeln!(text, "|---|---|---|---|---|")?;
            }
            any = true;
            writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                experiment.id,
                escape(&difference.step),
                escape(&difference.what),
                cell(&difference.seen),
                cell(&difference.emulated),
            )?;
        }
    }
    let nothing = if any { "" } else { "None.\n" };
    writeln!(text, "{nothing}")
}

fn review(text: &mut String, report: &Report) -> fmt::Result {
    let review = &report.review;
    writeln!(text, "## All responses\n")?;
    let list = |items: Vec<String>| match items.is_empty() {
        true => "none".to_owned(),
        false => items.join(", "),
    };
    let unreadable = review.unreadable.iter();
    let unreadable = unreadable.map(|it| format!("{}: {}", it.endpoint, it.what));
    writeln!(
        text,
        "- Not read completely by totps: {}.",
        list(unreadable.collect())
    )?;
    let unknown = review.unknown_fields.iter().map(|it| format!("`{it}`"));
    writeln!(
        text,
        "- Fields that are in no fixture: {}.",
        list(unknown.collect())
    )?;
    let statuses = review.disagreeing_status.clone();
    writeln!(
        text,
        "- `status_code` differs from the HTTP status: {}.",
        list(statuses)
    )?;
    for (status, names) in &review.header_names {
        writeln!(
            text,
            "- Headers of responses with status {status}: {}.",
            names.join(", ")
        )?;
    }
    for (name, values) in &review.header_values {
        writeln!(text, "- `{name}`: {}.", list(values.clone()))?;
    }
    if let Some(seconds) = report.clock_skew_seconds {
        writeln!(text, "- The server's clock was {seconds} seconds ahead.")?;
    }
    writeln!(text)
}

fn experiments(text: &mut String, report: &Report) -> fmt::Result {
    writeln!(text, "## Experiments\n")?;
    for experiment in &report.experiments {
        writeln!(text, "### {}. {}\n", experiment.id, experiment.question)?;
        if !experiment.settles.is_empty() {
            writeln!(
                text,
                "Settles the settings `{}`.\n",
                experiment.settles.join("`, `")
            )?;
        }
        writeln!(
            text,
            "| Step | Call | Status | Error type, or result |\n|---|---|---|---|"
        )?;
        for step in &experiment.record.steps {
            let came = match &step.refused {
                Some(refused) => format!("`{}`", refused.error_type),
                None => seen(step),
            };
            let (label, request) = (escape(&step.label), &step.request);
            writeln!(
                text,
                "| {label} | `{request}` | {} | {} |",
                step.status,
                escape(&came)
            )?;
        }
        for (name, value) in &experiment.record.notes {
            writeln!(text, "\n`{name}`: {}", cell(value))?;
        }
        if let Some(ended) = &experiment.record.ended {
            writeln!(text, "\nIt ended early: {}.", escape(ended))?;
        }
        writeln!(text)?;
    }
    Ok(())
}

/// Returns what changed on the Member, and the other values but `null`, `false` and `""`.
fn seen(step: &Step) -> String {
    let plain = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        other => other.to_string(),
    };
    let changed = step.changed.iter();
    let changed =
        changed.map(|(name, (before, now))| format!("{name}: {} → {}", plain(before), plain(now)));
    let telling = step.seen.iter().filter(|(name, value)| {
        let silent = value.is_null() || **value == false || **value == "";
        !silent && !name.starts_with("member.")
    });
    let telling = telling.map(|(name, value)| format!("{name} {}", plain(value)));
    changed.chain(telling).collect::<Vec<_>>().join(", ")
}

fn rows(report: &Report, verdict: Verdict) -> Vec<&Finding> {
    let findings = report.findings.iter();
    findings
        .filter(|finding| finding.verdict == verdict)
        .collect()
}

/// Formats the default and the observed value. The URLs of errors are shown only if they differ.
fn cells(row: &Finding) -> (String, String) {
    let truth = row.truth.clone().unwrap_or_default();
    let url = |value: &Value| value.get("error_url").and_then(Value::as_str).map(escape);
    let urls = (url(&row.guess), url(&truth));
    let with = |value: &Value, url: Option<String>| match url {
        Some(url) if urls.0 != urls.1 => format!("{} `{url}`", cell(value)),
        _ => cell(value),
    };
    (
        with(&row.guess, urls.0.clone()),
        with(&truth, urls.1.clone()),
    )
}

/// Formats a value for a cell. An error is shown by its status, type and message.
fn cell(value: &Value) -> String {
    match (value.get("status"), value.get("error_type")) {
        (Some(status), Some(kind)) => {
            let message = value["error_message"].as_str().unwrap_or_default();
            let kind = kind.as_str().unwrap_or_default();
            escape(&format!("{status} `{kind}` “{message}”"))
        }
        _ => format!("`{}`", escape(&value.to_string())),
    }
}

/// Escapes a text, so that it cannot end a cell.
fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
