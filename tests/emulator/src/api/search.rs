//! The query and the paging that Organization Search and Members Search share.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::error::Refusal;
use crate::settings::{ErrorCase, SearchSettings};

const DEFAULT_LIMIT: i32 = 100;
const MAX_LIMIT: i32 = 1000;
/// Minimum length of a fuzzy filter in characters.
const MIN_FUZZY: usize = 3;

/// Decides whether an item matches.
pub(crate) type Filter<'a, T> = Box<dyn Fn(&T) -> bool + 'a>;

/// The query of a search.
#[derive(Debug)]
pub(crate) struct Search {
    /// Whether one matching filter is enough; otherwise all must match.
    any: bool,
    operands: Vec<Operand>,
    limit: usize,
    offset: usize,
}

/// A filter of the query.
#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) name: String,
    value: Value,
}

impl Search {
    /// Reads the fields `query`, `limit` and `cursor`.
    pub(crate) fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        let limit = call.fields.integer("limit")?.unwrap_or(DEFAULT_LIMIT);
        let limit = Some(limit).filter(|limit| (1..=MAX_LIMIT).contains(limit));
        let limit = limit.and_then(|limit| usize::try_from(limit).ok());
        let offset = match call.fields.text("cursor")? {
            None => 0,
            Some(cursor) => read_cursor(cursor).ok_or(ErrorCase::InvalidSearch)?,
        };
        let (mut any, mut operands) = (false, Vec::new());
        if let Some(query) = call.fields.object("query")? {
            any = match query.get("operator").and_then(Value::as_str) {
                Some("AND") => false,
                Some("OR") if call.settings.search.or_works => true,
                _ => return Err(ErrorCase::InvalidSearch.into()),
            };
            operands = read_operands(query)?;
        }
        Ok(Self {
            any,
            operands,
            limit: limit.ok_or(ErrorCase::InvalidSearch)?,
            offset,
        })
    }

    /// Combines the filters of the query into one.
    pub(crate) fn filter<'a, T: 'a>(
        &'a self,
        make: impl Fn(&'a Operand) -> Result<Filter<'a, T>, Refusal>,
    ) -> Result<Filter<'a, T>, Refusal> {
        let filters = self.operands.iter().map(make);
        let filters = filters.collect::<Result<Vec<_>, _>>()?;
        let any = self.any;
        Ok(Box::new(move |of| {
            if any && !filters.is_empty() {
                filters.iter().any(|filter| filter(of))
            } else {
                filters.iter().all(|filter| filter(of))
            }
        }))
    }

    /// Whether the query has the filter with this name.
    pub(crate) fn names(&self, filter: &str) -> bool {
        self.operands.iter().any(|operand| operand.name == filter)
    }

    /// Returns the requested page and `results_metadata`.
    pub(crate) fn page<T: Copy>(&self, found: &[T], settings: &SearchSettings) -> (Vec<T>, Value) {
        let rest = found.get(self.offset..).unwrap_or_default();
        let page = &rest[..self.limit.min(rest.len())];
        let next = (page.len() < rest.len()).then(|| write_cursor(self.offset + page.len()));
        let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let metadata = json!({
            "total": if settings.show_total { total } else { -1 },
            "next_cursor": next,
        });
        (page.to_vec(), metadata)
    }
}

impl Operand {
    /// Returns the value as a list of strings.
    pub(crate) fn texts(&self) -> Result<Vec<&str>, Refusal> {
        let list = self.value.as_array().ok_or(ErrorCase::InvalidSearch)?;
        let texts = list.iter().map(Value::as_str).collect::<Option<_>>();
        Ok(texts.ok_or(ErrorCase::InvalidSearch)?)
    }

    /// Returns the value as a list of strings, in lower case.
    pub(crate) fn lower_case_texts(&self) -> Result<Vec<String>, Refusal> {
        let texts = self.texts()?.into_iter();
        Ok(texts.map(str::to_lowercase).collect())
    }

    /// Returns the value as the part of a string to search for, in lower case.
    pub(crate) fn fuzzy(&self) -> Result<String, Refusal> {
        let text = self.value.as_str();
        let text = text.filter(|text| text.chars().count() >= MIN_FUZZY);
        Ok(text.ok_or(ErrorCase::InvalidSearch)?.to_lowercase())
    }

    /// Returns the value as a boolean.
    pub(crate) fn flag(&self) -> Result<bool, Refusal> {
        Ok(self.value.as_bool().ok_or(ErrorCase::InvalidSearch)?)
    }

    /// Returns the value as a string.
    pub(crate) fn text(&self) -> Result<&str, Refusal> {
        Ok(self.value.as_str().ok_or(ErrorCase::InvalidSearch)?)
    }
}

fn read_operands(query: &Map<String, Value>) -> Result<Vec<Operand>, Refusal> {
    let operands = match query.get("operands") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(operands) => operands.as_array().ok_or(ErrorCase::InvalidSearch)?,
    };
    let operand = |operand: &Value| {
        Some(Operand {
            name: operand.get("filter_name")?.as_str()?.to_owned(),
            value: operand.get("filter_value")?.clone(),
        })
    };
    let operands = operands.iter().map(operand).collect::<Option<_>>();
    Ok(operands.ok_or(ErrorCase::InvalidSearch)?)
}

fn write_cursor(offset: usize) -> String {
    URL_SAFE_NO_PAD.encode(offset.to_string())
}

fn read_cursor(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.parse().ok()
}
