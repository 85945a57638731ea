//! Checks a response of the API. The input has a line with the status, the headers, an empty line
//! and the body. An input without such a head is a body with the status 200.
//!
//! These checks read the response a second time, in another way than the product: they compare with
//! the raw text of the fields.

mod call;
mod disguise;
mod object;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use totps_core::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use totps_core::{
    ApiError, AuthenticateResponse, AuthenticateSessionResponse, CreateResponse, DecodeError,
    DecodeErrorKind, DeleteTotpResponse, Delivery, Error, ErrorType, GetMemberResponse,
    GetRecoveryCodesResponse, Json, MigrateResponse, Reason, RecoverResponse,
    RevokeSessionsResponse, RotateRecoveryCodesResponse,
};

use call::{Call, Kind, Seen};
use disguise::disguised;
use object::{Object, strip_bom};

/// Checks that any response is read or gives an error with the whole body, and that no content is
/// lost or shown.
pub fn check(data: &[u8]) {
    let (status, headers, body) = split(data);
    for status in [status, StatusCode::BAD_REQUEST] {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers.clone();
        check_call::<CreateResponse>(&response);
        check_call::<AuthenticateResponse>(&response);
        check_call::<MigrateResponse>(&response);
        check_call::<DeleteTotpResponse>(&response);
        check_call::<GetMemberResponse>(&response);
        check_call::<GetRecoveryCodesResponse>(&response);
        check_call::<RotateRecoveryCodesResponse>(&response);
        check_call::<RecoverResponse>(&response);
        check_call::<AuthenticateSessionResponse>(&response);
        check_call::<RevokeSessionsResponse>(&response);
        check_json(&response);
    }
}

fn split(data: &[u8]) -> (StatusCode, HeaderMap, &[u8]) {
    let whole = (StatusCode::OK, HeaderMap::new(), data);
    let Some(end) = data.windows(2).position(|two| two == b"\n\n") else {
        return whole;
    };
    let mut lines = data[..end].split(|byte| *byte == b'\n');
    let Some(status) = lines
        .next()
        .and_then(|line| StatusCode::from_bytes(line).ok())
    else {
        return whole;
    };
    let mut headers = HeaderMap::new();
    for line in lines.take(64) {
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name), HeaderValue::from_bytes(value))
        {
            headers.append(name, value);
        }
    }
    (status, headers, &data[end + 2..])
}

/// Checks the response of a custom operation: any JSON, or an error with the whole body.
fn check_json(response: &Response<&[u8]>) {
    let (status, body) = (response.status(), *response.body());
    match Json::<Value>::try_from(response.clone()) {
        Ok(Json(read)) => {
            assert!(status.is_success(), "{status} is not a success");
            let expected = serde_json::from_slice(strip_bom(body)).ok();
            assert_eq!(expected, Some(read), "the JSON was changed");
        }
        Err(error) => {
            assert_eq!(matches!(error, Error::Decode(_)), status.is_success());
            let kept = error.into_body().map(Vec::from);
            assert!(kept.as_deref() == Some(body), "the body was changed");
        }
    }
}

fn check_call<C: Call>(response: &Response<&[u8]>) {
    let (status, body) = (response.status(), *response.body());
    let object = Object::read(body);
    match C::try_from(response.clone()) {
        Ok(read) => {
            assert!(status.is_success(), "{status} is not a success");
            check_seen::<C>(read.clone().into(), status, body, object.as_ref());
            read.exercise();
        }
        Err(error) => {
            assert_eq!(error.delivery(), Delivery::Answered, "a response came");
            assert_eq!(error.body(), Some(body), "wrong body");
            check_reason(&error, status);
            match &error {
                Error::Api(error) => check_api_error(error, response, object.as_ref()),
                Error::Decode(error) => check_decode_error::<C>(error, status, object.as_ref()),
                other => panic!("a response came, but the error is {other:?}"),
            }
            let kept = error.into_body().map(Vec::from);
            assert!(kept.as_deref() == Some(body), "the body was changed");
        }
    }
    if let Some(variants) = disguised(body) {
        let [one, other] = variants.map(|body| texts::<C>(&response.clone().map(|_| body)));
        assert_eq!(one, other, "the output depends on a secret");
    }
}

