//! Transports with one fault each, which wrap a transport without faults.

use std::future::poll_fn;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use flate2::read::GzDecoder;
use totps_conformance::Target;
use totps_core::http::HeaderValue;
use totps_core::http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, COOKIE, LOCATION, SET_COOKIE,
};
use totps_core::{AsyncTransport, Body, Delivery, Request, Response, Transport, TransportError};
use totps_ureq::UreqTransport;
use totps_ureq::ureq::Agent;
use totps_ureq::ureq::config::Config;
use totps_ureq::ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::naive::Naive;

pub(crate) type Outcome = Result<Response, TransportError>;

/// Builds a transport without faults.
pub(crate) fn correct(target: Target) -> UreqTransport {
    let mut builder = UreqTransport::builder()
        .timeout(target.timeout())
        .connect_timeout(target.connect_timeout())
        .response_limit(target.response_limit())
        .max_retries(target.max_retries())
        .max_idle_connections(target.max_idle_connections())
        .root_certificates_pem(target.root_certificate_pem());
    if let Some(proxy) = target.proxy() {
        builder = builder.proxy(proxy);
    }
    builder.build().unwrap()
}

/// Builds a transport with timeouts of an hour. Of the settings, it applies only the authority and
/// the retries.
pub(crate) fn endless(target: Target) -> UreqTransport {
    const HOUR: Duration = Duration::from_secs(60 * 60);
    let builder = UreqTransport::builder().timeout(HOUR).connect_timeout(HOUR);
    let builder = builder.root_certificates_pem(target.root_certificate_pem());
    builder.max_retries(target.max_retries()).build().unwrap()
}

pub(crate) fn without_limit(target: Target) -> UreqTransport {
    let builder = UreqTransport::builder().timeout(target.timeout());
    builder.response_limit(usize::MAX).build().unwrap()
}

pub(crate) fn without_own_root(target: Target) -> UreqTransport {
    UreqTransport::builder()
        .timeout(target.timeout())
        .build()
        .unwrap()
}

/// Builds a transport that ignores the settings for idle connections, retries and the proxy.
pub(crate) fn without_settings(target: Target) -> UreqTransport {
    let builder = UreqTransport::builder().timeout(target.timeout());
    let builder = builder.root_certificates_pem(target.root_certificate_pem());
    builder.build().unwrap()
}

pub(crate) fn without_retries(target: Target) -> UreqTransport {
    let mut builder = UreqTransport::builder().timeout(target.timeout());
    if let Some(proxy) = target.proxy() {
        builder = builder.proxy(proxy);
    }
    let builder = builder.root_certificates_pem(target.root_certificate_pem());
    builder.build().unwrap()
}

/// Retries as configured. The timeout starts anew with each attempt.
pub(crate) fn timeout_for_each_attempt(target: Target) -> impl Transport + Send + Sync {
    let builder = UreqTransport::builder().timeout(target.timeout());
    let builder = builder.connect_timeout(target.connect_timeout());
    let builder = builder.root_certificates_pem(target.root_certificate_pem());
    let inner = builder.build().unwrap();
    move |request: Request| {
        (0..target.max_retries()).fold(inner.send(request.clone()), |result, _| match result {
            Err(error) if error.delivery() == Delivery::NotSent => inner.send(request.clone()),
            result => result,
        })
    }
}

/// Builds a transport with ureq's default agent, which uses proxies from environment variables and
/// its own pool.
pub(crate) fn default_agent(target: Target) -> UreqTransport {
    agent(target, |tls| tls)
}

pub(crate) fn without_verification(target: Target) -> UreqTransport {
    agent(target, |tls| tls.disable_verification(true))
}

type Tls = totps_ureq::ureq::tls::TlsConfigBuilder;

fn agent(target: Target, tls: fn(Tls) -> Tls) -> UreqTransport {
    let certificates = parse_pem(target.root_certificate_pem().as_bytes()).map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => certificate,
        _ => panic!("expected only certificates"),
    });
    let roots = RootCerts::from(certificates.collect::<Vec<Certificate>>());
    let tls = tls(TlsConfig::builder().root_certs(roots)).build();
    let agent: Agent = Config::builder().tls_config(tls).build().into();
    let builder = UreqTransport::builder()
        .agent(agent)
        .timeout(target.timeout());
    builder
        .connect_timeout(target.connect_timeout())
        .build()
        .unwrap()
}

