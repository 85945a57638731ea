//! totps-ureq: what is its own. What every transport must do is in `conformance`.

mod exchange;
mod logs;
mod settings;
