//! Sends requests by an agent of the caller's, under rules that win over the agent's own.

use std::io::Read;

use totps_core::http::header::{self, HeaderValue};
use totps_core::http::uri::Scheme;
use totps_core::{Body, LimitedBody, Request, Response, TransportError, http};
use ureq::Agent;
use zeroize::Zeroizing;

use crate::error::{agent_failed, exchange_failed, too_many_fields};
use crate::limits::{FIELD_LIMIT, HEAD_LIMIT, Limits};
use crate::stream::Deadline;

pub(crate) fn send(
    agent: &Agent,
    request: Request,
    limits: &Limits,
    deadline: Deadline,
) -> Result<Response, TransportError> {
    let (head, body) = request.into_parts();
    let mut request = http::Request::from_parts(head, body.as_bytes());
    let identity = HeaderValue::from_static("identity");
    request
        .headers_mut()
        .insert(header::ACCEPT_ENCODING, identity);
    request.headers_mut().remove(header::EXPECT);
    let https_only = request.uri().scheme() == Some(&Scheme::HTTPS);
    let request = agent
        .configure_request(request)
        .https_only(https_only)
        .max_redirects(0)
        .http_status_as_error(false)
        .max_response_header_size(HEAD_LIMIT)
        .timeout_global(Some(deadline.remaining()))
        .timeout_resolve(Some(limits.connect_timeout))
        .timeout_connect(Some(limits.connect_timeout))
        .build();
    let (head, body) = agent.run(request).map_err(agent_failed)?.into_parts();
    if head.headers.len() > FIELD_LIMIT {
        return Err(too_many_fields());
    }
    let body = read_body(body, limits.response_limit)?;
    Ok(Response::from_parts(head, body))
}

fn read_body(body: ureq::Body, limit: usize) -> Result<Body, TransportError> {
    let mut collected =
        LimitedBody::new(limit, body.content_length()).map_err(TransportError::too_large)?;
    let mut reader = body.into_reader();
    let mut piece = Zeroizing::new([0; 2048]);
    loop {
        // Read to the end, so that the agent can keep the connection.
        let length = reader.read(&mut *piece).map_err(exchange_failed)?;
        if length == 0 {
            return Ok(collected.finish());
        }
        collected
            .push(&piece[..length])
            .map_err(TransportError::too_large)?;
    }
}
