//! The faults that wait for calls, and what they do to one.

use std::collections::VecDeque;
use std::time::Duration;

use http::Response;
use serde_json::{Value, json};

use super::Fault;
use crate::api::error::Refusal;
use crate::config::ConfigError;

/// How a response goes out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Delivery {
    /// Whole and at once.
    #[default]
    Whole,
    /// After some time.
    Delayed(Duration),
    /// Until so many bytes are sent.
    CutAfter(usize),
    /// Not at all.
    Reset,
    /// In pieces of so many bytes, with a pause before each.
    Drip { bytes: usize, pause: Duration },
}

/// What a fault does to a call.
#[derive(Debug)]
pub(crate) enum Effect {
    /// This response takes the place of the API's.
    Respond(Response<Vec<u8>>),
    /// The call is refused.
    Refuse(Refusal),
    /// The API responds, and its response goes out like this.
    Deliver(Delivery),
}

/// The faults that wait for calls.
#[derive(Debug, Default)]
pub(crate) struct Faults(VecDeque<(u32, Fault)>);

impl Faults {
    /// Adds a fault for a number of calls, after those that wait already.
    pub(crate) fn push(&mut self, times: u32, fault: Fault) -> Result<(), ConfigError> {
        fault.effect()?;
        if times > 0 {
            self.0.push_back((times, fault));
        }
        Ok(())
    }

    /// What the first fault for an endpoint does to a call that comes in now.
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

    /// The faults that wait, each with its number of calls.
    pub(crate) fn waiting(&self) -> Vec<(u32, Fault)> {
        self.0.iter().cloned().collect()
    }

    /// Forgets the faults that wait.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The faults that wait, in the form that adds them.
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
