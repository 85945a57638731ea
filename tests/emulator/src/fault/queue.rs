//! The queue of pending faults, and their effects on calls.

use std::collections::VecDeque;
use std::time::Duration;

use http::Response;
use serde_json::{Value, json};

use super::Fault;
use crate::api::error::Refusal;
use crate::config::ConfigError;

/// How a response is sent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Delivery {
    /// In full and immediately.
    #[default]
    Whole,
    /// In full, after a delay.
    Delayed(Duration),
    /// Only this number of bytes.
    CutAfter(usize),
    /// Not at all: the connection is reset.
    Reset,
    /// In pieces of `bytes` bytes, with a pause before each.
    Drip { bytes: usize, pause: Duration },
}

/// The effect of a fault on a call.
#[derive(Debug)]
pub(crate) enum Effect {
    /// This response replaces that of the API.
    Respond(Response<Vec<u8>>),
    /// The call is refused.
    Refuse(Refusal),
    /// The API responds, and its response is sent in this way.
    Deliver(Delivery),
}

/// The pending faults.
#[derive(Debug, Default)]
pub(crate) struct Faults(VecDeque<(u32, Fault)>);

impl Faults {
    /// Appends a fault for a number of calls to the queue.
    pub(crate) fn push(&mut self, times: u32, fault: Fault) -> Result<(), ConfigError> {
        fault.effect()?;
        if times > 0 {
            self.0.push_back((times, fault));
        }
        Ok(())
    }

    /// Takes the first fault for an endpoint and returns its effect on the current call.
    pub(crate) fn next(&mut self, endpoint: Option<&str>) -> Option<Effect> {
        let mut waiting = self.0.iter();
        let position = waiting.position(|(_, fault)| fault.concerns(endpoint))?;
        let (times, fault) = self.0.get_mut(position)?;
        // It was checked when it was added.
        let effect = fault.effect().ok();
        *times -= 1;
        if *times == 0 {
            self.0.remove(position);
        }
        effect
    }

    /// Returns the pending faults, each with its number of calls.
    pub(crate) fn waiting(&self) -> Vec<(u32, Fault)> {
        self.0.iter().cloned().collect()
    }

    /// Removes the pending faults.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the pending faults in the form in which the control interface accepts them.
    pub(crate) fn to_json(&self) -> Value {
        let waiting = self.0.iter().map(|(times, fault)| {
            let mut value = json!(fault.kind);
            value["times"] = json!(times);
            if let Some(endpoint) = &fault.endpoint {
                value["endpoint"] = json!(endpoint);
            }
            value
        });
        waiting.collect()
    }
}
