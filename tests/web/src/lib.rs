//! A small web service that signs people in with a password and a TOTP by Stytch, on axum.
//!
//! You can try it and copy from it: see its README. `stytch.rs` has all calls to Stytch.

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
use axum::middleware::from_fn_with_state;

pub use app::App;

/// The maximum size of a form, in bytes.
const LARGEST_FORM: usize = 16 * 1024;

/// Creates the router of the service.
pub fn router(app: App) -> Router {
    handlers::pages()
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(app.clone(), visitor::recognize))
        .merge(handlers::assets())
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .with_state(app)
}
