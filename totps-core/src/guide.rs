//! The guide: how to use this crate in a service, one topic per page.
//!
//! | Page | Read it to |
//! |---|---|
//! | [`login`] | build a login with a second factor, from the password to the session and the lost phone |
//! | [`errors`] | decide what the user sees, and what your service does after an error |
//! | [`transports`] | send the requests over your own HTTP stack, and measure the calls |
//! | [`migration`] | import the existing TOTP secrets of your Members |
//! | [`testing`] | test your code without a network and without an account |
//!
//! With the feature `session-jwt` there is also a page `sessions`. Read it to check a session on
//! every request without a call to Stytch.
//!
//! The code on these pages is compiled and run with this crate's tests.

#[doc = include_str!("guide/login.md")]
pub mod login {}

#[doc = include_str!("guide/errors.md")]
pub mod errors {}

#[doc = include_str!("guide/transports.md")]
pub mod transports {}

#[doc = include_str!("guide/testing.md")]
pub mod testing {}

#[cfg(feature = "session-jwt")]
#[doc = include_str!("guide/sessions.md")]
pub mod sessions {}

#[doc = include_str!("guide/migration.md")]
pub mod migration {}
