//! reqwest's async client, on tokio.

use std::sync::LazyLock;

use reqwest::{Certificate, Client, Request as HttpRequest, redirect, retry};
use tokio::runtime::Runtime;
use totps_conformance::{BoxFuture, Target};
use totps_core::transport::{Limits, check_destination};
use totps_core::{AsyncTransport, Body, Request, Response, TransportError, http};

use crate::Fallible;
use crate::reqwest_blocking::transport_error;

/// Runs a future on one runtime for all calls.
pub fn block_on(future: BoxFuture<'_>) {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
    RUNTIME.block_on(future);
}

/// Returns reqwest as its documentation sets it up, with a root certificate.
pub fn naive(target: Target) -> impl AsyncTransport {
    let root = Certificate::from_pem(target.root_certificate_pem().as_bytes()).unwrap();
    let client = Client::builder()
        .add_root_certificate(root)
        .build()
        .unwrap();
    move |request: Request| {
        let client = client.clone();
        async move {
            let request = HttpRequest::try_from(request.map(Vec::from))?;
            let received = client.execute(request).await?;
            let response = http::Response::builder().status(received.status());
            let body = received.bytes().await?.to_vec();
            Fallible::Ok(response.body(Body::from(body))?)
        }
    }
}

/// Returns reqwest with the settings that the kit's rules require.
pub fn careful(target: Target) -> impl AsyncTransport {
    let root = Certificate::from_pem(target.root_certificate_pem().as_bytes()).unwrap();
    let client = Client::builder()
        .tls_certs_only([root])
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .http1_only()
        .http1_max_headers(Limits::HEADERS)
        .timeout(target.timeout())
        .connect_timeout(target.connect_timeout())
        .build()
        .unwrap();
    Careful {
        client,
        limits: target.limits(),
    }
}

struct Careful {
    client: Client,
    limits: Limits,
}

impl AsyncTransport for Careful {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        check_destination(request.uri(), None)?;
        let request = HttpRequest::try_from(request.map(Vec::from)).map_err(transport_error)?;
        let mut received = self
            .client
            .execute(request)
            .await
            .map_err(transport_error)?;
        self.limits.check_headers(received.headers())?;
        let mut body = self.limits.body(received.content_length())?;
        while let Some(piece) = received.chunk().await.map_err(transport_error)? {
            body.push(&piece).map_err(TransportError::too_large)?;
        }
        let mut response = http::Response::new(body.finish());
        *response.status_mut() = received.status();
        *response.headers_mut() = received.headers().clone();
        Ok(response)
    }
}
