//! The service, by requests in this process and in a browser.

mod browser;
mod http;
mod service;