/// Wraps a transport without faults in a function that can change the request and the result.
pub(crate) fn around(
    target: Target,
    fault: impl Fn(&UreqTransport, Request) -> Outcome + Send + Sync,
) -> impl Transport + Send + Sync {
    let inner = correct(target);
    move |request: Request| fault(&inner, request)
}

pub(crate) fn follows_redirects(inner: &UreqTransport, request: Request) -> Outcome {
    let again = request.clone();
    let response = inner.send(request)?;
    let location = response.headers().get(LOCATION);
    let Some(location) = location.and_then(|location| location.to_str().ok()) else {
        return Ok(response);
    };
    let mut request = again;
    let url = match location.strip_prefix('/') {
        Some(path) => format!("http://{}/{path}", request.uri().authority().unwrap()),
        None => location.to_owned(),
    };
    *request.uri_mut() = url.parse().unwrap();
    inner.send(request)
}

/// Sends a request up to three times.
pub(crate) fn sends_again(inner: &UreqTransport, request: Request) -> Outcome {
    let again = [request.clone(), request.clone()];
    again
        .into_iter()
        .fold(inner.send(request), |result, request| {
            result.or_else(|_| inner.send(request))
        })
}

pub(crate) fn sends_again_after_429(inner: &UreqTransport, request: Request) -> Outcome {
    let again = request.clone();
    let response = inner.send(request)?;
    if response.status() == 429 {
        return inner.send(again);
    }
    Ok(response)
}

pub(crate) fn says_not_sent(inner: &UreqTransport, request: Request) -> Outcome {
    let result = inner.send(request);
    result.map_err(|error| error.with_delivery(Delivery::NotSent))
}

pub(crate) fn says_unknown(inner: &UreqTransport, request: Request) -> Outcome {
    let result = inner.send(request);
    result.map_err(|error| error.with_delivery(Delivery::Unknown))
}

pub(crate) fn says_other(inner: &UreqTransport, request: Request) -> Outcome {
    inner.send(request).map_err(|error| {
        let delivery = error.delivery();
        TransportError::other(error).with_delivery(delivery)
    })
}

pub(crate) fn says_timeout(inner: &UreqTransport, request: Request) -> Outcome {
    inner.send(request).map_err(|error| {
        let delivery = error.delivery();
        TransportError::timed_out(error).with_delivery(delivery)
    })
}

pub(crate) fn hides_the_cause(inner: &UreqTransport, request: Request) -> Outcome {
    inner.send(request).map_err(|error| {
        let delivery = error.delivery();
        TransportError::tls("it failed").with_delivery(delivery)
    })
}

pub(crate) fn shows_the_request(inner: &UreqTransport, request: Request) -> Outcome {
    let text = String::from_utf8_lossy(request.body().as_bytes()).into_owned();
    inner.send(request).map_err(|error| {
        let delivery = error.delivery();
        TransportError::other(format!("failed: {text}")).with_delivery(delivery)
    })
}

#[expect(clippy::print_stdout, reason = "this is the fault")]
pub(crate) fn prints_the_request(inner: &UreqTransport, request: Request) -> Outcome {
    println!(
        "sending {}",
        String::from_utf8_lossy(request.body().as_bytes())
    );
    inner.send(request)
}

pub(crate) fn loses_a_header(inner: &UreqTransport, mut request: Request) -> Outcome {
    request.headers_mut().remove(AUTHORIZATION);
    inner.send(request)
}

pub(crate) fn adds_a_header(inner: &UreqTransport, mut request: Request) -> Outcome {
    let value = HeaderValue::from_static("yes");
    request.headers_mut().insert("x-added", value);
    inner.send(request)
}

/// Uses the naive client, because totps-ureq would not send the header.
pub(crate) fn asks_for_gzip(target: Target) -> impl Transport + Send + Sync {
    let inner = Naive::once(target);
    move |mut request: Request| {
        let value = HeaderValue::from_static("gzip");
        request.headers_mut().insert(ACCEPT_ENCODING, value);
        inner.send(request)
    }
}

pub(crate) fn cuts_the_request(inner: &UreqTransport, mut request: Request) -> Outcome {
    let body = request.body().as_bytes();
    let body = body[..body.len().min(100_000)].to_vec();
    *request.body_mut() = Body::from(body);
    inner.send(request)
}

pub(crate) fn status_is_an_error(inner: &UreqTransport, request: Request) -> Outcome {
    let response = inner.send(request)?;
    if response.status().as_u16() >= 400 {
        return Err(TransportError::other("an error status"));
    }
    Ok(response)
}

