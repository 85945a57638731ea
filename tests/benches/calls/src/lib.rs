//! The clients that are measured, and what they all do alike.

pub mod answer;
mod asynchronous;
mod blocking;
mod client;
mod conn;
mod hand_written;
mod params;
mod window;

pub use client::{Client, NAMES, serve};

/// What ends a client: it is a bench, so that nobody reads more of it than its text.
pub type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
