//! A small web service that signs people in with a password and a TOTP by Stytch, on axum.
//!
//! It is there to be tried, and to be copied from: see its README. `stytch.rs` has everything that it does
//! with Stytch.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod app;
mod handlers;
mod headers;
mod messages;
mod pages;
mod pending;
mod stytch;
mod visitor;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

pub use app::App;

/// The largest form, in bytes.
const LARGEST_FORM: usize = 16 * 1024;

/// The whole service.
pub fn router(app: App) -> Router {
    handlers::pages()
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(app.clone(), visitor::recognize))
        .merge(handlers::assets())
        .layer(from_fn(headers::secure))
        .with_state(app)
}
