//! Refuses calls whose wire data ureq would log.

use log::{Level, log_enabled};
use totps_core::TransportError;

/// The targets to which ureq logs, at the level *trace*, the head of each request and the whole
/// response, including credentials and tokens.
const TARGETS: [&str; 2] = ["ureq_proto", "ureq_proto::util"];

/// Fails if a logger accepts ureq's wire log.
pub(crate) fn check() -> Result<(), TransportError> {
    for target in TARGETS {
        if log_enabled!(target: target, Level::Trace) {
            return Err(TransportError::refused(format!(
                "the logger accepts the target `{target}` at the level trace, to which ureq logs \
                 credentials and tokens; set `ureq_proto=debug`, or allow it with `allow_wire_log`"
            )));
        }
    }
    Ok(())
}
