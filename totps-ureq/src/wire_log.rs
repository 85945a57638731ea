//! Refuses calls whose bytes ureq would log.

use log::{Level, log_enabled};
use totps_core::TransportError;

/// Where ureq logs, at the level *trace*, the head of each request and the whole response,
/// credentials and tokens included.
const TARGETS: [&str; 2] = ["ureq_proto", "ureq_proto::util"];

/// Fails if a logger takes what goes over the wire.
pub(crate) fn check() -> Result<(), TransportError> {
    for target in TARGETS {
        if log_enabled!(target: target, Level::Trace) {
            return Err(TransportError::refused(format!(
                "the logger takes the target `{target}` at the level trace, to which ureq logs \
                 credentials and tokens; set `ureq_proto=debug`, or permit it by `allow_wire_log`"
            )));
        }
    }
    Ok(())
}
