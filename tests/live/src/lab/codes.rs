//! TOTP codes of the Members of a run.

use std::time::{Duration, SystemTime};

use totp_rs::{Secret, TOTP};
use totps_emulator::Algorithm;

use super::Lab;
use super::people::Person;
use crate::clock::seconds_of;
use crate::halt::Halt;

const STEP: u64 = 30;
/// The seconds of a time step in which codes are sent, so that a call does not arrive in the next
/// step.
const CALM: std::ops::RangeInclusive<u64> = 3..=24;

/// The widest window that T12 can find, in time steps.
const WIDEST: u64 = 10;

/// How late a call may be that must be sent at a certain time.
const LATE: Duration = Duration::from_secs(10);

/// Encodes bytes in base32.
pub(crate) fn base32(bytes: &[u8]) -> String {
    Secret::Raw(bytes.to_vec()).to_encoded().to_string()
}

fn code(secret: &str, algorithm: Algorithm, step: u64) -> String {
    let algorithm = match algorithm {
        Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
        Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
        _ => totp_rs::Algorithm::SHA1,
    };
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes();
    TOTP::new_unchecked(algorithm, 6, 0, STEP, bytes.unwrap_or_default()).generate(step * STEP)
}

impl Lab<'_> {
    fn seconds(&self) -> u64 {
        u64::try_from(seconds_of(self.bench.wire.clock.now())).unwrap_or(0)
    }

    fn wait(&self, seconds: u64) -> Result<(), Halt> {
        let wire = &self.bench.wire;
        wire.clock.sleep(Duration::from_secs(seconds), &wire.stop);
        wire.stop.check()
    }

    /// Returns the server's time.
    pub(crate) fn now(&self) -> SystemTime {
        self.bench.wire.clock.now()
    }

    /// Waits until `minutes` after `since`; only slow experiments do that. Returns an error, which
    /// ends the experiment, if it is too late: after a sleep of the machine, lifetimes would be
    /// wrong.
    pub(crate) fn wait_until(&self, since: SystemTime, minutes: f64) -> Result<(), Halt> {
        let wire = &self.bench.wire;
        let wanted = since + Duration::from_secs_f64(minutes * 60.0);
        if let Ok(left) = wanted.duration_since(self.now()) {
            wire.clock.sleep(left, &wire.stop);
            wire.stop.check()?;
        }
        match self.now().duration_since(wanted) {
            Ok(late) if late > LATE => Err(Halt::experiment("a call could not be sent in time")),
            _ => Ok(()),
        }
    }

    /// Waits for the next time step.
    pub(crate) fn wait_for_a_step(&self) -> Result<(), Halt> {
        let rest = STEP - self.seconds() % STEP;
        self.wait(rest + CALM.start())
    }

    /// Waits, if the time step is about to change, until shortly after that.
    pub(crate) fn wait_for_calm(&self) -> Result<(), Halt> {
        let second = self.seconds() % STEP;
        if CALM.contains(&second) {
            return Ok(());
        }
        self.wait((STEP + CALM.start() - second) % STEP)
    }

    /// Stores the new secret of a Member's TOTP.
    pub(crate) fn learn_secret(&mut self, person: &Person, secret: &str) {
        if let Some(knowledge) = self.bench.people.of(&person.id) {
            knowledge.secret = secret.to_owned();
            knowledge.used = None;
        }
    }

    /// Returns the code `offset` time steps from now, by the known algorithm.
    pub(crate) fn code(&mut self, person: &Person, offset: i64) -> Result<String, Halt> {
        let algorithm = self.bench.known.algorithm;
        self.code_by(person, algorithm, offset)
    }

    /// Returns the code `offset` time steps from now.
    pub(crate) fn code_by(
        &mut self,
        person: &Person,
        algorithm: Algorithm,
        offset: i64,
    ) -> Result<String, Halt> {
        self.wait_for_calm()?;
        let step = (self.seconds() / STEP).saturating_add_signed(offset);
        let knowledge = self.bench.people.of(&person.id);
        let knowledge = knowledge.ok_or_else(|| Halt::experiment("an unknown Member"))?;
        let code = code(&knowledge.secret, algorithm, step);
        knowledge.codes.insert(code.clone(), step);
        self.symbols.name("totp-code", &code);
        Ok(code)
    }

    /// Returns a code that is accepted and newer than all used codes. Waits if there is none.
    pub(crate) fn fresh_code(&mut self, person: &Person) -> Result<String, Halt> {
        self.wait_for_calm()?;
        let window = i64::from(self.bench.known.window.min(1));
        let used = self.bench.people.of(&person.id).and_then(|it| it.used);
        let now = self.seconds() / STEP;
        // The current step first, because the window is the least certain.
        for offset in [0, 1].into_iter().filter(|offset| *offset <= window) {
            if used.is_none_or(|used| used < now.saturating_add_signed(offset)) {
                return self.code(person, offset);
            }
        }
        self.wait_for_a_step()?;
        self.fresh_code(person)
    }

    /// Records that a code was accepted.
    pub(crate) fn used(&mut self, person: &Person, code: &str) {
        if let Some(knowledge) = self.bench.people.of(&person.id) {
            let step = knowledge.codes.get(code).copied();
            knowledge.used = knowledge.used.max(step);
        }
    }

    /// Returns a code that is wrong by all algorithms, in the widest window that is tried.
    pub(crate) fn wrong_code(&mut self, person: &Person) -> String {
        let now = self.seconds() / STEP;
        let knowledge = self.bench.people.of(&person.id);
        let secret = knowledge.map(|it| it.secret.clone()).unwrap_or_default();
        let right: Vec<String> = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]
            .into_iter()
            .flat_map(|algorithm| {
                let secret = secret.clone();
                (now.saturating_sub(WIDEST)..=now + WIDEST)
                    .map(move |step| code(&secret, algorithm, step))
            })
            .collect();
        let mut numbers = (111_111..=999_999).step_by(1_111);
        let wrong = numbers.find_map(|number: u32| {
            let code = number.to_string();
            (!right.contains(&code)).then_some(code)
        });
        wrong.unwrap_or_default()
    }
}
