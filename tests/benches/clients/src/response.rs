//! The response of the servers: 6.5 kB, as for a session with two factors.

use std::iter::repeat_n;

use serde_json::{Value, json};

const FULL: &str = include_str!("../../../fixtures/authenticate/full.json");

/// Typical length of a session JWT, in bytes.
const JWT_LENGTH: usize = 850;

/// Returns the whole message, head and body. With `close` it has the header `connection: close`.
pub fn message(close: bool) -> Vec<u8> {
    let body = body();
    let connection = if close { "connection: close\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 200 OK\r\n\
         date: Tue, 24 Nov 2026 12:00:00 GMT\r\n\
         content-type: application/json\r\n\
         content-length: {}\r\n\
         strict-transport-security: max-age=31536000; includeSubDomains\r\n\
         x-request-id: request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141\r\n\
         cache-control: no-store\r\n\
         vary: origin\r\n\
         {connection}\
         server: cloudflare\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// Returns the full fixture with a JWT of a realistic length, without a device and a SCIM
/// registration, and with the factors of a login by magic link and TOTP.
fn body() -> String {
    let mut response: Value = serde_json::from_str(FULL).unwrap_or_default();
    response["session_jwt"] = repeat_n('j', JWT_LENGTH).collect::<String>().into();
    response["member_device"] = Value::Null;
    response["member"]["scim_registration"] = Value::Null;
    let factors = &mut response["member_session"]["authentication_factors"];
    let of_type = |kind| {
        let mut all = factors.as_array().into_iter().flatten();
        all.find(|factor| factor["type"] == kind).cloned()
    };
    let two = json!([of_type("magic_link"), of_type("totp")]);
    *factors = two;
    response.to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_body_is_as_long_as_a_real_response() {
        let length = super::body().len();
        assert!((6400..6600).contains(&length), "it has {length} bytes");
    }
}
