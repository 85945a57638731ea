//! Checks whether the typed calls of totps read the successes completely.

use totps_ureq::{
    AuthenticateResponse, AuthenticateSessionResponse, Body, CreateResponse, DeleteTotpResponse,
    Error, GetMemberResponse, GetRecoveryCodesResponse, MigrateResponse, RecoverResponse, Response,
    RevokeSessionsResponse, RotateRecoveryCodesResponse, Undecoded,
};

use crate::wire::Exchange;

/// Returns what a typed call does not read of a success; `None` if it reads everything, or if there
/// is no typed call.
pub(super) fn unreadable(endpoint: &str, exchange: &Exchange) -> Option<String> {
    if !exchange.status.is_success() {
        return None;
    }
    let mut response = Response::new(Body::from(exchange.received.clone()));
    *response.status_mut() = exchange.status;
    *response.headers_mut() = exchange.headers.clone();
    macro_rules! typed {
        ($($name:literal: $typed:ty),* $(,)?) => {
            match endpoint {
                $($name => <$typed>::try_from(response).map(|it| names(it.undecoded())),)*
                _ => return None,
            }
        };
    }
    let undecoded: Result<Vec<&str>, Error> = typed! {
        "totp.create": CreateResponse,
        "totp.authenticate": AuthenticateResponse,
        "totp.migrate": MigrateResponse,
        "totp.delete": DeleteTotpResponse,
        "recovery_codes.get": GetRecoveryCodesResponse,
        "recovery_codes.rotate": RotateRecoveryCodesResponse,
        "recovery_codes.recover": RecoverResponse,
        "members.get": GetMemberResponse,
        "sessions.authenticate": AuthenticateSessionResponse,
        "sessions.revoke": RevokeSessionsResponse,
    };
    match undecoded {
        Ok(names) if names.is_empty() => None,
        Ok(names) => Some(format!("set aside: {}", names.join(", "))),
        // Errors of the client contain no secret.
        Err(error) => Some(error.to_string()),
    }
}

fn names(undecoded: &[Undecoded]) -> Vec<&'static str> {
    undecoded.iter().map(Undecoded::name).collect()
}
