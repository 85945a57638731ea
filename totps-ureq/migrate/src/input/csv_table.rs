//! CSV with a header line.

use std::io::BufRead;
use std::sync::Arc;

use super::{Entry, InputError, Sink};
use crate::row::{Cause, Place};

/// A record of a CSV.
pub(super) struct Record<'a> {
    columns: &'a [String],
    record: &'a csv::StringRecord,
}

impl Record<'_> {
    /// Returns a field. `None` if there is no such column, or if the field is empty.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let index = self.columns.iter().position(|column| column == name)?;
        let field = self.record.get(index)?.trim();
        (!field.is_empty()).then(|| field.to_owned())
    }

    /// Returns a field that is a whole number of at least 0.
    pub(super) fn count(&self, name: &str, entry: &mut Entry) -> Option<u64> {
        let count = self.get(name)?.parse().ok();
        if count.is_none() {
            let place = entry.field(name);
            entry.causes.push(Cause::invalid(
                place,
                "must be a whole number of at least 0",
            ));
        }
        count
    }
}

/// Reads a CSV whose header line must name the `required` columns, and must name no columns other than
/// the `known` ones, if these are given. The case of names does not matter.
pub(super) fn read(
    reader: &mut dyn BufRead,
    required: &[&str],
    known: Option<&[&str]>,
    fill: impl Fn(&Record<'_>, &mut Entry),
    sink: &mut Sink<'_>,
) -> Result<(), InputError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
    let header = reader.headers().map_err(|error| unreadable(&error))?;
    let columns: Arc<[String]> = header
        .iter()
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for (index, name) in columns.iter().enumerate() {
        let place = || Place::line(1).column(index as u64 + 1);
        if columns[..index].contains(name) && !name.is_empty() {
            return Err(InputError::new(place(), "is a duplicate column"));
        }
        // Otherwise a misspelt column would silently be ignored.
        if known.is_some_and(|known| !known.contains(&name.as_str())) {
            let rule = format!(
                "is not a column of this format, which has the columns {}",
                known.unwrap_or_default().join(", ")
            );
            return Err(InputError::new(place(), rule));
        }
    }
    for name in required {
        if !columns.iter().any(|column| column == name) {
            let rule = format!("must have the column `{name}`");
            return Err(InputError::new(Place::line(1), rule));
        }
    }
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => return Err(unreadable(&error)),
        }
        let line = record.position().map_or(0, csv::Position::line);
        let mut entry = Entry::new(Place::line(line));
        entry.columns = Some(columns.clone());
        if record.len() == columns.len() {
            let record = Record {
                columns: &columns,
                record: &record,
            };
            fill(&record, &mut entry);
        } else {
            let rule = format!(
                "must have {} fields like the first line, but has {}",
                columns.len(),
                record.len()
            );
            entry.causes.push(Cause::invalid(Place::line(line), rule));
        }
        if !sink(entry) {
            return Ok(());
        }
    }
}

pub(super) fn unreadable(error: &csv::Error) -> InputError {
    let place = error
        .position()
        .map_or_else(Place::default, |position| Place::line(position.line()));
    let rule = match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => {
            return InputError::new(place.column(err.field() as u64 + 1), "is not UTF-8");
        }
        csv::ErrorKind::Io(_) => "cannot be read",
        _ => "is not CSV",
    };
    InputError::new(place, rule)
}
