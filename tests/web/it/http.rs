//! The service by requests in this process: headers, cookies, forms of others, what is in a URL.

mod browser;
mod cookies;
mod errors;
mod forms;
mod headers;
mod sessions;