pub(crate) fn refuses_status_600(inner: &UreqTransport, request: Request) -> Outcome {
    let response = inner.send(request)?;
    if response.status().as_u16() >= 600 {
        return Err(TransportError::other("an unknown status"));
    }
    Ok(response)
}

pub(crate) fn needs_a_length(inner: &UreqTransport, request: Request) -> Outcome {
    let response = inner.send(request)?;
    if !response.headers().contains_key(CONTENT_LENGTH) {
        return Err(TransportError::other("no length"));
    }
    Ok(response)
}

pub(crate) fn loses_the_headers(inner: &UreqTransport, request: Request) -> Outcome {
    let mut response = inner.send(request)?;
    response.headers_mut().clear();
    Ok(response)
}

pub(crate) fn loses_the_encoding(inner: &UreqTransport, request: Request) -> Outcome {
    let mut response = inner.send(request)?;
    response.headers_mut().remove(CONTENT_ENCODING);
    Ok(response)
}

pub(crate) fn decodes(inner: &UreqTransport, request: Request) -> Outcome {
    let mut response = inner.send(request)?;
    let mut decoded = Vec::new();
    let mut decoder = GzDecoder::new(response.body().as_bytes());
    if decoder.read_to_end(&mut decoded).is_ok() {
        response.headers_mut().remove(CONTENT_ENCODING);
        *response.body_mut() = Body::from(decoded);
    }
    Ok(response)
}

pub(crate) fn keeps_cookies(target: Target) -> impl Transport + Send + Sync {
    let jar = Mutex::new(None::<HeaderValue>);
    around(target, move |inner, mut request| {
        if let Some(cookie) = jar.lock().unwrap().clone() {
            request.headers_mut().insert(COOKIE, cookie);
        }
        let response = inner.send(request)?;
        let cookie = response.headers().get(SET_COOKIE).cloned();
        *jar.lock().unwrap() = cookie;
        Ok(response)
    })
}

/// Returns the response to the previous call for every hundredth call.
pub(crate) fn swaps_responses(target: Target) -> impl Transport + Send + Sync {
    let (count, last) = (AtomicUsize::new(0), Mutex::new(None));
    around(target, move |inner, request| {
        let response = inner.send(request)?;
        let before = last.lock().unwrap().replace(response.clone());
        let is_swapped = count.fetch_add(1, Ordering::Relaxed) % 100 == 99;
        Ok(before.filter(|_| is_swapped).unwrap_or(response))
    })
}

/// Sends bytes in clear text if a call fails.
pub(crate) fn falls_back(inner: &UreqTransport, request: Request) -> Outcome {
    let authority = request.uri().authority().unwrap().to_string();
    inner.send(request).inspect_err(|_| {
        if let Ok(mut plain) = TcpStream::connect(authority) {
            let _ = plain.write_all(b"GET / HTTP/1.1\r\n\r\n");
            let _ = plain.shutdown(std::net::Shutdown::Write);
            let _ = plain.read_to_end(&mut Vec::new());
        }
    })
}

/// Uses a new connection for each call.
pub(crate) fn new_each_time(target: Target) -> impl Transport + Send + Sync {
    move |request: Request| correct(target.clone()).send(request)
}

/// Makes each call on a new thread, which continues when the future is dropped.
pub(crate) struct Detached(Arc<dyn Transport + Send + Sync>);

impl Detached {
    pub(crate) fn new(transport: impl Transport + Send + Sync + 'static) -> Self {
        Self(Arc::new(transport))
    }
}

impl AsyncTransport for Detached {
    async fn send(&self, request: Request) -> Outcome {
        let (sender, receiver) = mpsc::channel();
        let transport = Arc::clone(&self.0);
        let waker = poll_fn(|context| Poll::Ready(context.waker().clone())).await;
        thread::spawn(move || {
            // Fails if the future was dropped.
            let _ = sender.send(transport.send(request));
            waker.wake();
        });
        let receiver = Mutex::new(receiver);
        poll_fn(|_| match receiver.lock().unwrap().try_recv() {
            Ok(result) => Poll::Ready(result),
            Err(_) => Poll::Pending,
        })
        .await
    }
}

/// Yields eight times, and then blocks.
pub(crate) struct Yielding<T>(pub(crate) T);

impl<T: Transport + Send + Sync> AsyncTransport for Yielding<T> {
    async fn send(&self, request: Request) -> Outcome {
        let mut left = 8;
        poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.0.send(request)
    }
}
