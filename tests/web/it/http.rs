//! The service, by requests in this process: headers, cookies, forged forms, and secrets in URLs.

mod browser;
mod cookies;
mod errors;
mod forms;
mod headers;
mod sessions;