fn check_reason(error: &Error, status: StatusCode) {
    let reason = error.reason();
    let is_unclear = status.is_success() || status.is_server_error();
    assert!(
        !is_unclear || reason == Reason::Unclear,
        "{status}: {reason:?}"
    );
    if let Reason::InvalidRequest {
        field: Some(field), ..
    } = reason
    {
        assert!(!field.is_empty() && field.is_ascii(), "{field:?}");
    }
}

/// Returns all formatted output of a response or its error.
fn texts<C: Call>(response: &Response<Vec<u8>>) -> Vec<String> {
    match C::try_from(as_slice(response)) {
        Ok(read) => vec![format!("{read:?}"), format!("{read:#?}")],
        Err(error) => error_texts(&error),
    }
}

fn as_slice(response: &Response<Vec<u8>>) -> Response<&[u8]> {
    let mut slice = Response::new(&**response.body());
    *slice.status_mut() = response.status();
    *slice.headers_mut() = response.headers().clone();
    slice
}

fn error_texts(error: &Error) -> Vec<String> {
    let error: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(error), |error| error.source())
        .flat_map(|error| {
            [
                format!("{error}"),
                format!("{error:?}"),
                format!("{error:#?}"),
            ]
        })
        .collect()
}

/// Checks that all values that were read are in the response, and that all others were set aside.
fn check_seen<C: Call>(seen: Seen, status: StatusCode, body: &[u8], object: Option<&Object>) {
    assert_eq!(seen.status, status, "wrong status");
    assert!(is_like_json(body), "read from a body that is not JSON");
    let Some(object) = object else {
        return;
    };
    if let Some(field) = object.unreadable(C::ESSENTIAL) {
        panic!("read without `{field}`");
    }
    for (name, kind, read) in &seen.fields {
        let (last, earlier) = object.occurrences(name);
        for raw in earlier.iter().filter(|raw| **raw != "null") {
            assert!(!C::is_unique(name), "duplicate `{name}` was accepted");
            assert!(seen.has_set_aside(name, raw), "an earlier `{name}` is lost");
        }
        let Some(last) = last.filter(|raw| *raw != "null") else {
            assert_eq!(*read, kind.unset(), "`{name}` is missing in the response");
            continue;
        };
        match object.read_as(*kind, last) {
            Some(expected) => {
                assert_eq!(*read, expected, "`{name}` was changed");
                assert!(
                    !earlier.is_empty() || !seen.has_set_aside(name, last),
                    "`{name}` was read and also set aside"
                );
            }
            None if *kind == Kind::Part && !read.is_null() => {
                if let Ok(raw) = serde_json::from_str(last) {
                    assert!(is_part_of(read, &raw), "`{name}` was changed to {read}");
                }
            }
            None => {
                assert_eq!(*read, kind.unset(), "`{name}` is unreadable");
                assert!(seen.has_set_aside(name, last), "`{name}` is lost");
            }
        }
    }
    for part in &seen.undecoded {
        let (last, earlier) = object.occurrences(part.name());
        assert!(
            last.into_iter()
                .chain(earlier)
                .any(|raw| raw == part.json()),
            "`{}` was changed when it was set aside",
            part.name()
        );
    }
}

/// Returns whether a stored part has only values that are in the response.
fn is_part_of(stored: &Value, raw: &Value) -> bool {
    match (stored, raw) {
        (Value::Object(stored), Value::Object(raw)) => stored.iter().all(|(key, value)| {
            let is_unset = matches!(value, Value::Null) || *value == "" || *value == json!([]);
            // With duplicate keys in a factor, the product reads another one than this check.
            let is_ambiguous = key == "authentication_factors";
            let is_there = |raw| is_part_of(value, raw);
            is_unset || is_ambiguous || raw.get(key).is_some_and(is_there)
        }),
        // Some elements are left out.
        (Value::Array(stored), Value::Array(raw)) => {
            let mut raw = raw.iter();
            let mut stored = stored.iter();
            stored.all(|value| raw.any(|raw| is_part_of(value, raw)))
        }
        _ => stored == raw,
    }
}

/// Returns whether a body is JSON, apart from control characters, which are allowed in keys that
/// are not read.
fn is_like_json(body: &[u8]) -> bool {
    let text = strip_bom(body).iter();
    let text: Vec<u8> = text
        .map(|byte| if *byte < b' ' { b' ' } else { *byte })
        .collect();
    serde_json::from_slice::<IgnoredAny>(&text).is_ok()
}

