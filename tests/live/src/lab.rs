//! The tools of an experiment: it sends calls, each with a label, and each call becomes a step of
//! the record.

pub(crate) mod codes;
pub(crate) mod guard;
pub(crate) mod people;
pub(crate) mod world;

use std::collections::BTreeMap;

use serde_json::Value;
use totps_ureq::{Operation, Request};

use crate::bench::Bench;
use crate::halt::Halt;
use crate::plain::Bent;
use crate::snapshot;
use crate::symbols::Symbols;
use crate::trace::{Record, Refused, Step};
use crate::wire::Exchange;

/// The result of an experiment.
pub(crate) type Outcome = Result<(), Halt>;

/// A running experiment.
pub(crate) struct Lab<'a> {
    pub(crate) bench: &'a mut Bench,
    pub(crate) symbols: Symbols,
    record: Record,
    /// The last observed fields of each Member.
    members: BTreeMap<String, BTreeMap<String, Value>>,
}

/// The response of a step.
#[derive(Clone, Debug)]
pub(crate) struct Reply(Exchange);

impl Reply {
    pub(crate) fn accepted(&self) -> bool {
        self.0.status.is_success()
    }

    pub(crate) fn status(&self) -> u16 {
        self.0.status.as_u16()
    }

    pub(crate) fn exchange(&self) -> &Exchange {
        &self.0
    }

    /// Returns a text of the body; empty if it has none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.text(name)
    }

    /// Returns the part of the body at a JSON pointer; `null` if it has none.
    pub(crate) fn at(&self, pointer: &str) -> Value {
        let body = Value::Object(self.0.body.clone());
        body.pointer(pointer).cloned().unwrap_or_default()
    }

    /// Returns the texts of a list in the body.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.0.body.get(name).and_then(Value::as_array);
        let texts = list.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name)?.to_str().ok()
    }

    /// Returns an error, which ends the experiment, if the call was refused.
    pub(crate) fn needed(self, what: &str) -> Result<Self, Halt> {
        if self.accepted() {
            return Ok(self);
        }
        let (status, kind) = (self.status(), self.text("error_type"));
        Err(Halt::experiment(format!(
            "{what} was refused: {status} {kind}"
        )))
    }
}

impl<'a> Lab<'a> {
    pub(crate) fn new(bench: &'a mut Bench, experiment: &str) -> Self {
        let record = Record {
            experiment: experiment.to_owned(),
            known: bench.known,
            ..Record::default()
        };
        Self {
            bench,
            symbols: Symbols::default(),
            record,
            members: BTreeMap::new(),
        }
    }

    /// Returns the record. `ended` is the reason if the experiment ended early.
    pub(crate) fn into_record(mut self, ended: Option<&Halt>) -> Record {
        self.record.ended = ended.map(|halt| self.symbols.redact(&halt.to_string()));
        self.record
    }

    /// Sends a call, and records it as a step.
    pub(crate) fn send<P: Operation>(&mut self, label: &str, params: &P) -> Result<Reply, Halt> {
        let request = self.bench.wire.project.request(params);
        let request = request.map_err(|error| Halt::experiment(error.to_string()))?;
        self.send_request(label, request)
    }

    /// Returns the request of an operation, to be modified.
    pub(crate) fn bend<P: Operation>(&self, params: &P) -> Result<Bent, Halt> {
        Bent::new(&self.bench.wire.project, params)
            .map_err(|error| Halt::experiment(error.to_string()))
    }

    /// Sends a modified request, and records it as a step.
    pub(crate) fn send_bent(&mut self, label: &str, bent: Bent) -> Result<Reply, Halt> {
        self.send_request(label, bent.into_request())
    }

    /// Sends a call that is not recorded: the first experiment that needs a shared object creates
    /// it.
    pub(crate) fn send_unrecorded<P: Operation>(&mut self, params: &P) -> Result<Reply, Halt> {
        let request = self.bench.wire.project.request(params);
        let request = request.map_err(|error| Halt::experiment(error.to_string()))?;
        self.bench.exchange(request).map(Reply)
    }

    fn send_request(&mut self, label: &str, request: Request) -> Result<Reply, Halt> {
        let subject = self.before(&request)?;
        let exchange = self.bench.exchange(request)?;
        self.record_step(label, &exchange);
        self.after(subject.as_deref(), &exchange);
        if exchange.is_rate_limited() {
            return Err(Halt::RateLimited);
        }
        Ok(Reply(exchange))
    }

    fn record_step(&mut self, label: &str, exchange: &Exchange) {
        let now = self.bench.wire.clock.now();
        let seen = if exchange.status.is_success() {
            snapshot::of(exchange, now, &mut self.symbols)
        } else {
            snapshot::of_refusal(exchange)
        };
        let refused = (!exchange.status.is_success()).then(|| Refused {
            status: exchange.status.as_u16(),
            error_type: exchange.text("error_type").to_owned(),
            error_message: self.symbols.redact(exchange.text("error_message")),
            error_url: exchange.text("error_url").to_owned(),
        });
        let changed = self.changes(&seen);
        self.record.steps.push(Step {
            label: self.unique(label),
            request: exchange.request_line(),
            endpoint: exchange.endpoint.map(|endpoint| endpoint.name().to_owned()),
            status: exchange.status.as_u16(),
            refused,
            seen,
            changed,
        });
    }

    /// Returns what changed on the Member of a response since it was seen last.
    fn changes(&mut self, seen: &BTreeMap<String, Value>) -> BTreeMap<String, (Value, Value)> {
        let Some(id) = seen.get("member.member_id").and_then(Value::as_str) else {
            return BTreeMap::new();
        };
        let now = seen.iter().filter(|(name, _)| name.starts_with("member."));
        let now: BTreeMap<String, Value> = now
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let before = self.members.insert(id.to_owned(), now.clone());
        let before = before.unwrap_or_else(|| now.clone());
        let changed = now.into_iter().filter_map(|(name, value)| {
            let old = before.get(&name).cloned().unwrap_or_default();
            (old != value).then_some((name, (old, value)))
        });
        changed.collect()
    }

    /// Returns the label, with a number if it was used before.
    fn unique(&self, label: &str) -> String {
        let steps = &self.record.steps;
        let used = |label: &str| steps.iter().any(|step| step.label == label);
        if !used(label) {
            return label.to_owned();
        }
        let mut numbers = 2..;
        let numbered = numbers.find_map(|number| {
            let label = format!("{label} ({number})");
            (!used(&label)).then_some(label)
        });
        numbered.unwrap_or_default()
    }

    /// Records a result of several calls, or a detail of a response.
    pub(crate) fn note(&mut self, name: &str, value: impl Into<Value>) {
        let value = self.redact(value.into());
        self.record.notes.insert(name.to_owned(), value);
    }

    fn redact(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.symbols.redact(&text).into(),
            Value::Array(list) => list.into_iter().map(|value| self.redact(value)).collect(),
            Value::Object(object) => {
                let fields = object.into_iter();
                let fields = fields.map(|(name, value)| (name, self.redact(value)));
                Value::Object(fields.collect())
            }
            other => other,
        }
    }
}
