//! A Member's recovery codes: read them, replace them, log in with one.

pub(crate) mod get;
pub(crate) mod recover;
pub(crate) mod rotate;
