//! What the service remembers of a browser between two pages: a login that lacks its second factor, a TOTP
//! that waits for its first code, recovery codes that were not shown yet.
//!
//! It is kept in memory. Where several processes serve one site, keep it in a store that they share.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use totps_hyper::{IntermediateSessionToken, RecoveryCode, TotpSecret};

use crate::messages::Message;
use crate::stytch::Account;

/// Longer than an intermediate session token lives.
const KEPT: Duration = Duration::from_secs(30 * 60);

/// The most browsers at one time. Only a right password or a session makes an entry.
const MOST: usize = 100_000;

/// What is remembered of one browser.
#[derive(Clone, Default)]
pub(crate) struct Pending {
    /// The first factor is done.
    pub(crate) login: Option<Login>,
    /// A TOTP was made, and waits for its first code.
    pub(crate) set_up: Option<SetUp>,
    /// Recovery codes that this Member has to keep.
    pub(crate) recovery_codes: Option<(Account, Vec<RecoveryCode>)>,
    /// The page that asked for a fresh code.
    pub(crate) after_confirm: Option<&'static str>,
    /// What the next page says first.
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
    /// As base64; `None` if it is not a PNG. The secret can be typed in.
    pub(crate) qr_code: Option<String>,
    pub(crate) recovery_codes: Vec<RecoveryCode>,
}

/// What is remembered of all browsers, by the id in their cookie.
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

    /// Changes what is remembered. What is empty afterwards is forgotten.
    pub(crate) fn change<R>(
        &self,
        id: &str,
        now: SystemTime,
        change: impl FnOnce(&mut Pending) -> R,
    ) -> R {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.make_room(now);
        let live = entries.by_id.remove(id);
        let live = live.filter(|(at, _)| age(*at, now) < KEPT);
        let mut pending = live.map(|(_, pending)| pending).unwrap_or_default();
        let result = change(&mut pending);
        if !pending.is_empty() {
            entries.by_id.insert(id.to_owned(), (now, pending));
        }
        result
    }
}

impl Entries {
    /// Forgets what is too old, once a minute, and the oldest entry if there are too many.
    fn make_room(&mut self, now: SystemTime) {
        const PAUSE: Duration = Duration::from_secs(60);
        if self.swept.is_none_or(|swept| age(swept, now) >= PAUSE) {
            self.by_id.retain(|_, (at, _)| age(*at, now) < KEPT);
            self.swept = Some(now);
        }
        if self.by_id.len() >= MOST {
            let oldest = self.by_id.iter().min_by_key(|(_, (at, _))| *at);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                self.by_id.remove(&oldest);
            }
        }
    }
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.login.is_none()
            && self.set_up.is_none()
            && self.recovery_codes.is_none()
            && self.after_confirm.is_none()
            && self.notice.is_none()
    }
}

/// 0 for a clock that was set back.
fn age(at: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(at).unwrap_or_default()
}
