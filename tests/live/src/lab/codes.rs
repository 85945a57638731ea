//! TOTP codes of the Members of a run.

use std::time::{Duration, SystemTime};

use totp_rs::{Secret, TOTP};
use totps_emulator::Algorithm;

use super::Lab;
use super::people::Person;
use crate::clock::seconds_of;
use crate::halt::Halt;

const STEP: u64 = 30;
/// The seconds of a step in which a code of another step can be sent: a call must not arrive in the
/// next one.
const CALM: std::ops::RangeInclusive<u64> = 3..=24;

/// How late a call may be that has to come at a certain time.
const LATE: Duration = Duration::from_secs(10);

/// The base32 text of some bytes.
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

    /// The server's time.
    pub(crate) fn now(&self) -> SystemTime {
        self.bench.wire.clock.now()
    }

    /// Waits until so many minutes after a moment; only slow experiments do that. Ends the
    /// experiment if that is over already: a machine that was asleep would tell a wrong lifetime.
    pub(crate) fn wait_until(&self, since: SystemTime, minutes: f64) -> Result<(), Halt> {
        let wire = &self.bench.wire;
        let wanted = since + Duration::from_secs_f64(minutes * 60.0);
        if let Ok(left) = wanted.duration_since(self.now()) {
            wire.clock.sleep(left, &wire.stop);
            wire.stop.check()?;
        }
        match self.now().duration_since(wanted) {
            Ok(late) if late > LATE => Err(Halt::experiment("it was not on time")),
            _ => Ok(()),
        }
    }

    /// Waits for the next step.
    pub(crate) fn wait_for_a_step(&self) -> Result<(), Halt> {
        let rest = STEP - self.seconds() % STEP;
        self.wait(rest + CALM.start())
    }

    /// Waits until no code is about to become another one.
    pub(crate) fn wait_for_calm(&self) -> Result<(), Halt> {
        let second = self.seconds() % STEP;
        if CALM.contains(&second) {
            return Ok(());
        }
        self.wait((STEP + CALM.start() - second) % STEP)
    }

    /// The secret of a Member's TOTP, from now on.
    pub(crate) fn learn_secret(&mut self, person: &Person, secret: &str) {
        if let Some(knowledge) = self.bench.people.of(&person.id) {
            knowledge.secret = secret.to_owned();
            knowledge.used = None;
        }
    }

    /// The code of so many steps from now, by the algorithm that is known.
    pub(crate) fn code(&mut self, person: &Person, offset: i64) -> Result<String, Halt> {
        let algorithm = self.bench.known.algorithm;
        self.code_by(person, algorithm, offset)
    }

    /// The code of so many steps from now.
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

    /// The oldest code that is accepted and newer than all that were used; waits if there is none.
    pub(crate) fn fresh_code(&mut self, person: &Person) -> Result<String, Halt> {
        self.wait_for_calm()?;
        let window = i64::from(self.bench.known.window.min(1));
        let used = self.bench.people.of(&person.id).and_then(|it| it.used);
        let now = self.seconds() / STEP;
        // The present one first, because the window is what is known least.
        for offset in [0, 1].into_iter().filter(|offset| *offset <= window) {
            if used.is_none_or(|used| used < now.saturating_add_signed(offset)) {
                return self.code(person, offset);
            }
        }
        self.wait_for_a_step()?;
        self.fresh_code(person)
    }

    /// A code was accepted.
    pub(crate) fn used(&mut self, person: &Person, code: &str) {
        if let Some(knowledge) = self.bench.people.of(&person.id) {
            let step = knowledge.codes.get(code).copied();
            knowledge.used = knowledge.used.max(step);
        }
    }

    /// A code that is wrong in all steps around now, by all algorithms.
    pub(crate) fn wrong_code(&mut self, person: &Person) -> String {
        let now = self.seconds() / STEP;
        let knowledge = self.bench.people.of(&person.id);
        let secret = knowledge.map(|it| it.secret.clone()).unwrap_or_default();
        let right: Vec<String> = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]
            .into_iter()
            .flat_map(|algorithm| {
                let secret = secret.clone();
                (now.saturating_sub(3)..=now + 3).map(move |step| code(&secret, algorithm, step))
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
