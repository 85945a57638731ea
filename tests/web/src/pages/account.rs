//! The pages of a user who is signed in.

use maud::{Markup, html};
use totps_core::Timestamp;
use totps_hyper::{AuthenticationFactorType, Member, MemberSession, VerifiedSession};

use super::{Page, View, code_field};
use crate::messages::Message;
use crate::stytch::NOTICED_AFTER;

/// An action that needs a fresh code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    RecoveryCodes,
    ReplaceApp,
    RemoveApp,
}

impl Action {
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::RecoveryCodes => "/account/recovery-codes",
            Self::ReplaceApp => "/account/replace-app",
            Self::RemoveApp => "/account/remove-app",
        }
    }

    /// Returns the text of the heading and the button, and the consequences.
    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::RecoveryCodes => (
                "Get new recovery codes",
                "Your current codes stop working, and you get ten new ones.",
            ),
            Self::ReplaceApp => (
                "Set up a new app",
                "Your current app stops working for this site, and you scan a new QR code. If your \
                 phone was stolen, sign out everywhere when you are done.",
            ),
            Self::RemoveApp => (
                "Remove the app",
                "The app and your recovery codes stop working for this site. If your organization \
                 requires an app, you must set up a new one the next time you sign in.",
            ),
        }
    }
}

pub(crate) fn home(view: &View, session: &VerifiedSession, message: Option<Message>) -> Page {
    view.page("Welcome", message.as_ref(), &html! {
        p { "You are signed in. This is where your own service begins." }
        dl {
            dt { "Signed in" } dd { (time(session.started_at.as_ref())) }
            dt { "With" } dd { (factors(&session.authentication_factors.iter().filter_map(|factor| factor.r#type.as_ref()).collect::<Vec<_>>())) }
        }
        p { a.button href="/account" { "Your account" } }
    })
}

/// Returns the account page. `sessions` is `None` if they could not be read.
pub(crate) fn account(
    view: &View,
    member: &Member,
    sessions: Option<&[MemberSession]>,
    current: &VerifiedSession,
    message: Option<Message>,
) -> Page {
    let link = |action: Action| html! { li { a href=(action.path()) { (action.texts().0) } } };
    view.page("Your account", message.as_ref(), &html! {
        p { "You are signed in as " strong { (member.email_address) } "." }
        h2 { "Authenticator app" }
        @if member.has_totp() {
            p { "An app is set up. You are asked for its code when you sign in." }
            ul.links {
                (link(Action::RecoveryCodes)) (link(Action::ReplaceApp)) (link(Action::RemoveApp))
            }
        } @else {
            p { "No app is set up: your password alone protects your account." }
            p { a.button href="/enrol" { "Set up an app" } }
        }
        h2 { "Where you are signed in" }
        @match sessions {
            Some(sessions) => ul.sessions { @for session in sessions { (one_session(view, session, current)) } },
            None => p { "The list cannot be shown now." }
        }
        p {
            "To end all sessions, including this one, sign out everywhere. Other browsers are signed \
             out within " (NOTICED_AFTER.as_secs()) " seconds."
        }
        (view.form("/account/sign-out-everywhere", &html! {
            button.danger type="submit" { "Sign out everywhere" }
        }))
    })
}

fn one_session(view: &View, session: &MemberSession, current: &VerifiedSession) -> Markup {
    let types: Vec<_> = session
        .authentication_factors
        .iter()
        .filter_map(|factor| factor.r#type.as_ref())
        .collect();
    let since = time(session.started_at.as_ref());
    let id = session.member_session_id.as_ref();
    html! {
        li {
            div {
                p { "Since " (since) @if id == Some(&current.member_session_id) { strong { " (this one)" } } }
                p.hint { "With " (factors(&types)) ", last used at " (time(session.last_accessed_at.as_ref())) }
            }
            @if let Some(id) = id.filter(|id| **id != current.member_session_id) {
                (view.form("/account/end-session", &html! {
                    input type="hidden" name="session" value=(id);
                    button.secondary type="submit" aria-label={ "End the session since " (text(session.started_at.as_ref())) } { "End" }
                }))
            }
        }
    }
}

/// Returns the page that asks for a confirmation of an action that cannot be undone.
pub(crate) fn sure(view: &View, action: Action, message: Option<Message>) -> Page {
    let (heading, text) = action.texts();
    let class = if action == Action::RemoveApp {
        "danger"
    } else {
        ""
    };
    view.page(
        heading,
        message.as_ref(),
        &html! {
            p { (text) }
            (view.form(action.path(), &html! { button class=(class) type="submit" { (heading) } }))
            p { a href="/account" { "Leave it as it is" } }
        },
    )
}

/// Returns the page that asks a user who is signed in for a code.
pub(crate) fn confirm(view: &View, message: Option<Message>) -> Page {
    let message = message.as_ref();
    let hint = "Six digits. If you have just used one to sign in, wait for the next one.";
    let fields = html! {
        (code_field("code", hint, true, message))
        button type="submit" { "Continue" }
    };
    view.page(
        "Confirm that it is you",
        message,
        &html! {
            p { "This needs a code from your authenticator app that you entered in the last ten minutes." }
            (view.form("/confirm", &fields))
            h2 { "No code?" }
            p { "If your phone is lost, sign out and sign in again with a recovery code." }
            p { a href="/account" { "Back to your account" } }
        },
    )
}

fn factors(types: &[&AuthenticationFactorType]) -> String {
    let names = types.iter().map(|of| match of {
        AuthenticationFactorType::Password => "password".to_owned(),
        AuthenticationFactorType::Totp => "authenticator app".to_owned(),
        AuthenticationFactorType::RecoveryCodes => "recovery code".to_owned(),
        other => other.as_str().replace('_', " "),
    });
    names.collect::<Vec<_>>().join(" and ")
}

fn time(at: Option<&Timestamp>) -> Markup {
    html! {
        @match at {
            Some(at) => time datetime=(at) { (text(Some(at))) },
            None => (text(None))
        }
    }
}

/// Formats a time. A text that is not a time is shown unchanged.
fn text(at: Option<&Timestamp>) -> String {
    let Some(at) = at else {
        return "an unknown time".to_owned();
    };
    jiff_1::Timestamp::try_from(at).map_or_else(
        |_| at.to_string(),
        |time| time.strftime("%-d %b %Y, %H:%M UTC").to_string(),
    )
}
