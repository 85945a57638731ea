//! The file of rows that need a person.

use std::io;
use std::path::Path;

use crate::disk::Disk;
use crate::row::Problem;

/// One row of the file.
#[derive(Clone, Debug)]
pub(crate) struct RowLine {
    pub(crate) input: String,
    pub(crate) organization_id: String,
    pub(crate) member: String,
    pub(crate) state: &'static str,
    pub(crate) reason: String,
    pub(crate) todo: String,
}

impl RowLine {
    /// Creates the line of a row that was rejected before anything was sent.
    pub(crate) fn rejected(problem: &Problem) -> Self {
        let member = problem.member.as_ref();
        Self {
            input: problem.place.to_string(),
            organization_id: member.map_or_else(String::new, |it| it.organization_id.clone()),
            member: problem.who().to_owned(),
            state: "rejected",
            reason: problem.reason(),
            todo: problem.todo(),
        }
    }
}

/// Collects rows as CSV.
pub(crate) struct RowsFile {
    csv: csv::Writer<Vec<u8>>,
    pub(crate) count: u64,
}

impl RowsFile {
    pub(crate) fn new() -> Self {
        let mut file = Self {
            csv: csv::Writer::from_writer(Vec::new()),
            count: 0,
        };
        file.write([
            "input",
            "organization_id",
            "member",
            "state",
            "reason",
            "what_to_do",
        ]);
        file
    }

    pub(crate) fn add(&mut self, row: &RowLine) {
        self.count += 1;
        self.write([
            &row.input,
            &row.organization_id,
            &row.member,
            row.state,
            &row.reason,
            &row.todo,
        ]);
    }

    fn write(&mut self, fields: [&str; 6]) {
        // Spreadsheets treat a text that starts with one of these as a formula.
        let fields = fields.map(|field| {
            if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                format!("'{field}")
            } else {
                field.to_owned()
            }
        });
        // Writing to memory cannot fail.
        let _ = self.csv.write_record(&fields);
    }

    /// Writes the file, which replaces an earlier report.
    pub(crate) fn save(self, disk: &Disk, path: &Path) -> io::Result<()> {
        let content = self.csv.into_inner().map_err(|error| error.into_error())?;
        disk.replace(path, &content)
    }
}
