//! The state of a browser between two pages: a login that waits for its second factor, a TOTP that
//! waits for its first code, and recovery codes that the user has not confirmed to have saved.
//!
//! It is in memory. If several processes serve one site, keep it in a store that they share.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use totps_hyper::{IntermediateSessionToken, RecoveryCode, TotpSecret};

use crate::messages::Message;
use crate::stytch::Account;

/// How long an entry is kept after its last change: longer than an intermediate session token
/// lives.
const KEPT: Duration = Duration::from_secs(30 * 60);

/// The maximum number of entries. A browser gets the first one after a right password, so that
/// nobody else can replace the entries of others.
const MOST: usize = 100_000;

/// The state of one browser.
#[derive(Clone, Default)]
pub(crate) struct Pending {
    /// The login that waits for its second factor.
    pub(crate) login: Option<Login>,
    /// The TOTP that waits for its first code.
    pub(crate) set_up: Option<SetUp>,
    /// The recovery codes that this Member has not confirmed to have saved.
    pub(crate) recovery_codes: Option<(Account, Vec<RecoveryCode>)>,
    /// The page to which to return after a fresh code.
    pub(crate) after_confirm: Option<&'static str>,
    /// The message of the next page.
    pub(crate) notice: Option<Message>,
}

#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) account: Account,
    pub(crate) token: IntermediateSessionToken,
}

#[derive(Clone)]
pub(crate) struct SetUp {
    pub(crate) account: Account,
    pub(crate) secret: TotpSecret,
    /// The PNG in base64; `None` if it is not a PNG. Then the user types in the secret.
    pub(crate) qr_code: Option<String>,
    pub(crate) recovery_codes: Vec<RecoveryCode>,
}

/// The state of all browsers, by the id in their cookie.
#[derive(Default)]
pub(crate) struct Browsers(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    by_id: HashMap<String, (SystemTime, Pending)>,
    swept: Option<SystemTime>,
}

impl Browsers {
    pub(crate) fn get(&self, id: &str, now: SystemTime) -> Pending {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let live = entries.by_id.get(id).filter(|(at, _)| age(*at, now) < KEPT);
        live.map(|(_, pending)| pending.clone()).unwrap_or_default()
    }

    /// Changes the state of a browser. Removes the entry if it is empty afterwards.
    pub(crate) fn change<R>(
        &self,
        id: &str,
        now: SystemTime,
        change: impl FnOnce(&mut Pending) -> R,
    ) -> R {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.sweep(now);
        let live = entries.by_id.remove(id);
        let live = live.filter(|(at, _)| age(*at, now) < KEPT);
        let mut pending = live.map(|(_, pending)| pending).unwrap_or_default();
        let result = change(&mut pending);
        if !pending.is_empty() {
            entries.make_room();
            entries.by_id.insert(id.to_owned(), (now, pending));
        }
        result
    }
}

impl Entries {
    /// Removes expired entries, at most once a minute.
    fn sweep(&mut self, now: SystemTime) {
        const PAUSE: Duration = Duration::from_secs(60);
        if self.swept.is_none_or(|swept| age(swept, now) >= PAUSE) {
            self.by_id.retain(|_, (at, _)| age(*at, now) < KEPT);
            self.swept = Some(now);
        }
    }

    /// Removes the oldest entry if there are too many.
    fn make_room(&mut self) {
        if self.by_id.len() >= MOST {
            let oldest = self.by_id.iter().min_by_key(|(_, (at, _))| *at);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                self.by_id.remove(&oldest);
            }
        }
    }
}

impl Pending {
    pub(crate) fn is_empty(&self) -> bool {
        self.login.is_none()
            && self.set_up.is_none()
            && self.recovery_codes.is_none()
            && self.after_confirm.is_none()
            && self.notice.is_none()
    }
}

/// Returns the age of an entry; 0 if the clock was set back.
fn age(at: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_new_entry_replaces_the_oldest() {
        let browsers = Browsers::default();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let enter = |pending: &mut Pending| pending.after_confirm = Some("/account");
        browsers.change("oldest", at(0), enter);
        for id in 1..MOST {
            browsers.change(&id.to_string(), at(1), enter);
        }
        browsers.change("a browser without an entry", at(2), |_| ());
        browsers.change("1", at(2), enter);
        let is_kept = |id| !browsers.get(id, at(2)).is_empty();
        assert!(is_kept("oldest"), "expected that nothing was removed");
        browsers.change("new", at(2), enter);
        assert!(!is_kept("oldest"), "expected that the oldest was removed");
        assert!(is_kept("1") && is_kept("2") && is_kept("new"));
    }
}
