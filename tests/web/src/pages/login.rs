//! The pages of the login.

use maud::html;

use super::{Page, View, code_field};
use crate::messages::Message;

pub(crate) fn sign_in(view: &View, email: &str, message: Option<Message>) -> Page {
    let message = message.as_ref();
    let is_error = message.is_some_and(|message| message.is_error);
    let describe = is_error.then_some("message");
    let fields = html! {
        label for="email" { "E-mail address" }
        input id="email" name="email" type="email" required autocomplete="username"
            value=(email) autofocus[email.is_empty()] aria-describedby=[describe];
        label for="password" { "Password" }
        input id="password" name="password" type="password" required
            autocomplete="current-password" autofocus[!email.is_empty()] aria-describedby=[describe];
        button type="submit" { "Sign in" }
    };
    view.page("Sign in", message, &view.form("/sign-in", &fields))
}

pub(crate) fn code(view: &View, message: Option<Message>) -> Page {
    let message = message.as_ref();
    let hint = "Six digits, from the entry of your app for this site. It changes every 30 seconds.";
    let fields = html! {
        (code_field("code", hint, true, message))
        button type="submit" { "Continue" }
    };
    view.page(
        "Enter the code of your authenticator app",
        message,
        &html! {
            (view.form("/code", &fields))
            h2 { "No code?" }
            ul.links {
                li { a href="/recover" { "Your phone is lost: use a recovery code" } }
                li { a href="/enrol" { "You never finished the set-up: begin it again" } }
                li { a href="/sign-in" { "Sign in as somebody else" } }
            }
        },
    )
}

pub(crate) fn recover(view: &View, message: Option<Message>) -> Page {
    let message = message.as_ref();
    let hint = "One of the codes that you were shown when you set up your app, such as \
                abcd-1234-efgh. Each one works once.";
    let fields = html! {
        (code_field("recovery_code", hint, true, message))
        button type="submit" { "Continue" }
    };
    view.page(
        "Use a recovery code",
        message,
        &html! {
            (view.form("/recover", &fields))
            h2 { "No recovery code?" }
            ul.links {
                li { a href="/code" { "Use the code of your app" } }
                li { "Ask your administrator to remove your app. You can then set up a new one." }
            }
        },
    )
}
