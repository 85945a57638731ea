//! Code that the Rust clients share: reads the scenario, controls the emulator, and writes the
//! transcript.

use std::error::Error;
use std::fs;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use totp_rs::{Rfc6238, Secret, TOTP};

/// A result with any error.
pub type Fallible<T> = Result<T, Box<dyn Error>>;

/// The result of a call, as the transcript shows it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The response as JSON.
    Result(Value),
    /// An object with `status_code`, `request_id`, `error_type`, `error_message`, `error_url`.
    Error(Value),
    /// The local verification refused the JWT.
    Refused,
    /// The client does not have this call.
    Unsupported,
}

/// A call to make.
#[derive(Debug)]
#[non_exhaustive]
pub struct Call {
    /// The client that makes the call: `right secret` or `wrong secret`.
    pub client: String,
    /// The name of the call in the SDKs, such as `organizations.members.get`.
    pub name: String,
    /// The parameters, with their names in the API.
    pub params: Value,
    /// The `session_token` or `session_jwt` of the Member whose rights the call has (RBAC).
    pub authorization: Value,
}

/// The steps, and the results so far.
#[derive(Debug)]
pub struct Scenario {
    steps: Vec<Value>,
    saved: Map<String, Value>,
    transcript_file: String,
}

impl Scenario {
    /// Reads the scenario from the files at the end of the command line:
    /// `EMULATOR SCENARIO TRANSCRIPT`.
    pub fn from_arguments() -> Fallible<Self> {
        let mut arguments: Vec<String> = std::env::args().collect();
        let mut next = || {
            arguments
                .pop()
                .ok_or("expected EMULATOR SCENARIO TRANSCRIPT")
        };
        let transcript_file = next()?;
        let scenario: Value = serde_json::from_str(&fs::read_to_string(next()?)?)?;
        let emulator: Value = serde_json::from_str(&fs::read_to_string(next()?)?)?;
        let steps = scenario["steps"].as_array();
        Ok(Self {
            steps: steps.ok_or("the scenario has no steps")?.clone(),
            saved: Map::from_iter([("emulator".to_owned(), emulator)]),
            transcript_file,
        })
    }

    /// Returns the value that the emulator printed under this name.
    pub fn emulator(&self, name: &str) -> Fallible<String> {
        let value = self.saved["emulator"][name].as_str();
        Ok(value
            .ok_or_else(|| format!("the emulator did not print `{name}`"))?
            .to_owned())
    }

    /// Runs all steps, and writes the transcript.
    pub fn run(mut self, mut call: impl FnMut(Call) -> Fallible<Outcome>) -> Fallible<()> {
        let mut transcript = Map::new();
        for step in std::mem::take(&mut self.steps) {
            let name = step["step"].as_str().ok_or("a step has no name")?;
            let outcome = match self.take(&step, &mut call) {
                Ok(Outcome::Result(result)) => json!({ "result": result }),
                Ok(Outcome::Error(error)) => json!({ "error": error }),
                Ok(Outcome::Refused) => json!({ "refused": true }),
                Ok(Outcome::Unsupported) => json!({ "unsupported": true }),
                Err(error) => json!({ "unexpected": error.to_string() }),
            };
            self.saved
                .insert(name.to_owned(), outcome["result"].clone());
            transcript.insert(name.to_owned(), outcome);
        }
        fs::write(
            &self.transcript_file,
            format!("{:#}", Value::Object(transcript)),
        )?;
        Ok(())
    }

    fn take(
        &self,
        step: &Value,
        call: &mut impl FnMut(Call) -> Fallible<Outcome>,
    ) -> Fallible<Outcome> {
        if let Some(path) = step["control"].as_str() {
            return Ok(Outcome::Result(self.control(path, step.get("body"))?));
        }
        let client = step["client"].as_str().unwrap_or("right secret");
        let name = step["call"].as_str().ok_or("a step has no call")?;
        call(Call {
            client: client.to_owned(),
            name: name.to_owned(),
            params: self.resolve(&step["params"])?,
            authorization: self.resolve(&step["authorization"])?,
        })
    }

    /// Calls the emulator's control interface.
    fn control(&self, path: &str, body: Option<&Value>) -> Fallible<Value> {
        let url = format!("{}/__emulator/{path}", self.emulator("base_url")?);
        let response = match body {
            Some(body) => ureq::post(url).send(body.to_string()),
            None => ureq::get(url).call(),
        };
        Ok(serde_json::from_str(
            &response?.body_mut().read_to_string()?,
        )?)
    }

    /// Replaces `$step.path.to.value` with the result of that step, and `code of …` with the code of
    /// a secret.
    fn resolve(&self, value: &Value) -> Fallible<Value> {
        match value {
            Value::Array(entries) => entries.iter().map(|entry| self.resolve(entry)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, member)| Ok((name.clone(), self.resolve(member)?)))
                .collect(),
            Value::String(text) => match text.strip_prefix("code of ") {
                Some(secret) => Ok(self.code(&self.lookup(secret)?)?.into()),
                None => self.lookup(text),
            },
            _ => Ok(value.clone()),
        }
    }

    fn lookup(&self, text: &str) -> Fallible<Value> {
        let Some(path) = text.strip_prefix('$') else {
            return Ok(text.into());
        };
        let (step, path) = path.split_once('.').unwrap_or((path, ""));
        let pointer = format!("/{}", path.replace('.', "/"));
        let saved = self.saved.get(step).and_then(|got| got.pointer(&pointer));
        Ok(saved
            .ok_or_else(|| format!("no earlier step has the value {text}"))?
            .clone())
    }

    /// Returns the RFC 6238 code of a secret, by the emulator's clock.
    fn code(&self, secret: &Value) -> Fallible<String> {
        let secret = secret.as_str().ok_or("the secret is not a text")?;
        let key = Secret::Encoded(secret.to_owned())
            .to_bytes()
            .map_err(|error| format!("{error:?}"))?;
        let now = self.control("clock", None)?;
        let now: Timestamp = now["now"].as_str().unwrap_or_default().parse()?;
        let seconds = now.as_second().try_into()?;
        // Unlike `TOTP::new`, this function has the same arguments with all features of the crate.
        Ok(TOTP::from_rfc6238(Rfc6238::with_defaults(key)?)?.generate(seconds))
    }
}
