//! Writes tables of measurements: rivals as rows, cases as columns.

use std::fmt::Write as _;

use totps_bench_record::Measurement;

use crate::Fallible;

/// Returns the rival that a table is relative to, or `None` where the metric is a ratio itself.
pub(crate) fn base(table: &str, metric: &str) -> Option<&'static str> {
    match table {
        _ if metric.starts_with("ratio") => None,
        "latency" if metric.starts_with("line") => None,
        "encode" => Some("by hand"),
        "decode" | "decode without the drop" => Some("derived structs"),
        "decode, one part unreadable" => Some("totps, all readable"),
        "calls" => Some("hyper-1"),
        "latency" => Some("stytch-n"),
        _ => None,
    }
}

/// The tables that come first. The others follow in the order of the measurements.
const FIRST: [&str; 4] = [
    "encode",
    "decode",
    "decode without the drop",
    "decode, one part unreadable",
];

/// Returns the Markdown of all tables, one for each table and metric.
pub(crate) fn markdown(measurements: &[Measurement]) -> Fallible<String> {
    let mut text = String::new();
    let mut tables = distinct(measurements.iter().map(|of| of.table.as_str()));
    tables.sort_by_key(|table| {
        FIRST
            .iter()
            .position(|first| first == table)
            .unwrap_or(FIRST.len())
    });
    for table in tables {
        writeln!(text, "## {table}\n")?;
        let rows = || measurements.iter().filter(|of| of.table == table);
        for metric in distinct(rows().map(|of| of.metric.as_str())) {
            let of_metric: Vec<_> = rows().filter(|of| of.metric == metric).collect();
            one(&mut text, table, metric, &of_metric)?;
        }
    }
    Ok(text)
}

fn one(text: &mut String, table: &str, metric: &str, of: &[&Measurement]) -> Fallible<()> {
    let mut cases = distinct(of.iter().map(|of| of.case.as_str()));
    cases.sort_by_key(|case| order(case));
    let base = base(table, metric).filter(|base| of.iter().any(|of| of.rival == *base));
    let mut rivals = distinct(of.iter().map(|of| of.rival.as_str()));
    rivals.sort_by_key(|rival| (!rival.starts_with("totps"), Some(*rival) != base));
    match base {
        Some(base) => writeln!(text, "### {metric} [relative to `{base}`]\n")?,
        None => writeln!(text, "### {metric}\n")?,
    }
    writeln!(text, "| | {} |", cases.join(" | "))?;
    writeln!(text, "|---|{}", "---:|".repeat(cases.len()))?;
    for rival in rivals {
        write!(text, "| {rival} |")?;
        for case in &cases {
            let cell = find(of, rival, case).map(|found| {
                let base = base.and_then(|base| find(of, base, case));
                cell(found, base)
            });
            write!(text, " {} |", cell.as_deref().unwrap_or("–"))?;
        }
        writeln!(text)?;
    }
    writeln!(text)?;
    Ok(())
}

/// Returns the median, the spread if there is one, and the ratio.
fn cell(of: &Measurement, base: Option<&Measurement>) -> String {
    let mut cell = number(of.median);
    if of.low < of.high {
        cell += &format!(" ({} to {})", number(of.low), number(of.high));
    }
    match base {
        Some(base) if base.median > 0.0 => cell + &format!(" [{:.2}]", of.median / base.median),
        _ => cell,
    }
}

/// Formats a number: an integer without decimals, others with at least three digits, and numbers
/// below 1 with three decimals.
fn number(number: f64) -> String {
    let decimals = match number.abs() {
        _ if number.fract() == 0.0 => 0,
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    format!("{number:.decimals$}")
}

fn find<'a>(of: &[&'a Measurement], rival: &str, case: &str) -> Option<&'a Measurement> {
    let mut of = of.iter();
    of.find(|of| of.rival == rival && of.case == case).copied()
}

/// The sort key of a case: by call, then from the smallest response to the largest. Other cases
/// keep their order.
fn order(case: &str) -> (Option<usize>, Option<usize>) {
    const CALLS: [&str; 3] = ["create", "authenticate", "migrate"];
    const SHAPES: [&str; 4] = ["minimal", "live-shape", "three-factors", "full"];
    let (call, shape) = case.split_once('/').unwrap_or((case, ""));
    (
        CALLS.iter().position(|known| *known == call),
        SHAPES.iter().position(|known| *known == shape),
    )
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}
