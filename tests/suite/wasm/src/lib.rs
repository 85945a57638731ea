//! totps-core in WebAssembly. The only I/O is the memory that the module shares with its host: it
//! reads and writes JSON there. `run.mjs` is the host. It sends the requests and returns the
//! responses.

use std::error::Error;

use serde_json::{Value, json};
use totps_core::{
    AuthenticateParams, AuthenticateResponse, CreateParams, CreateResponse, Project, Request, http,
};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Allocates `length` bytes. The next [`call`] takes ownership of them.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(length: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; length].into_boxed_slice()).cast()
}

/// Calls a function by its name. Returns the address of its output in the upper 32 bits and its
/// length in the lower 32 bits. The output is never freed.
///
/// # Safety
///
/// `input` must come from [`allocate`] with the same `length`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn call(input: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller promises that `input` and `length` come from `allocate`.
    let input = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(input, length)) };
    let output = match dispatch(&input) {
        Ok(value) => value,
        Err(error) => json!({ "error": error.to_string() }),
    };
    let output = Box::leak(output.to_string().into_bytes().into_boxed_slice());
    (output.as_ptr() as u64) << 32 | output.len() as u64
}

fn dispatch(input: &[u8]) -> Fallible<Value> {
    let input: Value = serde_json::from_slice(input)?;
    let text = |key: &str| {
        input[key]
            .as_str()
            .ok_or_else(|| format!("`{key}` is missing or not a text"))
    };
    match text("function")? {
        "create_request" => {
            let params = CreateParams::new(text("organization_id")?, text("member_id")?);
            request(project(&input)?.request(&params)?)
        }
        "create_response" => {
            let created = CreateResponse::try_from(response(&input)?)?;
            let png = created.qr_code.png()?;
            Ok(json!({
                "totp_registration_id": created.totp_registration_id.as_str(),
                "secret": created.secret.expose(),
                "recovery_codes": created.recovery_codes.len(),
                "qr_code_is_png": png.starts_with(b"\x89PNG\r\n\x1a\n"),
            }))
        }
        "authenticate_request" => {
            let params = AuthenticateParams::new(
                text("organization_id")?,
                text("member_id")?,
                text("code")?,
            )
            .intermediate_session_token(text("intermediate_session_token")?);
            request(project(&input)?.request(&params)?)
        }
        "authenticate_response" => {
            let authenticated = AuthenticateResponse::try_from(response(&input)?)?;
            let token = authenticated.session_token.ok_or("no session token")?;
            Ok(json!({ "session_token": token.expose() }))
        }
        other => Err(format!("unknown function `{other}`").into()),
    }
}

fn project(input: &Value) -> Fallible<Project> {
    let text = |key: &str| input[key].as_str().unwrap_or_default();
    Ok(Project::at(
        text("base_url"),
        text("project_id"),
        text("project_secret"),
    )?)
}

fn request(request: Request) -> Fallible<Value> {
    let (head, body) = request.into_parts();
    let mut headers = Vec::new();
    for (name, value) in &head.headers {
        headers.push([name.as_str(), value.to_str()?]);
    }
    Ok(json!({
        "method": head.method.as_str(),
        "url": head.uri.to_string(),
        "headers": headers,
        "body": std::str::from_utf8(body.as_ref())?,
    }))
}

fn response(input: &Value) -> Fallible<http::Response<Vec<u8>>> {
    let status = u16::try_from(input["status"].as_u64().ok_or("no status")?)?;
    let body = input["body"].as_str().ok_or("no body")?;
    Ok(http::Response::builder().status(status).body(body.into())?)
}