fn check_decode_error<C: Call>(error: &DecodeError, status: StatusCode, object: Option<&Object>) {
    assert!(status.is_success(), "{status} is not a success");
    assert_eq!(error.status(), status, "wrong status");
    let is_empty = strip_bom(error.body()).trim_ascii().is_empty();
    assert_eq!(error.kind() == DecodeErrorKind::Empty, is_empty, "{error}");
    if let Some(field) = error.field() {
        let is_known = C::is_unique(field) || C::DERIVED == Some(field);
        assert!(is_known, "`{field}` must not fail the call");
    }
    // The text shows nothing of the response.
    assert_eq!(
        format!("{error:?}"),
        format!(
            "DecodeError {{ status: {}, kind: {:?}, body: Body({} bytes) }}",
            status.as_u16(),
            error.kind(),
            error.body().len()
        )
    );
    if let Some(object) = object {
        let reason = object
            .unreadable(C::ESSENTIAL)
            .or_else(|| object.repeated(C::UNIQUE));
        // Whether an object is readable, only the product can decide.
        let may_fail = C::DERIVED.is_some()
            || C::ESSENTIAL
                .iter()
                .any(|(_, kind)| *kind == Kind::RequiredPart);
        assert!(
            reason.is_some() || may_fail,
            "no essential field is missing or unreadable, but the call failed: {error}"
        );
    }
}

fn check_api_error(error: &ApiError, response: &Response<&[u8]>, object: Option<&Object>) {
    let status = response.status();
    assert!(!status.is_success(), "{status} is a success");
    assert_eq!(error.status(), status, "wrong status");

    let retry_after = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    assert_eq!(error.retry_after_text(), retry_after, "wrong Retry-After");
    let seconds = retry_after
        .map(str::trim_ascii)
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds: Option<u64> = seconds.and_then(|text| text.parse().ok());
    let wait = error.retry_after().map(|wait| wait.as_secs());
    assert_eq!(wait, seconds, "wrong wait");

    // An error in a list with one element is also read.
    let element = element(response.body());
    if let Some(object) = object.or(element.as_ref()) {
        for (read, names) in [
            (
                error.error_type().map(|error_type| error_type.as_str()),
                &["error_type", "error"][..],
            ),
            (error.message(), &["error_message", "error_description"]),
            (error.url(), &["error_url", "error_uri"]),
            (error.request_id(), &["request_id"]),
        ] {
            let expected = names.iter().find_map(|name| object.text(name));
            assert_eq!(read, expected.as_deref(), "wrong value of {names:?}");
        }
        let details: Option<Value> = object.value("error_details");
        let details = details.filter(|details| !details.is_null());
        assert_eq!(error.error_details(), details.as_ref(), "wrong details");
    }

    // Of the response, the text shows only error types and request ids of the known form.
    let mut expected = format!("the API responded with {}", status.as_u16());
    if let Some(error_type) = error.error_type() {
        expected += &format!(" {}", printable_type(error_type));
    }
    if let Some(request_id) = error.request_id() {
        expected += &format!(", request id {}", printable_request_id(request_id));
    }
    assert_eq!(error.to_string(), expected, "wrong text of the error");
    assert_eq!(
        format!("{error:?}"),
        format!(
            "ApiError {{ status: {}, error_type: {:?}, request_id: {:?}, body: Body({} bytes), .. }}",
            status.as_u16(),
            error.error_type().map(printable_type),
            error.request_id().map(printable_request_id),
            response.body().len()
        )
    );
}

/// Returns the only element of a list.
fn element(body: &[u8]) -> Option<Object> {
    let text = String::from_utf8_lossy(strip_bom(body));
    let [element] = serde_json::from_str::<[&RawValue; 1]>(&text).ok()?;
    Object::read(element.get().as_bytes())
}

fn printable_type(error_type: &ErrorType) -> &str {
    match error_type {
        ErrorType::Unknown(text) => {
            let text = text.as_str();
            let is_plain = (1..=128).contains(&text.len())
                && !text.contains(|c: char| !matches!(c, 'a'..='z' | '_'));
            if is_plain { text } else { "(not shown)" }
        }
        known => known.as_str(),
    }
}

fn printable_request_id(text: &str) -> &str {
    let is_plain = text.strip_prefix("request-id-").is_some_and(|rest| {
        (1..=128).contains(&rest.len())
            && !rest.contains(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '-'))
    });
    if is_plain { text } else { "(not shown)" }
}
